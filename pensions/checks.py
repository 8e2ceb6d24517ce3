"""Questions that pensions asks of its own books: `manage.py verify` asks them all."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person, ReceiptAllocation, Sex
from funds.models import Branch, Fund, PaymentBatch, PaymentOrder, accounts
from funds.queries import control
from pensions import queries
from pensions.models import (
    AccountEntry,
    Award,
    AwardState,
    Category,
    CreditedReceipt,
    EntryKind,
    Heir,
    OverpaidMonth,
    Overpayment,
    OverpaymentState,
    Payroll,
    PensionClaim,
    PensionPayment,
    Recovery,
    SurvivorClaim,
    Transfer,
    TransferState,
)
from pensions.params import RetirementParams
from pensions.rules.retirement import RetirementFacts, retirement_age
from pensions.services import overpaid
from socsec.kernel.arith import where
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.kernel.regions import NATION
from socsec.kernel.sqlexpr import column
from socsec.kernel.sqlexpr import compile as compile_rule
from socsec.office import oversight
from socsec.office.errors import say
from socsec.office.models import Run
from socsec.office.oversight import Finding
from socsec.office.services import policy as policies

ENTRIES = AccountEntry._meta.db_table
AWARDS = Award._meta.db_table
CLAIMS = PensionClaim._meta.db_table
PEOPLE = Person._meta.db_table
PAYMENTS = PensionPayment._meta.db_table
OVERPAID = OverpaidMonth._meta.db_table
RECOVERIES = Recovery._meta.db_table
ORDERS = PaymentOrder._meta.db_table
ALLOCATIONS = ReceiptAllocation._meta.db_table
FEW = 100  # findings of one question: who has more has read enough


def accounts_against_control() -> Iterator[Finding]:
    """What the accounts of a fund add up to is what its control account says."""
    books, held = control(accounts.INDIVIDUAL_ACCOUNTS), queries.account_totals()
    for fund_id in sorted({*books, *held}):
        says, add_up = books.get(fund_id, 0), held.get(fund_id, 0)
        if says != add_up:
            yield Finding(
                "pensions.accounts",
                f"fund {fund_id}",
                say(
                    _("%(fund)s: accounts add up to %(sum)s yuan, the books say %(books)s yuan."),
                    fund=Fund.objects.get(pk=fund_id),
                    sum=yuan(add_up),
                    books=yuan(says),
                ),
            )


def entries_follow() -> Iterator[Finding]:
    """Each entry of an account starts from the balance that the one before left."""
    rows = _rows(
        f"""select person_id, fund_id, seq from (
              select person_id, fund_id, seq, balance - amount as before,
                     lag(balance, 1, 0::bigint) over w as left_by,
                     lag(seq, 1, 0) over w + 1 as next
                from {ENTRIES} window w as (partition by person_id, fund_id order by seq)) e
             where before <> left_by or seq <> next limit {FEW}"""  # noqa: S608
    )
    for person_id, fund_id, seq in rows:
        yield Finding(
            "pensions.entries",
            f"person {person_id}, fund {fund_id}, entry {seq}",
            _("The entry does not follow from the one before it."),
        )


def credited_as_received() -> Iterator[Finding]:
    """What was carried to accounts is what the receipts say belongs to them."""
    rows = _rows(
        f"""select r.receipt_id, coalesce(a.shares, 0)::bigint, coalesce(e.credited, 0)::bigint
              from {CreditedReceipt._meta.db_table} r
              left join (select receipt_id, sum(account_share) as shares from {ALLOCATIONS}
                          where branch = %s group by 1) a on a.receipt_id = r.receipt_id
              left join (select reference, sum(amount) as credited from {ENTRIES}
                          where kind in (%s, %s) group by 1) e on e.reference = r.receipt_id
             where coalesce(a.shares, 0) < coalesce(e.credited, 0)
                or (coalesce(a.shares, 0) > coalesce(e.credited, 0)
                    and r.allocated = (select amount - credit from enrollment_receipt t
                                        where t.id = r.receipt_id))
             limit {FEW}""",  # noqa: S608
        [Branch.PENSION, EntryKind.CREDIT, EntryKind.CORRECTED],
    )
    for receipt_id, shares, credited in rows:
        yield Finding(
            "pensions.credited",
            f"receipt {receipt_id}",
            say(
                _("%(credited)s yuan were credited to accounts, of %(shares)s yuan received."),
                credited=yuan(credited),
                shares=yuan(shares),
            ),
        )


def payments_against_orders() -> Iterator[Finding]:
    """Everybody whom a posted payroll pays has an order of exactly that amount, and nobody else.

    What was kept back of an overpayment is not ordered.
    """
    posted = f"""{Payroll._meta.db_table} y
              join {Run._meta.db_table} r on r.id = y.run_id and r.state = '{Run.State.POSTED}'"""
    rows = _rows(
        f"""select run_id, person_id, coalesce(p.amount, 0)::bigint, coalesce(o.amount, 0)::bigint
              from (select y.run_id, m.person_id, sum(m.amount) as amount
                      from {posted} join {PAYMENTS} m on m.run_id = y.run_id group by 1, 2) p
              full join (select y.run_id, m.person_id, sum(m.amount) as amount
                           from {posted} join {ORDERS} m on m.batch_id = y.envelope_id
                          group by 1, 2) o using (run_id, person_id)
              left join (select run_id, person_id, sum(amount) as amount from {RECOVERIES}
                          where run_id is not null group by 1, 2) k using (run_id, person_id)
             where coalesce(p.amount, 0) - coalesce(k.amount, 0) <> coalesce(o.amount, 0)
             order by run_id, person_id limit {FEW}"""  # noqa: S608
    )
    for run_id, person_id, paid, ordered in rows:
        yield Finding(
            "pensions.orders",
            f"run {run_id}, person {person_id}",
            say(
                _("The payroll says %(paid)s yuan, the order to the bank %(ordered)s yuan."),
                paid=yuan(paid),
                ordered=yuan(ordered),
            ),
        )


def drawn_as_paid() -> Iterator[Finding]:
    """What payrolls say the accounts bear is what was drawn from the accounts."""
    rows = _rows(
        f"""select coalesce(p.run_id, e.run_id), coalesce(p.borne, 0)::bigint,
                   coalesce(e.drawn, 0)::bigint
              from (select run_id, sum(from_account) as borne from {PAYMENTS} group by run_id) p
              full join (select b.reference as run_id, -sum(b.amount + coalesce(u.amount, 0)) as drawn
                           from {ENTRIES} b
                           left join {ENTRIES} u
                             on u.person_id = b.person_id and u.fund_id = b.fund_id
                            and u.kind = %s and u.reference = b.seq
                          where b.kind = %s group by b.reference) e on e.run_id = p.run_id
             where coalesce(p.borne, 0) <> coalesce(e.drawn, 0) limit {FEW}""",  # noqa: S608
        [EntryKind.REVERSAL, EntryKind.BENEFIT],
    )
    for run_id, borne, drawn in rows:
        yield Finding(
            "pensions.drawn",
            f"run {run_id}",
            say(
                _("Accounts bear %(borne)s yuan, but %(drawn)s yuan were drawn from them."),
                borne=yuan(borne),
                drawn=yuan(drawn),
            ),
        )


def paid_although_dead() -> Iterator[Finding]:
    """Nobody is paid for a month after a death that was known before the payroll was made.

    What was paid before anybody knew is no fault of the books: it is listed for recovery.
    """
    rows = _rows(
        f"""select p.person_id, p.month
              from {PAYMENTS} p
              join {PEOPLE} d on d.id = p.person_id and d.died_on is not null
              join {Run._meta.db_table} r on r.id = p.run_id
             where p.month > extract(year from d.died_on) * 12 + extract(month from d.died_on) - 1
               and d.death_known_on < r.started_at::date limit {FEW}"""  # noqa: S608
    )
    for person_id, month in rows:
        yield Finding(
            "pensions.paid_dead",
            f"person {person_id}, {format_month(month)}",
            _("A month after the death was paid, although the death was known."),
        )


def two_awards() -> Iterator[Finding]:
    """Nobody draws two pensions of this house side by side."""
    rows = _rows(
        f"""select person_id, count(*) from {AWARDS} where state <> %s
             group by person_id having count(*) > 1 limit {FEW}""",  # noqa: S608
        [AwardState.ENDED],
    )
    for person_id, count in rows:
        yield Finding(
            "pensions.two_awards",
            f"person {person_id}",
            say(_("%(count)s awards are in payment or suspended."), count=count),
        )


def too_young() -> Iterator[Finding]:
    """Nobody's pension begins before the earliest age of their sex, work and year of birth.

    Awards taken over from earlier books do not tell the work: the lowest age of the sex is asked.
    """
    params = RetirementParams.at(
        policies.of(policies.current_edition()), NATION, timezone.localdate()
    )
    source = f"""
        select a.id, a.person_id, a.from_month,
               (extract(year from p.born_on) * 12 + extract(month from p.born_on) - 1)::int
                 as birth_month,
               coalesce(c.category, case when p.sex = {Sex.MALE} then {Category.MALE_55}
                                         else {Category.FEMALE_45} end) as category,
               coalesce(c.flexible, false) as flexible
          from {AWARDS} a
          join {PEOPLE} p on p.id = a.person_id
          left join {CLAIMS} c on c.case_id = a.claim_id
         where a.disability_id is null"""  # noqa: S608
    sheet = retirement_age(RetirementFacts.sql(), params)
    flexible = column("flexible", boolean=True)
    required = where(flexible, sheet.earliest_month, sheet.pension_month)
    begun = column("from_month", 0, 10**6)
    found = compile_rule(
        {"required": required},
        source,
        carry=("id", "person_id", "from_month"),
        keep=begun < required,
    )
    for required_month, award_id, person_id, from_month in _rows(f"{found} limit {FEW}"):
        yield Finding(
            "pensions.too_young",
            f"award {award_id}, person {person_id}",
            say(
                _("The pension began in %(month)s; the age is reached in %(required)s."),
                month=format_month(from_month),
                required=format_month(required_month),
            ),
        )


def payrolls_have_envelopes() -> Iterator[Finding]:
    """A posted payroll has one envelope, which says what the run says."""
    posted = Payroll.objects.filter(run__state=Run.State.POSTED).select_related("run", "envelope")
    kept = dict(
        Recovery.objects.filter(run_id__isnull=False)
        .order_by()
        .values_list("run_id")
        .annotate(amount=Sum("amount"))
    )
    for payroll in posted:
        envelope = payroll.envelope
        if (
            envelope is None
            or envelope.state == PaymentBatch.State.CANCELLED
            or (envelope.count, envelope.total + kept.get(payroll.run_id, 0))
            != (payroll.run.count, payroll.run.total)
        ):
            yield Finding(
                "pensions.envelopes",
                f"run {payroll.run_id}",
                _("The envelope of this payroll is missing, cancelled or differs from it."),
            )


def overpaid_as_recorded() -> Iterator[Finding]:
    """Of every award that is ended or was corrected: paid is due and what is recorded as overpaid.

    Also of a dead person's, once the award is ended: until then the death waits to be worked in.
    """
    rows = _rows(
        f"""select person_id, month, excess, recorded from ({overpaid.EXCESS}
             where a.state = {AwardState.ENDED}
                or p.died_on is null and exists (
                   select from {OVERPAID} o
                    where o.person_id = a.person_id and o.award_id = a.id)) e
             where excess <> recorded limit {FEW}"""  # noqa: S608
    )
    for person_id, month, excess, recorded in rows:
        yield Finding(
            "pensions.overpaid",
            f"person {person_id}, {format_month(month)}",
            say(
                _("%(excess)s yuan were paid beyond what is due, %(recorded)s yuan are recorded."),
                excess=yuan(excess),
                recorded=yuan(recorded),
            ),
        )


def overpayments_add_up() -> Iterator[Finding]:
    """The sums kept with an overpayment are those of its months, recoveries and instalments."""
    rows = _rows(
        f"""select o.id from {Overpayment._meta.db_table} o
              left join lateral (select sum(amount) as amount from {OVERPAID} m
                                  where m.person_id = o.person_id
                                    and m.overpayment_id = o.id) m on true
              left join lateral (select sum(amount) as amount from {RECOVERIES} r
                                  where r.person_id = o.person_id
                                    and r.overpayment_id = o.id) r on true
             where o.amount <> coalesce(m.amount, 0) or o.recovered <> coalesce(r.amount, 0)
                or (o.state = '{OverpaymentState.OPEN}') <> (o.amount > o.recovered)
             limit {FEW}"""  # noqa: S608
    )
    for (number,) in rows:
        yield Finding(
            "pensions.recovered",
            f"overpayment {number}",
            _("The overpayment is not the sum of its rows."),
        )


def settled_after_a_death() -> Iterator[Finding]:
    """What a granted claim after a death says was divided among the heirs, to the fen."""
    rows = _rows(
        f"""select c.case_id from {SurvivorClaim._meta.db_table} c
             cross join lateral (select coalesce(sum(amount), 0) as amount
                                   from {Heir._meta.db_table} h where h.claim_id = c.case_id) h
             where c.granted
               and c.funeral + c."grant" + c.balance + c.unpaid - c.kept_back <> h.amount
             limit {FEW}"""  # noqa: S608
    )
    for (number,) in rows:
        yield Finding(
            "pensions.heirs",
            f"case {number}",
            _("What the heirs receive is not what was granted."),
        )


def transfers_in_flight() -> Iterator[Finding]:
    """What is on its way is the same for the books of both funds and for the transfers themselves."""
    ours: dict[int, int] = {}
    for each in Transfer.objects.filter(state__in=Transfer.IN_FLIGHT):
        for fund_id, sign in ((each.from_fund_id, -1), (each.to_fund_id, 1)):
            if fund_id is not None:
                ours[fund_id] = ours.get(fund_id, 0) + sign * each.total
    books = control(accounts.TRANSFERS_OPEN)
    for fund_id in sorted({*books, *ours}):
        if books.get(fund_id, 0) != ours.get(fund_id, 0):
            yield Finding(
                "pensions.transfers",
                f"fund {fund_id}",
                say(
                    _("%(ours)s yuan of transfers are on their way, the books say %(books)s."),
                    ours=yuan(ours.get(fund_id, 0)),
                    books=yuan(books.get(fund_id, 0)),
                ),
            )
    arrived = dict(
        Transfer.objects.filter(state=TransferState.ARRIVED)
        .order_by()
        .values_list("to_fund_id")
        .annotate(total=Sum(F("account") + F("pool")))
    )
    held = control(accounts.TRANSFERS_HELD)
    for fund_id in sorted({*held, *arrived}):
        if held.get(fund_id, 0) != arrived.get(fund_id, 0):
            yield Finding(
                "pensions.transfers",
                f"fund {fund_id}",
                _("What arrived and is not confirmed is not what the books hold of it."),
            )


def transfers_as_entries() -> Iterator[Finding]:
    """Each transfer left one account with its amount and reached one other: never none, never two."""
    rows = _rows(
        f"""select t.id, t.state, t.account, t.refund,
                   coalesce(s.sent, 0)::bigint, coalesce(g.back, 0)::bigint,
                   coalesce(i.came, 0)::bigint, t.from_fund_id is null, t.to_fund_id is null
              from {Transfer._meta.db_table} t
              left join lateral ({_transferred("t.from_fund_id")} and e.kind = {EntryKind.SENT.value})
                     s (sent) on true
              left join lateral ({_transferred("t.from_fund_id")}
                                 and e.kind = {EntryKind.GIVEN_BACK.value}) g (back) on true
              left join lateral ({_transferred("t.to_fund_id")}
                                 and e.kind = {EntryKind.TAKEN_OVER.value}) i (came) on true"""  # noqa: S608
    )
    gone = {*Transfer.IN_FLIGHT, TransferState.DONE}
    for number, state, account, refund, sent, back, came, from_outside, to_outside in rows:
        left = (-account, -refund) if state in gone and not from_outside else (0, 0)
        reached = account if state == TransferState.DONE and not to_outside else 0
        if (sent, back, came) != (*left, reached):
            yield Finding(
                "pensions.transferred",
                f"transfer {number}",
                _("The accounts do not show what this transfer says."),
            )


def _transferred(fund: str) -> str:
    """The sum of a transfer's entries that stand, in one fund, as a SELECT to be narrowed by kind."""
    return f"""select sum(e.amount) from {ENTRIES} e
                where e.person_id = t.person_id and e.fund_id = {fund} and e.reference = t.id
                  and not exists (select from {ENTRIES} u
                                   where u.person_id = e.person_id and u.fund_id = e.fund_id
                                     and u.kind = {EntryKind.REVERSAL.value}
                                     and u.reference = e.seq)"""  # noqa: S608


