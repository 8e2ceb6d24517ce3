"""Pages of a signed-in person that the office itself can draw: home, letters, who saw my data."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from . import acting, people
from .acting import acting_for
from .models import AuditEntry, Notice, User
from .my_cases import open_cases
from .portal import person_only, safe_next, signed_in
from .services import messages as letters
from .shell import moneys, start_parts, tiles, todos

# What an act in the log is called to the person whose file it touched.
ACTS: dict[str, Any] = {
    "person.read": gettext_lazy("opened your file"),
    "person.enroll": gettext_lazy("registered you"),
    "person.change": gettext_lazy("changed your details"),
    "person.death": gettext_lazy("recorded a death"),
    "finding.judge": gettext_lazy("judged whether something about you looks wrong"),
    "finding.settle": gettext_lazy("put right what supervision found about you"),
    "coverage.change": gettext_lazy("changed your insurance"),
    "wage.declare": gettext_lazy("declared a wage"),
    "employer.officer": gettext_lazy("changed for which employer you act"),
    "contribution.assess": gettext_lazy("worked out a contribution"),
    "contribution.correct": gettext_lazy("corrected a contribution"),
    "contribution.pay_back": gettext_lazy("insured you for missed months"),
    "receipt.enter": gettext_lazy("entered a payment of contributions"),
    "receipt.pay": gettext_lazy("paid contributions online"),
    "receipt.release": gettext_lazy("gave you credit for contributions"),
    "refund.ask": gettext_lazy("asked for a refund to you"),
    "refund.decide": gettext_lazy("decided on a refund to you"),
    "refund.learn": gettext_lazy("heard from the bank about a refund"),
    "demand.draw": gettext_lazy("drew a demand note"),
    "surcharge.count": gettext_lazy("counted a surcharge"),
    "waiver.propose": gettext_lazy("proposed to let a debt off"),
    "waiver.decide": gettext_lazy("decided on letting a debt off"),
    "waiver.revoke": gettext_lazy("took a debt up again"),
    "deferral.ask": gettext_lazy("asked to put contributions off"),
    "deferral.decide": gettext_lazy("decided on contributions put off"),
    "agreement.propose": gettext_lazy("proposed an instalment agreement"),
    "agreement.decide": gettext_lazy("decided on an instalment agreement"),
    "agreement.review": gettext_lazy("closed an instalment agreement"),
    "bill.enter": gettext_lazy("entered a visit and its costs"),
    "bill.settle": gettext_lazy("settled a bill of yours"),
    "reimbursement.receive": gettext_lazy("booked money that you paid back of a reimbursement"),
    "bill.reverse": gettext_lazy("took back the settlement of a bill of yours"),
    "bill.read": gettext_lazy("looked at a bill of yours"),
    "stay_group.tell": gettext_lazy("noted the payment group of a stay of yours"),
    "reversal.propose": gettext_lazy("proposed to take back the settlement of a bill of yours"),
    "reversal.reject": gettext_lazy("left the settlement of a bill of yours as it is"),
    "withholding.mandate": gettext_lazy("changed a withholding mandate"),
    "prior.enter": gettext_lazy("entered earlier service"),
    "prior.approve": gettext_lazy("confirmed earlier service"),
    "away.file": gettext_lazy("filed care away from home"),
    "away.end": gettext_lazy("ended a filing of care away from home"),
    "account.share": gettext_lazy("let a relative use your medical account"),
    "account.unshare": gettext_lazy("ended a relative's use of your medical account"),
    "disease.register": gettext_lazy("registered a disease"),
    "disease.end": gettext_lazy("ended the registration of a disease"),
    "account.credit": gettext_lazy("credited your account"),
    "annuity.make_real": gettext_lazy("made the written-down part of your annuity real"),
    "annuity.note": gettext_lazy("wrote down the employer's part of annuities"),
    "account.open": gettext_lazy("entered the opening balance of your account"),
    "account.opening_approved": gettext_lazy("confirmed the opening balance of your account"),
    "account.opening_rejected": gettext_lazy("struck out an opening balance of your account"),
    "award.grant": gettext_lazy("granted you a benefit"),
    "benefit.change": gettext_lazy("changed your benefit"),
    "award.suspend": gettext_lazy("suspended your benefit"),
    "award.resume": gettext_lazy("resumed your benefit"),
    "award.end": gettext_lazy("ended your benefit"),
    "award.correct": gettext_lazy("corrected your benefit"),
    "award.correct_reverse": gettext_lazy("took a correction of your benefit back"),
    "assistance.authorise": gettext_lazy("noted that you allow questions to registers"),
    "assistance.exclude": gettext_lazy("noted who counts in your household"),
    "assistance.match": gettext_lazy("asked registers about your means"),
    "assistance.answer": gettext_lazy("received what a register says of you"),
    "assistance.object": gettext_lazy("noted your objection to what a register says"),
    "assistance.settle": gettext_lazy("checked again what a register says"),
    "assistance.survey_draft": gettext_lazy("began to write about a visit to your home"),
    "assistance.survey": gettext_lazy("wrote about a visit to your home"),
    "assistance.appraise": gettext_lazy("wrote down what residents said of your application"),
    "assistance.escalate": gettext_lazy("saw that your application had to go on soon"),
    "assistance.notice": gettext_lazy("posted a notice about your application"),
    "assistance.notice_objection": gettext_lazy("noted an objection to a notice"),
    "assistance.notice_closed": gettext_lazy("took down the notice about your application"),
    "grant.begin": gettext_lazy("granted you assistance"),
    "grant.refuse": gettext_lazy("refused an application for assistance"),
    "grant.advance": gettext_lazy("gave you urgent aid"),
    "grant.complete": gettext_lazy("decided on the rest of your urgent aid"),
    "grant.report": gettext_lazy("noted what changed in your household"),
    "grant.settle": gettext_lazy("looked at what changed in your household"),
    "care.assess": gettext_lazy("entered an assessment of your level of care"),
    "care.approve": gettext_lazy("decided on your level of care"),
    "care.plan": gettext_lazy("entered a care plan for you"),
    "care.plan_decide": gettext_lazy("decided on your care plan"),
    "care.order": gettext_lazy("ordered care for you"),
    "care.confirm": gettext_lazy("confirmed care that you were given"),
    "care.take_back": gettext_lazy("took back the confirmation of care"),
    "care.cancel": gettext_lazy("cancelled care that was ordered for you"),
    "care.wait": gettext_lazy("put you on a waiting list for a bed"),
    "care.leave": gettext_lazy("took you off a waiting list"),
    "care.offer": gettext_lazy("offered you a bed"),
    "care.decline": gettext_lazy("noted that a bed was declined"),
    "care.move_in": gettext_lazy("noted that you moved into an institution"),
    "care.move_out": gettext_lazy("noted that you moved out of an institution"),
    "reclaim.propose": gettext_lazy("proposed that assistance is paid back"),
    "reclaim.confirm": gettext_lazy("ordered assistance to be paid back"),
    "reclaim.receive": gettext_lazy("booked assistance that you paid back"),
    "grant.hear": gettext_lazy("heard you about a change of your assistance"),
    "grant.propose_change": gettext_lazy("proposed to change your assistance"),
    "grant.change": gettext_lazy("changed your assistance"),
    "grant.undo_change": gettext_lazy("took a change of your assistance back"),
    "grant.reject_change": gettext_lazy("did not change your assistance"),
    "overpayment.find": gettext_lazy("found that you were paid too much"),
    "overpayment.reduce": gettext_lazy("found that you were paid less too much"),
    "overpayment.plan": gettext_lazy("agreed how you pay something back"),
    "overpayment.recover": gettext_lazy("booked what came back of an overpayment"),
    "overpayment.keep_back": gettext_lazy("kept something back from your benefit"),
    "overpayment.propose_write_off": gettext_lazy("proposed to write off what you were overpaid"),
    "overpayment.write_off": gettext_lazy("wrote off what you were overpaid"),
    "survivors.grant": gettext_lazy("granted what is due after a death"),
    "survivors.undo": gettext_lazy("took back what was granted after a death"),
    "few_months.choose": gettext_lazy("recorded what you chose with too few months"),
    "few_months.give_up": gettext_lazy("took back what you chose with too few months"),
    "balance.confirm": gettext_lazy("recorded that you confirm the end of the relation"),
    "balance.pay": gettext_lazy("ordered the balance of your account to be paid to you"),
    "special_work.enter": gettext_lazy("entered months of arduous work"),
    "special_work.approved": gettext_lazy("approved months of arduous work"),
    "special_work.rejected": gettext_lazy("rejected months of arduous work"),
    "retirement.choose": gettext_lazy("recorded the month in which you retire by your own choice"),
    "retirement.unchoose": gettext_lazy("withdrew your choice of the month in which you retire"),
    "payroll.reissue": gettext_lazy("ordered a returned payment again"),
    "account.view": gettext_lazy("looked at your account"),
    "case.open": gettext_lazy("opened a case"),
    "case.take": gettext_lazy("took over your case"),
    "case.note": gettext_lazy("wrote a note on your case"),
    "case.attach": gettext_lazy("added a paper to your case"),
    "case.wait": gettext_lazy("asked you for papers"),
    "case.resume": gettext_lazy("went on with your case"),
    "case.propose": gettext_lazy("assessed your case"),
    "case.send_back": gettext_lazy("sent your case back to be assessed again"),
    "case.decide": gettext_lazy("decided your case"),
    "case.withdraw": gettext_lazy("withdrew a case"),
    "proof.record": gettext_lazy("recorded a proof of life"),
    "proof.miss": gettext_lazy("noted that a proof of life is missing"),
    "status.settle": gettext_lazy("matched what another register says"),
    "status.decide": gettext_lazy("decided on what another register says"),
    "gap.assign": gettext_lazy("gave the talk about your insurance to a colleague"),
    "movement.ask": gettext_lazy("asked for your insurance to move"),
    "movement.accept": gettext_lazy("accepted that your insurance moves"),
    "movement.temporary": gettext_lazy("found that your record stays"),
    "movement.attest": gettext_lazy("attested your months"),
    "movement.take": gettext_lazy("took over your record"),
    "movement.refuse": gettext_lazy("refused that your insurance moves"),
    "movement.leaving": gettext_lazy("took down that you left an employer"),
    "movement.withdraw": gettext_lazy("took back a request to move"),
    "movement.money": gettext_lazy("noted where the money of your record is"),
    "movement.back": gettext_lazy("gave your record back to the old place"),
    "transfer.ask": gettext_lazy("asked to bring your old-age schemes together"),
    "transfer.accept": gettext_lazy("agreed that your old-age schemes are brought together"),
    "transfer.withdraw": gettext_lazy("took back a request about your old-age schemes"),
    "transfer.open": gettext_lazy("took up the money of your record"),
    "transfer.assess": gettext_lazy("drew up the form about your record"),
    "transfer.send": gettext_lazy("sent the money of your record"),
    "transfer.recall": gettext_lazy("took back money of your record that was not paid"),
    "transfer.arrive": gettext_lazy("booked the arrival of the money of your record"),
    "transfer.reject": gettext_lazy("rejected the form about your record"),
    "transfer.came_back": gettext_lazy("booked the return of the money of your record"),
    "transfer.refuse": gettext_lazy("refused to transfer the money of your record"),
    "transfer.done": gettext_lazy("took over the money of your record"),
    "transfer.announce": gettext_lazy("sent the form about your record from elsewhere"),
    "transfer.tell": gettext_lazy("told the other office where your record stands"),
    "transfer.refund": gettext_lazy("ordered a refund of months insured twice"),
    "notice.send": gettext_lazy("wrote to you"),
    "notice.read": gettext_lazy("read a letter"),
    "gap.contact": gettext_lazy("spoke with you about insurance"),
    "resident.enroll": gettext_lazy("changed your insurance as a resident"),
    "resident.receive": gettext_lazy("entered a payment for your insurance as a resident"),
    "resident.refund": gettext_lazy("asked to pay a year of your insurance back"),
    "resident.refund_check": gettext_lazy("decided on paying a year of your insurance back"),
    "sponsor.change": gettext_lazy("changed who pays for your insurance"),
    "card.request": gettext_lazy("asked for your card"),
    "card.produce": gettext_lazy("made your card"),
    "card.issue": gettext_lazy("handed over your card"),
    "card.activate": gettext_lazy("activated your card"),
    "card.lost": gettext_lazy("reported your card lost"),
    "card.found": gettext_lazy("reported your card found"),
    "card.replace": gettext_lazy("replaced your card"),
    "card.cancel": gettext_lazy("cancelled your card"),
    "card.check": gettext_lazy("checked your electronic card"),
    "certificate.issue": gettext_lazy("issued a certificate"),
    "certificate.revoke": gettext_lazy("revoked a certificate"),
    "certificate.print": gettext_lazy("printed a paper about you"),
    "certificate.check": gettext_lazy("checked a paper about you"),
    "code.send": gettext_lazy("asked for a code"),
    "portal.sign_in": gettext_lazy("signed in"),
    "life.record": gettext_lazy("recorded a life event"),
    "life.withdraw": gettext_lazy("took a life event back"),
    "duplicate.judge": gettext_lazy("found that a like record is of somebody else"),
    "merge.propose": gettext_lazy("proposed to merge two records of yours"),
    "merge.reject": gettext_lazy("did not merge two records"),
    "merge.undo": gettext_lazy("undid a merge of records"),
    "person.merge": gettext_lazy("merged two records of yours"),
    "mandate.grant": gettext_lazy("let somebody act for you"),
    "mandate.end": gettext_lazy("ended a permission to act for you"),
    "mandate.use": gettext_lazy("used your pages, acting for you"),
    "user.create": gettext_lazy("opened an account for the portal"),
    "user.prepare": gettext_lazy("was asked to open an account for the portal"),
    "user.open": gettext_lazy("opened the account for the portal"),
    "user.password": gettext_lazy("set a new password for the portal"),
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The start page, or the home of whoever is signed in."""
    if signed_in(request):
        return person_home(request)
    parts, context = start_parts(request)
    return render(request, "portal/office/start.html", {"parts": parts, **context})


