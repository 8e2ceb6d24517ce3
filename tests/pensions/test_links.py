"""One person, one pension: what was earned in one scheme joins the other, to the fen."""

from datetime import date

import pytest

from enrollment import queries as enrollment
from enrollment.models import DoubleEnrolment, LegacyYear
from enrollment.services.residents import overlaps
from funds.models import Scheme, accounts
from funds.queries import control
from funds.services import cash, fund
from pensions import queries
from pensions.models import Category, EntryKind, Transfer, TransferState
from pensions.services import appeals, entries, transfers
from pensions.services.transfers import form
from socsec.kernel.months import month
from socsec.office import appeals as office_appeals
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Case, RoleGrant

from . import offices
from .conftest import PENSION, PUDONG, SHANGHAI, findings, staff
from .offices import arrive, into, pay, release, send, take

RESIDENTS, EMPLOYEES, AGENCIES = Scheme.RESIDENTS, Scheme.EMPLOYEES, Scheme.AGENCIES


@pytest.fixture
def place(edition):
    """One office of Shanghai with the funds of all three schemes."""
    made = offices.office(SHANGHAI, "622848000000017")
    made.funds = {EMPLOYEES: made.fund}
    for scheme, bank in ((RESIDENTS, "622848000000074"), (AGENCIES, "622848000000082")):
        pool = fund.establish(PENSION, scheme, SHANGHAI, since=date(2020, 1, 1))
        cash.opening(pool, 100_000_00, by=made.money, on=date(2025, 12, 31))
        into(made, pool, bank)
        made.funds[scheme] = pool
    return made


@pytest.fixture
def holds(place):
    """An account in a scheme: `holds(who, scheme, fen)`."""

    def make(who, scheme, amount):
        entries.write_one(
            fund=place.funds[scheme],
            kind=EntryKind.OPENING,
            person_id=who.pk,
            region=PUDONG,
            month=month(2026, 1),
            bears_from=month(2026, 1),
            amount=amount,
            source=f"test:{who.pk}/{scheme}",
        )

    return make


@pytest.fixture
def older_years(edition):
    """Years of the rural scheme that were carried over, 200 yuan paid in each."""

    def make(who, *years):
        for year in years:
            LegacyYear.objects.create(
                person_id=who.pk,
                branch=PENSION,
                year=year,
                scheme="rural_pension",
                region=PUDONG,
                tier=200_00,
                import_id=1,
            )

    return make


def ask(place, who, from_scheme, to_scheme, **more):
    return transfers.ask_link(
        by=place.intake,
        person=who,
        from_scheme=from_scheme,
        to_scheme=to_scheme,
        from_region=PUDONG,
        to_region=PUDONG,
        channel="counter",
        **{"category": Category.MALE_60, **more},
    )


def agree(place, made):
    transfers.propose_link(by=place.maker, transfer=made)
    return transfers.accept_link(by=place.checker, transfer=made)


def through(place, made):
    made = send(place, made)
    if made.total:
        pay(place, made)
    return take(place, arrive(place, made))


def on(place, who, scheme):
    return queries.balance(who.pk, place.funds[scheme].pk)


def test_a_resident_with_fifteen_years_as_a_worker_joins_the_employees_scheme(
    place, enroll, carry, holds, older_years
):
    who = enroll()  # born in March 1966, of age since July 2026
    carry(who, month(2010, 7), month(2025, 6), 6_000_00)  # 180 months
    holds(who, EMPLOYEES, 90_000_00)
    holds(who, RESIDENTS, 3_000_00)
    older_years(who, 2009, 2010, 2011)
    made = ask(place, who, RESIDENTS, EMPLOYEES)
    found = transfers.judge(made)
    # Of 2010 six months were paid as a worker, of 2011 twelve: 12 + 6 + 0 as a resident alone.
    assert (found.allowed, found.facts.months_employee, found.facts.months_resident) == (
        True,
        180,
        18,
    )
    made = agree(place, made)
    assert made.state == TransferState.DUE
    made = through(place, made)
    # 200 × 6 ÷ 12 of 2010 and 200 of 2011 go to the person; the pooled fund pays nothing.
    assert (made.account, made.refund, made.pool) == (2_700_00, 300_00, 0)
    assert (on(place, who, RESIDENTS), on(place, who, EMPLOYEES)) == (0, 92_700_00)
    assert overlaps.overlapping_years(who.pk) == []
    assert set(DoubleEnrolment.objects.values_list("year", "state")) == {
        (2010, "resolved"),
        (2011, "resolved"),
    }
    assert findings() == []