QUESTIONS: dict[str, tuple[Any, Callable[[], Iterable[Finding]]]] = {
    "pensions.accounts": (
        _("Individual accounts add up to their control account"),
        accounts_against_control,
    ),
    "pensions.entries": (_("Entries of individual accounts follow each other"), entries_follow),
    "pensions.credited": (_("Accounts are credited with what was received"), credited_as_received),
    "pensions.orders": (_("Pension payments are what the bank was told"), payments_against_orders),
    "pensions.envelopes": (_("Every payroll has its envelope"), payrolls_have_envelopes),
    "pensions.drawn": (_("Accounts are drawn on as payrolls say"), drawn_as_paid),
    "pensions.paid_dead": (_("Nobody known to be dead is paid"), paid_although_dead),
    "pensions.overpaid": (_("What was paid too much is recorded"), overpaid_as_recorded),
    "pensions.heirs": (_("Heirs receive what was granted"), settled_after_a_death),
    "pensions.recovered": (_("Overpayments add up"), overpayments_add_up),
    "pensions.transfers": (_("Transfers on their way balance"), transfers_in_flight),
    "pensions.transferred": (
        _("Every transfer left one account and reached one"),
        transfers_as_entries,
    ),
    "pensions.two_awards": (_("Nobody draws two pensions"), two_awards),
    "pensions.too_young": (_("No pension begins before its age"), too_young),
}


def register() -> None:
    """Called when the app is ready."""
    for code, (label, ask) in QUESTIONS.items():
        oversight.register(code, label, ask)


def _rows(select: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(select, params or [])
        return list(cursor.fetchall())
