"""What is due after a death, by the law of the scheme and the books: nothing is written here.

The employees' fund pays grants by 人社部发〔2021〕18号, the others what the place sets. Whatever the
scheme, the balance of the account is inherited, that of an occupational annuity too.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import Branch, Fund, Scheme
from funds.services import fund as fund_services
from pensions import queries
from pensions.models import (
    Award,
    AwardState,
    Overpayment,
    OverpaymentState,
    PensionPayment,
    SurvivorClaim,
)
from pensions.params import InterestParams, ResidentInterestParams, ResidentParams
from pensions.rules.other_survivors import OtherSurvivorFacts
from pensions.rules.survivors import SurvivorFacts
from pensions.services import decision, law
from pensions.services.agencies.decision import AnnuityPart, annuity_of
from pensions.services.conditions import region_of
from pensions.services.gathering import AccountYear, account_of, life_of
from pensions.services.residents import decision as residents
from socsec.kernel import rules
from socsec.kernel.facts import FactError
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of, parse_month
from socsec.kernel.policy import PROVISIONAL, Policy, PolicyError
from socsec.office.errors import Refused, from_kernel, say
from socsec.office.services import policy as policies

RULES = {
    Scheme.EMPLOYEES: "pensions.survivors",
    Scheme.RESIDENTS: "pensions.residents.survivors",
    Scheme.AGENCIES: "pensions.agencies.survivors",
}


def gather(held: SurvivorClaim) -> dict[str, Any]:
    """What the books say, whole numbers: kept with the claim, and read again before it is granted."""
    person = held.person
    assert person.died_on is not None  # asked when it was opened
    died = month_of(person.died_on)
    award = award_of(person)
    # Who drew the allowance for disability had not retired (人社部发〔2024〕72号).
    retired = award is not None and award.disability_id is None
    drawn = 0
    if award is not None and retired:
        drawn = min(award.until_month or died, died) - award.from_month + 1
    balance, years = account_of(person.pk, fund_of(held), died)
    annuity = annuity_of(person.pk, held.region, died) if held.scheme == Scheme.AGENCIES else ()
    return {
        "died": format_month(died),
        "months_paid": award.months if award and award.months else _months(held, died),
        "retired": retired,
        "months_drawn": max(drawn, 0),
        "balance": balance,
        "account_years": [each.as_json() for each in years],
        "annuity": [each.as_json() for each in annuity],
        "pension_base": _pension_base(held, award, died),
        "unpaid": _unpaid(award, died) if award else 0,
        "overpaid": sum(each.remaining for each in debts_of(person)) if held.keep_back else 0,
    }


def decide(held: SurvivorClaim, edition: int) -> tuple[rules.Assessment, dict[str, int]]:
    """The sheet of the grants, and every amount that is due, in fen.

    `Refused` where the person was never insured, the income of the year before is not announced
    (grants are paid once, so no provisional value will do), or a part of an annuity is only written
    down.
    """
    facts = held.gathered or {}
    policy, died = policies.of(edition), parse_month(facts["died"])
    if not (facts["months_paid"] or facts["balance"] or held.scheme == Scheme.RESIDENTS):
        raise Refused(
            say(
                _("%(name)s was never insured here (%(law)s)."),
                name=held.person.name,
                law=law.INSURANCE_LAW_17,
            ),
            code="never_insured",
            fix=_("Enter the months from earlier books first, or refuse the claim."),
        )
    asked = SurvivorFacts if held.scheme == Scheme.EMPLOYEES else OtherSurvivorFacts
    given = {name: facts[name] for name in asked.specs() if name in facts}
    if "pension_base" in given:
        given["pension_base"] = asked.specs()["pension_base"].natural(given["pension_base"])
    try:
        found = rules.assess(
            RULES[Scheme(held.scheme)], given, policy=policy, on=died, region=held.region
        )
    except (FactError, PolicyError) as error:
        raise from_kernel(error) from error
    income = found.params.statuses.get("announced_income")
    if income is not None and income.status == PROVISIONAL:
        raise Refused(
            say(
                _("“%(code)s” of the year before is not announced for %(region)s."),
                code=income.code,
                region=held.region,
            ),
            code="not_announced",
            fix=_("Enter it as a policy value first, and have it approved."),
        )
    sheet: Any = found.sheet
    amounts = {
        "funeral": 0 if held.grants_elsewhere else int(sheet.funeral),
        "grant": int(sheet.grant),
        "balance": facts["balance"] + sum(line.amount for line in interest(held, policy)),
        "unpaid": facts["unpaid"],
    }
    kept_back = min(facts["overpaid"], sum(amounts.values()))
    return found, {**amounts, "annuity": _annuity(held, policy), "kept_back": kept_back}


def interest(held: SurvivorClaim, policy: Policy) -> tuple[decision.InterestLine, ...]:
    """The interest of the account up to the death."""
    years = tuple(map(AccountYear.from_json, (held.gathered or {})["account_years"]))
    rates = ResidentInterestParams if held.scheme == Scheme.RESIDENTS else InterestParams
    try:
        return decision.interest_of(held.region, years, policy, rates)
    except PolicyError as error:
        raise from_kernel(error) from error


def annuity_interest(
    held: SurvivorClaim, policy: Policy
) -> list[tuple[AnnuityPart, tuple[decision.InterestLine, ...]]]:
    """The parts of the annuity, each with its interest up to the death."""
    parts = [AnnuityPart.from_json(each) for each in (held.gathered or {}).get("annuity", [])]
    try:
        return [
            (part, decision.interest_of(held.region, part.account_years, policy, part.rates))
            for part in parts
        ]
    except PolicyError as error:
        raise from_kernel(error) from error


def award_of(person: Person) -> Award | None:
    """The pension that the person drew at the end; None for who had not retired."""
    return (
        Award.objects.filter(person=person, branch=Branch.PENSION)
        .exclude(state=AwardState.ENDED, end_reason__in=("error", "moved"))
        .order_by("-from_month")
        .first()
    )


def place_of(person: Person) -> tuple[int, str]:
    """The scheme and the region that settle a death: of the pension, or of the last insurance."""
    award = award_of(person)
    if award is not None:
        return award.scheme, award.region
    scheme = queries.last_scheme(person.pk)
    return scheme, region_of(person, scheme)


def debts_of(person: Person) -> list[Overpayment]:
    """What was overpaid and may be kept back: of pensions, since an annuity is another fund's."""
    return list(
        Overpayment.objects.select_for_update(of=("self",))
        .filter(person=person, state=OverpaymentState.OPEN, award__branch=Branch.PENSION)
        .order_by("pk")
    )


