"""A person as of a day and as was known at a moment: late facts and corrections change neither past."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from enrollment import queries
from enrollment.models import LifeEvent, PersonFact
from enrollment.queries.as_of import as_of
from enrollment.services.living import events
from enrollment.services.people import changes, households, registration
from enrollment.services.people import person as registry
from enrollment.services.people.changes import Upload
from socsec.office.models import AuditEntry, Role, User

from .conftest import CHAOYANG, SHANGHAI

BORN = date(1990, 5, 1)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def li(enroll, edition):
    return enroll("李芳", born=BORN, phone="13800138000")


def now():
    return timezone.now()


def put(li, what, intake, assessor, reviewer, **more):
    request = changes.ask(
        by=intake,
        person=li,
        what=what,
        channel="counter",
        uploads=[Upload("a.pdf", b"%PDF-1.4 x")],
        **more,
    )
    changes.examine(by=assessor, request=request)
    changes.grant(by=reviewer, request=request)
    li.refresh_from_db()


def test_a_change_holds_from_its_day_and_a_correction_from_the_first(
    li, intake, assessor, reviewer
):
    put(
        li,
        "name",
        intake,
        assessor,
        reviewer,
        new={"name": "李芳菲"},
        from_=date(2020, 6, 1),
    )
    before_correction = now()
    assert as_of(li, date(2020, 5, 31)).name == "李芳"
    assert as_of(li, date(2020, 6, 1)).name == "李芳菲"
    put(li, "name", intake, assessor, reviewer, new={"name": "黎芳菲"}, correction=True)
    for day in (BORN, date(2020, 5, 31), date(2026, 1, 1)):
        assert as_of(li, day).name == "黎芳菲"
    assert as_of(li, date(2020, 5, 31), before_correction).name == "李芳"
    assert as_of(li, date(2020, 6, 1), before_correction).name == "李芳菲"


def test_changes_recorded_out_of_order_stand_in_the_order_of_their_days(li, intake):
    for day, phone in ((date(2021, 1, 1), "13900000001"), (date(2015, 1, 1), "13900000002")):
        PersonFact.objects.create(
            person_id=li.pk,
            detail="phone",
            seq=PersonFact.objects.filter(person_id=li.pk).count() + 1,
            value=phone,
            since=day,
        )
    PersonFact.objects.create(person_id=li.pk, detail="phone", seq=0, value="13800138000")
    assert as_of(li, date(2014, 1, 1)).phone == "13800138000"
    assert as_of(li, date(2016, 1, 1)).phone == "13900000002"
    assert as_of(li, date(2022, 1, 1)).phone == "13900000001"


def test_what_was_recorded_later_was_not_known_then(li, intake, found, employ):
    assert as_of(li, date(2026, 2, 1), li.recorded_at - timedelta(seconds=1)) is None
    assert as_of(li, BORN - timedelta(days=1)) is None
    before = now()
    employ(li, found())
    registration.register(by=intake, person=li, kind=2, region=CHAOYANG, from_=date(2000, 1, 1))
    households.form(by=intake, head=li, region=CHAOYANG, opened_on=date(2010, 1, 1))
    then, today = as_of(li, date(2026, 2, 1), before), as_of(li, date(2026, 2, 1))
    assert (then.coverages, then.registration, then.household) == ([], None, None)
    assert [c.region for c in today.coverages] == [CHAOYANG]
    assert (today.registration.kind, today.household.role) == (2, "head")
    assert [job.employer.region for job in today.employments] == [CHAOYANG]


def test_a_death_reported_late_leaves_what_was_known_before_as_it_was(
    li, intake, reviewer, found, employ
):
    employ(li, found())
    before = now()
    event = events.record(
        by=intake, person=li, kind="death", happened_on=date(2026, 3, 10), document="certificate"
    )
    between = now()
    li.refresh_from_db()
    day = date(2026, 4, 1)
    assert (as_of(li, day).died_on, as_of(li, day).coverages) == (date(2026, 3, 10), [])
    assert as_of(li, day, before).died_on is None
    assert len(as_of(li, day, before).coverages) == 1
    assert as_of(li, date(2026, 3, 9)).died_on is None
    events.withdraw(by=reviewer, event=event, reason="alive")
    li.refresh_from_db()
    assert as_of(li, day).died_on is None
    assert as_of(li, day, between).died_on == date(2026, 3, 10)
    assert LifeEvent.objects.count() == 2


def test_the_desk_shows_a_day_to_those_who_said_why_and_notes_the_look(client, li, intake, staff):
    User.objects.filter(pk=intake.pk).update(is_staff=True)
    client.force_login(intake, backend=BACKEND)
    url = f"/admin/enrollment/person/{li.pk}/as-of/"
    assert client.get(url).status_code == 302
    client.post(f"/admin/enrollment/person/{li.pk}/change/", {"reason": "a question"})
    asked = {"on_day": "1", "on_month": "2", "on_year": "2026"}
    registry.change_phone(by=intake, person=li, phone="13900139000")
    page = client.get(url, asked).text
    assert "138****8000" in page
    assert AuditEntry.objects.filter(person_id=li.pk, reason="as of 2026-02-01").exists()
    old = {"on_day": "1", "on_month": "1", "on_year": "1980"}
    assert "Nothing was on record" in client.get(url, old).text
    assert "There is no such day" in client.get(url, asked | {"on_day": "31"}).text
    elsewhere = staff(Role.INTAKE, region=SHANGHAI)
    User.objects.filter(pk=elsewhere.pk).update(is_staff=True)
    client.force_login(elsewhere, backend=BACKEND)
    assert client.get(url, asked).status_code == 404
    assert queries.address_of(li.pk) == ""


def test_moments_are_moments_of_china(li):
    late = datetime(2999, 1, 1, tzinfo=timezone.get_current_timezone())
    assert as_of(li, date(2026, 1, 1), late).name == "李芳"
