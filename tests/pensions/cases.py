"""The published cases of pensions."""

from functools import partial

from tests import published
from tests.published import (
    POLICY,
    PolicyOfCases,
    expected,
    natural,
    params_of,
    policy_of,
    row,
)

read = partial(published.read, "pensions")

__all__ = [
    "POLICY",
    "PolicyOfCases",
    "expected",
    "natural",
    "params_of",
    "policy_of",
    "read",
    "row",
]
