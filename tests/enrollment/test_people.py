"""People enter the registry once, under a number that can be true."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from enrollment import queries
from enrollment.models import Person, PersonIdentifier, Sex
from enrollment.services.people import person
from socsec.kernel.ids import make_resident_id
from socsec.office.errors import Conflict, Denied, Invalid, NotFound
from socsec.office.models import AuditEntry, Role

from .conftest import BEIJING, CHAOYANG, SHANGHAI

ID = "11010519491231002X"


def enroll(by, **changed):
    wanted = {"name": "李芳", "resident_id": ID, "region": CHAOYANG} | changed
    return person.enroll(by=by, **wanted)


def nothing_happened():
    return not (
        Person.objects.exists()
        or PersonIdentifier.objects.exists()
        or AuditEntry.objects.filter(act="person.enroll").exists()
    )


def test_sex_and_birth_date_are_those_of_the_number(intake):
    made = enroll(intake, resident_id=" 110105 19491231 002x ", phone="138 0013 8000")
    assert (made.sex, made.born_on) == (Sex.FEMALE, date(1949, 12, 31))
    assert (made.masked_id, made.masked_phone) == ("1101**********002X", "138****8000")


def test_enrolment_leaves_one_audit_entry_without_the_number(intake):
    made = enroll(intake)
    entry = AuditEntry.objects.get(act="person.enroll")
    assert (entry.actor, entry.person_id, entry.region) == (intake, made.pk, CHAOYANG)
    assert ID not in str(entry.detail)


def test_number_and_phone_are_ciphertext_in_the_database(intake):
    enroll(intake, phone="13800138000")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM enrollment_person p")
        (row,) = cursor.fetchone()
        cursor.execute("SELECT row_to_json(p)::text FROM enrollment_personidentifier p")
        (identifier,) = cursor.fetchone()
    for text in (row, identifier):
        assert ID not in text
        assert "13800138000" not in text


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        ("110105194912310021", "check_digit", "check digit"),
        ("11010519491231002", "length", "1 digit short"),
        (
            make_resident_id("110105", timezone.localdate() + timedelta(days=1), 2),
            "birth_date",
            "in the future",
        ),
        ("", "empty", "Enter the ID number"),
        ("１１０１０５１９４９１３３１００２Ｘ", "birth_date", "1949-13-31"),
    ],
)
def test_a_number_that_cannot_be_right_is_refused_and_changes_nothing(intake, number, code, said):
    with pytest.raises(Invalid, match=said) as refusal:
        enroll(intake, resident_id=number)
    assert (refusal.value.code, refusal.value.field) == (code, "resident_id")
    assert nothing_happened()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "李" * 61}, "name"),
        ({"name": "李\x00芳"}, "name"),
        ({"phone": "12345"}, "phone"),
    ],
)
def test_other_bad_input_is_refused_at_its_field_and_changes_nothing(intake, changed, field):
    with pytest.raises(Invalid) as refusal:
        enroll(intake, **changed)
    assert refusal.value.field == field
    assert nothing_happened()


def test_the_same_number_twice_is_refused_and_leaves_one_person(intake):
    first = enroll(intake)
    with pytest.raises(Conflict, match="registered already") as refusal:
        enroll(intake, name="李方", resident_id="１１０１０５１９４９１２３１００２Ｘ")
    assert refusal.value.code == "already_enrolled"
    assert list(Person.objects.all()) == [first]
    assert AuditEntry.objects.filter(act="person.enroll").count() == 1


def test_a_clerk_cannot_enrol_into_another_region(intake):
    with pytest.raises(NotFound):
        enroll(intake, region=SHANGHAI)
    assert nothing_happened()


def test_who_may_not_enrol_is_denied(staff):
    for role in set(Role) - {Role.INTAKE}:
        with pytest.raises(Denied):
            enroll(staff(role))
    with pytest.raises(Denied):
        enroll(staff())
    assert nothing_happened()


def test_a_person_is_found_by_number_however_it_is_typed(intake):
    made = enroll(intake)
    assert queries.by_resident_id("110105 19491231 002x") == made
    assert queries.by_resident_id(make_resident_id("110105", date(1990, 1, 1), 2)) is None


def test_search_finds_by_number_and_by_the_beginning_of_the_name_within_the_region(intake, staff):
    made = enroll(intake)
    elsewhere = staff(Role.INTAKE, region=SHANGHAI)
    assert list(queries.search(intake, ID)) == [made]
    assert list(queries.search(intake, "李")) == [made]
    assert not queries.search(intake, "芳")
    assert not queries.search(intake, "")
    assert not queries.search(elsewhere, ID)
    assert not queries.search(elsewhere, "李")
    assert not queries.search(staff(), ID)


def test_names_for_a_list_cost_one_query(intake, enroll, django_assert_num_queries):
    everyone = [enroll(name=name) for name in ("李芳", "王伟", "赵敏")]
    with django_assert_num_queries(1):
        lines = queries.describe([each.pk for each in everyone])
    assert [lines[each.pk].name for each in everyone] == ["李芳", "王伟", "赵敏"]
    assert lines[everyone[0].pk].region == CHAOYANG


def test_a_phone_can_be_changed_and_taken_away(intake):
    made = enroll(intake)
    person.change_phone(by=intake, person=made, phone="13900139000")
    assert Person.objects.get().phone == "13900139000"
    with pytest.raises(Invalid):
        person.change_phone(by=intake, person=made, phone="139")
    person.change_phone(by=intake, person=made, phone="")
    assert Person.objects.get().phone == ""


def test_regions_of_the_cast_are_real(staff):
    assert staff(Role.AUDITOR, region=BEIJING).region_code == BEIJING
