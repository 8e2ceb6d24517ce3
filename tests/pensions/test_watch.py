"""Pensions in payment that somebody should look at: prison, abroad, two pensions, a death."""

from datetime import date

import pytest
from django.urls import reverse

from enrollment import queries as people
from enrollment.services.living import events, life, proofs
from funds.models import Scheme
from pensions import queries
from pensions.models import Award, AwardState
from pensions.queries import Watch
from socsec.office.models import Role

from .conftest import BEIJING, PUDONG, START, staff

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def test_reasons_come_and_go_with_the_events_and_nothing_stops_by_itself(
    zhang, granted, intake, assessor, reviewer, client, django_assert_max_num_queries
):
    made = granted(zhang)
    said = {"by": intake, "person": zhang, "document": "判决书"}
    events.record(**said, kind="prison", happened_on=date(2026, 8, 1))
    gone = events.record(**said, kind="emigration", happened_on=date(2026, 9, 1))
    Award.objects.create(
        person=zhang,
        scheme=Scheme.RESIDENTS,
        region=PUDONG,
        from_month=START,
        basic=200_00,
        account=0,
        transitional=0,
        monthly=200_00,
    )
    with django_assert_max_num_queries(9):
        both = queries.watched(assessor, 50)
    (mine,) = [each for each in both if each.award.pk == made.pk]
    assert {why for why, _since in mine.reasons} == {Watch.DOUBLE, Watch.PRISON, Watch.ABROAD}
    events.withdraw(by=reviewer, event=gone, reason="没有出国")
    events.record(**said, kind="release", happened_on=date(2026, 10, 1))
    life.record_death(by=intake, person=zhang, died_on=date(2026, 10, 2), document="证明")
    (mine,) = [each for each in queries.watched(assessor, 50) if each.award.pk == made.pk]
    assert [why for why, _since in mine.reasons] == [Watch.DEAD, Watch.DOUBLE]
    assert Award.objects.filter(state=AwardState.IN_PAYMENT).count() == 2

    page = reverse("admin:pensions_award_watch")
    client.force_login(assessor, backend=BACKEND)
    assert "张三" in client.get(page).content.decode()
    client.force_login(staff(Role.ASSESSOR, region=BEIJING), backend=BACKEND)
    assert "张三" not in client.get(page).content.decode()
    client.force_login(staff(), backend=BACKEND)
    assert client.get(page).status_code == 403


def test_who_draws_a_pension_needs_a_proof_of_life_and_a_missed_one_is_to_be_looked_at(
    zhang, granted, assessor
):
    made = granted(zhang)
    assert people.needed(zhang.pk)
    (due,) = people.asked(PUDONG)
    assert (due.person_id, due.proved_on) == (zhang.pk, date(2026, 7, 1))
    assert queries.watched(assessor, 50) == []
    proofs.refresh(day=date(2029, 1, 1))
    (mine,) = queries.watched(assessor, 50)
    assert [why for why, _since in mine.reasons] == [Watch.UNPROVED]
    made.refresh_from_db()
    assert made.state == AwardState.IN_PAYMENT
