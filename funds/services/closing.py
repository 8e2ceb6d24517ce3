"""Closing a month: a checklist, two people, and the end of all postings into it.

Closed months stay closed (docs/adr/0012-closed-months-stay-closed.md): what comes late is booked
on the first day of the next open month and keeps the month that it is for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import OperationalError, connection, transaction
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import BankAccount, DayReconciliation, Fund, MonthClosing, PaymentBatch, accounts
from funds.models.ledger import LedgerBatch
from funds.services import totals
from funds.services.digests import DIGESTS
from socsec.kernel import regions
from socsec.kernel.money import yuan
from socsec.kernel.months import first_day, format_month, last_day, month_of
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, NotFound, Refused, Text, say
from socsec.office.models import Run, User
from socsec.office.services import audit

# How long a closing waits for those who are posting; meanwhile nobody else can begin to.
PATIENCE = "5s"
# Not asked again while everybody waits: what a batch was posted as does not change by posting others.
SLOW = frozenset({"proof"})
OPEN_RUNS = (
    Run.State.DRAFTED,
    Run.State.PREVIEWED,
    Run.State.APPROVED,
    Run.State.RUNNING,
    Run.State.REVERSING,
    Run.State.FAILED,
)


@dataclass(frozen=True)
class Item:
    """A line of the checklist: `trouble` is empty where it is done, else what is missing."""

    code: str
    label: Text
    trouble: Text = ""

    @property
    def done(self) -> bool:
        return not self.trouble


Question = Callable[[Fund, int], Text]
_questions: dict[str, tuple[Text, Question]] = {}


def ask(code: str, label: Text) -> Callable[[Question], Question]:
    """Add a question to the checklist; it answers "" or what is missing."""

    def add(question: Question) -> Question:
        _questions[code] = (label, question)
        return question

    return add


def checklist(fund: Fund, month: int, but: frozenset[str] = frozenset()) -> list[Item]:
    """What must be done before the month can be closed, each line as it stands now; without `but`."""
    return [
        Item(code, label, question(fund, month))
        for code, (label, question) in _questions.items()
        if code not in but
    ]


def next_month(fund: Fund) -> int | None:
    """The month to be closed next: the first with postings, then one after the other."""
    last = queries.last_closed(fund)
    if last is not None:
        return last + 1
    first = LedgerBatch.objects.filter(fund=fund).order_by("booked_on").first()
    return month_of(first.booked_on) if first else None


@transaction.atomic
def prepare(fund: Fund, month: int, *, by: User) -> MonthClosing:
    """Say that a month is ready to be closed. `Refused` while something on the checklist is not."""
    require(by, "period.prepare", fund.region_id)
    _must_be_ready(fund, month)
    closing, made = MonthClosing.objects.get_or_create(
        fund=fund, month=month, defaults={"maker": by}
    )
    if not made:
        raise Conflict(
            _("The closing of %(month)s was prepared before.") % {"month": format_month(month)},
            code="prepared_already",
        )
    audit.record(by=by, act="period.prepare", subject=closing, region=fund.region_id, month=month)
    return closing


@transaction.atomic
def close(closing_id: int, *, by: User) -> MonthClosing:
    """Close a prepared month for ever, by a second person.

    Whoever is posting to the fund is waited for, and whoever comes meanwhile waits; then the
    checklist is asked once more, of what all of them left, but for what takes long. `Conflict` if a posting takes too long.
    """
    closing = (
        MonthClosing.objects.select_for_update(no_key=True, of=("self",))
        .select_related("fund__region")
        .filter(pk=closing_id)
        .first()
    )
    if closing is None:
        raise NotFound(_("There is no such closing."), code="no_closing")
    fund = closing.fund
    require(by, "period.close", fund.region_id)
    require_other_hand(by, closing.maker_id)
    if closing.closed_at:
        raise Conflict(
            _("%(month)s is closed already.") % {"month": format_month(closing.month)},
            code="closed_already",
        )
    _must_be_ready(fund, closing.month)
    _hold_books(fund)
    _must_be_ready(fund, closing.month, but=SLOW)
    totals.sum_up()
    booked = LedgerBatch.objects.filter(
        fund=fund, booked_on__range=(first_day(closing.month), last_day(closing.month))
    ).aggregate(count=Count("id"), total=Sum("total", default=0))
    closing.batches, closing.total = booked["count"], booked["total"]
    closing.balances = balances(fund, closing.month)
    closing.checker, closing.closed_at = by, timezone.now()
    closing.save()
    audit.record(
        by=by,
        act="period.close",
        subject=closing,
        region=fund.region_id,
        month=closing.month,
        batches=closing.batches,
        total=closing.total,
    )
    return closing


@transaction.atomic
def take_back(closing_id: int, *, by: User) -> None:
    """Take back a closing that was prepared and that nobody closed."""
    closing = (
        MonthClosing.objects.select_for_update(of=("self",))
        .select_related("fund__region")
        .filter(pk=closing_id, closed_at=None)
        .first()
    )
    if closing is None:
        raise NotFound(_("There is no such closing."), code="no_closing")
    require(by, "period.prepare", closing.fund.region_id)
    audit.record(
        by=by,
        act="period.take_back",
        subject=closing,
        region=closing.fund.region_id,
        month=closing.month,
    )
    closing.delete()


def balances(fund: Fund, month: int) -> dict[str, list[int]]:
    """How every account stands at the end of a month: number → [debits, credits] in fen."""
    return {
        str(line.account.number): [line.debit, line.credit]
        for line in queries.trial_balance(fund, last_day(month))
    }


def _must_be_ready(fund: Fund, month: int, but: frozenset[str] = frozenset()) -> None:
    missing = [item for item in checklist(fund, month, but) if not item.done]
    if missing:
        raise Refused(
            _("%(month)s cannot be closed: %(trouble)s")
            % {"month": format_month(month), "trouble": missing[0].trouble},
            fix=_("The checklist names everything that is missing."),
            code="not_ready",
            missing=[item.code for item in missing],
        )


def _hold_books(fund: Fund) -> None:
    """Nobody posts to the fund until the transaction ends: `funds_last_closed` waits for it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            cursor.execute("SELECT pg_advisory_xact_lock(funds_period_lock(), %s)", [fund.pk])
            cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    except OperationalError as error:
        raise Conflict(
            _("Somebody is posting to %(fund)s.") % {"fund": fund},
            fix=_("Close the month when they are done."),
            code="books_busy",
        ) from error


