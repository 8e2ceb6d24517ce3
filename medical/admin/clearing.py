"""The desk's pages of clearings between regions: what each side owes, disputed line by line, agreed, paid."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from medical.models import ClearingLine, ClearingStatement
from medical.queries import clearing as queries
from medical.services import clearing
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office import menu
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, row_url, staff
from socsec.office.desk_forms import PlainForm, pick, text
from socsec.office.display import day_plain
from socsec.office.forms import DateField, ScreenForm
from socsec.office.models import User
from socsec.office.queues import Queue
from socsec.office.tables import Row, Table, facts

State, Line = ClearingStatement.State, ClearingLine.State
SHOWN = 200


class ReceiveForm(ScreenForm):
    on = DateField(label=_("Received on"))


class DisputeForm(ScreenForm):
    reason = text(_("Why it is not owed"), max_length=200)


class AnswerForm(ScreenForm):
    concede = pick(_("It is"), [("", _("owed")), ("1", _("not owed"))], required=False)
    text = text(_("Why"), max_length=200)


@admin.register(ClearingStatement)
class ClearingStatementAdmin(Queue):
    read_act = "clearing.read"
    region_field = None
    list_display: ClassVar = ["between", "month_", "state", "one_owes", "other_owes", "net_"]
    list_filter: ClassVar = ["state"]
    fields: ClassVar = ["month"]
    verbs: ClassVar = {
        "agree": (
            "clearing.agree",
            _("Agree for our side"),
            (State.OPEN,),
            PlainForm,
            _("Once both sides have agreed it stands in both books and is paid net."),
            False,
        ),
        "order": (
            "payment.draft",
            _("Order the net"),
            (State.AGREED,),
            PlainForm,
            _("A second person releases the payment."),
            False,
        ),
        "receive": (
            "clearing.receive",
            _("Book what came in"),
            (State.AGREED,),
            ReceiveForm,
            "",
            False,
        ),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[ClearingStatement]:
        return queries.statements(request.user)

    @admin.display(description=_("between"))
    def between(self, row: ClearingStatement) -> str:
        return f"{row.low} – {row.high}"

    @admin.display(description=_("month"), ordering="month")
    def month_(self, row: ClearingStatement) -> str:
        return format_month(row.month)

    @admin.display(description=_("the one owes"))
    def one_owes(self, row: ClearingStatement) -> str:
        return yuan(row.low_owes)

    @admin.display(description=_("the other owes"))
    def other_owes(self, row: ClearingStatement) -> str:
        return yuan(row.high_owes)

    @admin.display(description=_("net"))
    def net_(self, row: ClearingStatement) -> str:
        return yuan(abs(row.net))

    def buttons(self, request: HttpRequest, obj: ClearingStatement | None) -> list[Button]:
        if obj is None:
            return []
        user = staff(request)
        ours = {
            "agree": [
                getattr(obj, f"{side}_region")
                for side in ("low", "high")
                if getattr(obj, f"{side}_agreed_by_id") is None
            ],
            "order": [obj.payer.region_id] if obj.envelope_id is None else [],
            "receive": [obj.payee.region_id] if obj.envelope_id else [],
        }
        return [
            Button(label, reverse(self.name(verb), args=[obj.pk]), main=verb == "agree")
            for verb, (act, label, states, *_rest) in self.verbs.items()
            if obj.state in states and any(may(user, act, region) for region in ours[verb])
        ]

    def asking(self, verb: str, request: HttpRequest, row: Any) -> dict[str, Any]:
        return {"initial": {"on": timezone.localdate()}} if verb == "receive" else {}

    def context(self, request: HttpRequest, obj: ClearingStatement) -> dict[str, Any]:
        return {
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Month"), format_month(obj.month)),
                (_("Net"), f"{obj.payer} → {obj.payee}: {yuan(abs(obj.net))}" if obj.net else "0"),
                (_("Payment"), obj.envelope, row_url(obj.envelope)) if obj.envelope else ("", ""),
                (_("Received"), day_plain(obj.received_on) if obj.received_on else ""),
            ),
            "tables": [_sides(obj), _lines(staff(request), obj)],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("line/<int:pk>/dispute/", guard(dispute), name="medical_clearing_dispute"),
            path("line/<int:pk>/answer/", guard(answer), name="medical_clearing_answer"),
            *super().get_urls(),
        ]

    def do_agree(self, request: HttpRequest, row: ClearingStatement, said: Any) -> str:
        made = clearing.agree(by=staff(request), statement=row)
        if made.state == State.OPEN:
            return _now("Agreed for your side. The other side has still to agree.")
        return _now("Both sides have agreed.")

    def do_order(self, request: HttpRequest, row: ClearingStatement, said: Any) -> None:
        clearing.order(by=staff(request), statement=row)

    def do_receive(self, request: HttpRequest, row: ClearingStatement, said: Any) -> None:
        clearing.receive(by=staff(request), statement=row, on=said["on"])


def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Our side does not owe a line, and says why."""
    line = _line(request, pk)

    def do(said: dict[str, Any]) -> str:
        clearing.dispute(by=staff(request), line=line, reason=said["reason"])
        return _now("Disputed. The other side answers.")

    return _deed(request, line, _("Dispute the line"), DisputeForm, do)


