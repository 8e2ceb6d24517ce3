"""The verbs of either office on a transfer: when each is offered, what it asks, what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pensions.models import (
    Transfer,
    TransferKind,
    TransferState,
    TransferStep,
)
from pensions.services import transfers
from socsec.office.access import may
from socsec.office.desk import Button
from socsec.office.desk_forms import pick, text
from socsec.office.forms import DateField, MoneyField, ScreenForm
from socsec.office.models import Case, User

State, Step = TransferState, TransferStep
RECEIVED, ASSESSED = Case.State.RECEIVED, Case.State.ASSESSED


class TextForm(ScreenForm):
    text = forms.CharField(
        label=_("Text"), max_length=200, widget=forms.Textarea(attrs={"class": "input", "rows": 3})
    )


class ReasonForm(ScreenForm):
    reason = pick(_("Reason"), transfers.STAFF_REASONS)


class RefusalForm(ScreenForm):
    reason = pick(_("Reason"), [(code, text) for code, (text, _law) in transfers.REFUSALS.items()])


class ArriveForm(ScreenForm):
    amount = MoneyField(label=_("Amount, yuan"))
    on = DateField(label=_("Day of receipt"))
    reference = text(_("Bank reference"), max_length=64)


class BackForm(ScreenForm):
    on = DateField(label=_("Day of receipt"))
    reference = text(_("Bank reference"), max_length=64)


def cases_of(transfer: Transfer) -> dict[str, Case]:
    """The latest case of each step."""
    return {each.step: each.case for each in transfer.cases.select_related("case__office")}


@dataclass(frozen=True)
class Verb:
    """One verb: when it is offered, at whose office, and what it asks and does."""

    act: str
    label: Any
    state: str
    step: TransferStep | None
    case_state: str
    side: str  # "from" or "to"
    form: type[ScreenForm]
    do: Callable[..., Any]
    said: Any
    lead: Any = ""
    main: bool = True
    stop: bool = False

    def fits(self, user: User, transfer: Transfer, cases: dict[str, Case]) -> bool:
        region = transfer.from_region if self.side == "from" else transfer.to_region
        if transfer.state != self.state or not may(user, self.act, region):
            return False
        case = cases.get(self.step or "")
        return self.step is None or (case is not None and case.state == self.case_state)


VERBS: dict[str, Verb] = {
    "propose": Verb(
        *("case.assess", _("Prepare for a check"), State.ASKED, Step.ASK, RECEIVED, "to"),
        *(ScreenForm, transfers.propose_link, _("Prepared. A colleague checks it.")),
    ),
    "agree": Verb(
        *("case.check", _("Agree"), State.ASKED, Step.ASK, ASSESSED, "to"),
        *(ScreenForm, transfers.accept_link, _("Agreed. The old place draws up its form.")),
    ),
    "disagree": Verb(
        *("case.check", _("Refuse the request"), State.ASKED, Step.ASK, ASSESSED, "to"),
        *(RefusalForm, transfers.refuse_link, _("Refused. Everything stays as it was.")),
        main=False,
        stop=True,
    ),
    "assess": Verb(
        *("case.assess", _("Draw up the form"), State.DUE, Step.SEND, RECEIVED, "from"),
        *(ScreenForm, transfers.assess, _("Drawn up. A colleague must check it now.")),
        lead=_("Months, account and money are read from the books of this place."),
    ),
    "send": Verb(
        *("case.check", _("Send and pay"), State.DUE, Step.SEND, ASSESSED, "from"),
        *(ScreenForm, transfers.send, _("Sent. A colleague releases the payment to the bank.")),
        lead=_("The account is closed, and the money is ordered to the account of the new place."),
    ),
    "return": Verb(
        *("case.check", _("Send back"), State.DUE, Step.SEND, ASSESSED, "from"),
        *(TextForm, transfers.send_back, _("Sent back.")),
        main=False,
    ),
    "refuse": Verb(
        *("case.check", _("Refuse the transfer"), State.DUE, Step.SEND, ASSESSED, "from"),
        *(ReasonForm, transfers.give_up, _("Refused. Everything stays as it was.")),
        lead=_("A record that moved goes back to this place."),
        main=False,
        stop=True,
    ),
    "recall": Verb(
        *("case.check", _("Take the form back"), State.SENT, None, "", "from"),
        *(TextForm, transfers.recall, _("Taken back. The account is as it was.")),
        lead=_("Only what the bank has not paid, or has returned, can be taken back."),
        main=False,
        stop=True,
    ),
    "stop": Verb(
        *("case.check", _("Take the form back"), State.BACK, None, "", "from"),
        *(TextForm, transfers.recall, _("Taken back. The account is as it was.")),
        lead=_("Only what the bank has not paid, or has returned, can be taken back."),
        main=False,
        stop=True,
    ),
    "arrive": Verb(
        *("ledger.post", _("Book the arrival"), State.SENT, None, "", "to"),
        *(ArriveForm, transfers.arrive, _("Booked. A colleague compares form and money.")),
        lead=_("Exactly what the form says, or nothing."),
    ),
    "compare": Verb(
        *("case.assess", _("Form and money agree"), State.ARRIVED, Step.RECEIVE, RECEIVED, "to"),
        *(ScreenForm, transfers.compare, _("Prepared. A colleague checks it.")),
    ),
    "take": Verb(
        *("case.check", _("Take over"), State.ARRIVED, Step.RECEIVE, ASSESSED, "to"),
        *(ScreenForm, transfers.take_over, _("Taken over. The account is open here.")),
    ),
    "recheck": Verb(
        *("case.check", _("Send back"), State.ARRIVED, Step.RECEIVE, ASSESSED, "to"),
        *(TextForm, transfers.send_back, _("Sent back.")),
        main=False,
    ),
    "reject": Verb(
        *("case.check", _("Reject the form"), State.ARRIVED, Step.RECEIVE, ASSESSED, "to"),
        *(ReasonForm, transfers.reject, _("Rejected. The money goes back by the way it came.")),
        main=False,
        stop=True,
    ),
    "came-back": Verb(
        *("ledger.post", _("Book the return"), State.BACK, None, "", "from"),
        *(BackForm, transfers.came_back, _("Booked. The account is as it was.")),
    ),
    "refund": Verb(
        *("payment.draft", _("Pay the person"), State.DONE, None, "", "from"),
        *(ScreenForm, transfers.pay_refund, _("Ordered. A colleague releases it to the bank.")),
        lead=_("What was paid for months that are insured twice goes to the person."),
    ),
    "plan-paid": Verb(
        *("ledger.post", _("The plan was paid"), State.SENT, None, "", "from"),
        *(ScreenForm, transfers.plan_paid, _("Finished. The annuity lies with the plan.")),
        lead=_("The bank has paid the enterprise's plan; the annuity lies there from now on."),
    ),
    "withdraw": Verb(
        *("case.withdraw", _("Withdraw"), State.ASKED, None, "", "to"),
        *(TextForm, transfers.withdraw_link, _("Withdrawn. Everything stays as it was.")),
        main=False,
        stop=True,
    ),
}


def offered(user: User, transfer: Transfer) -> list[Button]:
    """The verbs that this user may press on a transfer now."""
    cases = cases_of(transfer)
    return [
        Button(
            verb.label,
            reverse("admin:pensions_transfer_verb", args=[transfer.pk, slug]),
            main=verb.main,
            stop=verb.stop,
        )
        for slug, verb in VERBS.items()
        if verb.fits(user, transfer, cases)
        and (slug != "refund" or (transfer.refund and transfer.refund_envelope_id is None))
        and (slug != "recall" or transfer.from_fund_id is not None)
        and (slug != "arrive" or transfer.to_fund_id is not None)
        and (
            slug != "plan-paid"
            or (transfer.kind == TransferKind.ANNUITY and transfer.to_fund_id is None)
        )
    ]