def fund_of(held: SurvivorClaim) -> Fund:
    """The fund that pays, but for an annuity."""
    return fund_services.for_(Branch.PENSION, held.scheme, held.region)


def _months(held: SurvivorClaim, died: int) -> int:
    if held.scheme == Scheme.RESIDENTS:
        return residents.life_of(held.person, died + 1)["months_paid"]
    life = life_of(held.person, held.region, died + 1)
    return life["months_paid"] + life["months_deemed"]


def _pension_base(held: SurvivorClaim, award: Award | None, died: int) -> int:
    """By what the months of a grant are reckoned where the scheme does so; 0 elsewhere."""
    if held.scheme == Scheme.EMPLOYEES:
        return 0
    benefit = queries.benefit_in(award, died) if award else None
    if held.scheme == Scheme.AGENCIES:
        return benefit.monthly if benefit else 0
    if benefit is not None:
        return benefit.basic
    policy = policies.of(policies.current_edition())
    try:
        return int(ResidentParams.at(policy, held.region, died).announced_basic)
    except PolicyError as error:
        raise from_kernel(error) from error


def _annuity(held: SurvivorClaim, policy: Policy) -> int:
    total = 0
    for part, lines in annuity_interest(held, policy):
        if part.notional and part.balance:
            raise Refused(
                say(
                    _("%(amount)s yuan of the annuity are only written down (%(law)s)."),
                    amount=yuan(part.balance),
                    law=law.ANNUITY_6,
                ),
                code="notional_not_real",
                fix=_("Have the treasury make it real first."),
            )
        total += part.balance + sum(line.amount for line in lines)
    return total


def _unpaid(award: Award, died: int) -> int:
    """The pension of months up to the death that no payroll has paid, in fen."""
    paid: dict[int, int] = {}
    rows = PensionPayment.objects.filter(person_id=award.person_id, award_id=award.pk)
    for month, amount in rows.values_list("month", "amount"):
        paid[month] = paid.get(month, 0) + amount
    first = award.owed_from
    if first is None:
        # Settled up to its last payment; what earlier books paid, these books do not know.
        first = max(paid) + 1 if paid else died + 1
    owed = 0
    for month in range(max(first, award.from_month), died + 1):
        benefit = queries.benefit_in(award, month)
        owed += max((benefit.monthly if benefit else 0) - paid.get(month, 0), 0)
    return owed
