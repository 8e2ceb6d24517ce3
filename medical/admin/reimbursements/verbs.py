"""What is done to a claim on the page of its case."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from medical.models import ItemKind, Reimbursement
from medical.queries import reimbursements as queries
from medical.services import reimbursing
from medical.services.reimbursing.claims import BEFORE
from socsec.kernel.money import yuan
from socsec.office.desk import Crumb, Deed, staff
from socsec.office.desk_forms import PlainForm
from socsec.office.display import chinese
from socsec.office.forms import ScreenForm
from socsec.office.models import Case, User

from .forms import (
    KIND_WORDS,
    AssessForm,
    BackForm,
    CareForm,
    InvoiceForm,
    LinesForm,
    State,
    StrikeForm,
    TextForm,
    paper_of,
    said_of,
)


def case_url(held: Reimbursement) -> str:
    return reverse("admin:office_case_change", args=[held.pk])


def _care_of(held: Reimbursement) -> dict[str, Any]:
    return {name: getattr(held, name) for name in CareForm.base_fields}


def _today(_held: Reimbursement) -> dict[str, Any]:
    return {"on": timezone.localdate(), "issued_on": timezone.localdate()}


def _cost_list(held: Reimbursement) -> dict[str, Any]:
    """The list as it is, to be corrected."""
    kinds = KIND_WORDS["zh" if chinese() else "en"]
    rows = [
        "\t".join(
            (
                line.day.isoformat(),
                kinds[ItemKind(line.kind)],
                line.code,
                line.name,
                f"{line.quantity / 10_000:g}",
                f"{line.price / 10_000:.4f}",
            )
        )
        for line in held.lines.all()
    ]
    return {"text": "\n".join(rows)}


@dataclass(frozen=True)
class Verb:
    """A page of the case: the act and states it needs, what it asks, what it does with the answers."""

    act: str
    label: Any
    states: tuple[str, ...]
    form: type[ScreenForm]
    do: Callable[[User, Reimbursement, dict[str, Any]], Any]
    main: bool = False
    stop: bool = False
    initial: Callable[[Reimbursement], dict[str, Any]] = lambda held: {}


VERBS: dict[str, Verb] = {
    "complete": Verb(
        "case.assess",
        _("Complete it"),
        (State.RECEIVED,),
        CareForm,
        lambda by, held, said: reimbursing.complete(by=by, claim=held, said=said_of(said)),
        initial=_care_of,
    ),
    "invoice": Verb(
        "case.note",
        _("Add an invoice"),
        BEFORE,
        InvoiceForm,
        lambda by, held, said: reimbursing.add_invoice(by=by, claim=held, invoice=paper_of(said)),
        initial=_today,
    ),
    "lines": Verb(
        "case.assess",
        _("Enter the cost list"),
        (State.RECEIVED,),
        LinesForm,
        lambda by, held, said: reimbursing.enter_lines(by=by, claim=held, text=said["text"]),
        initial=_cost_list,
    ),
    "assess": Verb(
        "case.assess",
        _("Assess"),
        (State.RECEIVED,),
        AssessForm,
        lambda by, held, said: reimbursing.assess(by=by, claim=held, **said),
        main=True,
    ),
    "grant": Verb(
        "case.check",
        _("Grant"),
        (State.ASSESSED,),
        PlainForm,
        lambda by, held, said: reimbursing.grant(by=by, claim=held),
        main=True,
    ),
    "refuse": Verb(
        "case.check",
        _("Refuse"),
        (State.ASSESSED,),
        PlainForm,
        lambda by, held, said: reimbursing.refuse(by=by, claim=held),
        stop=True,
    ),
    "return": Verb(
        "case.check",
        _("Send back"),
        (State.ASSESSED,),
        TextForm,
        lambda by, held, said: reimbursing.send_back(by=by, claim=held, text=said["text"]),
    ),
    "withdraw": Verb(
        "case.withdraw",
        _("Withdraw"),
        Case.OPEN,
        TextForm,
        lambda by, held, said: reimbursing.withdraw(by=by, claim=held, text=said["text"]),
        stop=True,
    ),
    "back": Verb(
        "overpayment.receive",
        _("Book what was paid back"),
        (State.GRANTED,),
        BackForm,
        lambda by, held, said: reimbursing.receive_back(
            by=by, claim=held, share=int(said["share"]), amount=said["amount"], on=said["on"]
        ),
        initial=_today,
    ),
}


def verb(request: HttpRequest, case_id: int, verb: str) -> HttpResponse:
    """What the desk does with a claim, in its state."""
    held = get_object_or_404(queries.claims(request.user), pk=case_id)
    if verb not in VERBS:
        raise Http404
    found = VERBS[verb]

    def do(said: dict[str, Any]) -> Any:
        found.do(staff(request), held, said)
        return _now("Done: %(what)s.") % {"what": found.label}

    proposed = reimbursing.proposal(held) if found.act == "case.check" else {}
    return Deed(
        title=found.label,
        act=found.act,
        button=found.label,
        do=do,
        form=found.form,
        stop=found.stop,
        lead=_lead(proposed),
        initial=found.initial(held),
        back=case_url(held),
        crumbs=_crumbs(held),
    ).answer(request)


def strike(request: HttpRequest, case_id: int, number: int) -> HttpResponse:
    """Do not reimburse a line, and say why."""
    return _of_line(
        request,
        case_id,
        number,
        _("Do not reimburse this line"),
        StrikeForm,
        lambda by, held, said: reimbursing.strike(by=by, claim=held, number=number, **said),
        stop=True,
    )


def restore(request: HttpRequest, case_id: int, number: int) -> HttpResponse:
    """Reimburse it after all."""
    return _of_line(
        request,
        case_id,
        number,
        _("Reimburse this line after all"),
        PlainForm,
        lambda by, held, said: reimbursing.restore(by=by, claim=held, number=number),
    )


def _of_line(
    request: HttpRequest,
    case_id: int,
    number: int,
    title: Any,
    form: type[ScreenForm],
    do: Callable[[User, Reimbursement, dict[str, Any]], Any],
    stop: bool = False,
) -> HttpResponse:
    held = get_object_or_404(queries.claims(request.user), pk=case_id)
    line = get_object_or_404(held.lines, number=number)

    def done(said: dict[str, Any]) -> str:
        do(staff(request), held, said)
        return _now("Done: %(what)s.") % {"what": line.name}

    return Deed(
        title=title,
        act="case.assess",
        button=title,
        do=done,
        form=form,
        stop=stop,
        lead=f"{line.number} · {line.name} · {yuan(line.amount)}",
        back=case_url(held),
        crumbs=_crumbs(held),
    ).answer(request)


def _crumbs(held: Reimbursement) -> list[Crumb]:
    return [Crumb(held.person.name), Crumb(held.case.spaced_number, case_url(held))]


def _lead(proposed: dict[str, Any]) -> Any:
    """What the assessor proposed, in a sentence."""
    if not proposed:
        return ""
    if proposed.get("refusal"):
        words, _law = reimbursing.REASONS[proposed["refusal"]]
        return f"{words} {proposed['finding']}"
    paid = _now("The funds would pay %(amount)s yuan.") % {"amount": yuan(proposed["fund_pay"])}
    return f"{paid} {proposed['finding']}"
