"""`verify` finds nothing in books that services wrote, and names each thing that was made wrong."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from assistance.checks import QUESTIONS
from assistance.models import (
    Applicant,
    Application,
    Grant,
    GrantChange,
    GrantPayment,
    GrantState,
    Programme,
    PublicNotice,
    Survey,
)
from assistance.services import changing
from funds.models import PaymentOrder
from socsec.office import oversight
from tests.assistance.test_application import paid

pytestmark = pytest.mark.django_db
# Asked of other books, in test_care.
CARE = {"assistance.care_bills", "assistance.vouchers", "assistance.care_orders", "assistance.beds"}


def found():
    return {q.code for q, findings in oversight.run(QUESTIONS) if findings}


@pytest.fixture
def books(granted, assessor, reviewer):
    """A household granted, paid, heard and reduced."""
    grant = granted()
    paid(assessor, reviewer, grant.from_month)
    changing.hear(by=assessor, grant=grant, text="没有意见")
    change = changing.propose(
        by=assessor, grant=grant, kind="amount", reason="加薪", changed={"earned": "3000"}
    )
    changing.approve(by=reviewer, change=change)
    return grant


def raw(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_question_is_clean_and_finds_what_it_is_for(books):
    assert found() == set()
    person = books.person
    wrongs = [
        ("assistance.paid", lambda: GrantPayment.objects.update(amount=9_000_00)),
        ("assistance.ordered", lambda: raw("update funds_paymentorder set amount = 1")),
        ("assistance.early", lambda: GrantPayment.objects.update(month=books.from_month - 1)),
        (
            "assistance.paid_dead",
            lambda: (
                type(person)
                .objects.filter(pk=person.pk)
                .update(
                    died_on=timezone.localdate() - timedelta(days=90),
                    death_known_on=timezone.localdate() - timedelta(days=80),
                )
            ),
        ),
        ("assistance.heard", lambda: GrantChange.objects.update(hearing=None)),
        ("assistance.recognised", lambda: Grant.objects.update(state=GrantState.ENDED)),
        ("assistance.notices", lambda: PublicNotice.objects.update(shown={"illness": "x"})),
        (
            "assistance.children",
            lambda: (
                type(person)
                .objects.filter(pk=person.pk)
                .update(born_on=timezone.localdate() - timedelta(days=3000))
            ),
        ),
        (
            "assistance.authorised",
            lambda: Applicant.objects.update(authorised_on=None, authorised_until=None),
        ),
        ("assistance.surveyed", lambda: Survey.objects.update(second="")),
        ("assistance.programmes", lambda: Programme.objects.update(maker=books.amounts.last().by)),
        ("assistance.counted", lambda: twice(books)),
    ]
    assert {code for code, _wrong in wrongs} == set(QUESTIONS) - CARE
    assert PaymentOrder.objects.exists()
    for code, wrong in wrongs:
        with connection.cursor() as cursor:
            cursor.execute("savepoint clean")
            cursor.execute("set local session_replication_role = replica")
        wrong()
        assert code in found(), code
        with connection.cursor() as cursor:
            cursor.execute("rollback to savepoint clean")


def twice(grant):
    """The same people in a second household's grant, as no service would make it."""
    application = Application.objects.get(pk=grant.application_id)
    case = application.case
    case.pk, case.number, case.key = None, "JZB2", ""
    case.save(force_insert=True)
    members = list(application.members.all())
    application.case = case
    application.save(force_insert=True)
    for member in members:
        member.pk, member.application = None, application
    Applicant.objects.bulk_create(members)
    grant.pk, grant.application, grant.household = None, application, None
    grant.public_id = uuid4()
    grant.save(force_insert=True)
