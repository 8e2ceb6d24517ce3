"""What the kernel's docstrings show is true."""

import doctest
import importlib
import pkgutil

import pytest

import socsec.kernel

MODULES = [
    module.name for module in pkgutil.walk_packages(socsec.kernel.__path__, "socsec.kernel.")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_kernel_are_true(name):
    failed, tried = doctest.testmod(
        importlib.import_module(name),
        optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL,
    )
    assert failed == 0, f"{failed} of {tried} examples"


def test_every_module_says_what_it_is():
    silent = [name for name in MODULES if not importlib.import_module(name).__doc__]
    assert not silent
