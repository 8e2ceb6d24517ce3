"""A month that was assessed turns out otherwise: the difference is assessed, never the past changed.

More is a further part of the contribution; less is a `Reduction` beside it, with the reversal of the
claim in the ledger. What was paid on a reduced month beyond what is left is the payer's credit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Category,
    Contribution,
    Employer,
    EmployerStanding,
    Person,
    Reduction,
    WageDeclaration,
)
from enrollment.params import MOST_WAGE
from enrollment.services.assessment.contributions import pool_of, rule_of
from enrollment.services.checks import lock
from enrollment.services.revision.credits import give_back
from funds.models import Branch, accounts
from funds.services import ledger
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.kernel.policy import PolicyError
from socsec.office.access import require
from socsec.office.errors import Invalid, Refused, from_kernel
from socsec.office.models import PolicyEdition, User
from socsec.office.services import audit, policy

SHARES = ("employer_share", "person_share", "account_share")
AMOUNTS = ("wage", "base", *SHARES)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a correction changes in one branch with one payer, in fen: `after` less `before`.

    `facts`, `params` and `sheet` show how the month was worked out anew.
    """

    branch: Branch
    employer_id: int
    before: dict[str, int]
    after: dict[str, int]
    facts: Any
    params: Any
    sheet: Any

    @property
    def due(self) -> int:
        """More (above zero) or less (below) than was assessed."""
        return sum(self.after[each] - self.before[each] for each in SHARES[:-1])


@transaction.atomic
def correct(
    *, by: User, person: Person, employer: Employer, month: int, wage: int, reason: str
) -> list[Difference]:
    """Replace the wage of an assessed month, in fen, and assess the difference in every branch.

    The law is that under which the month was assessed. With several employers the shares of the
    others may move, too: floor and ceiling are the person's. `Refused` if nothing changes.
    """
    person = lock(person)
    parts = _assessed(person, month)
    _allowed(by, parts, reason)
    if type(wage) is not int or not 0 < wage <= MOST_WAGE:
        raise Invalid(
            _("A wage is more than 0 and at most %(most)s yuan.") % {"most": yuan(MOST_WAGE)},
            code="wage_impossible",
            field="wage",
        )
    if not any(part.employer_id == employer.pk for part in parts):
        raise Refused(
            _("%(month)s is not assessed with %(employer)s.")
            % {"month": format_month(month), "employer": employer.name},
            code="not_assessed",
            fix=_("Declare the wage instead."),
        )
    WageDeclaration.objects.update_or_create(
        person_id=person.pk,
        employer_id=employer.pk,
        month=month,
        defaults={"wage": wage, "deemed": False},
    )
    return _settle(by, person, month, parts, reason)


@transaction.atomic
def settle(*, by: User, person: Person, month: int, reason: str) -> list[Difference]:
    """Assess the difference to what was declared since: for months that were deemed before."""
    person = lock(person)
    parts = _assessed(person, month)
    _allowed(by, parts, reason)
    return _settle(by, person, month, parts, reason)


@transaction.atomic
def reassess(*, by: User, person: Person, month: int, reason: str) -> list[Difference]:
    """Assess the difference to the law as it is known now, and to the employers' standings.

    For limits that were published after the month, or a risk class that was corrected.
    """
    person = lock(person)
    parts = _assessed(person, month)
    _allowed(by, parts, reason)
    return _settle(by, person, month, parts, reason, edition=policy.current_edition())


def preview(act: Any, **said: Any) -> list[Difference]:
    """What `correct`, `settle` or `reassess` would change: done and undone again."""
    with transaction.atomic():
        found: list[Difference] = act(**said)
        transaction.set_rollback(True)
    return found


