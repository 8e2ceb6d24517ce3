"""Questions about bills: the sums of years, and what stands in the books."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import accounts
from medical.services.settling.replay import replay
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding, register

# Sums that are the total of one column of the settlements; the others depend on the kind of care.
PLAIN = ("stays", "total", "large_pay", "major_base", "major_pay", "fund_pay", "person_pay")

_YEARS = """
    SELECT s.person_id, s.year FROM medical_yearsums s
    LEFT JOIN (
        SELECT person_id, year, scheme, home, {sums},
               sum(pool_pay)::bigint AS pool, sum(assistance_pay)::bigint AS assistance
        FROM medical_settlement GROUP BY person_id, year, scheme, home
    ) AS m USING (person_id, year, scheme, home)
    WHERE ({stored}) IS DISTINCT FROM ({summed})
       OR s.pool_inpatient + s.pool_outpatient + s.pool_two <> coalesce(m.pool, 0)
       OR s.assistance_inpatient + s.assistance_outpatient <> coalesce(m.assistance, 0)
"""

_ORPHANS = """
    SELECT DISTINCT m.person_id, m.year FROM medical_settlement m
    LEFT JOIN medical_yearsums s USING (person_id, year, scheme, home)
    WHERE s.person_id IS NULL
"""

# By day: what funds and accounts owe by the settlements, and what the books say.
_DAYS = """
    SELECT booked_on, sum(fund_pay + account_pay + family_pay)::bigint FROM medical_settlement
    WHERE booked_on < %s AND NOT handed_in GROUP BY booked_on
"""
_BOOKS = """
    SELECT b.booked_on, sum(CASE WHEN t.credit = %s THEN t.amount ELSE -t.amount END)
                            FILTER (WHERE %s IN (t.debit, t.credit))::bigint
    FROM funds_transfer t JOIN funds_ledgerbatch b ON b.id = t.batch_id
    WHERE b.kind IN ('bills_settled', 'accounts_paid') GROUP BY b.booked_on
"""


def year_sums() -> Iterator[Finding]:
    """Each year's sums are those of its settlements."""
    statement = _YEARS.format(
        sums=", ".join(f"sum({_source(name)})::bigint AS {name}" for name in PLAIN),
        stored=", ".join(f"s.{name}" for name in PLAIN),
        summed=", ".join(f"coalesce(m.{name}, 0)" for name in PLAIN),
    )
    with connection.cursor() as cursor:
        for query in (statement, _ORPHANS):
            cursor.execute(query)
            for person, year in cursor.fetchall():
                yield Finding(
                    "year_sums",
                    f"person {person}, {year}",
                    say(_("The sums of the year are not those of its bills.")),
                )


def bills_posted() -> Iterator[Finding]:
    """What funds and accounts owe by the bills of a day stands in the books the day after."""
    with connection.cursor() as cursor:
        # The posting of a day is made in the night after it.
        cursor.execute(_DAYS, [timezone.localdate() - timedelta(days=1)])
        owed = dict(cursor.fetchall())
        cursor.execute(_BOOKS, [accounts.PROVIDERS_DUE, accounts.PROVIDERS_DUE])
        booked = dict(cursor.fetchall())
    for day in sorted(owed):
        if owed[day] != booked.get(day, 0):
            yield Finding(
                "bills_posted",
                day.isoformat(),
                say(
                    _("Bills of %(owed)s yuan, but %(booked)s yuan in the books."),
                    owed=yuan(owed[day]),
                    booked=yuan(booked.get(day, 0)),
                ),
            )


def bills_replayed() -> Iterator[Finding]:
    """Every bill of this year and the last, worked out again, comes to what is booked."""
    this = timezone.localdate().year
    for year in (this - 1, this):
        done = replay(year)
        for encounter in done.bills_differ:
            yield Finding(
                "bills_replayed",
                f"visit {encounter}",
                say(_("The bill comes out otherwise than it is booked.")),
            )
        for person in done.years_differ:
            yield Finding(
                "bills_replayed",
                f"person {person}, {year}",
                say(_("The sums of the year are not what its bills come to.")),
            )


def _source(name: str) -> str:
    return {"stays": "stay"}.get(name, name)


def register_bills() -> None:
    register("medical.year_sums", _("The sums of each year are those of its bills"), year_sums)
    register(
        "medical.bills_replayed",
        _("Bills worked out again come to what is booked"),
        bills_replayed,
    )
    register("medical.bills_posted", _("Settled bills stand in the funds' books"), bills_posted)
