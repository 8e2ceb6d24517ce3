"""Loading the chart of accounts, the matrix of flows and the lines of statements from `funds/reference/`.

Runs after every `migrate`, and changes nothing the second time. A number keeps its meaning for
ever: a file that moves an account to another element or side is refused.
"""

from pathlib import Path

import yaml
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from funds.models import Account, AccountCode, FlowRule, StatementLine, Status
from socsec.kernel.regions import NATION
from socsec.office.errors import Conflict

FILES = Path(__file__).resolve().parents[1] / "reference"
DEBIT_ELEMENTS = {Account.Element.ASSET, Account.Element.EXPENSE}


@transaction.atomic
def load(folder: Path = FILES) -> None:
    """Bring the database's chart, matrix and statements up to the files."""
    _chart(yaml.safe_load((folder / "chart.yaml").read_text("utf-8")))
    _matrix(yaml.safe_load((folder / "flows.yaml").read_text("utf-8")))
    _statements(yaml.safe_load((folder / "statements.yaml").read_text("utf-8")))


def _chart(entries: list[dict]) -> None:
    there = Account.objects.in_bulk()
    accounts, codes = [], []
    for entry in entries:
        account = Account(
            number=entry["number"],
            name_zh=entry["zh"],
            name_en=entry["en"],
            element=Account.Element(entry["element"]),
            debit_normal=entry.get("debit_normal", entry["element"] in DEBIT_ELEMENTS),
            guarded=entry.get("guarded", False),
            books=entry.get("books", []),
            law_zh=entry.get("law", {}).get("zh", ""),
            law_en=entry.get("law", {}).get("en", ""),
        )
        before = there.get(account.number)
        if before and (before.element, before.debit_normal) != (
            account.element,
            account.debit_normal,
        ):
            raise Conflict(
                _("Account number %(number)s means something else already.")
                % {"number": account.number},
                fix=_("Give the new account a number of its own."),
                code="account_number_taken",
            )
        accounts.append(account)
        codes += [
            AccountCode(
                account=account,
                branch=code.get("branch"),
                scheme=code.get("scheme"),
                since=code["from"],
                code=code["code"],
                title=code["title"],
                law=code["law"],
                status=code["status"],
            )
            for code in entry.get("codes", [])
        ]
    Account.objects.bulk_create(
        accounts,
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=["name_zh", "name_en", "guarded", "books", "law_zh", "law_en"],
    )
    AccountCode.objects.bulk_create(
        codes,
        update_conflicts=True,
        unique_fields=["account", "branch", "scheme", "since"],
        update_fields=["code", "title", "law", "status"],
    )


def _matrix(entries: list[dict]) -> None:
    FlowRule.objects.bulk_create(
        [
            FlowRule(
                debit_id=entry["debit"],
                credit_id=entry["credit"],
                branch=entry.get("branch"),
                region=entry.get("region", NATION),
                since=entry["from"],
                allowed=entry.get("allowed", True),
                purpose_zh=entry["zh"],
                purpose_en=entry["en"],
                law=entry["law"],
                status=entry["status"],
            )
            for entry in entries
        ],
        update_conflicts=True,
        unique_fields=["debit", "credit", "branch", "region", "since"],
        update_fields=["allowed", "purpose_zh", "purpose_en", "law", "status"],
    )


def _statements(entries: list[dict]) -> None:
    StatementLine.objects.bulk_create(
        [
            StatementLine(
                statement=entry["statement"],
                element=entry["element"],
                place=entry["place"],
                since=entry["from"],
                branch=entry.get("branch"),
                name_zh=entry["zh"],
                name_en=entry["en"],
                accounts=entry["accounts"],
                between_levels=entry.get("between_levels", False),
                law=entry.get("law", "财会〔2017〕28号"),
                status=entry.get("status", Status.UNVERIFIED),
            )
            for entry in entries
        ],
        update_conflicts=True,
        unique_fields=["statement", "place", "branch", "since"],
        update_fields=[
            "element",
            "name_zh",
            "name_en",
            "accounts",
            "between_levels",
            "law",
            "status",
        ],
    )
