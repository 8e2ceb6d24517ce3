"""Residents' accounts: what was paid for a year, by whomever, and what older schemes handed over.

All of a year belongs to the account (国发〔2014〕8号第七条): the own contribution, a sponsor's, the
collective's and the government's, each an entry that says whose money it is.
"""

import hashlib
from dataclasses import dataclass

from django.db import connection, transaction

from enrollment.models import CarriedBalance, Payer, ResidentPayment, ResidentReceipt
from funds.models import Branch, Fund, Scheme
from pensions.models import AccountEntry, CreditedSource, EntryKind, Side
from pensions.services import entries
from socsec.kernel import regions
from socsec.office import access
from socsec.office.models import User
from socsec.office.services import audit

SOURCES = 1000  # receipts and refunds carried in one transaction

# Whose money a payment is, by who paid it.
SIDES = {
    Payer.PERSON: Side.OWN,
    Payer.SPONSOR: Side.SPONSOR,
    Payer.COLLECTIVE: Side.COLLECTIVE,
    Payer.GOVERNMENT: Side.GOVERNMENT,
}
_SIDE = "case p.payer {} end".format(
    " ".join(f"when {payer.value} then {side.value}" for payer, side in SIDES.items())
)
PAID = ResidentPayment._meta.db_table
ENTRIES = AccountEntry._meta.db_table
CARRIED = CarriedBalance._meta.db_table

# Receipts of which another sum was taken than when they were last carried, and refunds.
_PENDING = f"""
    select r.id, r.amount - r.unmatched as taken
      from {ResidentReceipt._meta.db_table} r
      left join {CreditedSource._meta.db_table} c on c.source_id = r.id
     where r.branch = %s and r.fund_id = %s and r.amount - r.unmatched <> coalesce(c.taken, 0)
     order by r.id limit %s
"""  # noqa: S608
_REFUNDS = f"""
    select distinct p.source_id, 0 as taken from {PAID} p
     where p.branch = %s and p.source_id < 0 and p.region between %s and %s
       and not exists (select from {CreditedSource._meta.db_table} c
                        where c.source_id = p.source_id)
     limit %s
"""  # noqa: S608
# What these sources paid for each person's year and is not on the account yet.
_ENTRIES = f"""
    select s.person_id, s.region, s.year * 12 as month, s.bears_from, s.amount - s.carried as amount,
           null::int as rate, s.source_id as reference, 0::smallint as part, s.side
      from (select p.person_id, min(p.region) as region, p.year, p.source_id,
                   ({_SIDE})::smallint as side, sum(p.amount)::bigint as amount,
                   max(extract(year from p.paid_on) * 12 + extract(month from p.paid_on) - 1)::int
                     as bears_from,
                   (select coalesce(sum(e.amount), 0)::bigint from {ENTRIES} e
                     where e.person_id = p.person_id and e.fund_id = %s
                       and e.kind in ({EntryKind.CREDIT}, {EntryKind.CORRECTED})
                       and e.reference = p.source_id and e.month = p.year * 12
                       and e.side = ({_SIDE})) as carried
              from {PAID} p
             where p.branch = %s and p.source_id = any(%s)
             group by p.person_id, p.year, p.source_id, p.payer) s
"""  # noqa: S608
CREDITS = f"{_ENTRIES} where s.amount > s.carried and s.carried = 0"
# What went back, or was counted anew. What the account no longer holds cannot be taken from it:
# that is a finding, and no reason to hold up everybody else.
CORRECTIONS = f"""{_ENTRIES}
     where s.amount <> s.carried and (s.carried <> 0 or s.amount < 0)
       and (s.amount > s.carried
            or (select coalesce(max(l.balance), 0)
                  from {entries.last_entry("s.person_id", "%s")} l) >= s.carried - s.amount)
"""  # noqa: S608
BALANCES = f"""
    select b.person_id, min(b.region) as region, b.month, b.month + 1 as bears_from,
           sum(b.amount)::bigint as amount, null::int as rate, b.import_id as reference,
           0::smallint as part, {Side.WHOLE}::smallint as side
      from (select c.*, (extract(year from c.carried_on) * 12
                         + extract(month from c.carried_on) - 1)::int as month
              from {CARRIED} c where c.region between %s and %s) b
     where not exists (select from {ENTRIES} e
                        where e.person_id = b.person_id and e.fund_id = %s
                          and e.kind = {EntryKind.OPENING} and e.reference = b.import_id)
     group by b.person_id, b.month, b.import_id
"""  # noqa: S608


@dataclass(frozen=True)
class Carried:
    """What was carried to residents' accounts; `amount` in fen, less what went back."""

    entries: int = 0
    amount: int = 0


def credit_pending(*, by: User | None = None, region: str = regions.NATION) -> Carried:
    """Carry everything paid for residents' years, and balances of older schemes, to the accounts.

    Without `by` the system does it by itself, as it does every few minutes. Asked again it carries
    nothing twice.
    """
    if by is not None:
        access.require(by, "contribution.assess", region)
    low, high = regions.span(region)
    count = amount = 0
    for fund in Fund.objects.filter(
        branch=Branch.PENSION, scheme=Scheme.RESIDENTS, region__gte=low, region__lte=high
    ).order_by("pk"):
        while (done := _carry_some(fund, by)) is not None:
            count, amount = count + done.entries, amount + done.amount
    return Carried(count, amount)


@transaction.atomic
def _carry_some(fund: Fund, by: User | None) -> Carried | None:
    """Up to `SOURCES` receipts of a fund with all older balances; None once there is nothing left."""
    low, high = regions.span(fund.region_id)
    # One at a time: two would carry the same receipts.
    Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    with connection.cursor() as cursor:
        cursor.execute(_PENDING, [Branch.PENSION, fund.pk, SOURCES])
        sources = cursor.fetchall()
        cursor.execute(_REFUNDS, [Branch.PENSION, low, high, SOURCES])
        sources += cursor.fetchall()
    ids = [number for number, _taken in sources]
    mark = hashlib.sha256(repr(sources).encode()).hexdigest()[:40]
    written = [
        entries.write(
            fund=fund,
            kind=EntryKind.OPENING,
            rows=BALANCES,
            params=[low, high, fund.pk],
            source=f"pensions.residents.carried:{fund.pk}/{_next_import(fund)}",
            by=by,
            sided=True,
        )
    ]
    if sources:
        for kind, rows, more in (
            (EntryKind.CREDIT, CREDITS, []),
            (EntryKind.CORRECTED, CORRECTIONS, [fund.pk]),
        ):
            written.append(
                entries.write(
                    fund=fund,
                    kind=kind,
                    rows=rows,
                    params=[fund.pk, Branch.PENSION, ids, *more],
                    source=f"pensions.residents.{kind.name.lower()}:{fund.pk}/{mark}",
                    by=by,
                    sided=True,
                )
            )
        CreditedSource.objects.bulk_create(
            [CreditedSource(source_id=number, taken=taken) for number, taken in sources],
            update_conflicts=True,
            unique_fields=["source_id"],
            update_fields=["taken", "credited_at"],
        )
    count, amount = sum(each.entries for each in written), sum(each.amount for each in written)
    if count:
        audit.record(
            by=by,
            act="account.credit",
            subject=("fund", fund.pk),
            region=fund.region_id,
            receipts=len(sources),
            entries=count,
            amount=amount,
        )
    return Carried(count, amount) if sources or count else None


def _next_import(fund: Fund) -> int:
    """A number that changes with every balance carried: it names the act in the ledger."""
    return AccountEntry.objects.filter(fund_id=fund.pk, kind=EntryKind.OPENING).count()
