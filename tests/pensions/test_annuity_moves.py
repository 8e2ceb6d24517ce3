"""The occupational annuity follows whoever leaves an agency, whole and real."""

from datetime import date

import pytest

from funds.models import Branch, Scheme
from funds.services import cash, fund
from pensions import queries
from pensions.models import EntryKind, Side, TransferState
from pensions.services import entries, transfers
from socsec.kernel.months import month
from socsec.office.errors import Invalid, Refused

from . import offices
from .conftest import BEIJING, PUDONG, SHANGHAI, findings
from .offices import arrive, into, pay, send, take

PLAN = {"payee": "某公司企业年金计划", "bank": "招商银行", "account": "622848000000108"}


@pytest.fixture
def two(edition):
    made = offices.two()
    for place, bank in ((made.old, "622848000000116"), (made.new, "622848000000124")):
        place.annuity = fund.establish(
            Branch.ANNUITY, Scheme.AGENCIES, place.region, since=date(2020, 1, 1)
        )
        cash.opening(place.annuity, 100_000_00, by=place.money, on=date(2025, 12, 31))
        into(place, place.annuity, bank)
    return made


@pytest.fixture
def civil(two, enroll):
    """A civil servant of Shanghai: 8,000 yuan of one's own, 16,000 of the employer's, all real."""
    who = enroll(born=date(1985, 3, 8))
    for side, amount in ((Side.OWN, 8_000_00), (Side.EMPLOYER, 16_000_00)):
        _put(two, who, side, amount)
    return who


def _put(two, who, side, amount):
    entries.write_one(
        fund=two.new.annuity,
        kind=EntryKind.OPENING,
        person_id=who.pk,
        region=PUDONG,
        month=month(2026, 1),
        bears_from=month(2026, 1),
        amount=amount,
        side=side,
        source=f"test:{who.pk}/{side}",
    )


def opened(two, who, **more):
    return transfers.open_annuity(
        by=two.new.intake,
        person=who,
        from_region=SHANGHAI,
        **{"to_region": SHANGHAI, **PLAN, **more},
    )


def test_an_annuity_goes_to_the_plan_of_an_enterprise(two, civil, refuses):
    made = send(two.new, opened(two, civil))
    assert (made.account, made.pool, made.months) == (24_000_00, 0, 0)
    refuses(Refused, "not_paid_yet", transfers.plan_paid, by=two.new.money, transfer=made)
    pay(two.new, made)
    made = transfers.plan_paid(by=two.new.money, transfer=made)
    assert made.state == TransferState.DONE
    assert queries.balance(civil.pk) == 0
    assert findings() == []


def test_an_annuity_goes_to_another_agencys_fund_with_its_parts_apart(two, civil):
    made = opened(two, civil, to_region=BEIJING, payee="", bank="", account="")
    made = send(two.new, made)
    pay(two.new, made)
    take(two.old, arrive(two.old, made))
    held = queries.statement(civil.pk, two.old.annuity.pk).values_list("side", "amount")
    assert dict(held) == {Side.OWN: 8_000_00, Side.EMPLOYER: 16_000_00}
    assert findings() == []


def test_what_is_only_written_down_does_not_move(two, civil, refuses):
    _put(two, civil, Side.NOTIONAL, 3_000_00)
    made = opened(two, civil)
    refuses(Refused, "notional_left", transfers.assess, by=two.new.maker, transfer=made)


def test_nobody_moves_an_annuity_that_is_not_there_or_within_one_fund(two, enroll, civil, refuses):
    asked = {"by": two.new.intake, "from_region": SHANGHAI, "to_region": SHANGHAI}
    refuses(Invalid, "same_pool", transfers.open_annuity, **asked, person=civil)
    without = enroll(born=date(1985, 3, 8))
    refuses(Refused, "no_annuity", transfers.open_annuity, **asked, **PLAN, person=without)