# The checklist


@ask("over", _("The month is over"))
def _over(fund: Fund, month: int) -> Text:
    return "" if month < month_of(timezone.localdate()) else _("The month is not over yet.")


@ask("in_order", _("The months before are closed"))
def _in_order(fund: Fund, month: int) -> Text:
    due = next_month(fund)
    if due == month:
        return ""
    if due is None:
        return _("Nothing was ever posted.")
    return say(_("Next to be closed is %(month)s."), month=format_month(due))


@ask("income_zero", _("The income account is empty at the month's end"))
def _income_zero(fund: Fund, month: int) -> Text:
    left = queries.balance(fund, accounts.INCOME_ACCOUNT, last_day(month))
    return (
        say(_("The income account still holds %(amount)s yuan."), amount=yuan(left)) if left else ""
    )


@ask("payments", _("Payments of the month are reconciled"))
def _payments(fund: Fund, month: int) -> Text:
    waiting = PaymentBatch.objects.filter(
        fund=fund, state=PaymentBatch.State.RELEASED, released_on__lte=last_day(month)
    ).count()
    return say(_("Payment batches not reconciled: %(count)s."), count=waiting) if waiting else ""


@ask("banks", _("The month's end is reconciled with every bank"))
def _banks(fund: Fund, month: int) -> Text:
    """Only where the fund's accounts at banks are on file."""
    day = last_day(month)
    names = []
    for account in BankAccount.objects.filter(fund=fund, opened_on__lte=day).select_related(
        "ledger"
    ):
        found = DayReconciliation.objects.filter(account=account, day=day).first()
        if found is None or not found.agrees:
            names.append(str(account.ledger))
    return say(_("Not reconciled: %(names)s."), names="; ".join(names)) if names else ""


@ask("runs", _("No run of the month is unfinished"))
def _runs(fund: Fund, month: int) -> Text:
    low, high = (int(code) for code in regions.span(fund.region_id))
    waiting = Run.objects.filter(
        state__in=OPEN_RUNS, month__lte=month, region_low__lte=high, region_high__gte=low
    ).count()
    return say(_("Unfinished runs: %(count)s."), count=waiting) if waiting else ""


@ask("proof", _("Every batch of the month is as it was posted"))
def _proof(fund: Fund, month: int) -> Text:
    """The same question as that of verify, for one fund and month."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*) FROM funds_ledgerbatch b
            LEFT JOIN ({DIGESTS.format(where=OF_MONTH)}) AS r ON r.batch_id = b.id
            WHERE b.fund_id = %s AND b.booked_on BETWEEN %s AND %s
              AND (r.count, r.total, r.heads, r.digest)
                  IS DISTINCT FROM (b.count, b.total, b.heads, b.digest)
            """,  # noqa: S608
            [fund.pk, first_day(month), last_day(month)] * 2,
        )
        (wrong,) = cursor.fetchone()
    return say(_("Batches that were changed: %(count)s."), count=wrong) if wrong else ""


OF_MONTH = """batch_id IN (
    SELECT id FROM funds_ledgerbatch WHERE fund_id = %s AND booked_on BETWEEN %s AND %s
)"""


def booking_day(wanted: date, closed: int | None) -> date:
    """The day on which something is booked: that day, or the first of the next open month."""
    return first_day(closed + 1) if closed is not None and month_of(wanted) <= closed else wanted
