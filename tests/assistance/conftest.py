"""The cast of the assistance tests, in Chaoyang, Beijing: clerks, the purse, and a poor household."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assistance.models import Matching
from assistance.services import (
    applying,
    appraising,
    deciding,
    matching,
    noticing,
    programmes,
    surveying,
)
from enrollment.models import HouseholdRole, Purpose
from enrollment.services.people import bank_account, households, person
from funds.models import Public, Scheme
from funds.services import cash, fund
from socsec.kernel.ids import make_resident_id
from socsec.office.models import Role
from tests.pensions.conftest import staff

CHAOYANG, BEIJING = "110105", "110000"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def day(name, when):
    return {f"{name}_day": when.day, f"{name}_month": when.month, f"{name}_year": when.year}


def worker(*roles, person_id=None):
    return staff(*roles, region=CHAOYANG, person_id=person_id)


@pytest.fixture
def intake(db):
    return worker(Role.INTAKE)


@pytest.fixture
def assessor(db):
    return worker(Role.ASSESSOR)


@pytest.fixture
def reviewer(db):
    return worker(Role.REVIEWER)


@pytest.fixture
def accountant(db):
    return worker(Role.ACCOUNTANT)


@pytest.fixture
def purse(edition, accountant):
    """The purse of assistance of Chaoyang, with money to pay from, and the programmes."""
    programmes.load()
    made = fund.establish(Public.ASSISTANCE, Scheme.RESIDENTS, CHAOYANG, since=date(2020, 1, 1))
    cash.opening(made, 1_000_000_00, by=accountant, on=date(2025, 12, 31))
    return made


_serials = iter(range(100, 900, 2))


@pytest.fixture
def enroll(intake):
    def make(name, born, woman=False):
        serial = next(_serials) + (not woman)
        return person.enroll(
            by=intake,
            name=name,
            resident_id=make_resident_id("110105", born, serial),
            region=CHAOYANG,
        )

    return make


@pytest.fixture
def home(intake, enroll, purse):
    """A couple and their pupil, 于大山 the head, with a bank account for benefits."""
    head = enroll("于大山", date(1980, 5, 2))
    wife = enroll("苏秀英", date(1982, 9, 9), woman=True)
    child = enroll("于小满", date(2014, 3, 3))
    since = date(2020, 1, 1)
    formed = households.form(by=intake, head=head, region=CHAOYANG, opened_on=since)
    households.join(
        by=intake, household=formed, person=wife, role=HouseholdRole.SPOUSE, from_=since
    )
    households.join(
        by=intake, household=formed, person=child, role=HouseholdRole.CHILD, from_=since
    )
    bank_account.set(
        by=intake,
        person=head,
        purpose=Purpose.BENEFIT,
        account="62284800000018",
        bank="北京银行",
        holder=head.name,
    )
    return formed


@pytest.fixture
def head(home):
    return home.members.get(role=HouseholdRole.HEAD).person


@pytest.fixture
def applied(intake, head):
    """An application of the household for the minimum living guarantee, ten days old."""

    def make(programme="dibao", who=None, **more):
        more.setdefault("received_on", timezone.localdate() - timedelta(days=10))
        return applying.apply(
            by=intake, programme=programme, person=who or head, channel="counter", **more
        )

    return make


@pytest.fixture
def looked_into(intake, assessor):
    """Every step done: authorised, matched, visited, and the notice over.

    The registers know a wage of 3,000 of the head.
    """

    def make(application, wage=3000_00, findings=None, **known):
        today = timezone.localdate()
        for member in application.members.all():
            applying.authorise(by=intake, application=application, person_id=member.person_id)
        matching.ask(by=assessor, application=application)
        for row in Matching.objects.filter(application=application, answered_at__isnull=True):
            first = row.person_id == application.person_id and row.source == "tax"
            matching.answer(
                by=assessor, matching_id=row.pk, **({"earned": wage, **known} if first else {})
            )
        surveying.draft(
            by=assessor,
            application=application,
            visited_on=today - timedelta(days=9),
            second="胡干事",
            findings={"others": 1} if findings is None else findings,
        )
        surveying.hand_in(by=assessor, application=application)
        if application.clocks.filter(step__code="appraise").exists():
            appraising.hold(
                by=assessor,
                application=application,
                held_on=today - timedelta(days=8),
                place="村委会",
                present=9,
                residents=6,
                agreed=9,
            )
        if application.programme.noticed:
            notice = noticing.post(
                by=assessor,
                application=application,
                place="村务公开栏",
                on=today - timedelta(days=7),
            )
            noticing.close(by=assessor, notice=notice)
        return application

    return make


@pytest.fixture
def granted(applied, looked_into, assessor, reviewer):
    def make(**more):
        application = looked_into(applied(), **more)
        deciding.assess(by=assessor, application=application)
        return deciding.grant(by=reviewer, application=application)

    return make


@pytest.fixture
def click(client):
    """Sends a form of the desk as somebody; it went through when the page leads on."""

    def send(user, name, args=(), data=None, status=302):
        client.force_login(user, backend=BACKEND)
        url = reverse(f"admin:assistance_{name}", args=args)
        page = client.get(url)
        assert page.status_code == 200, (url, page.status_code)
        answer = client.post(url, data or {})
        assert answer.status_code == status, answer.context and answer.context["form"].errors
        return answer

    return send


@pytest.fixture
def look(client):
    def at(user, url):
        client.force_login(user, backend=BACKEND)
        return client.get(url)

    return at
