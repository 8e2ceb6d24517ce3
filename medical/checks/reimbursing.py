"""Questions about reimbursements: bills, invoices and payments of claims agree."""

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext_lazy as _

from funds.models import PaymentOrder
from medical.models import ClaimLine, Encounter, Invoice, Reimbursement, ReimbursementPayment
from medical.services.reimbursing.claims import KIND
from medical.services.reimbursing.paying import PAYMENT
from socsec.office.errors import say
from socsec.office.models import Case
from socsec.office.oversight import Finding, register

CLAIMS, CASES = Reimbursement._meta.db_table, Case._meta.db_table
INVOICES, VISITS = Invoice._meta.db_table, Encounter._meta.db_table
LINES, PAYMENTS = ClaimLine._meta.db_table, ReimbursementPayment._meta.db_table
ORDERS = PaymentOrder._meta.db_table

# Each settled bill that was handed in is that of a granted claim, and comes to its live invoices.
_BILLS = f"""
    select v.id from {VISITS} v
      left join {CLAIMS} c on c.encounter_id = v.id
      left join {CASES} k on k.id = c.case_id and k.state = '{Case.State.GRANTED}'
      left join lateral (select sum(amount) as amount from {INVOICES} i
                          where i.claim_id = c.case_id and i.live) i on true
      left join lateral (select sum(amount) as amount from {LINES} l
                          where l.claim_id = c.case_id) l on true
     where v.handed_in and v.state = '{Encounter.State.SETTLED}'
       and (k.id is null or not c.open and (i.amount is distinct from l.amount
            and not exists (select from {CLAIMS} r where r.replaces_id = c.case_id and r.open)))
     order by v.id
"""  # noqa: S608
# Each granted claim has a settled bill, or one that was taken back or replaced.
_CLAIMS = f"""
    select k.number from {CLAIMS} c
      join {CASES} k on k.id = c.case_id
      left join {VISITS} v on v.id = c.encounter_id
     where (k.state = '{Case.State.GRANTED}' and coalesce(v.state, '') not in
            ('{Encounter.State.SETTLED}', '{Encounter.State.CANCELLED}'))
        or (k.state <> '{Case.State.GRANTED}' and v.state = '{Encounter.State.SETTLED}')
     order by 1
"""  # noqa: S608
_ORDERS = f"""
    select coalesce(p.batch_id, o.batch_id), coalesce(p.seq, o.seq)
      from (select * from {PAYMENTS} where batch_id is not null) p
      full join (select * from {ORDERS} where source like '{PAYMENT}:%%') o
             on o.person_id = p.person_id and o.batch_id = p.batch_id and o.seq = p.seq
     where p.amount is distinct from o.amount order by 1, 2
"""  # noqa: S608


def claims_and_bills() -> Iterator[Finding]:
    """A granted claim has its bill and counts its invoices; no other bill was handed in."""
    with connection.cursor() as cursor:
        cursor.execute(_BILLS)
        for (number,) in cursor.fetchall():
            yield Finding(
                "reimbursement_bill",
                f"visit {number}",
                say(_("The bill was handed in, but no granted claim with its invoices has it.")),
            )
        cursor.execute(_CLAIMS)
        for (number,) in cursor.fetchall():
            yield Finding(
                "reimbursement_claim",
                f"{KIND} {number}",
                say(_("The claim and its bill do not say the same.")),
            )


def payments_and_orders() -> Iterator[Finding]:
    """What is noted as ordered on claims is what the payment orders say."""
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, [])
        for batch, seq in cursor.fetchall():
            yield Finding(
                "reimbursement_order",
                f"payment batch {batch}/{seq}",
                say(_("The payment order is not what the claim says.")),
            )


def register_reimbursing() -> None:
    register(
        "medical.reimbursements",
        _("Reimbursed bills are those of granted claims and their invoices"),
        claims_and_bills,
    )
    register(
        "medical.reimbursement_orders",
        _("Reimbursements are ordered as their claims say"),
        payments_and_orders,
    )