def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Our side concedes a line that the other disputes, or says why it is owed."""
    line = _line(request, pk)

    def do(said: dict[str, Any]) -> str:
        clearing.answer(
            by=staff(request), line=line, concede=bool(said["concede"]), text=said["text"]
        )
        return _now("Answered.")

    return _deed(request, line, _("Answer"), AnswerForm, do)


def _line(request: HttpRequest, pk: int) -> ClearingLine:
    found = ClearingLine.objects.filter(statement__in=queries.statements(request.user))
    return get_object_or_404(found.select_related("statement__low", "statement__high"), pk=pk)


def _deed(
    request: HttpRequest, line: ClearingLine, title: Any, form: type[ScreenForm], do: Any
) -> HttpResponse:
    bill = line.settlement.encounter
    return Deed(
        title=title,
        act="clearing.dispute",
        button=title,
        do=do,
        form=form,
        lead=f"{bill.provider} · {bill.number} · {yuan(line.amount)} {line.reason}",
        back=row_url(line.statement),
        crumbs=[
            Crumb(_("Clearing between regions"), list_url(ClearingStatement)),
            Crumb(str(line.statement), row_url(line.statement)),
        ],
    ).answer(request)


def _sides(row: ClearingStatement) -> Table:
    return Table(
        _("Both sides"),
        [_("Fund"), _("Owes, yuan"), _("Agreed for it by"), _("Agreed on")],
        [
            Row(
                [str(fund), yuan(owes), by or "—", day_plain(timezone.localdate(at)) if at else "—"]
            )
            for fund, owes, by, at in (
                (row.low, row.low_owes, row.low_agreed_by, row.low_agreed_at),
                (row.high, row.high_owes, row.high_agreed_by, row.high_agreed_at),
            )
        ],
        "",
        (1,),
    )


def _lines(user: User, row: ClearingStatement) -> Table:
    found = queries.lines(row)
    count = row.lines.count()
    return Table(
        _("Bills of the clearing")
        if count <= SHOWN
        else _now("The first %(shown)s of %(count)s bills") % {"shown": SHOWN, "count": count},
        [_("Bill"), _("Owed by"), _("Yuan"), _("State"), _("Reason and answer")],
        [
            Row(
                [
                    f"{line.settlement.encounter.provider} · {line.settlement.encounter.number}",
                    str((row.low if line.owed_by_low else row.high).region),
                    yuan(line.amount),
                    line.get_state_display(),
                    " · ".join(filter(None, (line.reason, line.answer))),
                ],
                url=_way(user, row, line),
            )
            for line in found[:SHOWN]
        ],
        _("None."),
        (2,),
    )


def _way(user: User, row: ClearingStatement, line: ClearingLine) -> str:
    """Where this user goes on with a line: to dispute it, to answer; nowhere for others."""
    if row.state != State.OPEN:
        return ""
    debtor, creditor = row.low_region, row.high_region
    if not line.owed_by_low:
        debtor, creditor = creditor, debtor
    if line.state == Line.DISPUTED:
        there, name = creditor, "admin:medical_clearing_answer"
    elif line.state == Line.OWED and line.answered_by_id is None:
        there, name = debtor, "admin:medical_clearing_dispute"
    else:
        return ""
    return reverse(name, args=[line.pk]) if may(user, "clearing.dispute", there) else ""


def hang() -> None:
    """Hang the list into the sidebar."""
    menu.place(
        menu.Place(
            "clearings",
            menu.Group.PROVIDERS,
            13,
            _("Clearing between regions"),
            "admin:medical_clearingstatement_changelist",
            "compare_arrows",
            "clearing.read",
            queries.to_agree,
        )
    )
