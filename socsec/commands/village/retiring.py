"""The village retires: months from before these books, claims, awards, payroll."""

from collections.abc import Iterable

from enrollment.services import cover
from enrollment.services.collection import refund_orders
from enrollment.services.record import prior
from funds.models import PaymentBatch, PaymentOrder
from funds.services import cash, payments
from funds.services.payments.demo_bank import bank_answer
from pensions.models import Category as PensionCategory
from pensions.models import PensionClaim
from pensions.services import account, claim
from socsec.kernel.months import last_day, month
from socsec.office.models import Case
from socsec.office.services import run, work

from .cast import LAST, PENSION, PUDONG, SHANGHAI, Say, Village


def retire(village: Village, say: Say = lambda text: None) -> Village:
    """The pensioner's claim up to the money in his hands; two claims under way; one refused."""
    say("claims")
    carry(village)
    award(village, "chen", month(2026, 7), PensionCategory.MALE_60)
    refuse(village, "zhao", month(2026, 11), PensionCategory.MALE_60)
    _claim_now(village)
    say("payroll")
    for paid in (month(2026, 10), month(2026, 11)):
        payroll(village, paid)
    return village


def carry(village: Village) -> None:
    """Months and balances from before these books, each entered by one and approved by another."""
    lives = [
        ("chen", month(2000, 1), month(2025, 12), 6_000_00, 168_420_35, month(2025, 12)),
        ("qian", month(2004, 6), month(2025, 10), 5_200_00, 121_377_80, month(2025, 10)),
        ("wu", month(2000, 7), month(2025, 10), 7_100_00, 203_550_12, month(2025, 10)),
    ]
    deemed = prior.enter_deemed(
        by=village.by("intake"),
        person=village.souls["chen"],
        branch=PENSION,
        region=PUDONG,
        first_month=month(1985, 7),
        last_month=month(1992, 12),
        document="职工档案：1985 年 7 月参加工作",
    )
    prior.approve(by=village.by("reviewer"), prior=deemed)
    for key, first, last, base, balance, until in lives:
        who = village.souls[key]
        entered = prior.enter_paid(
            by=village.by("intake"),
            person=who,
            branch=PENSION,
            region=PUDONG,
            bases=dict.fromkeys(range(first, last + 1), base),
            document="职工养老保险手册",
        )
        prior.approve(by=village.by("reviewer"), prior=entered)
        opened = account.enter_opening(
            by=village.by("assessor"),
            person=who,
            amount=balance,
            month=until,
            region=PUDONG,
            document="个人账户结转单",
        )
        account.approve_opening(by=village.by("reviewer"), opening=opened)


def open_claim(village: Village, key: str, start: int, category: int) -> PensionClaim:
    made = claim.open_claim(
        by=village.by("intake"),
        person=village.souls[key],
        start_month=start,
        category=category,
        channel=Case.Channel.COUNTER,
    )
    village.claims[key] = made
    return made


def award(village: Village, key: str, start: int, category: int) -> None:
    made = open_claim(village, key, start, category)
    claim.assess(by=village.by("assessor"), claim=made)
    claim.award(by=village.by("reviewer"), claim=made)


def refuse(village: Village, key: str, start: int, category: int) -> None:
    made = open_claim(village, key, start, category)
    claim.assess(by=village.by("assessor"), claim=made)
    claim.refuse(by=village.by("reviewer"), claim=made)


def _claim_now(village: Village) -> None:
    """Qian Xiuying stops working and claims: her claim waits for an assessor."""
    who = village.souls["qian"]
    cover.end(
        by=village.by("intake"),
        person=who,
        branch=PENSION,
        last_day=last_day(LAST),
        reason="retired",
    )
    open_claim(village, "qian", LAST + 1, PensionCategory.FEMALE_50)


def payroll(village: Village, current: int, **params: int) -> PaymentBatch:
    """The month's pensions of a scheme: run, release, bank file, the bank's answer, reconciled."""
    maker, checker = village.by("assessor"), village.by("reviewer")
    drafted = run.draft(
        kind="pension_payroll", month=current, region=SHANGHAI, by=maker, params=params
    )
    previewed = run.preview(run_id=drafted.pk, by=maker)
    run.approve(run_id=drafted.pk, by=checker, total=previewed.total)
    work.work_through(drafted.pk)
    batch = PaymentBatch.objects.order_by("-id").first()
    assert batch is not None
    return _at_the_bank(village, batch)


def paid_out(village: Village, returned: Iterable[int] = ()) -> None:
    """Every refund that waits goes to the bank and is answered; those of the people named come back."""
    numbers = set(returned)
    for batch in PaymentBatch.objects.filter(
        state=PaymentBatch.State.OPEN, kind=refund_orders.KIND
    ):
        cash.sweep(batch.fund, by=village.by("accountant"))
        back = PaymentOrder.objects.filter(batch_id=batch.pk, person_id__in=numbers)
        _at_the_bank(
            village,
            batch,
            frozenset(order.reference for order in back),
        )


def _at_the_bank(
    village: Village, batch: PaymentBatch, returned: frozenset[str] = frozenset()
) -> PaymentBatch:
    accountant = village.by("accountant")
    payments.release(batch.pk, by=village.by("releaser"))
    file = b"".join(payments.bank_file(batch.pk, by=accountant))
    payments.read_return(bank_answer(file, returned), by=accountant)
    payments.reconcile(batch.pk, by=accountant)
    batch.refresh_from_db()
    return batch
