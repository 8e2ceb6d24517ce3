"""What budgets and final accounts promise."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import Account, Budget, FinalAccounts
from funds.services import final
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding


def budgets() -> Iterator[Finding]:
    """Nothing was spent without a head of the year's budget, or beyond it, and plans were kept."""
    for budget in Budget.objects.filter(state=Budget.State.APPROVED).select_related("fund__region"):
        for line in queries.execution(budget.fund, budget.year):
            if line.account.element == Account.Element.EXPENSE and line.left < 0:
                yield Finding(
                    "over_budget" if line.planned else "no_budget_head",
                    f"fund {budget.fund_id}, {budget.year}, account {line.account.number}",
                    say(
                        _("Planned were %(planned)s yuan, spent and ordered are %(used)s."),
                        planned=yuan(line.planned),
                        used=yuan(line.done + line.ordered),
                    ),
                )


def final_accounts() -> Iterator[Finding]:
    """Final accounts hold what the books of their year hold, under the fingerprint that was approved."""
    for found in FinalAccounts.objects.select_related("fund__region"):
        if final.fingerprint(found.content) != found.digest:
            yield Finding(
                "final_changed", f"final accounts {found.pk}", _("They are not what was approved.")
            )
        elif _figures(final.content(found.fund, found.year)) != _figures(found.content):
            yield Finding(
                "final_differs",
                f"final accounts {found.pk}",
                _("The books of the year say something else."),
            )


def _figures(content: dict[str, Any]) -> dict[str, list[Any]]:
    """Without names, which the chart may change."""
    return {part: [row[1:] for row in content[part]] for part in ("balance", "income", "execution")}
