"""Settling at the counter: many hospitals at once ask the API, about people with a year of bills.

Each hospital is a process that sends one settlement after the other. Afterwards the whole year is
worked out again in columns: nothing may be lost, and no sum may be otherwise.
"""

import json
import secrets
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from typing import Any

import numpy as np
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application
from rest_framework.throttling import UserRateThrottle

from benchmarks.world import clock, forget_peak, peak
from enrollment.models import Category, Coverage
from funds.models import Branch, Scheme
from funds.services import fund
from medical.models import (
    Agreement,
    BillLine,
    Care,
    Encounter,
    ItemClass,
    ItemKind,
    Level,
    Provider,
    ProviderKind,
    ProviderUser,
    Settlement,
    Standing,
    YearSums,
)
from medical.services.settling import replay
from medical.services.settling.year import WORKED
from socsec.commands.population.write import copy_rows
from socsec.kernel.months import month
from socsec.office.models import Office, User
from socsec.office.services import policy, users

LABEL = "Settling bills through the API"
NAME = "settlements"
HOSPITALS = (1, 8, 32)
BILLS = 10  # of each person before
EACH = 1280  # settlements at each number of hospitals, where there are people enough
BUSY = 20  # every so many people meet in several hospitals at once
EMPLOYEES, RESIDENTS = "310115", "110105"  # where the first two thirds and the others are insured
ACCOUNT = 2_000_00
PATIENCE = 120  # seconds until all have warmed up
TODAY = timezone.localdate()
YEAR = TODAY.year


