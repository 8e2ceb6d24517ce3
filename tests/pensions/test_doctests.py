"""The examples in the docstrings of the pension rules hold."""

import doctest
import importlib
import pkgutil

import pytest

import pensions.rules

MODULES = ["pensions.params"] + [
    module.name for module in pkgutil.walk_packages(pensions.rules.__path__, "pensions.rules.")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_hold(name):
    found = doctest.testmod(
        importlib.import_module(name),
        optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL,
    )
    assert found.failed == 0


def test_the_rules_have_examples():
    found = (doctest.DocTestFinder().find(importlib.import_module(name)) for name in MODULES)
    assert sum(len(each.examples) for module in found for each in module) > 30