def test_a_refused_link_is_asked_for_anew_by_a_review(place, enroll, carry, holds):
    who = enroll()
    carry(who, month(2010, 7), month(2025, 5), 6_000_00)  # 179 months
    holds(who, EMPLOYEES, 85_000_00)
    made = ask(place, who, EMPLOYEES, RESIDENTS)
    transfers.propose_link(by=place.maker, transfer=made)
    transfers.refuse_link(by=place.checker, transfer=made, reason="enough_months")
    refused = made.cases.get().case
    decision = office_appeals.get("transfer_ask", refused.pk)
    (outcome,) = appeals.of_link(decision)
    number = outcome.carry_out(appeal=None, decision=decision, by=place.checker)
    new = Transfer.objects.get(state=TransferState.ASKED)
    assert number == new.cases.get().case.number != refused.number
    assert (new.from_scheme, new.to_scheme, new.category) == (
        EMPLOYEES,
        RESIDENTS,
        Category.MALE_60,
    )
    assert transfers.judge(new).allowed
    assert appeals.of_link(office_appeals.get("transfer_ask", refused.pk))
    with pytest.raises(Conflict):
        outcome.carry_out(appeal=None, decision=decision, by=place.checker)


def test_what_was_given_back_is_paid_to_the_person_once(
    place, enroll, carry, holds, older_years, bank
):
    who = enroll()
    carry(who, month(2010, 7), month(2025, 6), 6_000_00)
    holds(who, RESIDENTS, 3_000_00)
    older_years(who, 2010)
    made = through(place, agree(place, ask(place, who, RESIDENTS, EMPLOYEES)))
    assert (made.account, made.refund) == (2_900_00, 100_00)
    bank(who)
    made = transfers.pay_refund(by=place.money, transfer=made)
    release(place, made.refund_envelope_id)
    assert control(accounts.OTHER_EXPENSE)[place.funds[RESIDENTS].pk] == 100_00
    with pytest.raises(Conflict):
        transfers.pay_refund(by=place.money, transfer=made)
    assert findings() == []


def test_a_worker_with_less_joins_the_residents_scheme_and_all_months_count(
    place, enroll, carry, holds, older_years
):
    who = enroll()
    carry(who, month(2010, 7), month(2025, 5), 6_000_00)  # 179 months
    holds(who, EMPLOYEES, 85_000_00)
    holds(who, RESIDENTS, 3_000_00)
    older_years(who, 2009, 2010)
    made = ask(place, who, EMPLOYEES, RESIDENTS)
    found = transfers.judge(made)
    # 12 months of 2009 and 6 of 2010 as a resident alone, besides 179 as a worker.
    assert (found.allowed, found.facts.months_resident) == (True, 18)
    line = found.document.line("months_counted")
    assert line.value == 197
    made = through(place, agree(place, made))
    assert (made.account, made.pool, made.months) == (85_000_00, 0, 179)
    # The account is joined; 100 yuan of 2010 leave it for the person.
    assert (on(place, who, EMPLOYEES), on(place, who, RESIDENTS)) == (0, 87_900_00)
    assert made.refund == 100_00
    assert findings() == []


def test_agencies_and_employees_change_at_any_age_with_twelve_per_cent(
    place, enroll, holds, monkeypatch
):
    who = enroll(born=date(1990, 5, 6))
    holds(who, AGENCIES, 24_000_00)
    months = [
        enrollment.PlaceMonth(at, PUDONG, False, False, 8_000_00)
        for at in range(month(2024, 1), month(2024, 12) + 1)
    ]
    monkeypatch.setattr(form, "months_held", lambda transfer, fund: months)
    made = ask(place, who, AGENCIES, EMPLOYEES, category=None)
    assert transfers.judge(made).allowed
    made = through(place, agree(place, made))
    # 12 × 8,000 = 96,000, of which 12 %: 11,520.
    assert (made.account, made.pool, made.total) == (24_000_00, 11_520_00, 35_520_00)
    assert (on(place, who, AGENCIES), on(place, who, EMPLOYEES)) == (0, 24_000_00)
    assert control(accounts.TRANSFER_INCOME)[place.funds[EMPLOYEES].pk] == 35_520_00
    assert findings() == []


