"""What I owe, and paying it online: how much, check, the bank, and what became of it."""

import logging
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enrollment.models import DemandNote, LocalBankOrder, PaymentIntent, Person
from enrollment.queries import debts
from enrollment.services.collection import demand_paper
from enrollment.services.online import local_gateway as bank
from enrollment.services.online import own_payment, paying, purposes
from funds.models import Branch
from socsec.kernel.errors import KernelError
from socsec.kernel.money import format_yuan, parse_yuan
from socsec.office import display
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import MoneyField, Option, PickField, ScreenForm
from socsec.office.portal import person_only, sent

log = logging.getLogger(__name__)

State = PaymentIntent.State
LARGEST = 20_000  # bytes of a message of the bank
ALL, OLDEST, OTHER = "all", "oldest", "other"


class AmountForm(ScreenForm):
    """How much: everything, the oldest month, or another amount."""

    which = PickField(
        label=gettext_lazy("How much do you want to pay?"),
        help_text=gettext_lazy("It is taken for the oldest month first."),
        error_messages={"required": gettext_lazy("Choose how much you want to pay")},
    )
    amount = MoneyField(
        label=gettext_lazy("Another amount, in yuan"),
        required=False,
        error_messages={"required": gettext_lazy("Write the amount, such as 500")},
    )

    def __init__(self, oldest: int, whole: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.amounts = {ALL: whole, OLDEST: oldest}
        options = [Option(ALL, _("All that is open"), side=display.money(whole))]
        if oldest != whole:
            options.append(Option(OLDEST, _("The oldest month"), side=display.money(oldest)))
        options.append(Option(OTHER, _("Another amount"), after_or=True))
        self.fields["which"].options = options

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("which") == OTHER and not said.get("amount") and "amount" not in self.errors:
            self.add_error("amount", self.fields["amount"].error_messages["required"])
        return said

    @property
    def fen(self) -> int:
        which = self.cleaned_data["which"]
        chosen: int = self.amounts.get(which) or self.cleaned_data["amount"]
        return chosen


def _person(request: HttpRequest) -> Person:
    return Person.objects.get(pk=acting_for(request, Scope.PAY))


@require_http_methods(["GET", "POST"])
@person_only
def owed(request: HttpRequest) -> HttpResponse:
    """What is open, month by month, and how much of it to pay now."""
    person = _person(request)
    owed_now = debts.owed(person)
    whole = sum(debt.open for debt in owed_now)
    form = None
    if whole:
        first = owed_now[0].month
        oldest = sum(debt.open for debt in owed_now if debt.month == first)
        form = AmountForm(oldest, whole, sent(request), initial={"which": ALL})
        if request.method == "POST" and form.is_valid():
            try:
                own_payment.check(person, "", form.fen)
            except Problem as problem:
                form.add_error(problem.field or None, str(problem))
            else:
                return redirect(f"{reverse('pay_check')}?amount={format_yuan(form.fen)}")
    note = DemandNote.objects.filter(person=person, state=DemandNote.State.ISSUED).first()
    mine = PaymentIntent.objects.filter(person=person)
    return render(
        request,
        "portal/enrollment/pay.html",
        {
            "debts": [(debt, Branch(debt.branch).label) for debt in owed_now],
            "months": {debt.month for debt in owed_now},
            "surcharge": sum(debt.surcharge for debt in owed_now),
            "whole": whole,
            "form": form,
            "payments": mine[:8],
            "note": note if whole else None,
        },
    )


@require_safe
@person_only
def note_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """A demand note on paper, for the person whom it is about."""
    note = get_object_or_404(DemandNote, pk=pk, person_id=acting_for(request, Scope.PAY))
    content = demand_paper.write(note, get_language() or "zh-hans")
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{note.number}.pdf"'
    return answer


@require_http_methods(["GET", "POST"])
@person_only
def check(request: HttpRequest) -> HttpResponse:
    """Check the answer; then on to the bank."""
    person = _person(request)
    try:
        amount = parse_yuan(request.GET.get("amount", ""))
    except KernelError:
        return redirect("pay")
    own_payment.check(person, "", amount)
    if request.method == "POST":
        intent = paying.begin(by=request.user, purpose=own_payment.OWN, payer=person, amount=amount)
        return to_bank(request, intent)
    return render(
        request,
        "portal/enrollment/pay_check.html",
        {"amount": amount, "whole": own_payment.owed(person), "in_flow": True},
    )


def to_bank(request: HttpRequest, intent: PaymentIntent) -> HttpResponse:
    """On to the bank, which sends the payer back to the page of the payment."""
    back = request.build_absolute_uri(reverse("pay_result", args=[intent.reference]))
    return redirect(paying.hand_over(intent, back=back))


@require_safe
@person_only
def result(request: HttpRequest, reference: str) -> HttpResponse:
    """What became of a payment. While the bank has not spoken, looking asks it."""
    intent = paying.find(reference, request.user)
    if intent.state == State.OPEN:
        intent = paying.ask(intent)
    purpose = purposes.get(intent.purpose)
    return render(
        request,
        "portal/enrollment/pay_result.html",
        {
            "payment": intent,
            "purpose": purpose,
            "receipts": paying.receipts_of(intent) if intent.state == State.PAID else [],
            "on": reverse(purpose.done),
        },
    )


@csrf_exempt
@require_POST
def notice(request: HttpRequest) -> HttpResponse:
    """The bank's messages. They are signed; whoever else writes here is turned away."""
    if len(request.body) > LARGEST:
        return HttpResponse(status=413)
    try:
        message = paying.hear(request.body, request.headers.get("X-Signature", ""))
    except Problem as problem:
        return HttpResponse(problem.code, status=problem.status, content_type="text/plain")
    return HttpResponse(message.effect, content_type="text/plain")


class BankForm(ScreenForm):
    """What the payer does at the bank of the trial, and how well the bank behaves."""

    what = PickField(
        label=gettext_lazy("What shall happen?"),
        options=[
            Option("pay", gettext_lazy("Pay")),
            Option("refuse", gettext_lazy("Not enough money on the card")),
            Option("twice", gettext_lazy("Pay, and the bank says so twice")),
            Option("later", gettext_lazy("Pay, and the bank says so only when it is asked")),
            Option("silent", gettext_lazy("Pay, and the bank falls silent")),
        ],
        error_messages={"required": gettext_lazy("Choose what shall happen")},
    )


@require_http_methods(["GET", "POST"])
def trial_bank(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the trial bank; a real bank has its own, elsewhere."""
    try:
        order = bank.find(token)
    except Problem as problem:
        raise Http404 from problem
    form = BankForm(sent(request), initial={"what": "pay"})
    if request.method == "POST":
        if "speak" in request.POST:
            bank.speak(order.pk)
            return redirect(order.back)
        if form.is_valid():
            what = form.cleaned_data["what"]
            try:
                order = bank.decide(token, paid=what != "refuse", silent=what == "silent")
            except Problem as problem:
                form.add_error(None, str(problem))
            else:
                for turn in range({"later": 0, "silent": 0, "twice": 2}.get(what, 1)):
                    _tell(order, turn)
                return redirect(order.back)
    return render(
        request,
        "portal/enrollment/trial_bank.html",
        {"order": order, "form": form, "over": order.state != order.State.OPEN, "in_flow": True},
        status=422 if form.errors else 200,
    )


def _tell(order: LocalBankOrder, turn: int) -> None:
    body = bank.message(bank.said_of(order), turn)
    try:
        paying.hear(body, bank.sign(body))
    except Problem as problem:  # a bank shrugs, and is asked later
        log.warning("the office did not take a message: %s", problem.code)