def before(people: int) -> None:
    """Insurance, accounts, hospitals, and a year of bills, each as the rules settle it."""
    policy.of(policy.current_edition())
    fund.establish(Branch.MEDICAL, Scheme.EMPLOYEES, "310000")
    fund.establish(Branch.MEDICAL, Scheme.RESIDENTS, "110000")
    Coverage.objects.filter(branch=Branch.MEDICAL).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into enrollment_coverage
              (person_id, branch, category, region, span, end_reason, recorded_at)
            select id, %s, case when id %% 3 = 0 then %s else %s end,
                   case when id %% 3 = 0 then %s else %s end, '[2020-01-01,)', '', now()
              from enrollment_person
            """,
            [Branch.MEDICAL, Category.RESIDENT, Category.EMPLOYEE, RESIDENTS, EMPLOYEES],
        )
        cursor.execute(
            """
            insert into medical_medicalaccount (person_id, fund_id, region, balance, entries)
            select id, %s, %s, %s, 1 from enrollment_person where id %% 3 = 1
            """,
            [fund.for_(Branch.MEDICAL, Scheme.EMPLOYEES, EMPLOYEES).pk, EMPLOYEES, ACCOUNT],
        )
    _hospitals()
    with connection.cursor() as cursor:
        cursor.execute("select id from enrollment_person order by id")
        everybody = np.array([number for (number,) in cursor.fetchall()])
    first = 1
    for start in range(0, len(everybody), 10_000):
        first = _history(everybody[start : start + 10_000], first)
    with connection.cursor() as cursor:
        cursor.execute(
            "select setval(pg_get_serial_sequence('medical_encounter', 'id'), %s)", [first]
        )
        cursor.execute("vacuum analyze")


def measured(people: int) -> dict[str, Any]:
    """For each number of hospitals: settlements a second, median and 99th percentile in seconds; and
    the replay of the year, in bills a second and bytes."""
    UserRateThrottle.get_rate = lambda self: None  # one hospital alone asks more than a partner may
    found: dict[str, Any] = {"at": {}}
    each = min(EACH, max(people // 10, max(HOSPITALS)))
    before = Encounter.objects.count()
    for count in HOSPITALS:
        waiting = _visits(count, each // count)
        policy.of(policy.current_edition())  # servers have read it long before
        connections.close_all()
        latencies, seconds = _send(waiting)
        found["at"][count] = {
            "settled": len(latencies),
            "a_second": len(latencies) / seconds,
            "median": float(np.median(latencies)),
            "p99": float(np.quantile(latencies, 0.99, method="inverted_cdf")),
        }
    sent = sum(round_["settled"] for round_ in found["at"].values())
    forget_peak()
    base = peak()
    with clock() as taken:
        done = replay.replay(YEAR)
    return {
        **found,
        "bills": done.bills,
        "replay": taken[0],
        "peak": peak(),
        "more": peak() - base,
        "lost": before + sent - done.bills,
        "wrong": done.differing + len(done.years_differ),
    }


def _hospitals() -> None:
    maker, checker = (User.objects.get(username=name) for name in ("maker", "checker"))
    office = Office.objects.get(code="B00")
    for number in range(max(*HOSPITALS, 3)):
        region = RESIDENTS if number % 3 == 2 else EMPLOYEES
        place = Provider.objects.create(
            code=f"H{number:011}",
            name=f"测量医院{number}",
            kind=ProviderKind.HOSPITAL,
            level=Level.SECOND,
            region=region,
        )
        Agreement.objects.create(
            provider=place,
            from_date=date(2020, 1, 1),
            until=date(2035, 12, 31),
            care=[int(care) for care in Care],
            document="协议",
            maker=maker,
            checker=checker,
        )
        user = users.create_partner(username=f"hospital{number}", office=office, by=None)
        ProviderUser.objects.create(user=user, provider=place, since=date(2020, 1, 1))
        application = Application.objects.create(
            name=user.username,
            user=user,
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        )
        AccessToken.objects.create(
            application=application,
            token=f"token-{number}",
            scope="bills:read bills:write",
            expires=timezone.now() + timedelta(days=1),
        )


def _history(people: np.ndarray, first: int) -> int:
    """A year of bills of these people, as the rules settle them; the next visit's number."""
    chance = np.random.default_rng(int(people[0]))
    count = len(people) * BILLS
    person = np.repeat(people, BILLS)
    resident = person % 3 == 0
    days = np.sort(
        chance.integers(1, (TODAY - date(YEAR, 1, 1)).days, (len(people), BILLS)), axis=1
    )
    days = days.ravel()
    care = chance.choice(
        [Care.OUTPATIENT, Care.PHARMACY, Care.INPATIENT], count, p=[0.8, 0.15, 0.05]
    ).astype(np.int64)
    level = np.where(care == Care.PHARMACY, Level.PHARMACY, chance.integers(0, 4, count))
    total = chance.lognormal(np.where(care == Care.INPATIENT, 13.8, 10), 0.8).astype(np.int64) + 100
    dates = [date(YEAR, 1, 1) + timedelta(days=int(day)) for day in days]
    edition = policy.current_edition().number
    rows = {
        "person_id": person,
        "scheme": np.where(resident, Scheme.RESIDENTS, Scheme.EMPLOYEES),
        "home": [RESIDENTS if each else EMPLOYEES for each in resident.tolist()],
        "encounter": np.arange(first, first + count),
        "care": care,
        "level": level,
        "month": np.array([month(day.year, day.month) for day in dates]),
        "edition": np.full(count, edition),
        "before": np.zeros(count, dtype=np.int64),
        "designation": [None] * count,
        "cap_raise": np.zeros(count, dtype=np.int64),
        "stay": (care == Care.INPATIENT).astype(np.int64),
        "total": total,
        "uncovered": total // 20,
        "over_limit": np.zeros(count, dtype=np.int64),
        "first_self_pay": total // 30,
        "standing": np.where(resident, Standing.ADULT, Standing.ACTIVE),
        "away": np.zeros(count, dtype=np.int64),
        "disease": np.zeros(count, dtype=np.int64),
        **{name: np.zeros(count, dtype=bool) for name in replay.CONDITIONS},
    }
    came = replay.work(rows, policy.of)
    numbers = {name: rows[name].tolist() for name in rows if name not in replay.TEXTS}
    numbers |= {name: values.tolist() for name, values in came.bills.items()}
    places = dict(Provider.objects.order_by("-pk").values_list("region", "pk"))
    by = User.objects.get(username="maker").pk
    copy_rows(Encounter, VISIT, _visit_rows(numbers, rows["home"], dates, places, by))
    copy_rows(Settlement, SETTLED, _settled_rows(numbers, rows["home"], dates, places, by))
    last = {key: place * BILLS + BILLS - 1 for key, place in came.years.items()}
    sums = {name: came.sums[name].tolist() for name in replay.SUMMED}
    copy_rows(
        YearSums,
        (
            *("person_id", "year", "scheme", "home", "bills", "cap_raise"),
            *("last_served", "last_encounter", *replay.SUMMED),
        ),
        (
            (
                *(key[0], YEAR, key[1], key[2], BILLS, 0),
                *(dates[last[key]], numbers["encounter"][last[key]]),
                *(sums[name][place] for name in replay.SUMMED),
            )
            for key, place in came.years.items()
        ),
    )
    return first + count


VISIT = (
    *("id", "provider_id", "person_id", "number", "care", "state", "scheme", "home", "standing"),
    *("region", "away", "disease", "department", "doctor", "diagnosis"),
    *("opened_at", "closed_at", "by_id", "recorded_at"),
)
SETTLED = (
    *(
        "encounter_id",
        "person_id",
        "year",
        "part",
        "kind",
        "provider_id",
        "scheme",
        "home",
        "region",
    ),
    *(
        "care",
        "level",
        "standing",
        "served_from",
        "served_until",
        "booked_on",
        "recorded_at",
        "stay",
    ),
    *("total", "uncovered", "over_limit", *WORKED, "provider_pay", "account_pay", "family_pay"),
    *("cash", "facts", "edition", "month", "by_id"),
)


def _visit_rows(n: Any, homes: list[str], dates: list[date], places: Any, by: int) -> Iterator[Any]:
    for i, (home, day) in enumerate(zip(homes, dates, strict=True)):
        moment = datetime(day.year, day.month, day.day, 9, tzinfo=timezone.get_current_timezone())
        yield (
            *(n["encounter"][i], places[home], n["person_id"][i], f"B{n['encounter'][i]}"),
            *(n["care"][i], "settled", n["scheme"][i], home, n["standing"][i], home, 0, 0),
            *("", "", "", moment, moment, by, moment),
        )


