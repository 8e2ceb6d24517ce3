"""Several numbers for one person, people without one, and each number of one person alone."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from enrollment import queries
from enrollment.models import (
    DuplicatePair,
    IdentityDocument,
    Person,
    PersonFact,
    PersonIdentifier,
    Sex,
)
from enrollment.services.people import identifiers, registration
from enrollment.services.people import person as registry
from enrollment.services.people.identifiers import Given
from socsec.kernel.ids import make_resident_id
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Role

from .conftest import CHAOYANG, SHANGHAI

BORN = date(1985, 7, 1)


@pytest.fixture
def foreigner(intake):
    return identifiers.enroll_without_number(
        by=intake,
        name="Marie Dupont",
        sex=Sex.FEMALE,
        born_on=BORN,
        region=CHAOYANG,
        documents=[Given("passport", "12AB34567", "FRA", date(2027, 1, 1))],
    )


def test_a_foreigner_is_entered_with_a_passport_and_found_by_it(foreigner, intake):
    assert (foreigner.resident_id, foreigner.masked_id) == ("", "")
    assert list(queries.search(intake, "12 ab 34567")) == [foreigner]
    assert foreigner.identity_documents.get().masked == "12*****67"
    assert [f for _q, found in oversight.run(["enrollment.numbers"]) for f in found] == []


def test_a_newborn_awaits_the_number_and_keeps_the_record_when_it_comes(intake, edition):
    born = timezone.localdate() - timedelta(days=20)
    baby = identifiers.enroll_without_number(
        by=intake, name="小满", sex=Sex.MALE, born_on=born, region=CHAOYANG, newborn=True
    )
    wrong = make_resident_id("110105", born, 12)  # even: a girl's
    with pytest.raises(Refused) as refused:
        identifiers.add(by=intake, person=baby, document=Given("resident_id", wrong))
    assert refused.value.code == "sex_differs"
    assert not PersonIdentifier.objects.filter(person=baby).exists()
    number = make_resident_id("110105", born, 13)
    identifiers.add(by=intake, person=baby, document=Given("resident_id", number), from_=born)
    baby.refresh_from_db()
    assert baby.resident_id == number
    assert queries.by_resident_id(number) == baby
    assert [fact.value for fact in PersonFact.objects.filter(person_id=baby.pk)] == ["", number]


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"documents": []}, Invalid, "no_document"),
        ({"sex": 3}, Invalid, "no_sex"),
        ({"born_on": date(2999, 1, 1)}, Invalid, "in_the_future"),
        ({"born_on": date(1800, 1, 1)}, Invalid, "birth_impossible"),
        ({"newborn": True, "documents": []}, Refused, "no_newborn"),
        ({"documents": [Given("passport", "12AB34567", "")]}, Invalid, "country"),
        ({"documents": [Given("library", "1")]}, Invalid, "no_kind"),
        ({"region": SHANGHAI}, NotFound, "outside_region"),
    ],
)
def test_what_cannot_be_true_is_refused_and_nobody_is_entered(intake, edition, change, error, code):
    said = {
        "by": intake,
        "name": "Jean",
        "sex": 1,
        "born_on": BORN,
        "region": CHAOYANG,
        "documents": [Given("passport", "12AB34567", "FRA")],
    }
    with pytest.raises(error) as refused:
        identifiers.enroll_without_number(**(said | change))
    assert refused.value.code == code
    assert not Person.objects.exists()


def test_only_intake_enters_people_without_a_number(assessor):
    with pytest.raises(Denied):
        identifiers.enroll_without_number(
            by=assessor, name="A", sex=1, born_on=BORN, region=CHAOYANG, newborn=True
        )


def test_a_number_belongs_to_one_person_in_the_whole_country(foreigner, intake, staff):
    clerk = staff(Role.INTAKE, region=SHANGHAI)
    with pytest.raises(Conflict) as refused:
        identifiers.enroll_without_number(
            by=clerk,
            name="Another",
            sex=2,
            born_on=BORN,
            region=SHANGHAI,
            documents=[Given("passport", "12-AB-34567", "fra")],
        )
    assert refused.value.code == "already_enrolled"
    assert Person.objects.count() == 1


def test_a_number_that_only_looks_different_puts_two_people_side_by_side(foreigner, intake):
    # the letter B read as an 8, and issued by another country: not the same number, but a sign
    other = identifiers.enroll_without_number(
        by=intake,
        name="M. Dupont",
        sex=Sex.FEMALE,
        born_on=BORN,
        region=CHAOYANG,
        documents=[Given("passport", "12A834567", "FRA")],
    )
    pair = DuplicatePair.objects.get()
    assert (pair.person_id, pair.other_id, pair.state) == (foreigner.pk, other.pk, "open")


def test_a_renewed_passport_ends_the_old_one_which_still_finds_the_person(foreigner, intake):
    old = foreigner.identity_documents.get()
    identifiers.renew(by=intake, document=old, number="14CD98765", on=date(2026, 1, 10))
    old.refresh_from_db()
    assert (old.ended_on, old.end_reason) == (date(2026, 1, 10), "changed")
    for number in ("12AB34567", "14CD98765"):
        assert list(queries.search(intake, number)) == [foreigner]
    with pytest.raises(Conflict):
        identifiers.renew(by=intake, document=old, number="15EF00001", on=date(2026, 2, 1))
    assert IdentityDocument.objects.count() == 2


def test_a_person_has_one_document_of_a_kind_at_a_time(foreigner, intake):
    with pytest.raises(Conflict) as refused:
        identifiers.add(by=intake, person=foreigner, document=Given("passport", "X7654321", "FRA"))
    assert refused.value.code == "kind_there"
    identifiers.add(by=intake, person=foreigner, document=Given("passport", "X7654321", "DEU"))
    assert PersonIdentifier.objects.filter(person=foreigner).count() == 2


def test_a_resident_number_is_never_exchanged_by_one_clerk_alone(enroll, intake):
    someone = enroll()
    other = make_resident_id("110105", someone.born_on, 998)
    with pytest.raises(Refused) as refused:
        identifiers.add(by=intake, person=someone, document=Given("resident_id", other))
    assert refused.value.code == "number_there"
    someone.refresh_from_db()
    assert someone.resident_id != other


def test_a_phone_that_changes_leaves_the_old_one_in_the_history(enroll, intake):
    someone = enroll(phone="13800138000")
    registry.change_phone(by=intake, person=someone, phone="13900139000")
    facts = queries.facts_of(someone.pk)
    assert [(fact.seq, fact.value) for fact in facts] == [(0, "13800138000"), (1, "13900139000")]


def test_a_person_is_registered_as_urban_or_rural_at_one_place_at_a_time(enroll, intake):
    someone = enroll()
    first = registration.register(
        by=intake, person=someone, kind=2, region=CHAOYANG, from_=date(2000, 1, 1)
    )
    registration.register(
        by=intake, person=someone, kind=1, region=CHAOYANG, from_=date(2015, 6, 1)
    )
    first.refresh_from_db()
    assert (first.last_day, first.ended_at is not None) == (date(2015, 5, 31), True)
    for from_, code in [(date(2010, 1, 1), "registration_overlaps"), (date(1900, 1, 1), None)]:
        with pytest.raises((Conflict, Invalid)) as refused:
            registration.register(by=intake, person=someone, kind=2, region=CHAOYANG, from_=from_)
        assert code in (None, refused.value.code)
    assert [row.kind for row in queries.registrations(someone.pk)] == [1, 2]
