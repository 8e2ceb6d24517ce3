"""A claim is worked out by one and decided by another."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_text
from funds.models import Branch
from funds.services import fund
from medical.models import (
    Care,
    ClaimLine,
    Encounter,
    Level,
    Provider,
    ProviderKind,
    Reimbursement,
    Settlement,
)
from medical.params import StandingAges
from medical.queries import cover
from medical.queries import reimbursements as queries
from medical.queries.providers import agreement_on
from medical.services import settling
from medical.services.settling import known
from medical.services.settling.sheets import sheets
from medical.services.settling.visits import continued, standing_of
from socsec.kernel.money import yuan
from socsec.kernel.months import month_of
from socsec.kernel.regions import covers
from socsec.office.errors import Conflict, Invalid, Refused, both, say
from socsec.office.models import Case, PolicyEdition, User
from socsec.office.services import audit, messages, policy
from socsec.office.services import case as cases

from .claims import LAW, close, drop_bill, held_open, settled_already
from .lines import charge_of

State = Encounter.State
LISTS, ELSEWHERE, DESIGNATED = (
    "社会保险法第二十八条",
    "社会保险法第三十条",
    "医疗机构医疗保障定点管理暂行办法第二条",
)
# Why a claim is refused as a whole: text, article.
REASONS: dict[str, tuple[Any, str]] = {
    "not_designated": (
        _("The provider has no agreement with medical insurance, and it was no emergency."),
        DESIGNATED,
    ),
    "not_listed": (_("Nothing of it is on the lists of medical insurance."), LISTS),
    "third_party": (
        _("Work injury insurance or whoever did the harm pays for it."),
        ELSEWHERE,
    ),
    "abroad": (_("Care abroad is not paid for."), ELSEWHERE),
    "not_shown": (_("The papers do not show the care or its cost."), LAW),
    "settled": (_("It was settled or reimbursed already."), LAW),
}
_KINDS = {Level.PRIMARY: ProviderKind.CLINIC, Level.PHARMACY: ProviderKind.PHARMACY}
# The article by which a single line is refused.
OF_LINES: dict[str, str] = {
    ClaimLine.Refusal.NOT_SHOWN: LAW,
    ClaimLine.Refusal.NOT_FOR_IT: LAW,
    ClaimLine.Refusal.OUT_OF_SCOPE: LISTS,
    ClaimLine.Refusal.THIRD_PARTY: ELSEWHERE,
    ClaimLine.Refusal.PAID: LAW,
}


@dataclass(frozen=True)
class Worth:
    """What a claim would come to, in fen, and the sheet of its last year."""

    total: int
    fund_pay: int
    assistance_pay: int
    sheet: dict[str, Any]


@transaction.atomic
def assess(*, by: User, claim: Reimbursement, reason: str = "", text: str = "") -> Reimbursement:
    """The maker's part: the bill worked out as proposed, or a `reason` why the claim is refused.

    `text` says what was found; it must, where the reason is one or invoices look like others that
    were handed in. `Invalid` where the cost list does not come to the invoices; `Conflict` where a
    provider has settled the care meanwhile.
    """
    held = held_open(by, claim, "case.assess", Case.State.RECEIVED)
    if reason:
        if reason not in REASONS:
            raise Invalid(_("Choose a reason."), code="unknown_reason", field="reason")
        found = known_text(text, "text", 500)
        cases.propose(
            case_id=held.pk, by=by, sheet=None, edition=None, refusal=reason, finding=found
        )
        return held
    if queries.alike(held) and not text.strip():
        raise Invalid(
            _("Invoices look like others that were handed in: say why they are not the same."),
            code="alike",
            field="text",
        )
    _adds_up(held)
    settled_already(held)
    edition = policy.current_edition()
    held.encounter = _bill(by, held, edition)
    held.save(update_fields=["encounter"])
    worth = _worth(by, held)
    cases.propose(
        case_id=held.pk,
        by=by,
        sheet=worth.sheet,
        edition=edition,
        fund_pay=worth.fund_pay,
        assistance_pay=worth.assistance_pay,
        finding=text.strip()[:500],
    )
    return held


@transaction.atomic
def grant(*, by: User, claim: Reimbursement) -> Reimbursement:
    """The checker's part: settle the bill as proposed. An accountant then orders the payment.

    `Conflict` where the bill comes to something else now, since others of the year came between.
    """
    held = held_open(by, claim, "case.check", Case.State.ASSESSED)
    proposed = proposal(held)
    if proposed.get("refusal") or held.encounter is None:
        raise Refused(
            _("The assessor found that it is not paid for."),
            code="not_entitled",
            fix=_("Refuse it, or send it back."),
        )
    settled_already(held)
    refused = _refused_lines(held)
    cases.decide(
        case_id=held.pk,
        by=by,
        outcome=Case.State.GRANTED.value,
        reasons=refused,
        in_part=bool(refused),
    )
    made = _settle(by, held)
    pays, helps = (
        sum(getattr(row, name) for row in made) for name in ("fund_pay", "assistance_pay")
    )
    if (pays, helps) != (proposed["fund_pay"], proposed["assistance_pay"]):
        raise Conflict(
            say(
                _("It comes to %(now)s yuan now, not to %(then)s yuan."),
                now=yuan(pays),
                then=yuan(proposed["fund_pay"]),
            ),
            code="worked_out_otherwise",
            fix=_("Other bills of the year came between: send it back to be worked out again."),
        )
    close(held, counts=True)
    messages.notify(
        person_id=held.person_id,
        title=_("Your reimbursement is granted"),
        body=say(
            _("The funds pay %(amount)s yuan to your bank account. The sheet is in your case."),
            amount=yuan(pays),
        ),
        by=by,
        case=held.case,
    )
    return held


@transaction.atomic
def refuse(*, by: User, claim: Reimbursement) -> Reimbursement:
    """The checker's part: refuse it for the reason that the assessor found."""
    held = held_open(by, claim, "case.check", Case.State.ASSESSED)
    proposed = proposal(held)
    if not proposed.get("refusal"):
        raise Refused(
            _("The assessor found that it is paid for."),
            code="entitled",
            fix=_("Grant it, or send it back."),
        )
    text, law = REASONS[proposed["refusal"]]
    reason = _reason(
        proposed["refusal"], say(_("%(why)s %(more)s"), why=text, more=proposed["finding"]), law
    )
    cases.decide(case_id=held.pk, by=by, outcome=Case.State.REFUSED.value, reasons=[reason])
    close(held, counts=False)
    messages.notify(
        person_id=held.person_id,
        title=_("Your reimbursement is refused"),
        body=_("The case says why, and what you may do next."),
        by=by,
        case=held.case,
    )
    return held