def _settled_rows(
    n: Any, homes: list[str], dates: list[date], places: Any, by: int
) -> Iterator[Any]:
    told = (*replay.AMOUNTS, *replay.CHOICES, "care", "level")
    now = timezone.now()
    for i, (home, day) in enumerate(zip(homes, dates, strict=True)):
        facts = {
            "told": {name: n[name][i] for name in told} | dict.fromkeys(replay.CONDITIONS, False),
            "designation": {},
            "continues": 0,
        }
        yield (
            *(n["encounter"][i], n["person_id"][i], YEAR, 0, "settled", places[home]),
            *(n["scheme"][i], home, home, n["care"][i], n["level"][i], n["standing"][i]),
            *(day, day, day, now, n["stay"][i]),
            *(n["total"][i], n["uncovered"][i], n["over_limit"][i], *(n[w][i] for w in WORKED)),
            *(0, 0, 0, n["person_pay"][i], json.dumps(facts), n["edition"][i], n["month"][i], by),
        )


def _visits(hospitals: int, each: int) -> list[list[tuple[str, bool]]]:
    """Visits that ended today, a list for each hospital; some people are at several at once."""
    chance = secrets.SystemRandom()
    by = User.objects.get(username="maker")
    made: list[list[tuple[str, bool]]] = []
    places = list(Provider.objects.order_by("code")[:hospitals])
    for place in places:
        residents = place.region == RESIDENTS
        with connection.cursor() as cursor:
            cursor.execute(
                "select id from enrollment_person where (id %% 3 = 0) = %s order by id", [residents]
            )
            people = [number for (number,) in cursor.fetchall()]
        few = people[:: max(len(people) // BUSY, 1)]
        chosen = [
            chance.choice(few if place_of % BUSY == 0 else people) for place_of in range(each)
        ]
        now = timezone.now()
        visits = Encounter.objects.bulk_create(
            Encounter(
                provider=place,
                person_id=person,
                number=f"{hospitals}-{number}",
                care=Care.OUTPATIENT,
                state=Encounter.State.DISCHARGED,
                scheme=Scheme.RESIDENTS if residents else Scheme.EMPLOYEES,
                home=place.region,
                standing=Standing.ADULT if residents else Standing.ACTIVE,
                region=place.region,
                opened_at=now - timedelta(minutes=10),
                closed_at=now,
                by=by,
            )
            for number, person in enumerate(chosen)
        )
        BillLine.objects.bulk_create(
            BillLine(
                encounter=visit,
                number=str(line),
                day=TODAY,
                kind=ItemKind.DRUG,
                name="药",
                quantity=10_000,
                price=amount * 100,
                amount=amount,
                item_class=ItemClass.A,
                first_share=0,
                over_limit=0,
                uncovered=0,
                first_self_pay=0,
                in_scope=amount,
            )
            for visit in visits
            for line, amount in enumerate((120_00, 68_50, 33_40, 210_00, 9_90))
        )
        fresh = Encounter.objects.filter(pk__in=[visit.pk for visit in visits]).order_by("pk")
        made.append([(str(v.public_id), v.person_id % 3 == 1) for v in fresh])
    return made


def _send(waiting: list[list[tuple[str, bool]]]) -> tuple[list[float], float]:
    """Every hospital at once; the seconds that each settlement took, and all of them together."""
    fork = get_context("fork")
    begin, answers = fork.Barrier(len(waiting) + 1), fork.SimpleQueue()
    hospitals = [
        fork.Process(target=_hospital, args=(number, visits, begin, answers))
        for number, visits in enumerate(waiting)
    ]
    for each in hospitals:
        each.start()
    found: list[float] = []
    begin.wait(PATIENCE)
    with clock() as taken:
        for _each in hospitals:
            answer = answers.get()
            if isinstance(answer, str):
                raise RuntimeError(answer)
            found += answer
    for each in hospitals:
        each.join()
    return found, taken[0]


def _hospital(number: int, visits: list[tuple[str, bool]], begin: Any, answers: Any) -> None:
    try:
        cache.clear()
        client = Client(SERVER_NAME="localhost")
        said = {"Authorization": f"Bearer token-{number}"}
        client.get(f"/api/v1/visits/{visits[0][0]}/", headers=said)  # to warm up
        taken: list[float] = []
        begin.wait()
        for visit, has_account in visits:
            body = json.dumps({"msgid": secrets.token_hex(10), "use_account": has_account})
            with clock() as asked:
                answer = client.post(
                    f"/api/v1/visits/{visit}/settle/",
                    body,
                    content_type="application/json",
                    headers=said,
                )
            if answer.status_code != 201:
                raise RuntimeError(f"{answer.status_code}: {answer.content[:300]!r}")
            taken += asked
        answers.put(taken)
    except Exception as error:
        answers.put(repr(error))
    finally:
        connections.close_all()
