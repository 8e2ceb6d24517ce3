"""A month of bills that is over, and the runs that pay it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from funds.models import Branch, PaymentBatch, Scheme
from funds.services import cash, payments
from funds.services import fund as funds
from medical.models import Care, Encounter
from medical.services import settling
from medical.services.paying import accounts
from socsec.kernel.money import parse_yuan
from socsec.kernel.months import month_of
from socsec.office.services import run, work
from tests import people
from tests.funds import bank
from tests.medical.hospital import at, of

_today = timezone.localdate


@pytest.fixture
def later(monkeypatch):
    """From now on it is the third of the next month; says the month that is over. `next`: one more."""
    today = _today()

    def go(ahead=1):
        day = (today.replace(day=1) + timedelta(days=31 * ahead + 1)).replace(day=3)
        monkeypatch.setattr(
            timezone, "localdate", lambda value=None, zone=None: _today(value) if value else day
        )
        return month_of(today) + ahead - 1

    go.next = lambda: go(2)
    return go


@pytest.fixture
def bill(village, clerk, hospital, catalogue):
    """A bill that is settled today."""

    def make(yuan=1000, care=Care.INPATIENT, day=None, who="lin", days=1, where=None, **more):
        # Of this year, in January too.
        day = day or max(_today() - timedelta(days=20), _today().replace(month=1, day=1))
        opened = settling.admit(
            by=clerk,
            provider=where or hospital,
            person=village.souls[who],
            number=more.pop("number", f"N{Encounter.objects.count() + 1}"),
            care=care,
            opened_at=at(day),
            diagnosis=more.pop("diagnosis", ""),
        )
        lines = more.pop("lines", None) or [of("A1", yuan, day=day)]
        settling.charge(by=clerk, encounter=opened, charges=lines)
        last = day + timedelta(days=days - 1)
        settling.discharge(by=clerk, encounter=opened, closed_at=at(last, 17))
        settling.settle(by=clerk, encounter=opened)
        opened.refresh_from_db()
        return opened

    return make


@pytest.fixture
def fund(village):
    """The fund of Shanghai's employees, with money."""
    made = funds.for_(Branch.MEDICAL, Scheme.EMPLOYEES, people.PUDONG)
    cash.opening(made, 10_000_000_00, by=village.by("accountant"))
    return made


@pytest.fixture
def drive(village):
    """A run from the draft to the end; `reverse` then undoes it."""
    maker, checker = village.by("accountant"), village.by("reviewer")

    def make(kind, month, region=people.PUDONG):
        made = run.draft(kind=kind, month=month, region=region, by=maker)
        made = run.preview(run_id=made.pk, by=maker)
        if made.count:
            run.approve(run_id=made.pk, by=checker, total=made.total)
            work.work_through(made.pk)
            made.refresh_from_db()
        else:
            run.abandon(run_id=made.pk, by=maker, reason="无数据")
        return made

    def undo(made):
        run.reverse(run_id=made.pk, by=checker, reason="重算")
        work.work_through(made.pk)
        made.refresh_from_db()
        return made

    make.undo = undo
    return make


@pytest.fixture
def banked(village, hospital):
    made = accounts.enter(
        by=village.by("intake"),
        provider=hospital,
        holder="浦东示范医院",
        bank="工商银行",
        account="6222 0000 1111 2222",
    )
    accounts.decide(by=village.by("reviewer"), account=made, approve=True)
    return made


def release(village, envelope: PaymentBatch) -> None:
    """The envelope goes to the bank, which pays every order of it."""
    payments.release(envelope.pk, by=village.by("reviewer"))
    rows = bank.read(b"".join(payments.bank_file(envelope.pk, by=village.by("accountant"))))
    lines = [(row[1], parse_yuan(row[5]), "PAID") for row in rows[1:-1]]
    answered = bank.answer(envelope.pk, lines, day=timezone.localdate())
    payments.read_return(answered, by=village.by("accountant"))