@transaction.atomic
def send_back(*, by: User, claim: Reimbursement, text: str) -> Reimbursement:
    """Back to the assessors, with what is not right."""
    held = held_open(by, claim, "case.check", Case.State.ASSESSED)
    cases.send_back(case_id=held.pk, by=by, text=text)
    drop_bill(held)
    held.encounter = None
    held.save(update_fields=["encounter"])
    return held


def proposal(claim: Reimbursement) -> dict[str, Any]:
    """What the assessor proposed last: `fund_pay` and `assistance_pay` in fen, or `refusal`; `finding`."""
    event = claim.case.events.filter(act="propose").order_by("-pk").first()
    return dict(event.detail) if event else {}


def _settle(by: User, claim: Reimbursement) -> list[Settlement]:
    """Settle the bill of a claim; the bill that it replaces is taken back first."""
    assert claim.encounter is not None  # made when it was assessed
    if claim.replaces is not None and claim.replaces.encounter is not None:
        earlier = claim.replaces.encounter
        if earlier.state == State.SETTLED:
            settling.reverse(by=by, encounter=earlier, reason=claim.case.number)
            Encounter.objects.filter(pk=earlier.pk).update(state=State.CANCELLED)
    return settling.settle(by=by, encounter=claim.encounter)


def _worth(by: User, claim: Reimbursement) -> Worth:
    """What the claim would come to if it were granted now: tried out, and undone."""
    with transaction.atomic():
        made = _settle(by, claim)
        assert claim.encounter is not None
        found = sheets(claim.encounter)
        transaction.set_rollback(True)
    return Worth(
        total=sum(row.total for row in made),
        fund_pay=sum(row.fund_pay for row in made),
        assistance_pay=sum(row.assistance_pay for row in made),
        sheet=found[-1].document.as_json(),
    )


