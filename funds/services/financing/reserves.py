"""Reserves: how long each fund can pay, what is set aside, and when it may be used.

What is set aside for risk is used while the fund is below its line; the reserve of work injury
insurance for major accidents as well (工伤保险条例第十三条). The nation's reserve supplements funds of
old-age insurance that are below their line, by the document that decides it (全国社会保障基金条例第三条).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import Branch, Fund, Public, ReserveMove, accounts
from funds.models.ledger import LedgerBatch
from funds.params import ReserveTerms
from funds.rules import reserve as rules
from funds.services import budgets, ledger
from funds.services.financing.dues import LONGEST, REASON, check_amount, said
from socsec.kernel.months import month_of
from socsec.kernel.policy import Policy
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.services import policy as policies

Kind, State = ReserveMove.Kind, ReserveMove.State
ASIDE = {Branch.MEDICAL: accounts.RISK_FUND, Branch.INJURY: accounts.SET_ASIDE}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a fund stands: how long it pays, against its line; what is set aside, against what is due.

    `risk` is None where the branch sets nothing aside.
    """

    fund: Fund
    found: rules.Standing
    line: int
    held: int
    aside: int
    risk: rules.Risk | None
    spends: bool


def standings(funds: Sequence[Fund], on: date | None = None) -> list[Standing]:
    """How each fund stands, who is shortest first; those that spend nothing come last."""
    today = on or timezone.localdate()
    edition = policies.current_edition()
    policy = policies.of(edition) if edition else Policy.files()
    aside = {int(branch): queries.control(account) for branch, account in ASIDE.items()}
    income: dict[int, int] = {}
    year = month_of(today) - month_of(today) % 12
    for move in queries.moved([fund.pk for fund in funds], since=year, on=today):
        for account, sign in ((move.credit, 1), (move.debit, -1)):
            if account == accounts.CONTRIBUTION_INCOME:
                income[move.fund_id] = income.get(move.fund_id, 0) + sign * move.amount
    out = []
    for each in queries.overview(funds, month_of(today)):
        terms = ReserveTerms.at(policy, each.fund.region_id, today)
        found = rules.standing(
            rules.StandingFacts(held=each.reserve, spent=max(each.spent_in_a_year, 0)), terms
        )
        set_aside = aside.get(each.fund.branch, {}).get(each.fund.pk, 0)
        risk = (
            rules.risk(
                rules.RiskFacts(
                    income=max(income.get(each.fund.pk, 0), 0),
                    aside=set_aside,
                    free=each.reserve - set_aside,
                ),
                terms,
            )
            if each.fund.branch in ASIDE
            else None
        )
        out.append(
            Standing(
                each.fund,
                found,
                int(terms.warning_months),
                each.reserve,
                set_aside,
                risk,
                each.spent_in_a_year > 0,
            )
        )
    return sorted(out, key=lambda each: (not each.spends, each.found.months, each.fund.pk))


def standing(fund: Fund, on: date | None = None) -> Standing:
    """How one fund stands."""
    return standings([fund], on)[0]


@transaction.atomic
def propose_move(
    fund: Fund,
    kind: str,
    *,
    amount: int,
    document: str,
    by: User,
    to: Fund | None = None,
) -> ReserveMove:
    """Propose to set money aside, to take it back, or to grant it from the nation's reserve.

    The document names who allows it. `Refused` where the rules of use do not let it.
    """
    require(by, "reserve.propose", fund.region_id)
    check_amount(amount)
    if kind not in Kind.values:
        raise Invalid(_("There is no such kind."), code="no_such_kind", field="kind")
    made = ReserveMove(
        kind=kind,
        fund=fund,
        to=to if kind == Kind.GRANT else None,
        amount=amount,
        document=said(document, "document", LONGEST),
        maker=by,
    )
    _allowed(made)
    made.save(force_insert=True)
    _record(by, "reserve.propose", made)
    return made


@transaction.atomic
def decide_move(
    move_id: int, *, by: User, agree: bool, reason: str = "", on: date | None = None
) -> ReserveMove:
    """A second person approves and posts it, or turns it down with a reason. The rules are asked again."""
    found = _held(move_id, State.DRAFT)
    require(by, "reserve.approve", found.fund.region_id)
    require_other_hand(by, found.maker_id)
    found.checker = by
    if agree:
        day = on or timezone.localdate()
        Fund.objects.select_for_update(no_key=True).get(pk=found.fund_id)
        _allowed(found, day)
        _post(found, by, day)
        found.state, found.posted_on = State.POSTED, day
    else:
        found.state, found.reason = State.REJECTED, said(reason, "reason", REASON)
    found.save(update_fields=["checker", "state", "posted_on", "reason"])
    _record(by, "reserve.decide", found, found.reason)
    return found