def strike_off(
    *, by: User, person_id: int, month: int, branch: int, employer_id: int, reason: str
) -> None:
    """Take everything off that one payer owes for a person's month in a branch: it should not be.

    What was paid for it becomes credit of the payer. For services that have asked who may.
    """
    of = {"person_id": person_id, "month": month, "branch": branch, "employer_id": employer_id}
    parts = list(Contribution.objects.filter(**of).order_by("part"))
    taken = list(Reduction.objects.filter(**of))
    left = {
        name: sum(getattr(each, name) for each in parts)
        - sum(getattr(each, name) for each in taken)
        for name in AMOUNTS
    }
    if any(left.values()):
        turn = len(parts) + len(taken)
        _reduce(by, parts, taken, left, reason, parts[0].edition, turn)


def _assessed(person: Person, month: int) -> list[Contribution]:
    parts = list(
        Contribution.objects.filter(person_id=person.pk, month=month).order_by(
            "branch", "wage_before", "employer_id", "part"
        )
    )
    if not parts:
        raise Refused(
            _("%(month)s is not assessed for %(name)s.")
            % {"month": format_month(month), "name": person.name},
            code="not_assessed",
            fix=_("Assess the month instead."),
        )
    return parts


def _allowed(by: User, parts: Iterable[Contribution], reason: str) -> None:
    for region in {part.region for part in parts}:
        require(by, "contribution.correct", region)
    if not reason.strip() or len(reason.strip()) > 200:
        raise Invalid(
            _("Say why, in at most 200 characters."), code="reason_missing", field="reason"
        )


def _settle(
    by: User,
    person: Person,
    month: int,
    parts: list[Contribution],
    reason: str,
    edition: PolicyEdition | None = None,
) -> list[Difference]:
    wages = dict(
        WageDeclaration.objects.filter(person_id=person.pk, month=month).values_list(
            "employer_id", "wage"
        )
    )
    off: dict[tuple[int, int], list[Reduction]] = {}
    for reduction in Reduction.objects.filter(person_id=person.pk, month=month):
        off.setdefault((reduction.branch, reduction.employer_id), []).append(reduction)
    payers: dict[tuple[int, int], list[Contribution]] = {}
    for part in parts:
        payers.setdefault((part.branch, part.employer_id), []).append(part)
    counted: dict[int, int] = {}
    found = []
    for (branch, employer), own in payers.items():
        taken = off.get((branch, employer), [])
        before = {
            name: sum(getattr(each, name) for each in own)
            - sum(getattr(each, name) for each in taken)
            for name in AMOUNTS
        }
        wage = wages.get(employer, before["wage"])
        difference = _anew(own[0], wage, counted.get(branch, 0), before, edition)
        counted[branch] = counted.get(branch, 0) + wage
        if difference.before != difference.after:
            _write(by, difference, own, taken, reason.strip(), edition or own[0].edition)
            found.append(difference)
    if not found:
        raise Refused(
            _("Nothing of %(month)s changes.") % {"month": format_month(month)},
            code="no_difference",
        )
    audit.record(
        by=by,
        act="contribution.correct",
        subject=person,
        person_id=person.pk,
        region=parts[0].region,
        month=format_month(month),
        difference=sum(each.due for each in found),
        reason=reason.strip(),
    )
    return found


def _anew(
    first: Contribution,
    wage: int,
    wage_before: int,
    before: dict[str, int],
    edition: PolicyEdition | None,
) -> Difference:
    """The month worked out again from its wage, with the law and standing of then, or of now."""
    rule = rule_of(first.branch)
    try:
        params = rule.params.at(policy.of(edition or first.edition), first.region, first.month)
    except PolicyError as error:
        raise from_kernel(error) from error
    standing = _standing(first, now=edition is not None)
    known = rule.known(
        {
            "wage": wage,
            "wage_before": wage_before,
            "category": first.category,
            "kind": standing.kind if standing else 0,
            "risk_class": standing.risk_class if standing else 0,
            "floating": standing.floating if standing else 0,
            "fully_funded": standing is not None and standing.fully_funded,
        }
    )
    sheet = rule.rule(known, params)
    after = {"wage": wage, **{name: getattr(sheet, name) for name in AMOUNTS[1:]}}
    return Difference(Branch(first.branch), first.employer_id, before, after, known, params, sheet)