def _refused_lines(claim: Reimbursement) -> list[dict[str, str]]:
    """What is not granted of a claim, line by line, as reasons of the decision."""
    return [
        _reason(
            line.refusal,
            say(
                _("Line %(number)s, %(name)s, %(amount)s yuan: %(why)s %(more)s"),
                number=line.number,
                name=line.name,
                amount=yuan(line.amount),
                why=ClaimLine.Refusal(line.refusal).label,
                more=line.refusal_text,
            ),
            OF_LINES[line.refusal],
        )
        for line in claim.lines.exclude(refusal="")
    ]


def _reason(code: str, text: Any, law: str) -> dict[str, str]:
    said = {f"text_{tongue}": words.strip() for tongue, words in both(text).items()}
    return {"code": code, "law": law, **said}


def _adds_up(claim: Reimbursement) -> None:
    if claim.level is None:
        raise Invalid(
            _("The level of the provider is missing."),
            code="level_missing",
            field="level",
            fix=_("Complete the claim from its papers first."),
        )
    lines = claim.lines.aggregate(sum=Sum("amount"))["sum"] or 0
    invoices = claim.invoices.aggregate(sum=Sum("amount"))["sum"] or 0
    if lines != invoices:
        raise Invalid(
            say(
                _("The lines come to %(lines)s yuan, the invoices to %(invoices)s yuan."),
                lines=yuan(lines),
                invoices=yuan(invoices),
            ),
            code="amounts_differ",
            fix=_("Compare the cost list with the invoices."),
        )


def _bill(by: User, claim: Reimbursement, edition: PolicyEdition) -> Encounter:
    """The bill of a claim, as a visit that has ended: by the law and the catalogue of the home region."""
    law = policy.of(edition)
    day = claim.from_date
    insured = cover.insured_on(claim.person_id, day)
    if insured is None or insured.region != claim.region:
        raise Refused(
            _("The person was not insured here on the first day."),
            code="not_covered",
            fix=_("Refuse the claim, or look at the insurance first."),
        )
    provider = _provider(by, claim)
    emergency = claim.cause == claim.Cause.EMERGENCY or claim.care == Care.EMERGENCY
    pooled = fund.for_(Branch.MEDICAL, insured.scheme, insured.region).region_id
    if not emergency and covers(pooled, provider.region) and not agreement_on(provider.pk, day):
        raise Refused(
            _("The provider had no agreement on the first day, and it was no emergency."),
            code="no_agreement",
            fix=_("Refuse the claim, or correct what it says of the provider and the cause."),
        )
    opened, closed = (
        timezone.make_aware(datetime.combine(each, hour))
        for each, hour in ((day, time.min), (claim.until, time.max))
    )
    ages = StandingAges.at(law, insured.region, month_of(day))
    inpatient = claim.care == Care.INPATIENT
    bill = Encounter.objects.create(
        provider=provider,
        person=claim.person,
        number=claim.case.number,
        care=claim.care,
        scheme=insured.scheme,
        home=insured.region,
        standing=standing_of(claim.person, insured, day, ages),
        region=insured.region,
        away=known.away_at_admission(
            claim.person, insured, provider.region, day, emergency=emergency
        ),
        diagnosis=claim.diagnosis,
        opened_at=opened,
        previous=continued(claim.person, opened, insured.region, law) if inpatient else None,
        handed_in=True,
        by=by,
    )
    settling.charge(by=by, encounter=bill, charges=[charge_of(line) for line in claim.lines.all()])
    return settling.discharge(by=by, encounter=bill, closed_at=min(closed, timezone.now()))


def _provider(by: User, claim: Reimbursement) -> Provider:
    """The provider in the register. One from elsewhere is entered, without an agreement; so is one
    without a national code, under the number of the claim."""
    assert claim.level is not None  # asked before the bill is made
    code, level = claim.provider_code or f"Z{claim.root:011d}", Level(claim.level)
    found, made = Provider.objects.get_or_create(
        code=code,
        defaults={
            "name": claim.provider_name,
            "kind": _KINDS.get(level, ProviderKind.HOSPITAL),
            "level": level,
            "region": claim.place,
        },
    )
    if made:
        audit.record(
            by=by, act="provider.enroll", subject=found, region=found.region, code=found.code
        )
    return found
