"""Means test and entitlement of many households: in columns, beside plain SQL that says the same; and
how long “what can I get” takes."""

import statistics
from datetime import date
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from assistance.params import DibaoParams
from assistance.rules.dibao import DibaoFacts, dibao
from assistance.services import programmes
from benchmarks.world import clock
from enrollment.models import HouseholdRole, Person
from enrollment.services.people import households
from socsec.kernel.months import month
from socsec.kernel.policy import Policy
from socsec.office.models import Role, User
from socsec.office.services import users

LABEL = "Means test of households, over columns"
REGION, ON = "110000", month(2026, 3)
# The same households for both sides: each fact as the columns have it, and as SQL has it.
FILLED = """
    create temporary table households as
    select n %% 2 as residence, 1 + n %% 6 as members, n * 7919 %% 900000 as earned,
           n * 104729 %% 300000 as transfers, n %% 7 * 10000 as costs, n %% 11 = 10 as hardship,
           n * 1299709 %% 40000000 as money, n %% 3 as homes, n %% 11 / 10 as severe,
           n %% 4 / 2 as others
    from generate_series(0::bigint, %s) n
"""
CALL = {"situations": ["ill", "costs", "disabled"], "ask": "1", "severe": "1", "money": "5000"}
CALL |= {"spent": "60000", "income_year": "30000", "event": "病", "disability": "LIMB"}
CALL |= {"event_on_day": "1", "event_on_month": "2", "event_on_year": "2026"}
CALL |= {"grade": "1", "group": "NONE"}

# By hand, with the numbers of Beijing written in: what a programmer would put into a report.
BY_HAND = """
    select count(*) filter (where eligible), sum(case when eligible then
             greatest(standard * members - counted, 0)
             + severe * (standard * %s / 1000000) + others * (standard * %s / 1000000) else 0 end)
    from (
        select *, counted < standard * members
                  and money <= near * %s * members and homes <= %s as eligible
        from (
            select h.*, %s::bigint as standard, %s::bigint as near,
                   greatest(earned + transfers - costs
                            - case when hardship then %s else 0 end, 0) as counted
            from households h
        ) a
    ) b
"""


def measured(people: int) -> dict[str, Any]:
    """Seconds for so many households, best of three: in columns, and by hand in SQL. The number of
    those eligible and the sum of all grants must agree."""
    law = DibaoParams.at(Policy.files(), REGION, ON)
    facts = _facts(people)
    seconds = []
    for _ in range(3):
        with clock() as taken:
            sheet = dibao(DibaoFacts.columns({"month": np.full(people, ON), **facts}), law)
            eligible = np.array(sheet.eligible.list())
            amounts = np.array(sheet.amount.list())
        seconds += taken
    ours = (int(eligible.sum()), int(amounts.sum()))
    theirs, by_hand = _by_hand(people, law)
    if ours != theirs:
        raise RuntimeError(f"columns say {ours}, plain SQL {theirs}")
    return {"people": people, "seconds": min(seconds), "plain": by_hand, "eligible": ours[0]}


def _facts(people: int) -> dict[str, np.ndarray]:
    number = np.arange(people)
    return {
        "residence": number % 2,
        "members": 1 + number % 6,
        "earned": number * 7_919 % 900_000,
        "transfers": number * 104_729 % 300_000,
        "costs": number % 7 * 10_000,
        "hardship": number % 11 == 10,
        "money": number * 1_299_709 % 40_000_000,
        "homes": number % 3,
        "severe": number % 11 // 10,
        "others": number % 4 // 2,
    }


def _by_hand(people: int, law: DibaoParams) -> tuple[tuple[int, int], float]:
    standard = int(law.urban)  # one for town and countryside in Beijing
    near = max(standard * int(law.near_rate) // 1_000_000, int(law.near_amount))
    values = [
        *(int(law.severe_rate), int(law.other_rate)),
        *(int(law.property_months), int(law.most_homes)),
        *(standard, near),
        standard * int(law.hardship_reduction) // 1_000_000,
    ]
    with connection.cursor() as cursor:
        cursor.execute(FILLED, [people - 1])
        cursor.execute("analyze households")
        seconds = []
        for _ in range(3):
            with clock() as taken:
                cursor.execute(BY_HAND, values)
                count, total = cursor.fetchone()
            seconds += taken
        cursor.execute("drop table households")
    return (int(count), int(total)), min(seconds)


def household() -> None:
    """A household of four that asks at the portal."""
    programmes.load()
    four = list(Person.objects.filter(region__startswith="31").order_by("pk")[:4])
    clerk = users.create_staff(
        username="means-intake",
        password="benchmark intake only",
        office=User.objects.get(username="maker").office,
        by=None,
    )
    users.grant(user=clerk, role=Role.INTAKE, by=None)
    since = date(2020, 1, 1)
    home = households.form(by=clerk, head=four[0], region=four[0].region, opened_on=since)
    for each in four[1:]:
        households.join(
            by=clerk, household=home, person=each, role=HouseholdRole.OTHER, from_=since
        )
    users.create_insured(
        username="means-portal",
        password="benchmark portal only",
        person_id=four[0].pk,
        by=None,
    )


def asked(calls: int) -> dict[str, Any]:
    """Seconds of the page with the results, signed in: median and 99th percentile. Its pictures and
    style sheets need not have been collected."""
    plainly = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plainly}):
        return _asked(calls)


def _asked(calls: int) -> dict[str, Any]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(
        User.objects.get(username="means-portal"), backend=settings.AUTHENTICATION_BACKENDS[-1]
    )
    taken: list[float] = []
    for number in range(-20, calls):
        with clock() as one:
            answer = client.post("/my-needs/", CALL, secure=True)
        if answer.status_code != 200:
            raise RuntimeError(f"the page answered {answer.status_code}")
        if number >= 0:  # those before are to warm up
            taken += one
    return {
        "calls": calls,
        "median": statistics.median(taken),
        "p99": sorted(taken)[max(0, -(-calls * 99 // 100) - 1)],
    }