@person_only
def person_home(request: HttpRequest) -> HttpResponse:
    person_id = acting_for(request)
    return render(
        request,
        "portal/office/home.html",
        {
            "name": people.describe([person_id])[person_id].name,
            "for_another": acting.KEY in request.session,
            "todos": todos(request),
            "cases": open_cases(request),
            "moneys": moneys(request),
            "tiles": tiles(),
        },
    )


@require_safe
@person_only
def my_letters(request: HttpRequest) -> HttpResponse:
    mine = Notice.objects.filter(person_id__in=people.numbers(acting_for(request)))
    page = Paginator(mine, 20).get_page(request.GET.get("page"))
    return render(request, "portal/office/letters.html", {"page": page})


@require_safe
@person_only
def my_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter; opening it is noted."""
    numbers = people.numbers(acting_for(request))
    if not Notice.objects.filter(pk=pk, person_id__in=numbers).exists():
        raise Http404
    letter = letters.mark_read(notice_id=pk, by=request.user)
    return render(request, "portal/office/letter.html", {"letter": letter})


@require_safe
@person_only
def access_log(request: HttpRequest) -> HttpResponse:
    """Who looked at or changed this person's data, newest first."""
    user = request.user
    entries = AuditEntry.objects.filter(
        person_id__in=people.numbers(acting_for(request))
    ).select_related("actor", "office")
    page = Paginator(entries, 30).get_page(request.GET.get("page"))
    shown = [
        {
            "at": entry.at,
            "who": _who(entry, user),
            "office": entry.office or "",
            "act": ACTS.get(entry.act, entry.act),
            # A reason that the program gave stands there in English, one that a clerk gave as typed.
            "reason": entry.reason and _(entry.reason),
            "other": entry.actor_id not in (None, user.pk),
        }
        for entry in page
    ]
    return render(request, "portal/office/access_log.html", {"entries": shown, "page": page})


def _who(entry: AuditEntry, user: User) -> str:
    if entry.actor is None:
        return _("The system")
    if entry.actor_id == user.pk:
        return _("You")
    return entry.actor.get_full_name() or entry.actor.get_username()


@require_POST
@person_only
def act_for(request: HttpRequest) -> HttpResponse:
    """The choice at the top of each page: for whom to act from now on."""
    wanted = request.POST.get("person", "")
    chosen = acting.switch(request, int(wanted) if wanted.isdigit() else None)
    if chosen is None:
        messages.success(request, _("You are on your own pages."))
    else:
        messages.success(
            request,
            _("You are acting for %(name)s. Everything you open or do here is noted for them.")
            % {"name": chosen.name},
        )
    return redirect(_same_page(request))


def _same_page(request: HttpRequest) -> str:
    """The page where the choice was made, now for the other; home where it named one's own thing."""
    path = urlsplit(safe_next(request)).path
    try:
        return path if not resolve(path).captured_kwargs else reverse("home")
    except Resolver404:
        return reverse("home")
