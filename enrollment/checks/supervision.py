"""What looks wrong in records and contributions: the rules that supervision asks."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enrollment.models import BankAccount, Coverage, Person, Receipt, ReceiptAllocation, Refund
from funds.models import Branch, SupervisionFinding
from funds.params import SupervisionParams
from funds.services import supervision
from funds.services.supervision import Rule, Statement
from socsec.kernel.months import first_day, month_of

PEOPLE = Person._meta.db_table
COVERAGE = Coverage._meta.db_table
ACCOUNTS = BankAccount._meta.db_table
RECEIPTS = Receipt._meta.db_table
ALLOCATIONS = ReceiptAllocation._meta.db_table
REFUNDS = Refund._meta.db_table
MONTHS_A_YEAR = 12


def too_young_to_work(law: SupervisionParams, _on: date) -> Statement:
    return (
        f"""select c.id::text as key, c.person_id, c.region, 0::bigint as amount,
                   jsonb_build_object('from', lower(c.span), 'born', p.born_on) as facts
              from {COVERAGE} c join {PEOPLE} p on p.id = c.person_id
             where c.branch = %s and lower(c.span) < p.born_on + make_interval(months => %s)""",  # noqa: S608
        [Branch.PENSION, law.working_age],
    )


def made_up_at_once(law: SupervisionParams, _on: date) -> Statement:
    paid_in = "(extract(year from r.received_on) * 12 + extract(month from r.received_on) - 1)"
    return (
        f"""select a.receipt_id || ':' || a.person_id as key, a.person_id, min(a.region) as region,
                   sum(a.amount)::bigint as amount,
                   jsonb_build_object('months', count(distinct a.month), 'day', r.received_on) as facts
              from {ALLOCATIONS} a join {RECEIPTS} r on r.id = a.receipt_id
             where a.branch = %s and a.month < {paid_in} - 1
             group by a.receipt_id, a.person_id, r.received_on
            having count(distinct a.month) >= %s""",  # noqa: S608
        [Branch.PENSION, law.months_made_up],
    )


def refunded_again(law: SupervisionParams, on: date) -> Statement:
    payer = "coalesce('e' || r.employer_id, 'p' || r.person_id)"
    return (
        f"""select {payer} || ':' || %s as key, min(r.person_id) as person_id,
                   min(f.region) as region, sum(f.amount)::bigint as amount,
                   jsonb_build_object('refunds', count(*)) as facts
              from {REFUNDS} f join {RECEIPTS} r on r.id = f.receipt_id
             where f.state = %s and f.decided_at >= %s
             group by {payer} having count(*) >= %s""",  # noqa: S608
        [
            str(on.year),
            Refund.State.PAID,
            first_day(month_of(on) - MONTHS_A_YEAR),
            law.refunds_a_year,
        ],
    )


def shared_account(law: SupervisionParams, _on: date) -> Statement:
    return (
        f"""select min(b.id)::text as key, min(b.person_id) as person_id,
                   min(p.region) as region, 0::bigint as amount,
                   jsonb_build_object('payees', count(distinct b.person_id),
                                      'ends', min(b.last_four)) as facts
              from {ACCOUNTS} b join {PEOPLE} p on p.id = b.person_id
             where b.closed_on is null group by b.blind
            having count(distinct b.person_id) >= %s""",  # noqa: S608
        [law.payees_on_one_account],
    )


def page(found: SupervisionFinding) -> str:
    """The person's page at the desk."""
    return reverse("admin:enrollment_person_change", args=[found.person_id])


MEASURE = "社会保险基金行政监督办法"
RULES = (
    Rule(
        "R5",
        _("Insured for work before the age to work"),
        "劳动法第十五条",
        too_young_to_work,
        {"from": _("Insured from"), "born": _("Born on")},
        page=page,
    ),
    Rule(
        "R6",
        _("Many months paid afterwards at once"),
        "人社部发〔2016〕132号",
        made_up_at_once,
        {"months": _("Months"), "day": _("Paid on")},
        page=page,
    ),
    Rule(
        "R9",
        _("Refunds again and again to one payer"),
        MEASURE,
        refunded_again,
        {"refunds": _("Refunds within a year")},
        page=page,
    ),
    Rule(
        "R10",
        _("Several people paid to one bank account"),
        MEASURE,
        shared_account,
        {"payees": _("People"), "ends": _("Account ends in")},
        page=page,
    ),
)


def register() -> None:
    """Called when the app is ready."""
    for rule in RULES:
        supervision.register(rule)
