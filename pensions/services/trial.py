"""A yearly adjustment tried out before anybody approves it: drafts that wait, beside what is in force.

Drafted values are put to the same pensions as the rule in force, or that of the year before.
Nothing is written, neither pensions nor values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from funds.models import Scheme
from pensions.params import AdjustmentParams
from pensions.rules.adjustment import SchemeError, check_scheme
from pensions.services import adjustment, rises
from pensions.services.adjustment import Part
from pensions.services.residents import adjustment as residents
from pensions.services.rises import TABLE, Rule
from socsec.kernel import months
from socsec.kernel.policy import Policy
from socsec.office.errors import Invalid, from_kernel
from socsec.office.models import PolicyValue
from socsec.office.services import policy as policies

# What is announced each year, by the parameters' names.
CODES = ("pensions.adjustment.", "pensions.residents.")
COLUMNS = "person_id, award_id, region, scheme, age, months, before, increase, other"


class Question(models.TextChoices):
    """Which rule is tried, and what stands beside it."""

    DRAFT_TO_LIVE = "draft", _("Drafts that wait, beside what is in force")
    DRAFT_TO_LAST = "draft-last", _("Drafts that wait, beside the year before")
    LIVE_TO_LAST = "live-last", _("What is in force, beside the year before")

    @property
    def drafted(self) -> bool:
        return self != Question.LIVE_TO_LAST

    @property
    def beside_live(self) -> bool:
        return self == Question.DRAFT_TO_LIVE


_AGAINST = {
    True: ("按现行办法", "by the rule in force"),
    False: rises.LAST_YEAR,
}


@dataclass(frozen=True)
class Trial:
    """How the rises fall (`spread`, {} where nobody is reached).

    `without` are regions for which the tried rule has no scheme of that January; `drafts` are the
    values that wait.
    """

    spread: dict[str, Any]
    without: list[str]
    drafts: list[PolicyValue]


def try_out(*, month: int, region: str, schemes: Sequence[int], question: Question) -> Trial:
    """What the tried rule would add from a month on, and what the other one would.

    `Invalid` where the month is no January (residents' pensions alone rise in any month), drafts cannot be joined or a scheme among them
    cannot be applied.
    """
    others = [scheme for scheme in schemes if scheme != Scheme.RESIDENTS]
    if others and month != months.month(months.year_of(month), 1):
        raise Invalid(
            _("Pensions are adjusted from January on: choose that month."),
            code="not_january",
            field="month",
        )
    edition = policies.current_edition()
    live = policies.of(edition)
    drafts = policies.drafts(CODES, region)
    tried = policies.joined_with(drafts) if question.drafted else live
    rule = Rule(tried, month)
    other = Rule(live, month if question.beside_live else month - 12)
    made, values, places, without = [], [], set(), set()
    for scheme in schemes:
        part = Part(month, scheme, region, edition.number)
        there, known = _places(part, rule)
        places.update(there)
        without.update(set(there) - set(known))
        if not known:
            continue
        lay = rises.of_residents if scheme == Scheme.RESIDENTS else rises.of_scheme
        rows, given = lay(part, rule, other)
        made.append(f"select {COLUMNS} from ({rows}) r")  # noqa: S608
        values += given
    if not made:
        return Trial({}, sorted(without), drafts)
    with connection.cursor() as cursor:
        text = " union all ".join(made)
        cursor.execute(f"create temporary table {TABLE} as {text}", values)
        spread = rises.measured(places=sorted(places), against=_AGAINST[question.beside_live])
        cursor.execute(f"drop table {TABLE}")
    return Trial(spread, sorted(without), drafts)


def _places(part: Part, rule: Rule) -> tuple[list[str], list[str]]:
    """The regions that a scheme pays in, and those of them for which the rule is known."""
    if part.scheme == Scheme.RESIDENTS:
        there = residents.places(part)
        return there, there
    there = adjustment.places(part)
    known = rises.announced(rule, there)
    for place in known:
        _check(rule.policy, place, rule.month)
    return there, known


def _check(policy: Policy, region: str, january: int) -> None:
    try:
        check_scheme(AdjustmentParams.at(policy, region, january))
    except SchemeError as error:
        raise from_kernel(error) from error
