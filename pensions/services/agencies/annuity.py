"""The occupational annuity (职业年金): written down, made real, paid beside a pension until used up.

国办发〔2015〕18号. The own part and what an employer pays are invested; of agencies that the treasury
pays wholly the employer's part is only written down, credited at the national rate, and made real
with money of the treasury when the person retires or moves away (art. 6). It is paid by the divisor
of the age, by a fund of its own, as far as the account reaches (art. 9), and inherited.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries as enrollment
from enrollment.models import Person
from funds.models import Branch, Fund, Scheme, accounts
from funds.services import ledger
from pensions.models import (
    AccountEntry,
    AccountState,
    Award,
    AwardState,
    Benefit,
    EntryKind,
    IndividualAccount,
    Side,
)
from pensions.services import award as awards
from pensions.services import decision, entries, law
from pensions.services.agencies.decision import Decision, annuity_fund, annuity_of
from pensions.services.gathering import account_of
from socsec.kernel import regions
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month, month_of, year_of
from socsec.kernel.policy import PolicyError
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel, say
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.services import policy as policies

ENTRIES = AccountEntry._meta.db_table


@dataclass(frozen=True)
class Noted:
    """What was written down: entries, and their sum in fen."""

    entries: int = 0
    amount: int = 0


def note_pending(*, by: User | None = None, region: str = regions.NATION) -> Noted:
    """Write down the employer's parts of months whose own part came in. Nothing twice."""
    if by is not None:
        require(by, "contribution.assess", region)
    count = amount = 0
    policy = policies.of(policies.current_edition())
    low, high = regions.span(region)
    for fund in Fund.objects.filter(branch=Branch.ANNUITY, scheme=Scheme.AGENCIES).order_by("pk"):
        inside = regions.span(fund.region_id)
        for place, at in enrollment.noted_months(max(low, inside[0]), min(high, inside[1])):
            rows, params = enrollment.noted(policy, place, at)
            written = _note(fund, at, rows, params, by)
            count, amount = count + written.entries, amount + written.amount
    return Noted(count, amount)


@transaction.atomic
def _note(fund: Fund, at: int, rows: str, params: list[Any], by: User | None) -> entries.Written:
    Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select coalesce(max(batch_id), 0) from {ENTRIES} where fund_id = %s",  # noqa: S608
            [fund.pk],
        )
        (last,) = cursor.fetchone()
    written = entries.write(
        fund=fund,
        kind=EntryKind.CREDIT,
        rows=f"""select n.person_id, n.region, n.month, n.received as bears_from, n.amount,
                        null::int as rate, 0::bigint as reference, n.part,
                        {Side.NOTIONAL}::smallint as side
                   from ({rows}) n
                  where n.amount > 0 and not exists (
                        select from {ENTRIES} e
                         where e.person_id = n.person_id and e.fund_id = %s
                           and e.kind = {EntryKind.CREDIT} and e.side = {Side.NOTIONAL}
                           and e.month = n.month and e.part = n.part)""",  # noqa: S608
        params=[*params, fund.pk],
        source=f"pensions.annuity.noted:{fund.pk}/{format_month(at)}/{last}",
        by=by,
        sided=True,
    )
    if written.entries:
        audit.record(
            by=by,
            act="annuity.note",
            subject=("fund", fund.pk),
            region=fund.region_id,
            month=format_month(at),
            entries=written.entries,
            amount=written.amount,
        )
    return written


