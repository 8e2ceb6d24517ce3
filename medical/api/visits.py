"""A visit from admission to settlement, each step a message; what was lost on the way is taken back."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.queries import by_resident_id
from medical.models import FUND_SHARES, PERSON_SHARES, Away, Encounter, Provider
from medical.queries import bills as queries
from medical.services import settling
from medical.services.settling import messages
from socsec.office.api import PROBLEM
from socsec.office.errors import Refused, Text, say
from socsec.office.models import User

from .messages import Done, Message, ProviderView, message, read
from .shapes import (
    BillOut,
    DischargeIn,
    PayFromIn,
    SettledOut,
    SettleIn,
    TakeBackIn,
    UndoneOut,
    VisitIn,
    VisitLinesIn,
    VisitLinesOut,
    VisitOut,
)

SHOWN = (
    "total",
    "uncovered",
    "over_limit",
    "first_self_pay",
    "in_scope",
    "deductible",
    *FUND_SHARES,
    "fund_pay",
    "person_pay",
    *PERSON_SHARES,
)
# What a provider may say and the office knows better.
CHECKED = ("away", "disease")
NOT_TOLD = ("msgid", "resident_id", *CHECKED)


@message(
    "admit",
    "visits_admit",
    "Begin a visit or a stay of an insured person",
    reads=VisitIn,
    answers=VisitOut,
    status=201,
)
class Visits(Message):
    def do(self, by: User, subject: Provider, said: dict[str, Any]) -> Done:
        person = by_resident_id(said["resident_id"].upper())
        if person is None:
            raise Refused(
                _("Nobody is insured under this number."),
                code="not_covered",
                field="resident_id",
                fix=_("Check the number on the card."),
            )
        told = {key: value for key, value in said.items() if key not in NOT_TOLD}
        told["emergency"] |= said.get("away") == Away.EMERGENCY
        made = settling.admit(by=by, provider=subject, person=person, **told)
        made.refresh_from_db()
        made.noted = _noted(made, said)  # type: ignore[attr-defined]  # what the answer adds
        return VisitOut(made).data, made


class Visit(ProviderView):
    scopes: ClassVar = {"GET": "bills:read"}

    @extend_schema(
        operation_id="visit",
        tags=["medical"],
        summary="A visit and how far it is",
        responses={200: VisitOut, 403: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        return Response(VisitOut(self.visit(self.provider(request), public_id)).data)


@message(
    "charge",
    "visit_charge",
    "Put lines on the bill of an open visit: all of them or none",
    reads=VisitLinesIn,
    answers=VisitLinesOut,
    status=201,
)
class VisitLines(Message):
    def do(self, by: User, subject: Encounter, said: dict[str, Any]) -> Done:
        charges = [
            settling.Charge(
                **{
                    **line,
                    "quantity": int(line["quantity"].scaleb(4)),
                    "price": int(line["price"].scaleb(4)),
                }
            )
            for line in said["lines"]
        ]
        made = settling.charge(by=by, encounter=subject, charges=charges)
        return {"lines": [line.number for line in made]}, subject


@message(
    "discharge",
    "visit_discharge",
    "End a visit or a stay",
    reads=DischargeIn,
    answers=VisitOut,
)
class VisitDischarge(Message):
    def do(self, by: User, subject: Encounter, said: dict[str, Any]) -> Done:
        ended = settling.discharge(
            by=by, encounter=subject, closed_at=said["closed_at"], diagnosis=said["diagnosis"]
        )
        return VisitOut(ended).data, ended


class VisitPreview(ProviderView):
    scopes: ClassVar = {"GET": "bills:read"}

    @extend_schema(
        operation_id="visit_preview",
        tags=["medical"],
        summary="What settling now would come to; nothing is written",
        parameters=[PayFromIn],
        responses={200: BillOut, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        shown = settling.preview(
            by=request.user,
            encounter=self.visit(self.provider(request), public_id),
            pay_from=_choice(read(PayFromIn, request.query_params)),
        )
        return Response(
            BillOut({"parts": _parts((each.year, each.amounts) for each in shown)}).data
        )


@message(
    "settle",
    "visit_settle",
    "Settle the bill of a visit that has ended",
    reads=SettleIn,
    answers=SettledOut,
    status=201,
)
class VisitSettle(Message):
    def do(self, by: User, subject: Encounter, said: dict[str, Any]) -> Done:
        made = settling.settle(by=by, encounter=subject, pay_from=_choice(said))
        drawn = any(row.account_pay or row.family_pay for row in made)
        answer = {
            "parts": _parts((row.year, vars(row)) for row in made),
            "accounts": queries.paid_from(subject.pk) if drawn else [],
        }
        return SettledOut(answer).data, subject


@message(
    "reverse",
    "visit_reverse",
    "Take a settlement back; the visit can be settled again",
    reads=TakeBackIn,
    answers=VisitOut,
)
class VisitReverse(Message):
    def do(self, by: User, subject: Encounter, said: dict[str, Any]) -> Done:
        settling.reverse(by=by, encounter=subject, reason=said["reason"])
        subject.refresh_from_db()
        return VisitOut(subject).data, subject


class MessageUndo(ProviderView):
    scopes: ClassVar = {"POST": "bills:write"}

    @extend_schema(
        operation_id="message_undo",
        tags=["medical"],
        summary="Take a message back whose answer was lost",
        description="For admitting, charging and settling. Asked again, it says the same.",
        request=None,
        responses={200: UndoneOut, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, msgid: str) -> Response:
        row = messages.undo(by=request.user, provider=self.provider(request), msgid=msgid)
        return Response(UndoneOut({"msgid": row.msgid, "undone_at": row.undone_at}).data)


def _noted(made: Encounter, said: dict[str, Any]) -> list[Text]:
    return [
        say(
            _("%(what)s: on file is %(value)s, and that counts."),
            what=Encounter._meta.get_field(name).verbose_name,
            value=getattr(made, f"get_{name}_display")(),
        )
        for name in CHECKED
        if name in said and said[name] != getattr(made, name)
    ]


def _choice(said: dict[str, Any]) -> settling.Choice:
    return settling.Choice(own=said["use_account"], family=said["use_family"])


def _parts(rows: Iterable[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    return [{"year": year, **{name: amounts[name] for name in SHOWN}} for year, amounts in rows]