@transaction.atomic
def reverse_move(move_id: int, *, by: User, reason: str) -> ReserveMove:
    """Take a posted one back by its exact opposite on every book that it touched."""
    found = _held(move_id, State.POSTED)
    require(by, "reserve.approve", found.fund.region_id)
    require_other_hand(by, found.maker_id)
    why = said(reason, "reason", REASON)
    for side in ("in", "out"):
        batch = LedgerBatch.objects.filter(source=source(found, side)).first()
        if batch:
            ledger.reverse(batch.pk, reason=why, by=by)
    found.state, found.reversed_by, found.reason = State.REVERSED, by, why
    found.save(update_fields=["state", "reversed_by", "reason"])
    _record(by, "reserve.reverse", found, why)
    return found


def source(found: ReserveMove, side: str) -> str:
    """The name under which a side is posted: "out" of the fund, "in" to the one it is granted to."""
    return f"funds.reserve:{found.pk}:{side}"


def pairs(found: ReserveMove) -> list[tuple[Fund, int, int, str]]:
    """What is posted: fund, debit, credit, side."""
    if found.kind == Kind.GRANT and found.to is not None:
        return [
            (found.fund, accounts.TO_FUNDS, accounts.FISCAL_ACCOUNT, "out"),
            (found.to, accounts.FISCAL_ACCOUNT, accounts.FROM_RESERVE, "in"),
        ]
    aside = ASIDE[Branch(found.fund.branch)]
    if found.kind == Kind.ASIDE:
        return [(found.fund, accounts.RESERVE, aside, "out")]
    return [(found.fund, aside, accounts.RESERVE, "out")]


def _post(found: ReserveMove, by: User, day: date) -> None:
    if found.kind == Kind.GRANT:
        budgets.check_payment(found.fund, accounts.TO_FUNDS, found.amount, day)
    for fund, debit, credit, side in pairs(found):
        ledger.post(
            fund,
            f"reserve_{found.kind}",
            [
                ledger.Posting(
                    0, debit, credit, found.amount, month_of(day), fund.region_id, heads=0
                )
            ],
            source=source(found, side),
            on=day,
            by=by,
            exact=True,
        )


def _allowed(found: ReserveMove, on: date | None = None) -> None:
    """The rules of use."""
    fund, day = found.fund, on or timezone.localdate()
    if found.kind == Kind.GRANT:
        to = found.to
        if fund.branch != Public.RESERVE or to is None or to.branch != Branch.PENSION:
            raise Refused(
                _("The nation's reserve supplements funds of old-age insurance, and nothing else."),
                fix=_("Choose the reserve as the payer and a fund of old-age insurance."),
                code="grant_not_allowed",
            )
        stands = standing(to, day)
        if not stands.found.below:
            raise _above(to, stands)
        return
    if fund.branch not in ASIDE:
        raise Refused(
            _("%(fund)s sets nothing aside for risk.") % {"fund": fund}, code="nothing_set_aside"
        )
    stands = standing(fund, day)
    if found.kind == Kind.ASIDE:
        free = stands.held - stands.aside
        if found.amount > free:
            raise Refused(
                _("The fund holds less than that beyond what is set aside."),
                fix=_("Set less aside."),
                code="not_enough_to_set_aside",
                free=free,
            )
    elif found.amount > stands.aside:
        raise Refused(_("Less than that is set aside."), code="not_enough_set_aside")
    elif fund.branch == Branch.MEDICAL and not stands.found.below:
        raise _above(fund, stands)


def _above(fund: Fund, stands: Standing) -> Refused:
    return Refused(
        _("%(fund)s can pay %(months)s months; its line is %(line)s.")
        % {"fund": fund, "months": stands.found.months, "line": stands.line},
        fix=_("The reserve is used once the fund is below its line."),
        code="above_the_line",
    )


def _held(move_id: int, state: str) -> ReserveMove:
    found = (
        ReserveMove.objects.select_for_update(no_key=True, of=("self",))
        .select_related("fund__region", "to__region")
        .filter(pk=move_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such use of a reserve."), code="no_move")
    if found.state != state:
        raise Conflict(
            _("This is: %(state)s.") % {"state": found.get_state_display()},
            fix=_("Open it again to see where it stands."),
            code="moved_on",
        )
    return found


def _record(by: User, act: str, found: ReserveMove, reason: str = "") -> None:
    audit.record(
        by=by,
        act=act,
        subject=found,
        region=found.fund.region_id,
        reason=reason,
        kind=found.kind,
        amount=found.amount,
        to=found.to_id,
        document=found.document,
    )
