"""The village: a dozen invented people in two provinces, who live twelve months through real services.

The demo shows them, the journeys are tested with them. Nothing here writes a table by itself:
whatever the village has, a clerk of the village did through a service; only the day on which an
enrolment was taken down is set back to its first (`on_record`).

Names, numbers and employers are invented; the identity numbers have true check digits and birth
dates of people who do not exist.
"""

from collections.abc import Iterable

from .cast import (
    BEGAN,
    CAST,
    FIRST,
    GUEST,
    JINJIANG,
    LAST,
    NATION,
    OFFICER,
    PASSWORD,
    PUDONG,
    SHANGHAI,
    SICHUAN,
    STAFF,
    Chapter,
    Say,
    Soul,
    Village,
    sign_ins,
)
from .months import contributions, declare, live, receive
from .retiring import award, carry, open_claim, paid_out, payroll, refuse, retire
from .settling import is_there, on_record, settle

__all__ = [
    "BEGAN",
    "CAST",
    "FIRST",
    "GUEST",
    "JINJIANG",
    "LAST",
    "NATION",
    "OFFICER",
    "PASSWORD",
    "PUDONG",
    "SHANGHAI",
    "SICHUAN",
    "STAFF",
    "Chapter",
    "Soul",
    "Village",
    "award",
    "build",
    "carry",
    "contributions",
    "declare",
    "is_there",
    "live",
    "on_record",
    "open_claim",
    "paid_out",
    "payroll",
    "receive",
    "refuse",
    "retire",
    "settle",
    "sign_ins",
]


def build(say: Say = lambda text: None, chapters: Iterable[Chapter] = ()) -> Village:
    """The whole village, from nothing; then what else it lives, a chapter a topic."""
    village = settle(say)
    live(village, say=say)
    retire(village, say)
    for chapter in chapters:
        say((chapter.__doc__ or chapter.__name__).splitlines()[0])
        chapter(village)
    return village
