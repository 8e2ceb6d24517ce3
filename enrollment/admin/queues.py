"""The desk's queues of collection: unmatched money, refunds, waivers, agreements, with their verbs."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement, Refund, UnmatchedReceipt, Waiver
from enrollment.services.collection import agreements, refunds, unmatched, waivers
from enrollment.services.revision import paid_twice
from funds.models import Branch
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office import desk_forms
from socsec.office.access import may
from socsec.office.desk import Button, row_url, staff
from socsec.office.desk_forms import PlainForm, SayForm
from socsec.office.display import day_plain, moment
from socsec.office.errors import NotFound
from socsec.office.forms import ScreenForm
from socsec.office.queues import Queue
from socsec.office.tables import Row, Table, facts

from .debts import payer_url


class MatchForm(ScreenForm):
    code = desk_forms.text(
        _("Credit code of the employer, or ID number of the person"), max_length=40
    )
    note = desk_forms.text(_("How you found out"), max_length=120)


class Collected(Queue):
    """A queue of amounts."""

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, row: Any) -> str:
        return yuan(row.amount)


def branch_name(number: int | None) -> str:
    return str(Branch(number).label) if number else _now("every one")


@admin.register(UnmatchedReceipt)
class UnmatchedReceiptAdmin(Collected):
    read_act = "receipt.read"
    list_display: ClassVar = [
        "reference",
        "masked",
        "payer_name",
        "money",
        "received_on",
        "why",
        "state",
    ]
    search_fields: ClassVar = ["reference"]
    verbs: ClassVar = {
        "match": (
            "receipt.enter",
            _("Match to a payer"),
            ("open",),
            MatchForm,
            _("The money is taken for what this payer owes; the rest is their credit."),
            False,
        ),
        "back": (
            "receipt.enter",
            _("Propose to send it back"),
            ("open",),
            SayForm,
            _("A second person decides; then it goes back the way it came."),
            True,
        ),
        "send": (
            "refund.decide",
            _("Send it back"),
            ("returning",),
            PlainForm,
            _("The money leaves the fund the way it came."),
            True,
        ),
        "stay": (
            "refund.decide",
            _("Leave it in the queue"),
            ("returning",),
            PlainForm,
            _("It stays unmatched, and its payer is looked for."),
            False,
        ),
    }

    def context(self, request: HttpRequest, obj: UnmatchedReceipt) -> dict[str, Any]:
        return {
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Why it fits nothing"), obj.get_why_display()),
                (_("Number of the payer"), obj.masked),
                (_("Name of the payer"), obj.payer_name),
                (_("Amount"), yuan(obj.amount)),
                (_("Branch"), branch_name(obj.branch)),
                (_("Day received"), day_plain(obj.received_on)),
                (_("File"), obj.file and f"{obj.file} · {obj.line}"),
                (_("How it was settled"), obj.note),
            )
        }

    def do_match(self, request: HttpRequest, row: UnmatchedReceipt, said: dict[str, Any]) -> None:
        payer = unmatched.find_payer(said["code"], row.region)
        if payer is None:
            raise NotFound(_("There is no such payer in the region."), field="code")
        unmatched.match(by=staff(request), unmatched=row, payer=payer, note=said["note"])

    def do_back(self, request: HttpRequest, row: UnmatchedReceipt, said: dict[str, Any]) -> None:
        unmatched.propose_return(by=staff(request), unmatched=row, note=said["note"])

    def do_send(self, request: HttpRequest, row: UnmatchedReceipt, said: dict[str, Any]) -> None:
        unmatched.decide_return(by=staff(request), unmatched=row, back=True)

    def do_stay(self, request: HttpRequest, row: UnmatchedReceipt, said: dict[str, Any]) -> None:
        unmatched.decide_return(by=staff(request), unmatched=row, back=False)


@admin.register(Refund)
class RefundAdmin(Collected):
    read_act = "receipt.read"
    list_display: ClassVar = ["receipt", "who", "money", "way", "state", "why", "asked_at"]
    list_select_related: ClassVar = ["receipt__employer", "receipt__person"]
    verbs: ClassVar = {
        "approve": (
            "refund.decide",
            _("Pay it back"),
            ("asked",),
            PlainForm,
            _(
                "A person gets a payment order, which a colleague releases; an employer's money goes back the way it came."
            ),
            False,
        ),
        "refuse": ("refund.decide", _("Decline"), ("asked",), SayForm, "", True),
        "keep": (
            "refund.ask",
            _("Keep it as credit"),
            ("returned",),
            SayForm,
            _("It is used for what the payer owes next, or asked for again."),
            False,
        ),
    }

    @admin.display(description=_("payer"))
    def who(self, row: Refund) -> str:
        return str(row.receipt.payer)

    @admin.display(description=_("reason"))
    def why(self, row: Refund) -> str:
        """As it was written down; in the reader's language where the system wrote it."""
        return _now(row.reason) if row.reason == paid_twice.REASON else row.reason

    def context(self, request: HttpRequest, obj: Refund) -> dict[str, Any]:
        batch = ""
        if obj.batch_id and may(request.user, "payment.read"):
            batch = reverse("admin:funds_paymentbatch_change", args=[obj.batch_id])
        return {
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Paid by"), obj.receipt.payer, payer_url(obj.receipt.payer)),
                (_("Amount"), yuan(obj.amount)),
                (_("Way"), obj.get_way_display()),
                (_("Receipt"), obj.receipt, row_url(obj.receipt)),
                (_("Reason"), self.why(obj)),
                (_("Asked by"), f"{obj.maker} · {moment(obj.asked_at)}"),
                (_("Checked by"), obj.checker),
                (_("Payment batch"), obj.batch_id, batch),
                (_("Note"), obj.note),
            )
        }

    def do_approve(self, request: HttpRequest, row: Refund, said: dict[str, Any]) -> None:
        refunds.approve(by=staff(request), refund=row)

    def do_refuse(self, request: HttpRequest, row: Refund, said: dict[str, Any]) -> None:
        refunds.refuse(by=staff(request), refund=row, note=said["note"])

    def do_keep(self, request: HttpRequest, row: Refund, said: dict[str, Any]) -> None:
        refunds.keep(by=staff(request), refund=row, note=said["note"])


