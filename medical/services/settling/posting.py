"""What the funds owe providers for the bills of a day, in their books: one posting per fund and day.

What medical accounts paid is posted beside it: it leaves the account, and the fund that keeps the
account owes it to the provider. A settlement is written at once and never changed, so a day that is
over is complete. The posting names its day, and posting a day again finds what is there. What was
paid in cash and handed in is owed to people, and booked when it is paid to them.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from funds.models import Branch, Fund, Public, Scheme, accounts
from funds.services import fund as funds
from funds.services import ledger
from medical.models import Encounter, MedicalAccount, MedicalEntry, Settlement
from socsec.office.services import audit

Entry = MedicalEntry.Kind
OF_ACCOUNTS = "medical.accounts_paid"
KIND, PAID = "bills_settled", "accounts_paid"
# Entries that stand in no batch of their own: paid for care, or given back.
UNPOSTED = f"e.kind IN ({Entry.SPENT}, {Entry.GIVEN_BACK}) AND e.batch_id = 0"
# Further back than anything a night could have missed; `verify` finds what is older still.
DAYS_BACK = 60

# Of one fund on one day: what it owes for each person. What was taken back goes the other way.
_OWED = """
    SELECT person_id, 1 AS seq, home AS region,
           CASE WHEN owed > 0 THEN {settled} ELSE {due} END AS debit,
           CASE WHEN owed > 0 THEN {due} ELSE {settled} END AS credit,
           abs(owed) AS amount, month, 1 AS heads
    FROM (
        SELECT person_id, home, max(month) AS month, sum({share})::bigint AS owed
        FROM medical_settlement
        WHERE booked_on = %s AND home = ANY(%s) AND scheme = ANY(%s) AND NOT handed_in
        GROUP BY person_id, home
    ) AS day
    WHERE owed <> 0
"""
# Of the accounts of one fund on one day: what they paid, net of what they got back. Twice over, out
# of the account and owed to the provider.
_PAID = f"""
    SELECT person_id, way.seq, region,
           CASE WHEN (paid > 0) THEN way.debit ELSE way.credit END AS debit,
           CASE WHEN (paid > 0) THEN way.credit ELSE way.debit END AS credit,
           abs(paid) AS amount, month, 1 AS heads
    FROM (
        SELECT e.person_id, a.region, max(e.month) AS month, -sum(e.amount)::bigint AS paid
        FROM {MedicalEntry._meta.db_table} e
        JOIN {MedicalAccount._meta.db_table} a ON a.person_id = e.person_id
        WHERE e.booked_on = %s AND a.fund_id = %s AND {UNPOSTED}
        GROUP BY e.person_id, a.region
    ) AS day
    CROSS JOIN (VALUES
        (1, {accounts.INDIVIDUAL_ACCOUNTS}::smallint, {accounts.ACCOUNTS_CREDITED}::smallint),
        (2, {accounts.BILLS_SETTLED}::smallint, {accounts.PROVIDERS_DUE}::smallint)
    ) AS way (seq, debit, credit)
    WHERE paid <> 0
"""  # noqa: S608 - names and numbers of this module
_UNPOSTED = f"""
    SELECT a.fund_id, -sum(e.amount)::bigint
    FROM {MedicalEntry._meta.db_table} e
    JOIN {MedicalAccount._meta.db_table} a ON a.person_id = e.person_id
    WHERE e.booked_on >= %s AND {UNPOSTED} AND NOT EXISTS (
        SELECT FROM funds_ledgerbatch b
        WHERE b.source = '{OF_ACCOUNTS}:' || a.fund_id || ':' || to_char(e.booked_on, 'YYYY-MM-DD')
    )
    GROUP BY a.fund_id