@transaction.atomic
def make_real(
    *, by: User, person: Person, region: str, until: int, reference: str, received_on: date
) -> int:
    """The treasury paid what had only been written down, with interest up to the month `until`.

    `until` is the month before the pension, or before the move. Gives the sum that came in, in fen;
    `Refused` where nothing is written down.
    """
    require(by, "receipt.enter", region)
    require_stranger(by, person.pk)
    reference = reference.strip()
    if not reference or len(reference) > 64:
        raise Invalid(_("The reference is missing."), code="no_reference", field="reference")
    if received_on > timezone.localdate():
        raise Invalid(_("This day has not come yet."), code="in_the_future", field="received_on")
    person = Person.objects.select_for_update().get(pk=person.pk)
    owed = to_make_real(person.pk, region, until)
    fund = annuity_fund(region)
    if not owed or fund is None:
        raise Refused(
            say(_("Nothing of %(name)s's annuity is written down."), name=person.name),
            code="nothing_notional",
        )
    if ledger.batch(f"pensions.annuity.real:{fund.pk}/{reference}") is not None:
        raise Conflict(
            _("This reference is booked already."), code="reference_taken", field="reference"
        )
    lines, total = owed
    source = f"pensions.annuity.real:{fund.pk}/{reference}"
    for line in lines:
        if line.amount:
            entries.write_one(
                fund=fund,
                kind=EntryKind.INTEREST,
                person_id=person.pk,
                region=region,
                month=line.through,
                bears_from=line.through // 12 * 12 + 12,
                amount=line.amount,
                rate=line.rate.value,
                side=Side.NOTIONAL,
                source=f"{source}/interest:{line.through}",
                by=by,
            )
    # Interest of the year bears none itself before January, on whichever side it stands.
    january = until // 12 * 12 + 12
    young = sum(line.amount for line in lines if line.through // 12 * 12 + 12 > until + 1)
    employer, noted = Side.EMPLOYER.value, Side.NOTIONAL.value
    entries.write(
        fund=fund,
        kind=EntryKind.MADE_REAL,
        rows="""select %s::bigint as person_id, %s::text as region, %s::int as month,
                       s.bears_from, s.amount, null::int as rate, 0::bigint as reference,
                       s.part, s.side
                  from (values (%s::bigint, %s::smallint, %s::int, 0::smallint),
                               (%s, %s, %s, 0), (%s, %s, %s, 1), (%s, %s, %s, 1))
                       as s (amount, side, bears_from, part)
                 where s.amount <> 0""",
        params=[
            *(person.pk, region, until),
            *(total - young, employer, until + 1, young - total, noted, until + 1),
            *(young, employer, january, -young, noted, january),
        ],
        source=f"{source}/accounts",
        by=by,
        sided=True,
    )
    ledger.post(
        fund,
        "annuity_made_real",
        [
            ledger.Posting(
                person.pk,
                accounts.FISCAL_ACCOUNT,
                accounts.SUBSIDY_INCOME,
                total,
                month_of(received_on),
                region,
            )
        ],
        source=source,
        on=received_on,
        by=by,
    )
    audit.record(
        by=by,
        act="annuity.make_real",
        subject=person,
        person_id=person.pk,
        region=region,
        amount=total,
        reference=reference,
    )
    return total


def to_make_real(
    person_id: int, region: str, until: int
) -> tuple[tuple[decision.InterestLine, ...], int] | None:
    """What the treasury owes to a person's annuity: interest still to be credited, and the whole."""
    for part in annuity_of(person_id, region, until):
        if part.notional:
            policy = policies.of(policies.current_edition())
            try:
                lines = decision.interest_of(region, part.account_years, policy, part.rates)
            except PolicyError as error:
                raise from_kernel(error) from error
            total = part.balance + sum(line.amount for line in lines)
            return (lines, total) if total else None
    return None


def all_real(found: Decision) -> None:
    """`Refused` while a part of the annuity is only written down: nothing can be paid of it."""
    owed = sum(part.balance for part in found.gathered.annuity if part.notional)
    if owed:
        raise Refused(
            say(
                _("%(amount)s yuan of the annuity are only written down (%(law)s)."),
                amount=yuan(owed),
                law=law.ANNUITY_6,
            ),
            code="notional_not_real",
            fix=_("Send the claim back, and book what the treasury pays for it."),
        )


def begin(*, by: User, pension: Award, found: Decision) -> Award | None:
    """Pay the annuity beside a pension that was just awarded; None where there is none.

    Its interest up to retirement is credited as the sheet has it.
    """
    fund = annuity_fund(pension.region)
    if fund is None or not found.annuity:
        return None
    granted = Award.objects.create(
        person=pension.person,
        scheme=Scheme.AGENCIES,
        branch=Branch.ANNUITY,
        beside=pension,
        region=pension.region,
        from_month=pension.from_month,
        basic=0,
        account=found.annuity,
        transitional=0,
        monthly=found.annuity,
        months=pension.months,
        edition=pension.edition,
        owed_from=pension.from_month,
    )
    Benefit.objects.create(
        person_id=pension.person_id,
        award_id=granted.pk,
        from_month=granted.from_month,
        basic=0,
        account=granted.account,
        transitional=0,
    )
    for notional, line in found.annuity_interest:
        if line.amount:
            entries.write_one(
                fund=fund,
                kind=EntryKind.INTEREST,
                person_id=pension.person_id,
                region=pension.region,
                month=line.through,
                bears_from=line.through // 12 * 12 + 12,
                amount=line.amount,
                rate=line.rate.value,
                reference=granted.pk,
                side=Side.NOTIONAL if notional else Side.WHOLE,
                source=f"pensions.award:{granted.pk}/interest:{line.through}/{int(notional)}",
                by=by,
            )
    IndividualAccount.objects.filter(person_id=pension.person_id, fund_id=fund.pk).update(
        state=AccountState.PAYING
    )
    audit.record(
        by=by,
        act="award.grant",
        subject=granted,
        person_id=pension.person_id,
        region=pension.region,
        number=pension.claim.case.number if pension.claim else "",
        monthly=granted.monthly,
        from_month=format_month(granted.from_month),
        annuity=True,
    )
    return granted


def end_used_up() -> int:
    """End annuities whose account is empty and bears no more interest. The system does it daily."""
    ended = 0
    for given in Award.objects.filter(
        branch=Branch.ANNUITY, state=AwardState.IN_PAYMENT
    ).select_related("person"):
        fund = annuity_fund(given.region)
        if fund is None:
            continue
        last = (
            AccountEntry.objects.filter(person_id=given.person_id, fund_id=fund.pk)
            .order_by("-seq")
            .first()
        )
        if last is None or last.balance or last.kind != EntryKind.BENEFIT:
            continue
        through = month(year_of(last.month), 12)
        _balance, years = account_of(given.person_id, fund, through, False)
        if any(each.balance_months for each in years):
            continue  # the interest of the year is still to come
        awards.expire(given, last.month)
        ended += 1
    return ended