def _standing(first: Contribution, *, now: bool) -> EmployerStanding | None:
    if not now:
        return EmployerStanding.objects.filter(pk=first.standing_id).first()
    return (
        EmployerStanding.objects.filter(employer_id=first.employer_id, from_month__lte=first.month)
        .order_by("-from_month", "-pk")
        .first()
    )


def _write(
    by: User,
    difference: Difference,
    parts: list[Contribution],
    taken: list[Reduction],
    reason: str,
    edition: PolicyEdition | int,
) -> None:
    first = parts[0]
    number = edition if isinstance(edition, int) else edition.number
    change = {name: difference.after[name] - difference.before[name] for name in AMOUNTS}
    signs = {amount > 0 for name, amount in change.items() if amount and name in SHARES}
    if len(signs) > 1:
        # Some more, some less: all that stands is taken off, and the whole assessed anew.
        off = difference.before
        more = difference.after
    else:
        off = {name: max(0, -amount) for name, amount in change.items()}
        more = {name: max(0, amount) for name, amount in change.items()}
    turn = len(parts) + len(taken)
    if any(off.values()):
        _reduce(by, parts, taken, off, reason, number, turn)
    if any(more.values()):
        part = Contribution(
            person_id=first.person_id,
            month=first.month,
            branch=first.branch,
            employer_id=first.employer_id,
            part=max(each.part for each in parts) + 1,
            category=first.category,
            region=first.region,
            wage_before=first.wage_before,
            standing_id=first.standing_id,
            edition=number,
            **more,
        )
        Contribution.objects.bulk_create([part])
        _post(by, first, part.due, f"{turn}/more")


def _reduce(
    by: User,
    parts: list[Contribution],
    taken: list[Reduction],
    off: dict[str, int],
    reason: str,
    edition: int,
    turn: int,
) -> None:
    """Take amounts off the parts, the latest first, none below nought."""
    left = dict(off)
    rows = []
    for part in reversed(parts):
        before = [each for each in taken if each.part == part.part]
        here = {
            name: min(
                left[name],
                getattr(part, name) - sum(getattr(each, name) for each in before),
            )
            for name in AMOUNTS
        }
        if any(here.values()):
            rows.append(
                Reduction(
                    person_id=part.person_id,
                    month=part.month,
                    branch=part.branch,
                    employer_id=part.employer_id,
                    part=part.part,
                    number=len(before) + 1,
                    region=part.region,
                    reason=reason,
                    edition=edition,
                    **here,
                )
            )
        left = {name: left[name] - here[name] for name in AMOUNTS}
    Reduction.objects.bulk_create(rows)
    _post(by, parts[0], -sum(row.amount for row in rows), f"{turn}/less")
    of = parts[0]
    give_back(
        by=by, person_id=of.person_id, month=of.month, branch=of.branch, employer_id=of.employer_id
    )


def _post(by: User, of: Contribution, amount: int, turn: str) -> None:
    """The claim grows, or the same claim is reversed as far as it is gone."""
    if not amount:
        return
    scheme = Category(of.category).scheme_in(of.branch)
    pair = (accounts.CONTRIBUTIONS_DUE, accounts.CONTRIBUTIONS_ASSESSED)
    debit, credit = pair if amount > 0 else pair[::-1]
    key = f"{of.person_id}/{of.branch}/{of.month}/{of.employer_id}/{turn}"
    ledger.post(
        pool_of([of.region], of.branch, scheme)[of.region],
        "contribution_correction",
        [ledger.Posting(of.person_id, debit, credit, abs(amount), of.month, of.region, heads=0)],
        source=f"enrollment.correction:{key}",
        by=by,
    )
