"""What pages of a transfer show, and where it hangs on the pages of persons and cases."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from funds.models import Branch, Fund, PaymentBatch
from pensions import queries
from pensions.models import (
    Transfer,
    TransferKind,
    TransferState,
    TransferStep,
)
from pensions.services import transfers
from socsec.kernel.months import year_of
from socsec.office import case_file, person_file
from socsec.office.access import may
from socsec.office.desk import Button, row_url, seen_url
from socsec.office.models import Case, Region, User

from .verbs import cases_of, offered

State, Step = TransferState, TransferStep
RECEIVED, ASSESSED = Case.State.RECEIVED, Case.State.ASSESSED


def shown(user: User, transfer: Transfer) -> dict[str, Any]:
    """What every page of a transfer shows: where it stands, the money, the months by year."""
    cases = cases_of(transfer)
    steps = list(Step) if transfer.kind == TransferKind.LINK else [Step.SEND, Step.RECEIVE]
    names = {
        each.code: str(each)
        for each in Region.objects.filter(pk__in=(transfer.from_region, transfer.to_region))
    }
    months = list(queries.transfer_months(transfer))

    def payment_of(envelope: PaymentBatch | None) -> str:
        return seen_url(user, envelope, "payment.read", envelope.region if envelope else "")

    return {
        "transfer": transfer,
        "from_name": transfer.from_fund or names.get(transfer.from_region, ""),
        "to_name": transfer.to_fund or names.get(transfer.to_region, ""),
        "path": [(step.label, cases.get(step.value)) for step in steps],
        "sheet": (cases[Step.SEND].sheet if Step.SEND in cases else None)
        or (cases[Step.ASK].sheet if Step.ASK in cases else None),
        "judged": transfers.judge(transfer).document if transfer.state == State.ASKED else None,
        "years": [
            {"year": year, "months": len(rows), "wages": sum(row.base for row in rows)}
            for year, grouped in groupby(months, key=lambda row: year_of(row.month))
            for rows in [list(grouped)]
        ],
        "envelope_url": payment_of(transfer.envelope),
        "refund_url": payment_of(transfer.refund_envelope),
        "reason": transfers.REASONS.get(transfer.reason, ("", ""))[0]
        or transfers.REFUSALS.get(transfer.reason, ("", ""))[0],
    }


def offered_on_case(user: User, case: Case) -> list[Button]:
    transfer = queries.transfer_of(case)
    return offered(user, transfer) if transfer and case.is_open else []


def shown_on_case(user: User, case: Case) -> list[case_file.Panel]:
    transfer = queries.transfer_of(case)
    return [("admin/pensions/_transfer.html", shown(user, transfer))] if transfer else []


def shown_of_person(user: User, person_id: int) -> dict[str, Any] | None:
    rows = [{"row": each, "url": row_url(each)} for each in queries.transfers_of(person_id)]
    return {"rows": rows} if rows else None


def offered_to_person(user: User, person_id: int) -> Iterator[Button]:
    if not may(user, "case.receive"):
        return
    accounts = queries.accounts(person_id)
    if accounts.filter(fund_id__in=Fund.objects.filter(branch=Branch.ANNUITY)).exists():
        yield Button(
            _("Move the annuity"),
            reverse("admin:pensions_transfer_annuity", args=[person_id]),
        )
    if accounts.exists():
        yield Button(
            _("Bring schemes together"),
            reverse("admin:pensions_transfer_link", args=[person_id]),
        )


def hang() -> None:
    """Hang transfers into the pages of persons and cases; called once, when the app is ready."""
    person_file.buttons("transfers", offered_to_person)
    person_file.panel(
        person_file.FilePanel(
            "transfers",
            7,
            _("Transfers of entitlements"),
            "case.read",
            "admin/pensions/_transfers.html",
            shown_of_person,
        )
    )
    for kind in transfers.KINDS.values():
        case_file.hang(kind, buttons=offered_on_case, panels=shown_on_case)
