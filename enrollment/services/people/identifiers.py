"""Numbers of people: taken down, changed, corrected; and people who have no identity number yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Detail,
    DuplicatePair,
    IdentifierKind,
    IdentityDocument,
    Person,
    PersonIdentifier,
    Sex,
)
from enrollment.models.duplicates import Reason
from enrollment.params import Newborn
from enrollment.services.checks import known_name, known_region, lock, not_in_future
from enrollment.services.people import details, merging
from socsec.kernel import ids, papers
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel
from socsec.office.fields import blind_index
from socsec.office.models import User
from socsec.office.services import audit, policy


@dataclass(frozen=True, slots=True)
class Given:
    """A document as somebody hands it over."""

    kind: str
    number: str
    country: str = ""
    valid_until: date | None = None


@transaction.atomic
def enroll_without_number(
    *,
    by: User,
    name: str,
    sex: int,
    born_on: date,
    region: str,
    phone: str = "",
    documents: Sequence[Given] = (),
    newborn: bool = False,
) -> Person:
    """Enter somebody without a resident identity number: sex and birth date are asked.

    A newborn awaits the number and needs no document; everybody else brings one, and its birth
    date and sex must be the ones given, where the number says them.
    """
    require(by, "person.enroll", known_region(region))
    return put_person(
        by=by,
        name=name,
        sex=sex,
        born_on=born_on,
        region=region,
        phone=phone,
        documents=documents,
        newborn=newborn,
    )


def put_person(
    *,
    by: User,
    name: str,
    sex: int,
    born_on: date,
    region: str,
    phone: str = "",
    documents: Sequence[Given] = (),
    newborn: bool = False,
) -> Person:
    """The same, within a service that has asked for leave."""
    name = known_name(name, 60)
    if sex not in Sex.values:
        raise Invalid(_("Choose the sex."), code="no_sex", field="sex")
    not_in_future(born_on, "born_on")
    today = timezone.localdate()
    if born_on.year < today.year - ids.OLDEST:
        raise Invalid(
            _("Nobody registered is so old."),
            code="birth_impossible",
            field="born_on",
            fix=_("Check the year."),
        )
    if newborn and (today - born_on).days > _days_of_a_newborn(region):
        raise Refused(
            _("A child of this age has a number already."),
            code="no_newborn",
            field="born_on",
            fix=_("Take down the resident identity number or another document."),
        )
    if not newborn and not documents:
        raise Invalid(_("Take down at least one document."), code="no_document", field="number")
    try:
        mobile = ids.read_mobile(phone) if phone.strip() else ""
    except ids.IdError as error:
        raise from_kernel(error, "phone") from error
    person = Person.objects.create(
        name=name, resident_id="", sex=sex, born_on=born_on, phone=mobile, region=region
    )
    for given in documents:
        _take_down(person, given, None)
    merging.look_for(person)
    audit.record(
        by=by,
        act="person.enroll",
        subject=person,
        person_id=person.pk,
        region=region,
        newborn=newborn,
        documents=[given.kind for given in documents],
    )
    return person


@transaction.atomic
def add(
    *, by: User, person: Person, document: Given, from_: date | None = None
) -> IdentityDocument:
    """Take down a further document; of each kind one at a time.

    A resident identity number can be added to those who had none, if it says the sex and birth
    date that are on file; it cannot be exchanged here, only by a request that two people decide.
    """
    require(by, "document.enter", person.region)
    person = lock(person)
    if document.kind == IdentifierKind.RESIDENT_ID and person.resident_id:
        raise Refused(
            _("%(name)s has an identity number.") % {"name": person.name},
            code="number_there",
            field="number",
            fix=_("Ask for a correction, with the document that proves it."),
        )
    made = _take_down(person, document, from_)
    if made.kind == IdentifierKind.RESIDENT_ID:
        details.put(person, Detail.RESIDENT_ID, made.number, by=by, from_=from_)
    _note(by, person, made, added=made.kind)
    return made


@transaction.atomic
def renew(
    *, by: User, document: IdentityDocument, number: str, on: date, valid_until: date | None = None
) -> IdentityDocument:
    """A new passport, permit or card takes the place of one that ran out or was changed.

    The old number goes on finding the person.
    """
    require(by, "document.enter", document.person.region)
    person = lock(document.person)
    document = lock(document)
    if document.kind == IdentifierKind.RESIDENT_ID:
        raise Refused(
            _("A resident identity number is changed by a request that two people decide."),
            code="by_request",
        )
    if document.ended_on is not None:
        raise Conflict(_("This document has ended already."), code="ended_already")
    not_in_future(on, "on")
    ran_out = document.valid_until is not None and document.valid_until <= on
    end(document, on, "expired" if ran_out else "changed")
    made = _take_down(person, Given(document.kind, number, document.country, valid_until), on)
    _note(by, person, made, renewed=document.pk)
    return made


def exchange(
    person: Person, number: str, *, by: User, correction: bool, from_: date | None, case_id: int
) -> None:
    """Another resident identity number for a locked person: what a decided request does.

    A changed number goes on finding the person; a corrected one was never theirs and is let go.
    """
    today = timezone.localdate()
    old = person.resident_id
    if old:
        kept = IdentityDocument.objects.filter(
            person=person, kind=IdentifierKind.RESIDENT_ID, ended_on__isnull=True
        ).first()
        if kept is None:
            kept = IdentityDocument.objects.create(
                person=person, kind=IdentifierKind.RESIDENT_ID, number=old
            )
            IdentityDocument.objects.filter(pk=kept.pk).update(recorded_at=person.recorded_at)
        end(kept, from_ or today, "corrected" if correction else "changed")
    _take_down(person, Given(IdentifierKind.RESIDENT_ID, number), from_)
    if old and correction:
        blind = blind_index(old, IdentifierKind.RESIDENT_ID)
        PersonIdentifier.objects.filter(pk=blind, person=person).delete()
    details.put(
        person,
        Detail.RESIDENT_ID,
        papers.read_paper(IdentifierKind.RESIDENT_ID, number).number,
        by=by,
        from_=None if correction else from_,
        case_id=case_id,
    )


def end(document: IdentityDocument, on: date, reason: str) -> None:
    document.ended_on = on
    document.ended_at = timezone.now()
    document.end_reason = reason
    document.save(update_fields=["ended_on", "ended_at", "end_reason"])


def register(person: Person, paper: papers.Paper) -> None:
    """Make the number this person's over the whole country, or `Conflict`.

    Where another person has a number that only looks different, the two are put side by side.
    """
    folded = blind_index(papers.fold(paper.number), "fold")
    try:
        with transaction.atomic():
            PersonIdentifier.objects.create(
                blind=blind_index(paper.key, paper.kind),
                kind=paper.kind,
                person=person,
                fold=folded,
            )
    except IntegrityError as error:
        if PersonIdentifier.objects.filter(
            pk=blind_index(paper.key, paper.kind), person=person
        ).exists():
            return  # the person's own, of earlier
        raise Conflict(
            _("This identity number is registered already."),
            code="already_enrolled",
            field="resident_id" if paper.kind == IdentifierKind.RESIDENT_ID else "number",
            fix=_("Search for the person by the number instead."),
        ) from error
    for other in Person.objects.filter(identifiers__fold=folded).exclude(pk=person.pk).distinct():
        first, second = sorted((person, other), key=lambda each: each.pk)
        DuplicatePair.objects.get_or_create(
            person_id=first.pk,
            other_id=second.pk,
            defaults={
                "reason": Reason.NUMBER,
                "region": first.region,
                "other_region": second.region,
            },
        )


def _days_of_a_newborn(region: str) -> int:
    law = policy.of(policy.current_edition())
    return Newborn.at(law, region, timezone.localdate()).most_days


def _take_down(person: Person, given: Given, from_: date | None) -> IdentityDocument:
    if given.kind not in IdentifierKind.values:
        raise Invalid(_("Choose the kind of document."), code="no_kind", field="kind")
    try:
        paper = papers.read_paper(given.kind, given.number, given.country)
    except ids.IdError as error:
        raise from_kernel(error, "country" if error.code == "country" else "number") from error
    if paper.birth is not None and paper.birth != person.born_on:
        raise Refused(
            _("The number says born on %(number)s, the record says %(record)s.")
            % {"number": date_format(paper.birth), "record": date_format(person.born_on)},
            code="birth_differs",
            field="number",
            fix=_("Check the number; if the record is wrong, ask for a correction."),
        )
    if paper.is_male is not None and (person.sex == Sex.MALE) != paper.is_male:
        raise Refused(
            _("The number says another sex than the record."),
            code="sex_differs",
            field="number",
            fix=_("Check the number; if the record is wrong, ask for a correction."),
        )
    if given.valid_until is not None and from_ is not None and given.valid_until < from_:
        raise Invalid(
            _("The document ends before it begins."), code="ends_before_start", field="valid_until"
        )
    register(person, paper)
    try:
        with transaction.atomic():
            return IdentityDocument.objects.create(
                person=person,
                kind=paper.kind,
                number=paper.number,
                country=paper.country,
                valid_from=from_,
                valid_until=given.valid_until,
            )
    except IntegrityError as error:
        raise Conflict(
            _("%(name)s has a document of this kind already.") % {"name": person.name},
            code="kind_there",
            field="kind",
            fix=_("Renew that one instead."),
        ) from error


def _note(by: User, person: Person, document: IdentityDocument, **detail: Any) -> None:
    audit.record(
        by=by,
        act="person.change",
        subject=document,
        person_id=person.pk,
        region=person.region,
        **detail,
    )
