"""What the law offers somebody with too few months, and what was chosen of it."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import Scheme
from pensions import queries
from pensions.models import Award, AwardState, BalanceClaim, Category, FewMonthsChoice
from pensions.params import RetirementParams
from pensions.rules.few_months import FewMonthsFacts, few_months
from pensions.services import law
from pensions.services.conditions import alive, region_of, relation_ended
from pensions.services.decision import interest_of
from pensions.services.gathering import Gathered, gather_for
from pensions.services.retirement import retirement
from pensions.services.special_work import EARLY
from socsec.kernel.document import Document, explain
from socsec.kernel.months import month_of
from socsec.kernel.policy import Policy, PolicyError
from socsec.office.errors import Invalid, Problem, Refused, from_kernel, say
from socsec.office.services import policy as policies


@dataclass(frozen=True)
class Offer:
    """The sheet, whether there is a choice, and its numbers."""

    region: str
    gathered: Gathered
    sheet: Any
    document: Document
    interest: int

    @property
    def open(self) -> bool:
        return bool(self.sheet.open)


def standing(person_id: int) -> FewMonthsChoice | None:
    """The choice that stands, if any."""
    return FewMonthsChoice.objects.filter(person_id=person_id, ended_on__isnull=True).first()


def under_way(person_id: int) -> BalanceClaim | None:
    """The open claim for the balance, if any."""
    return (
        BalanceClaim.objects.select_related("case").filter(person_id=person_id, open=True).first()
    )


def may_concern(person: Person) -> bool:
    """Whether somebody has reached the age of ordinary work and draws no pension."""
    policy, month = policies.of(policies.current_edition()), month_of(timezone.localdate())
    if queries.award_in_payment(person.pk) is not None:
        return False
    return any(
        retirement(person.birth_month, each, person.region, policy).statutory <= month
        for each in Category
        if each.sex == person.sex and each not in EARLY
    )


def offers(person: Person) -> list[tuple[Category, Offer]]:
    """What is open to a person by each kind of ordinary work of the sex; not what the books forbid."""
    found = []
    for each in Category:
        if each.sex == person.sex and each not in EARLY:
            try:
                found.append((each, offer(person, each)))
            except Problem:
                continue
    return found


def offer(person: Person, category: int) -> Offer:
    """What is open to a person today, by what the books say. Stores nothing."""
    region = region_of(person, Scheme.EMPLOYEES)
    month = month_of(timezone.localdate())
    if category not in Category.values or Category(category).sex != person.sex:
        raise Invalid(
            _("Choose the kind of work by which the pensionable age is found."),
            code="wrong_category",
            field="category",
        )
    gathered = gather_for(person, region, month, category, alone=False)
    return judge(gathered, policies.of(policies.current_edition()))


def judge(gathered: Gathered, policy: Policy) -> Offer:
    """The same from what was gathered, by a policy."""
    try:
        lines = interest_of(gathered.region, gathered.account_years, policy)
        params = RetirementParams.at(policy, gathered.region, gathered.claim_month)
    except PolicyError as error:
        raise from_kernel(error) from error
    added = sum(line.amount for line in lines)
    facts = FewMonthsFacts(
        category=gathered.category,
        birth_month=gathered.birth_month,
        month=gathered.claim_month,
        months=gathered.months,
        account_balance=gathered.balance + added,
    )
    sheet = few_months(facts, params)
    return Offer(gathered.region, gathered, sheet, explain(sheet, facts, params), added)


def may_choose(person: Person, category: int, article: Any) -> Offer:
    """The offer, or `Refused` with the article of the way that is asked for."""
    alive(person)
    running = (
        Award.objects.filter(person=person, scheme=Scheme.EMPLOYEES)
        .exclude(state=AwardState.ENDED)
        .exists()
    )
    if running:
        raise Refused(
            say(
                _("%(name)s draws a pension of this scheme (%(law)s)."),
                name=person.name,
                law=article,
            ),
            code="in_payment",
            fix=_("Look at the award that is there."),
        )
    relation_ended(person, Scheme.EMPLOYEES)
    found = offer(person, category)
    if not found.sheet.of_age:
        raise Refused(
            say(_("The pensionable age is not reached yet (%(law)s)."), law=article),
            code="not_of_age",
            fix=_("Go on paying as before: nothing is chosen before that age."),
        )
    if not found.sheet.short:
        raise Refused(
            say(
                _("The months are enough for a pension: %(months)s (%(law)s)."),
                months=found.gathered.months,
                law=law.INSURANCE_LAW_16,
            ),
            code="months_enough",
            fix=_("Claim the pension."),
        )
    return found


def nothing_chosen(person: Person) -> None:
    """`Refused` while another choice stands or the balance is claimed."""
    there = standing(person.pk)
    if there is not None or under_way(person.pk) is not None:
        raise Refused(
            say(
                _("Something else is chosen already (%(law)s)."),
                law=law.INSURANCE_RULES_3,
            ),
            code="chosen_already",
            fix=_("Take that back first."),
        )