def test_what_the_law_does_not_allow_is_refused_with_its_line(place, enroll, carry, holds, refuses):
    who = enroll()
    carry(who, month(2010, 7), month(2025, 5), 6_000_00)  # a month too few
    holds(who, RESIDENTS, 3_000_00)
    made = ask(place, who, RESIDENTS, EMPLOYEES)
    transfers.propose_link(by=place.maker, transfer=made)
    refuses(Refused, "not_allowed", transfers.accept_link, by=place.checker, transfer=made)
    refuses(
        Invalid, "no_reason", transfers.refuse_link, by=place.checker, transfer=made, reason="whim"
    )
    made = transfers.refuse_link(by=place.checker, transfer=made, reason="too_few_months")
    assert made.state == TransferState.REFUSED
    assert made.cases.get().case.reasons[0]["law"] == "人社部发〔2014〕17号第三条"
    assert (on(place, who, RESIDENTS), on(place, who, EMPLOYEES)) == (3_000_00, 0)


def test_the_young_wait_for_the_pensionable_age(place, enroll, carry, holds):
    who = enroll(born=date(1985, 3, 8))
    carry(who, month(2010, 7), month(2025, 6), 6_000_00)
    holds(who, RESIDENTS, 3_000_00)
    assert not transfers.judge(ask(place, who, RESIDENTS, EMPLOYEES)).allowed


def test_a_request_that_is_withdrawn_leaves_everything(place, enroll, carry, holds):
    who = enroll()
    carry(who, month(2010, 7), month(2025, 6), 6_000_00)
    holds(who, RESIDENTS, 3_000_00)
    made = ask(place, who, RESIDENTS, EMPLOYEES)
    made = transfers.withdraw_link(by=place.intake, transfer=made, text="本人撤回")
    assert made.state == TransferState.WITHDRAWN
    assert on(place, who, RESIDENTS) == 3_000_00
    assert Case.objects.get().state == Case.State.WITHDRAWN


def test_bad_requests_change_nothing(place, enroll, holds, refuses):
    who = enroll()
    holds(who, RESIDENTS, 3_000_00)
    known = {"by": place.intake, "person": who, "from_region": PUDONG, "to_region": PUDONG}
    known |= {"channel": "counter", "category": Category.MALE_60}
    asked = {"from_scheme": RESIDENTS, "to_scheme": EMPLOYEES}
    refuses(
        Invalid,
        "same_scheme",
        transfers.ask_link,
        **known,
        from_scheme=RESIDENTS,
        to_scheme=RESIDENTS,
    )
    refuses(
        Invalid,
        "wrong_category",
        transfers.ask_link,
        **{**known, "category": Category.FEMALE_50},
        **asked,
    )
    refuses(
        Refused,
        "nothing_to_link",
        transfers.ask_link,
        **known,
        from_scheme=EMPLOYEES,
        to_scheme=RESIDENTS,
    )
    stranger = staff("intake", region="510000")
    refuses(NotFound, "outside_region", transfers.ask_link, **{**known, "by": stranger}, **asked)
    refuses(Denied, "not_permitted", transfers.ask_link, **{**known, "by": place.money}, **asked)
    made = transfers.ask_link(**known, **asked)
    refuses(Conflict, "transfer_under_way", transfers.ask_link, **known, **asked)
    assert Transfer.objects.get() == made
    transfers.propose_link(by=place.maker, transfer=made)
    refuses(
        Denied,
        "four_eyes",
        transfers.refuse_link,
        by=_both(place),
        transfer=made,
        reason="too_few_months",
    )


def _both(place):
    """The maker, who holds the checker's role as well."""
    RoleGrant.objects.create(user=place.maker, role="reviewer", since=date(2020, 1, 1))
    return place.maker
