"""Registering a chronic or special disease, hypertension or diabetes: a case with papers and two hands."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from enrollment.services.checks import alive, known_text, lock
from medical.models import Care, DiseaseClaim, Registration
from medical.queries import catalogue
from medical.queries import cover as queries
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import Case, User
from socsec.office.services import audit
from socsec.office.services import case as cases

KIND = "medical_disease"
LAW = "社会保险法第二十八条"


@transaction.atomic
def open_claim(
    *,
    by: User,
    person: Person,
    care: int,
    diagnosis: str,
    hospital: str,
    document: str,
    channel: str,
) -> DiseaseClaim:
    """Receive an application with the certificate of the hospital that found the disease.

    `Refused` where the person is not insured or has it registered; `Invalid` for a disease that the
    list of the region does not name.
    """
    today = timezone.localdate()
    insured = queries.insured_on(person.pk, today)
    region = insured.region if insured else person.region
    require(by, "case.receive", region, person.pk)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person.pk)
    alive(lock(person), today)
    if insured is None:
        raise Refused(_("There is no medical insurance today."), code="not_insured")
    if care not in (Care.SPECIAL, Care.TWO_DISEASES):
        raise Invalid(_("Choose what the disease is registered for."), code="care", field="care")
    listed = catalogue.diagnosis_on(region, today, diagnosis)
    if listed is None or not listed.special:
        raise Invalid(
            _("This disease is not on the list of your region."),
            code="not_listed",
            field="diagnosis",
            fix=_("Choose one from the list."),
        )
    if queries.registered(person.pk, care, today, diagnosis):
        raise Refused(_("This disease is registered already."), code="registered_already")
    if DiseaseClaim.objects.filter(
        person=person, care=care, diagnosis=diagnosis, open=True
    ).exists():
        raise Conflict(_("This application is being decided already."), code="claimed_already")
    case = cases.open_case(
        kind=KIND,
        person_id=person.pk,
        subject=person.name,
        region=region,
        by=by,
        channel=channel,
        diagnosis=diagnosis,
    )
    return DiseaseClaim.objects.create(
        case=case,
        person=person,
        region=region,
        care=care,
        diagnosis=diagnosis,
        hospital=known_text(hospital, "hospital", 120),
        document=known_text(document, "document", 120),
    )


@transaction.atomic
def assess(
    *, by: User, claim: DiseaseClaim, entitled: bool, from_date: date, until: date | None, text: str
) -> DiseaseClaim:
    """The maker's part: what the papers show, and for how long it would be registered."""
    held, _case = _lock(claim, by, "case.assess", Case.State.RECEIVED)
    if until is not None and until < from_date:
        raise Invalid(_("It ends before it begins."), code="ends_before", field="until")
    cases.propose(
        case_id=held.pk,
        by=by,
        sheet=None,
        edition=None,
        entitled=entitled,
        from_date=from_date.isoformat(),
        until=until.isoformat() if until else None,
        finding=known_text(text, "text", 500),
    )
    return held


@transaction.atomic
def grant(*, by: User, claim: DiseaseClaim) -> Registration:
    """The checker's part: register it as proposed."""
    held, _case = _lock(claim, by, "case.check", Case.State.ASSESSED)
    proposed = proposal(held)
    if not proposed["entitled"]:
        raise Refused(
            _("The assessor found that the conditions are not met."),
            code="not_entitled",
            fix=_("Refuse it, or send it back."),
        )
    cases.decide(case_id=held.pk, by=by, outcome=Case.State.GRANTED.value)
    made = Registration.objects.create(
        person=held.person,
        care=held.care,
        diagnosis=held.diagnosis,
        region=held.region,
        from_date=date.fromisoformat(proposed["from_date"]),
        until=date.fromisoformat(proposed["until"]) if proposed["until"] else None,
        claim=held,
        by=by,
    )
    _close(held)
    _note(by, "disease.register", made)
    return made


@transaction.atomic
def refuse(*, by: User, claim: DiseaseClaim) -> DiseaseClaim:
    """The checker's part: refuse it, for the reason that the assessor found."""
    held, _case = _lock(claim, by, "case.check", Case.State.ASSESSED)
    proposed = proposal(held)
    if proposed["entitled"]:
        raise Refused(
            _("The assessor found that the conditions are met."),
            code="entitled",
            fix=_("Register it, or send it back."),
        )
    text = proposed["finding"]
    reason = {"code": "not_shown", "text_zh": text, "text_en": text, "law": LAW}
    cases.decide(case_id=held.pk, by=by, outcome=Case.State.REFUSED.value, reasons=[reason])
    return _close(held)


@transaction.atomic
def send_back(*, by: User, claim: DiseaseClaim, text: str) -> DiseaseClaim:
    """Back to the assessors, with what is not right."""
    held, _case = _lock(claim, by, "case.check", Case.State.ASSESSED)
    cases.send_back(case_id=held.pk, by=by, text=text)
    return held


@transaction.atomic
def withdraw(*, by: User, claim: DiseaseClaim, text: str) -> DiseaseClaim:
    """The person takes the application back."""
    cases.withdraw(case_id=claim.pk, by=by, text=text)
    return _close(lock(claim))


@transaction.atomic
def end(*, by: User, registration: Registration, on: date, reason: str) -> Registration:
    """End a registration with a day: cured, found anew, or registered by mistake."""
    require(by, "disease.end", registration.region)
    require_stranger(by, registration.person_id)
    registration = lock(registration)
    if on < registration.from_date or (registration.until is not None and on >= registration.until):
        raise Invalid(
            _("The last day lies within the registration."), code="impossible_day", field="on"
        )
    registration.until = on
    registration.save(update_fields=["until"])
    _note(by, "disease.end", registration, reason=known_text(reason, "reason"), until=on)
    return registration


def proposal(claim: DiseaseClaim) -> dict[str, Any]:
    """What the assessor proposed last: entitled, from_date, until, finding."""
    event = claim.case.events.filter(act="propose").order_by("-pk").first()
    return dict(event.detail) if event else {}


def _lock(claim: DiseaseClaim, by: User, act: str, *states: str) -> tuple[DiseaseClaim, Case]:
    case = cases.lock(claim.pk, by, act, *states)
    if act == "case.check":
        require_other_hand(by, case.maker_id)
    held = DiseaseClaim.objects.select_for_update(of=("self",)).select_related("person", "case")
    return held.get(pk=claim.pk), case


def _close(held: DiseaseClaim) -> DiseaseClaim:
    held.open = False
    held.save(update_fields=["open"])
    return held


def _note(by: User, act: str, registration: Registration, **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=registration,
        person_id=registration.person_id,
        region=registration.region,
        care=registration.care,
        diagnosis=registration.diagnosis,
        **detail,
    )