"""  # noqa: S608
INSURANCE, ASSISTANCE = "fund_pay - assistance_pay", "assistance_pay"


def post_all() -> int:
    """Each night: post every day that is over and not posted yet. Returns how many postings."""
    today = timezone.localdate()
    days = (
        Settlement.objects.filter(booked_on__lt=today, booked_on__gte=today - timedelta(DAYS_BACK))
        .order_by("booked_on")
        .values_list("booked_on", flat=True)
        .distinct()
    )
    return sum(post(day) for day in days)


@transaction.atomic
def post(day: date) -> int:
    """Post the bills of a day that is over; returns how many postings are new."""
    if day >= timezone.localdate():
        raise ValueError("a day is posted when it is over")
    posted = 0
    for share, by_fund in ((INSURANCE, _insurers(day)), (ASSISTANCE, _helpers(day))):
        for (fund, schemes), homes in by_fund.items():
            source = source_of(fund, schemes, day)
            if ledger.batch(source) is not None:
                continue
            select = _OWED.format(
                settled=accounts.BILLS_SETTLED, due=accounts.PROVIDERS_DUE, share=share
            )
            batch = ledger.post_sql(
                fund, KIND, select, [day, homes, list(schemes)], source=source, on=day
            )
            if batch is not None:
                audit.record(by=None, act="bill.post", subject=batch, region=fund.region_id)
                posted += 1
    return posted + sum(_post_accounts(fund, day) for fund in _keepers(day))


def _post_accounts(fund: Fund, day: date) -> int:
    source = source_of_accounts(fund.pk, day)
    if ledger.batch(source) is not None:
        return 0
    batch = ledger.post_sql(fund, PAID, _PAID, [day, fund.pk], source=source, on=day)
    if batch is None:
        return 0
    audit.record(by=None, act="bill.post", subject=batch, region=fund.region_id)
    return 1


def unposted() -> dict[int, int]:
    """By fund, what its accounts paid for care that its books do not say yet, in fen."""
    with connection.cursor() as cursor:
        cursor.execute(_UNPOSTED, [timezone.localdate() - timedelta(DAYS_BACK)])
        return dict(cursor.fetchall())


def source_of_accounts(fund_id: int, day: date) -> str:
    return f"{OF_ACCOUNTS}:{fund_id}:{day.isoformat()}"


def source_of(fund: Fund, schemes: tuple[int, ...], day: date) -> str:
    return f"medical.bills:{fund.pk}:{'-'.join(map(str, schemes))}:{day.isoformat()}"


def _insurers(day: date) -> dict[tuple[Fund, tuple[int, ...]], list[str]]:
    """Which fund of a scheme pays for whom is insured where."""
    found: dict[tuple[Fund, tuple[int, ...]], list[str]] = defaultdict(list)
    for scheme, home in _places(day):
        found[funds.for_(Branch.MEDICAL, scheme, home), (scheme,)].append(home)
    return found


def _helpers(day: date) -> dict[tuple[Fund, tuple[int, ...]], list[str]]:
    """Whose purse pays medical assistance, for both schemes together."""
    homes = {home for _scheme, home in _places(day, assistance_pay__gt=0)}
    homes |= {home for _scheme, home in _places(day, assistance_pay__lt=0)}
    found: dict[tuple[Fund, tuple[int, ...]], list[str]] = defaultdict(list)
    both = (int(Scheme.EMPLOYEES), int(Scheme.RESIDENTS))
    for home in sorted(homes):
        found[funds.for_(Public.ASSISTANCE, Scheme.RESIDENTS, home), both].append(home)
    return found


def _keepers(day: date) -> list[Fund]:
    """The funds that keep accounts which paid or got back on a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT a.fund_id FROM {MedicalEntry._meta.db_table} e
                  JOIN {MedicalAccount._meta.db_table} a ON a.person_id = e.person_id
                 WHERE e.booked_on = %s AND {UNPOSTED}""",  # noqa: S608
            [day],
        )
        found = [number for (number,) in cursor.fetchall()]
    return list(Fund.objects.select_related("region").filter(pk__in=found).order_by("pk"))


def _places(day: date, **more: int) -> list[tuple[int, str]]:
    rows = Settlement.objects.filter(booked_on=day, handed_in=False, **more).order_by(
        "scheme", "home"
    )
    return list(rows.values_list("scheme", "home").distinct())


@dataclass(frozen=True)
class Posted:
    """The posting of a day on which a part of a bill was booked: the number of its batch in the
    ledger, None until it is made.

    A posting is of the whole day: of one person, whatever bills they had.
    """

    day: date
    fund: str
    batch: int | None


def postings(encounter: Encounter) -> list[Posted]:
    """Where in the funds' books the parts of a bill stand, by day and fund."""
    found = []
    both = (int(Scheme.EMPLOYEES), int(Scheme.RESIDENTS))
    for row in (
        encounter.settlements.filter(handed_in=False)
        .order_by("booked_on")
        .values("booked_on", "scheme", "home")
        .annotate(assisted=Sum("assistance_pay"), paid=Sum("fund_pay"))
    ):
        payers: list[tuple[Fund, tuple[int, ...]]] = []
        if row["paid"] != row["assisted"]:
            insurer = funds.for_(Branch.MEDICAL, row["scheme"], row["home"])
            payers.append((insurer, (row["scheme"],)))
        if row["assisted"]:
            payers.append((funds.for_(Public.ASSISTANCE, Scheme.RESIDENTS, row["home"]), both))
        for fund, schemes in payers:
            batch = ledger.batch(source_of(fund, schemes, row["booked_on"]))
            found.append(Posted(row["booked_on"], str(fund), batch.pk if batch else None))
    return found
