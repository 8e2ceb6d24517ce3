"""Life events: when they happened, when they became known, what they change, and taking them back."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from enrollment import queries
from enrollment.models import (
    Coverage,
    EndReason,
    EventKind,
    EventReport,
    HouseholdMember,
    LifeEvent,
    Person,
)
from enrollment.services import cover
from enrollment.services.living import events, reports
from enrollment.services.people import households
from enrollment.services.people.changes import Upload
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Case, Role, User
from socsec.office.services import users

from .conftest import CHAOYANG, SHANGHAI

PDF = Upload("certificate.pdf", b"%PDF-1.4 a certificate")
DAY = date(2026, 3, 10)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def li(enroll):
    return enroll("李芳", born=date(1990, 5, 1))


def record(by, person, kind, on=DAY, **more):
    more.setdefault("document", "notice 7")
    return events.record(by=by, person=person, kind=kind, happened_on=on, **more)


def test_an_event_keeps_the_day_it_happened_and_the_day_it_became_known(li, intake):
    event = record(intake, li, EventKind.PRISON, known_on=date(2026, 5, 2))
    assert (event.happened_on, event.known_on) == (DAY, date(2026, 5, 2))
    assert queries.imprisoned_on(li.pk, DAY)
    assert not queries.imprisoned_on(li.pk, DAY - timedelta(days=1))
    record(intake, li, EventKind.RELEASE, on=date(2026, 8, 1))
    assert not queries.imprisoned_on(li.pk, date(2026, 8, 1))


def test_the_database_refuses_to_change_what_happened(li, intake):
    record(intake, li, EventKind.PRISON)
    for act in (
        lambda: LifeEvent.objects.update(document="another"),
        lambda: LifeEvent.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


@pytest.mark.parametrize(
    ("kind", "more", "error", "code"),
    [
        ("birth", {}, Invalid, "no_kind"),
        ("wedding", {}, Invalid, "no_kind"),
        ("prison", {"document": " "}, Invalid, "no_document"),
        ("prison", {"on": date(2999, 1, 1)}, Invalid, "in_the_future"),
        ("prison", {"on": date(1980, 1, 1)}, Invalid, "before_birth"),
        ("prison", {"known_on": date(2026, 3, 9)}, Invalid, "known_before"),
        ("release", {}, Conflict, "out_of_order"),
        ("return", {}, Conflict, "out_of_order"),
        ("move", {}, Invalid, "no_region"),
        ("move", {"to_region": CHAOYANG}, Invalid, "same_region"),
    ],
)
def test_what_cannot_have_happened_is_refused_and_nothing_is_recorded(
    li, intake, kind, more, error, code
):
    with pytest.raises(error) as refused:
        record(intake, li, kind, **more)
    assert refused.value.code == code
    assert not LifeEvent.objects.exists()


def test_nothing_happens_twice(li, intake):
    record(intake, li, EventKind.EMIGRATION)
    for on in (DAY, DAY + timedelta(days=30)):
        with pytest.raises(Conflict):
            record(intake, li, EventKind.EMIGRATION, on=on)
    assert LifeEvent.objects.count() == 1


def test_only_intake_of_the_region_records_and_only_another_hand_takes_back(
    li, intake, assessor, reviewer, staff
):
    with pytest.raises(Denied):
        record(assessor, li, EventKind.PRISON)
    with pytest.raises(NotFound):
        record(staff(Role.INTAKE, region=SHANGHAI), li, EventKind.PRISON)
    both = staff(Role.INTAKE, Role.REVIEWER)
    event = record(both, li, EventKind.PRISON)
    with pytest.raises(Denied):
        events.withdraw(by=both, event=event, reason="a slip")
    with pytest.raises(Invalid):
        events.withdraw(by=reviewer, event=event, reason=" ")
    events.withdraw(by=reviewer, event=event, reason="another man of the same name")
    with pytest.raises(Conflict):
        events.withdraw(by=reviewer, event=event, reason="again")
    assert not queries.imprisoned_on(li.pk, DAY)
    assert LifeEvent.objects.count() == 2


def test_a_death_ends_coverage_and_its_withdrawal_puts_everything_back(
    li, intake, reviewer, found, employ
):
    firm = found()
    employ(li, firm)
    home = households.form(by=intake, head=li, region=CHAOYANG, opened_on=date(2020, 1, 1))
    before = list(Coverage.objects.values_list("pk", "span", "end_reason", "ended_at"))
    event = record(intake, li, EventKind.DEATH)
    assert Coverage.objects.get().end_reason == EndReason.DIED
    assert Person.objects.get(pk=li.pk).died_on == DAY
    events.withdraw(by=reviewer, event=event, reason="mistaken identity")
    person = Person.objects.get(pk=li.pk)
    assert (person.died_on, person.death_known_on) == (None, None)
    assert list(Coverage.objects.values_list("pk", "span", "end_reason", "ended_at")) == before
    assert person.employments.get().span.upper is None
    assert HouseholdMember.objects.get(household=home).span.upper is None


def test_a_death_is_not_put_back_over_what_began_since(li, intake, reviewer, found, employ):
    firm = found()
    employ(li, firm)
    event = record(intake, li, EventKind.DEATH)
    events.withdraw(by=reviewer, event=event, reason="alive")
    cover.end(
        by=intake,
        person=li,
        branch=Coverage.objects.get().branch,
        last_day=date(2026, 1, 31),
        reason="left",
    )
    again = record(intake, li, EventKind.DEATH, on=date(2026, 4, 1))
    assert again.detail["cut"] == []  # what had ended by then is not the death's to put back
    events.withdraw(by=reviewer, event=again, reason="alive still")
    assert Coverage.objects.get().last_day == date(2026, 1, 31)


def test_a_move_takes_the_file_to_the_other_office_and_back(li, intake, staff, reviewer):
    event = record(intake, li, EventKind.MOVE, to_region=SHANGHAI)
    assert not queries.people(intake).filter(pk=li.pk).exists()
    assert queries.people(staff(Role.INTAKE, region=SHANGHAI)).filter(pk=li.pk).exists()
    nation = staff(Role.REVIEWER, region="000000")
    events.withdraw(by=nation, event=event, reason="did not go")
    assert Person.objects.get(pk=li.pk).region == CHAOYANG


def test_a_later_event_that_rests_on_it_comes_off_first(li, intake, reviewer):
    prison = record(intake, li, EventKind.PRISON)
    release = record(intake, li, EventKind.RELEASE, on=date(2026, 6, 1))
    with pytest.raises(Refused) as refused:
        events.withdraw(by=reviewer, event=prison, reason="a slip")
    assert refused.value.code == "later_event"
    events.withdraw(by=reviewer, event=release, reason="a slip")
    assert queries.imprisoned_on(li.pk, date(2026, 7, 1))
    events.withdraw(by=reviewer, event=LifeEvent.objects.get(pk=prison.pk), reason="a slip")
    assert not queries.imprisoned_on(li.pk, date(2026, 7, 1))


def test_a_birth_registers_the_child_without_a_number_in_the_household(li, intake, edition):
    home = households.form(by=intake, head=li, region=CHAOYANG, opened_on=date(2020, 1, 1))
    said = {"by": intake, "parent": li, "name": "小满", "sex": 1, "born_on": DAY}
    event = events.record_birth(**said, document="birth certificate")
    child = event.person
    assert (child.resident_id, child.name, queries.household_of(child.pk)) == ("", "小满", home)
    assert li.pk in queries.relatives(child.pk)
    with pytest.raises(Conflict):
        events.record_birth(**said, document="birth certificate")
    assert Person.objects.count() == 2


def test_apps_above_pull_what_happened_since_they_last_looked(li, intake, reviewer):
    first = record(intake, li, EventKind.PRISON)
    second = record(intake, li, EventKind.EMIGRATION, on=date(2026, 4, 1))
    third = events.withdraw(by=reviewer, event=first, reason="a slip")
    assert list(queries.events_since(first.pk)) == [second, third]
    assert list(queries.events_since(kinds=["prison"])) == [first, third]
    assert [e.reverses_id for e in queries.events_since(second.pk)] == [first.pk]
    assert [e.pk for e in queries.standing_events(li.pk)] == [second.pk]


def test_verify_names_a_death_that_the_person_does_not_show(li, intake):
    record(intake, li, EventKind.DEATH)
    assert findings() == []
    Person.objects.filter(pk=li.pk).update(died_on=None, death_known_on=None)
    assert findings() == [f"person {li.pk}"]


def findings():
    return [f.subject for _q, found in oversight.run(["enrollment.deaths"]) for f in found]


# reports


@pytest.fixture
def home(li, enroll, intake, edition):
    """Li and her father, under one roof."""
    father = enroll("李建国", born=date(1955, 1, 1), man=True)
    home = households.form(by=intake, head=father, region=CHAOYANG, opened_on=date(2010, 1, 1))
    households.join(by=intake, household=home, person=li, role="child", from_=date(2010, 1, 1))
    return father


@pytest.fixture
def at_portal(client, li):
    user = users.create_insured(
        username="li.fang", password="a word that is long enough", person_id=li.pk, by=None
    )
    client.force_login(user, backend=BACKEND)
    return client


def test_a_death_in_the_family_is_reported_examined_and_confirmed(
    at_portal, home, li, assessor, reviewer
):
    assert at_portal.post("/life/", {"kind": "death"}).url == "/life/when/"
    day = {"happened_on_day": 10, "happened_on_month": 3, "happened_on_year": 2026}
    answer = at_portal.post("/life/when/", {"person": str(home.pk), **day})
    assert answer.url == "/life/check/"
    assert "李建国" in at_portal.get("/life/check/").text
    assert at_portal.post("/life/check/", {}).status_code == 200
    assert not EventReport.objects.exists()
    file = SimpleUploadedFile("c.pdf", PDF.content)
    done = at_portal.post("/life/check/", {"file": file})
    assert at_portal.get(done.url).status_code == 200
    report = EventReport.objects.get()
    assert (report.person, report.case.person_id) == (home, li.pk)
    assert Person.objects.get(pk=home.pk).died_on is None
    with pytest.raises(Denied):
        reports.confirm(by=assessor, report=report)
    reports.examine(by=assessor, report=report)
    with pytest.raises(Denied):
        reports.confirm(by=assessor, report=report)
    reports.confirm(by=reviewer, report=report)
    event = LifeEvent.objects.get()
    assert (event.person, event.happened_on) == (home, DAY)
    assert event.known_on == timezone.localdate()
    assert Person.objects.get(pk=home.pk).died_on == DAY


def test_nobody_reports_of_people_outside_the_household(li, home, enroll, at_portal):
    stranger = enroll("外人", born=date(1960, 1, 1))
    user = User.objects.get(username="li.fang")
    said = {"by": user, "teller": li, "kind": "death", "happened_on": DAY, "channel": "portal"}
    with pytest.raises(NotFound):
        reports.report(**said, person=stranger, uploads=[PDF])
    with pytest.raises(Invalid):
        reports.report(**said, person=home, uploads=[])
    assert not Case.objects.exists()
    at_portal.post("/life/", {"kind": "death"})
    day = {"happened_on_day": 10, "happened_on_month": 3, "happened_on_year": 2026}
    page = at_portal.post("/life/when/", {"person": str(stranger.pk), **day})
    assert page.status_code == 200
    assert "外人" not in page.text


def test_a_refused_report_records_nothing(li, home, intake, assessor, reviewer):
    report = reports.report(
        by=intake,
        person=li,
        kind="birth",
        happened_on=DAY,
        channel="counter",
        uploads=[PDF],
        child_name="小满",
        child_sex=1,
    )
    reports.examine(by=assessor, report=report)
    reports.refuse(by=reviewer, report=report, reason="not_proven")
    assert not LifeEvent.objects.exists()
    assert not Person.objects.filter(name="小满").exists()


def test_the_desk_records_an_event_and_another_clerk_takes_it_back(client, li, intake, reviewer):
    User.objects.filter(pk__in=(intake.pk, reviewer.pk)).update(is_staff=True)
    client.force_login(intake, backend=BACKEND)
    answer = client.post(
        f"/admin/enrollment/person/{li.pk}/event/",
        {
            "kind": "prison",
            "happened_on_day": 10,
            "happened_on_month": 3,
            "happened_on_year": 2026,
            "document": "ruling 3",
        },
    )
    assert answer.status_code == 302
    event = LifeEvent.objects.get()
    url = f"/admin/enrollment/person/events/{event.pk}/withdraw/"
    assert client.post(url, {"reason": "a slip"}).status_code == 403
    client.force_login(reviewer, backend=BACKEND)
    assert "Take it back" in client.get(f"/admin/enrollment/lifeevent/{event.pk}/change/").text
    assert client.post(url, {"reason": "a slip"}).status_code == 302
    page = client.get("/admin/enrollment/lifeevent/").text
    assert f"takes back no. {event.pk}" in page
