"""Who pays after the insurances: medical assistance, which stands above this app and registers itself.

Before anybody has registered, nobody is designated and nothing is paid.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from socsec.kernel.policy import Policy


@dataclass(frozen=True, kw_only=True)
class Burden:
    """What a person still bears in scope of a bill, and the year so far, in fen."""

    month: int
    region: str
    inpatient: bool
    bears: int
    bears_before: int
    paid_before: int


# What is known of somebody on a day, kept with the settlement; empty for who is not designated.
Designated = Callable[[int, date, Policy], dict[str, Any]]
Pays = Callable[[dict[str, Any], Burden, Policy], int]

_designated: Designated | None = None
_pays: Pays | None = None


def register(*, designated: Designated, pays: Pays) -> None:
    """Called once, from the ready() of the app that pays. `designated` names `poor` besides its own."""
    global _designated, _pays
    _designated, _pays = designated, pays


def designated(person_id: int, day: date, law: Policy) -> dict[str, Any]:
    """As whom somebody is helped on a day; empty for nobody."""
    return _designated(person_id, day, law) if _designated else {}


def pays(designation: dict[str, Any], burden: Burden, law: Policy) -> int:
    """What assistance pays of a bill, in fen."""
    return _pays(designation, burden, law) if _pays and designation else 0