def _months(first: int, last: int) -> str:
    """One month, or the first and the last."""
    said = format_month(first)
    return said if first == last else f"{said} – {format_month(last)}"


@admin.register(Waiver)
class WaiverAdmin(Collected):
    read_act = "debt.read"
    list_display: ClassVar = ["kind", "who", "money", "reason", "state", "maker", "made_at"]
    list_filter: ClassVar = ["state", "kind"]
    list_select_related: ClassVar = ["employer", "person", "maker"]
    verbs: ClassVar = {
        "approve": (
            "waiver.decide",
            _("Let it off"),
            ("proposed",),
            PlainForm,
            _("Exactly what was proposed is let off, and owed no more."),
            False,
        ),
        "refuse": ("waiver.decide", _("Decline"), ("proposed",), SayForm, "", True),
        "revoke": (
            "waiver.decide",
            _("Take the debt up again"),
            ("approved",),
            SayForm,
            _("It is owed again, as before it was written off."),
            False,
        ),
    }

    @admin.display(description=_("payer"))
    def who(self, row: Waiver) -> str:
        return str(row.payer)

    def buttons(self, request: HttpRequest, obj: Waiver | None) -> list[Button]:
        offered = super().buttons(request, obj)
        if obj is not None and obj.kind != Waiver.Kind.DEBT:
            offered = [each for each in offered if not each.url.endswith("/revoke/")]
        return offered

    def context(self, request: HttpRequest, obj: Waiver) -> dict[str, Any]:
        return {
            "facts": facts(
                (_("Kind"), obj.get_kind_display()),
                (_("State"), obj.get_state_display()),
                (_("Payer"), obj.payer, payer_url(obj.payer)),
                (_("Amount"), yuan(obj.amount)),
                (_("Branch"), branch_name(obj.branch)),
                (_("Contribution months"), _months(obj.first_month, obj.last_month)),
                (_("Reason"), obj.reason),
                (_("Document"), obj.document),
                (_("Proposed by"), f"{obj.maker} · {moment(obj.made_at)}"),
                (_("Checked by"), obj.checker),
                (_("Note"), obj.note),
            )
        }

    def do_approve(self, request: HttpRequest, row: Waiver, said: dict[str, Any]) -> None:
        waivers.approve(by=staff(request), waiver=row)

    def do_refuse(self, request: HttpRequest, row: Waiver, said: dict[str, Any]) -> None:
        waivers.refuse(by=staff(request), waiver=row, note=said["note"])

    def do_revoke(self, request: HttpRequest, row: Waiver, said: dict[str, Any]) -> None:
        waivers.revoke(by=staff(request), waiver=row, note=said["note"])


@admin.register(Agreement)
class AgreementAdmin(Collected):
    read_act = "debt.read"
    list_display: ClassVar = ["who", "total_", "until", "state", "maker", "made_at"]
    list_select_related: ClassVar = ["employer", "person", "maker"]
    verbs: ClassVar = {
        "grant": ("agreement.decide", _("Agree"), ("proposed",), SayForm, "", False),
        "refuse": ("agreement.decide", _("Decline"), ("proposed",), SayForm, "", True),
    }

    @admin.display(description=_("payer"))
    def who(self, row: Agreement) -> str:
        return str(row.payer)

    @admin.display(description=_("total"), ordering="total")
    def total_(self, row: Agreement) -> str:
        return yuan(row.total)

    @admin.display(description=_("up to month"), ordering="last_month")
    def until(self, row: Agreement) -> str:
        return format_month(row.last_month)

    def context(self, request: HttpRequest, obj: Agreement) -> dict[str, Any]:
        return {
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Payer"), obj.payer, payer_url(obj.payer)),
                (_("Total"), yuan(obj.total)),
                (_("Paid since"), yuan(agreements.came_in(obj))),
                (_("Up to month"), format_month(obj.last_month)),
                (
                    _("Surcharge"),
                    _("Stops while it is kept") if obj.stops_surcharge else _("Goes on"),
                ),
                (_("Guarantee"), obj.guarantee),
                (_("Proposed by"), f"{obj.maker} · {moment(obj.made_at)}"),
                (_("Checked by"), obj.checker),
                (_("Note"), obj.note),
            ),
            "tables": [
                Table(
                    _("Instalments"),
                    [_("Instalment no."), _("Due on"), _("Amount")],
                    [
                        Row([each.number, day_plain(each.due_on), yuan(each.amount)])
                        for each in obj.instalments.all()
                    ],
                    _("None."),
                    (2,),
                )
            ],
        }

    def do_grant(self, request: HttpRequest, row: Agreement, said: dict[str, Any]) -> None:
        agreements.decide(by=staff(request), agreement=row, grant=True, note=said["note"])

    def do_refuse(self, request: HttpRequest, row: Agreement, said: dict[str, Any]) -> None:
        agreements.decide(by=staff(request), agreement=row, grant=False, note=said["note"])
