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
        )
    )
    if wrong := {pair for pair in asked if not matrix.allows(fund, pair, on)}:
        names = {account.number: account for account in Account.objects.all()}
        debit, credit = min(wrong)
        raise Refused(
            _("Money of %(fund)s must not go from “%(credit)s” to “%(debit)s”.")
            % {
                "fund": fund,
                "credit": names.get(credit, credit),
                "debit": names.get(debit, debit),
            },
            fix=_("Use the accounts that the matrix of allowed flows names."),
            code="forbidden_flow",
            pairs=sorted(wrong),
        )
    if outside := {code for code in within if not regions.covers(fund.region_id, code)}:
        raise Refused(
            _("Region %(region)s is not part of %(fund)s.")
            % {"region": min(outside), "fund": fund},
            code="region_outside_fund",
        )
