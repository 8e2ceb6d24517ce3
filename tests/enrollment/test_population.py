"""The invented population is valid, the same each time, and goes through the real run."""

import os
from io import StringIO
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from enrollment.models import (
    BankAccount,
    BaseChoice,
    Coverage,
    Employer,
    Employment,
    EndReason,
    Person,
    PersonIdentifier,
    WageDeclaration,
)
from enrollment.queries import by_resident_id
from socsec.commands.population import people, populate, write
from socsec.kernel.ids import read_bank_card, read_credit_code, read_resident_id
from socsec.office.models import Role
from socsec.office.services import run as runs
from socsec.office.services import work

from .conftest import MARCH


def test_identity_numbers_and_cards_are_valid_and_never_repeat():
    chunk = people.chunk(1, 5000, seed=1)
    for number, born, man in zip(chunk.resident_id, chunk.born, chunk.man, strict=True):
        read = read_resident_id(str(number))
        assert (read.birth, read.is_male) == (born.item(), bool(man))
    for card in people.cards(np.array([1, 999, 10**7])):
        assert read_bank_card(str(card)) == card
    later = people.chunk(9_000_001, 5000, seed=1)
    numbers = [*chunk.resident_id, *later.resident_id]
    assert len(set(numbers)) == len(numbers)


def test_numbers_do_not_repeat_when_every_day_has_come_round_many_times():
    far = [people.chunk(first, 20_000, seed=1) for first in (1, 500_001, 1_000_001, 5_000_001)]
    numbers = np.concatenate([chunk.resident_id for chunk in far])
    assert len(np.unique(numbers)) == len(numbers)


def test_the_same_seed_makes_the_same_people_and_another_makes_others():
    one, again, other = (people.chunk(1, 200, seed) for seed in (1, 1, 2))
    assert list(one.name) == list(again.name)
    assert list(one.resident_id) == list(again.resident_id)
    assert list(one.name) != list(other.name)


def test_a_population_is_found_covered_and_declared(db):
    made = populate(400, [MARCH])
    assert (made.people, Person.objects.count(), PersonIdentifier.objects.count()) == (400,) * 3
    assert BankAccount.objects.count() == 400
    assert Coverage.objects.filter(span__endswith=None).count() == 300
    assert Coverage.objects.filter(end_reason=EndReason.RETIRED).count() == 80
    assert BaseChoice.objects.count() == 60
    assert Employment.objects.values("person").distinct().count() == 240
    assert WageDeclaration.objects.count() == Employment.objects.count()
    who = Person.objects.first()
    assert by_resident_id(who.resident_id) == who
    for employer in Employer.objects.all():
        assert read_credit_code(employer.credit_code) == employer.credit_code
    jobs = Employment.objects.select_related("person", "employer")
    assert all(job.employer.region == job.person.region for job in jobs)


@pytest.mark.django_db(transaction=True)
def test_several_processes_make_the_same_people(monkeypatch):
    url = urlsplit(os.environ["DATABASE_URL"])
    here = urlunsplit(url._replace(path="/" + connection.settings_dict["NAME"]))
    monkeypatch.setenv("DATABASE_URL", here)
    monkeypatch.setattr(write, "CHUNK", 50)
    made = populate(150, [MARCH], workers=2)
    expected = [
        str(number)
        for start in range(made.first, made.last + 1, 50)
        for number in people.chunk(start, 50, seed=1).resident_id
    ]
    assert [who.resident_id for who in Person.objects.order_by("pk")] == expected


def test_a_population_can_grow(db):
    first = populate(150, [MARCH])
    second = populate(150, [MARCH])
    assert second.first == first.last + 1
    assert Person.objects.count() == 300


def test_the_month_of_a_population_can_be_run(staff, db):
    populate(1000, [MARCH])
    maker, checker = staff(Role.ASSESSOR, region="110000"), staff(Role.REVIEWER, region="110000")
    drafted = runs.draft(kind="contributions", month=MARCH, region="110000", by=maker)
    shown = runs.preview(run_id=drafted.pk, by=maker)
    assert 200 < shown.count < 400
    runs.approve(run_id=drafted.pk, by=checker, total=shown.total)
    assert work.work(drafted.pk).state == "posted"


def test_the_command_says_what_it_made(db):
    out = StringIO()
    call_command("population", people=120, month=["2026-03"], workers=1, stdout=out)
    assert "wages for 2026-03" in out.getvalue()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from enrollment_person")
        assert cursor.fetchone() == (120,)


@pytest.mark.parametrize("bad", [{"people": 0}, {"people": 10**8}, {"month": ["March"]}])
def test_a_population_that_cannot_be_is_refused(db, bad):
    with pytest.raises(CommandError):
        call_command("population", **({"people": 10} | bad), stdout=StringIO())
    assert not Person.objects.exists()
