"""The registry: a foreigner, a birth, a guardian, a delegate, a change of name, two records of one."""

from datetime import date, timedelta

from django.utils import timezone

from enrollment.models import Category, EventKind, HouseholdRole, Mandate, Person
from enrollment.services import cover
from enrollment.services.living import events, reports
from enrollment.services.people import (
    changes,
    delegates,
    households,
    identifiers,
    merging,
    registration,
)
from enrollment.services.people import person as people
from socsec.commands.village import GUEST, PASSWORD, PUDONG, Village
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import first_day, month_of
from socsec.office.models import Case
from socsec.office.people import Scope
from socsec.office.services import users

PAPER = changes.Upload(
    "page.pdf", b"%PDF-1.4\n% a page of an invented household register\n%%EOF", "户口簿"
)


def registry(village: Village) -> None:
    """Who people are: papers, families, those who act for them, what changes and what happens."""
    intake = village.by("intake")
    mother = people.enroll(
        by=intake,
        name="陆阿珍",
        resident_id=make_resident_id(PUDONG, date(1951, 4, 8), 42),
        region=PUDONG,
        phone="13900000041",
    )
    son = people.enroll(
        by=intake,
        name="陆远",
        resident_id=make_resident_id(PUDONG, date(1984, 10, 19), 43),
        region=PUDONG,
        phone="13900000042",
    )
    for person, name in ((mother, "mother"), (son, "son")):
        village.portal[name] = users.create_insured(
            username=f"portal-{name}", password=PASSWORD, person_id=person.pk, by=None
        )
        registration.register(
            by=intake, person=person, kind=2, region=PUDONG, from_=date(2001, 1, 1)
        )
    registration.register(by=intake, person=son, kind=1, region=PUDONG, from_=date(2016, 7, 1))
    home = households.form(by=intake, head=mother, region=PUDONG, opened_on=date(2001, 1, 1))
    households.join(
        by=intake, household=home, person=son, role=HouseholdRole.CHILD, from_=date(2001, 1, 1)
    )
    _family(village, mother, son)
    _changes(village, mother, son)
    _twice(village)


def _family(village: Village, mother: Person, son: Person) -> None:
    today = timezone.localdate()
    intake = village.by("intake")
    born = events.record_birth(
        by=intake,
        parent=son,
        name="陆小满",
        sex=2,
        born_on=today - timedelta(days=40),
        document="出生医学证明 Q310000001",
    )
    child = born.person
    delegates.grant(
        by=intake,
        person=child,
        delegate=son,
        kind=Mandate.Kind.GUARDIAN,
        scopes=list(Scope),
        until=delegates.of_age(child) - timedelta(days=1),
        document="出生医学证明 Q310000001",
    )
    delegates.grant(
        by=village.portal["mother"],
        person=mother,
        delegate=son,
        scopes=[Scope.CLAIM, Scope.PAY, Scope.CHANGE],
        until=today + timedelta(days=365),
    )
    _from_abroad(village)


def _from_abroad(village: Village) -> None:
    """She works at the mill, has no resident identity number, and signs in with her passport."""
    name, number, country = GUEST
    guest = identifiers.enroll_without_number(
        by=village.by("intake"),
        name=name,
        sex=2,
        born_on=date(1986, 2, 11),
        region=PUDONG,
        phone="13900000046",
        documents=[identifiers.Given("passport", number, country, date(2029, 2, 1))],
    )
    cover.enrol(
        by=village.by("intake"),
        person=guest,
        employer=village.employers["mill"],
        category=Category.EMPLOYEE,
        region=PUDONG,
        from_=first_day(month_of(timezone.localdate())),
    )
    village.portal["guest"] = users.create_insured(
        username="portal-guest", password=PASSWORD, person_id=guest.pk, by=None
    )


def _changes(village: Village, mother: Person, son: Person) -> None:
    """One request decided, one to examine; one report of a death to confirm."""
    done = changes.ask(
        by=village.portal["mother"],
        person=mother,
        what="address",
        new={"address": "柳湾镇清河路 18 号"},
        channel=Case.Channel.PORTAL,
    )
    changes.examine(by=village.by("assessor"), request=done)
    changes.grant(by=village.by("reviewer"), request=done)
    changes.ask(
        by=village.portal["son"],
        person=son,
        what="name",
        new={"name": "陆致远"},
        channel=Case.Channel.PORTAL,
        from_=timezone.localdate() - timedelta(days=20),
        uploads=[PAPER],
    )
    reported = reports.report(
        by=village.portal["son"],
        person=son,
        kind=EventKind.EMIGRATION,
        happened_on=timezone.localdate() - timedelta(days=15),
        channel=Case.Channel.PORTAL,
        uploads=[PAPER],
    )
    reports.examine(by=village.by("assessor"), report=reported)


def _twice(village: Village) -> None:
    """A woman entered twice, once without her number; a merge waits for the second hand."""
    born = date(1972, 12, 3)
    known = people.enroll(
        by=village.by("intake"),
        name="阿依古丽·买买提",
        resident_id=make_resident_id(PUDONG, born, 44),
        region=PUDONG,
    )
    again = identifiers.enroll_without_number(
        by=village.by("intake"),
        name="阿依古丽买买提",
        sex=2,
        born_on=born,
        region=PUDONG,
        documents=[identifiers.Given("passport", "E12345678", "CHN")],
    )
    merging.propose(
        by=village.by("assessor"), survivor=known, absorbed=again, reason="同一人，护照与户口簿一致"
    )
