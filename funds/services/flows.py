"""The matrix of allowed flows (收支两条线): what no rule allows is forbidden."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from funds.models import Account, FlowRule, Fund
from socsec.kernel import regions
from socsec.office.errors import Refused

Pair = tuple[int, int]


class Matrix:
    """The rules, asked without the database."""

    def __init__(self, rules: Iterable[FlowRule]) -> None:
        self.rules: dict[Pair, list[FlowRule]] = {}
        for rule in rules:
            self.rules.setdefault((rule.debit_id, rule.credit_id), []).append(rule)

    def accounts(self, pair: Pair) -> tuple[Account, Account]:
        """The two accounts of a pair that some rule names."""
        rule = self.rules[pair][0]
        return rule.debit, rule.credit

    def onward(self, fund: Fund, credit: int, on: date) -> list[int]:
        """The accounts to which this fund may move what stands on `credit`, that day."""
        return sorted(
            pair[0] for pair in self.rules if pair[1] == credit and self.allows(fund, pair, on)
        )

    def allows(self, fund: Fund, pair: Pair, on: date) -> bool:
        """Whether this fund may move anything from the credited to the debited account that day."""
        deciding = max(
            (
                rule
                for rule in self.rules.get(pair, ())
                if rule.since <= on
                and rule.branch in (None, fund.branch)
                and regions.covers(rule.region, fund.region_id)
            ),
            key=lambda rule: (rule.reach, rule.since),
            default=None,
        )
        return deciding is not None and deciding.allowed


def check(
    fund: Fund, pairs: set[Pair], within: set[str], on: date, *, opposite: bool = False
) -> None:
    """Raise `Refused` for a flow that the matrix forbids, or a region outside the fund's.

    A reversal (`opposite`) may flow back wherever the original was allowed to flow.
    """
    asked = {(credit, debit) for debit, credit in pairs} if opposite else pairs
    matrix = Matrix(
        FlowRule.objects.filter(
            debit__in={debit for debit, _credit in asked},
            credit__in={credit for _debit, credit in asked},
        ).select_related("debit", "credit")
    )
    if wrong := {pair for pair in asked if not matrix.allows(fund, pair, on)}:
        raise _forbidden(fund, sorted(wrong), on)
    for account in (each for pair in sorted(asked) for each in matrix.accounts(pair)):
        if not account.kept_by(fund.branch, fund.scheme):
            raise Refused(
                _("%(fund)s has no account “%(account)s”.") % {"fund": fund, "account": account},
                fix=_("Use an account that the chart of this branch and scheme has."),
                code="account_not_kept",
                account=account.number,
            )
    if outside := {code for code in within if not regions.covers(fund.region_id, code)}:
        raise Refused(
            _("Region %(region)s is not part of %(fund)s.")
            % {"region": min(outside), "fund": fund},
            code="region_outside_fund",
        )


def _forbidden(fund: Fund, wrong: list[Pair], on: date) -> Refused:
    """The refusal: which article forbids the first of the flows, and where the money may go."""
    names = {account.number: account for account in Account.objects.all()}
    debit, credit = wrong[0]
    paid, taken = names.get(debit), names.get(credit)
    law = next((str(each.law) for each in (taken, paid) if each is not None and each.law), "")
    onward = Matrix(FlowRule.objects.filter(credit=credit)).onward(fund, credit, on)
    words = {
        "fund": fund,
        "credit": taken or credit,
        "debit": paid or debit,
        "law": law,
        "ways": "; ".join(str(names[each]) for each in onward),
    }
    return Refused(
        _("Money of %(fund)s must not go from “%(credit)s” to “%(debit)s” (%(law)s).") % words
        if law
        else _("Money of %(fund)s must not go from “%(credit)s” to “%(debit)s”.") % words,
        fix=_("From “%(credit)s” it may go to: %(ways)s.") % words
        if onward
        else _("Use the accounts that the matrix of allowed flows names."),
        code="forbidden_flow",
        pairs=wrong,
        law=law,
    )
