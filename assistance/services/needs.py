"""What can I get: every programme of a place, tried with what the books know and a few answers.

The same rules as for a decision; nothing is stored, and what comes out promises nothing: registers
and survey have not been asked. What the system knows (age, household, wages, pensions, what is
granted already) is not asked again (社会救助法第六十二条).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance import facts as gathering
from assistance.models import Application, Grant, GrantAmount, GrantState, Programme, Rhythm
from assistance.queries import amounts_in
from assistance.rules.facts import Standing
from assistance.services import applying, programmes
from assistance.services.deciding import Found, decide, earned_in, rule_of
from enrollment import queries as people
from enrollment.models import Person
from socsec.kernel.months import age_on, format_age, format_month, month_of
from socsec.kernel.policy import Policy, PolicyError
from socsec.kernel.units import UNITS
from socsec.office.display import chinese
from socsec.office.errors import Invalid, Problem, Text, say
from socsec.office.models import Case, User
from socsec.office.people import numbers
from socsec.office.services import policy as policies

STANDARD = "assistance.dibao.urban"
MINOR, OLD = "assistance.child.age", "assistance.elderly.age"


class Situation(models.TextChoices):
    """What may hold for somebody that no register of ours knows."""

    ILL = "ill", _("Somebody in my household is severely ill or severely disabled")
    DISABLED = "disabled", _("I have a disability certificate")
    CARE = "care", _("I cannot look after myself without help")
    ALONE = "alone", _("I cannot work, and nobody can support me")
    CHILD = "child", _("I ask for a child whose parents are dead, missing or unable")
    SUDDEN = "sudden", _("Something sudden happened: fire, accident, grave illness")
    COSTS = "costs", _("Medical or school costs of this year are more than we can bear")
    SERVED = "served", _("I am a disabled serviceman, or a serviceman of my family died")


# A programme whose rule is about such a situation is tried only for those in it.
ABOUT = {
    "assistance.urgent_aid": Situation.SUDDEN,
    "assistance.spending_aid": Situation.COSTS,
    "assistance.rigid_expenditure": Situation.COSTS,
    "assistance.illness_poverty": Situation.COSTS,
    "assistance.disabled": Situation.DISABLED,
    "assistance.child": Situation.CHILD,
    "assistance.hardship": Situation.ALONE,
    "assistance.death_of_service": Situation.SERVED,
    "assistance.service_nursing": Situation.SERVED,
}

# One word means different things to different rules: which answer is which fact.
CALLED = {
    "assistance.urgent_aid": {"need": "aid_needed"},
    "assistance.spending_aid": {"spending": "spent"},
    "assistance.rigid_expenditure": {"spending": "spent", "income": "income_year"},
    "assistance.illness_poverty": {"costs": "spent", "income": "income_year"},
    "assistance.hardship": {"income": "own_income"},
    "assistance.child": {"kind": "child_kind"},
    "assistance.death_of_service": {"kind": "death_kind"},
}
# What the books say of the household themselves, whatever an earlier decision had.
IN_BOOKS = {"month", "residence", "age", "standing", "members", "persons", "earned"}
APART = {name for names in CALLED.values() for name in names}


@dataclass(frozen=True)
class Said:
    """What somebody answered: facts in natural units, by name."""

    situations: frozenset[str] = frozenset()
    facts: dict[str, Any] = field(default_factory=dict)
    rural: bool = False
    event: str = ""
    event_on: date | None = None

    def for_rule(self, rule: str, names: Iterable[str]) -> dict[str, Any]:
        """The answers as the facts of one rule."""
        called = CALLED.get(rule, {})
        found = {name: called.get(name, "" if name in APART else name) for name in names}
        return {name: self.facts[key] for name, key in found.items() if key in self.facts}


@dataclass(frozen=True)
class Member:
    """Somebody of the household, and what our own books say of them, fen a month."""

    person: Person
    role: str
    wage: int
    pension: int


@dataclass(frozen=True)
class Known:
    """What is known before anything is asked."""

    region: str
    on: date
    person: Person | None = None
    members: tuple[Member, ...] = ()
    standing: Standing = Standing.NONE
    facts: dict[str, Any] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    amounts: dict[int, int] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)


class Outcome(models.TextChoices):
    GRANTED = "granted", _("Granted already")
    APPLIED = "applied", _("Applied for already")
    LIKELY = "likely", _("You may well get it")
    OPEN = "open", _("Cannot be said yet")
    NOT = "not", _("Not by what is known")
    ASIDE = "aside", _("Not tried")


@dataclass(frozen=True)
class Result:
    """What came out for one programme. `amount` is fen, a month or once as the programme pays."""

    programme: Programme
    outcome: str
    amount: int = 0
    found: Found | None = None
    why: tuple[Text, ...] = ()
    if_granted: Programme | None = None
    grant: Grant | None = None
    application: Application | None = None

    @property
    def may_apply(self) -> bool:
        return self.outcome in (Outcome.LIKELY, Outcome.OPEN)

    @property
    def reasons(self) -> list[str]:
        """The conditions that are not met, in the reader's language."""
        key = "text_zh" if chinese() else "text_en"
        return [reason[key] for reason in self.found.reasons] if self.found else []


def places(on: date) -> list[str]:
    """The regions for which a standard is on file, so that something can be worked out."""
    held = policies.of(policies.current_edition()).values()
    return sorted({each.region for each in held if each.code == STANDARD and each.start <= on})


def stranger(region: str, on: date | None = None) -> Known:
    """Somebody of whom nothing is known but where they live."""
    return Known(region, on or timezone.localdate())


def known(person: Person, on: date | None = None) -> Known:
    """What the books know of a person, in a number of queries that does not grow with the household."""
    day = on or timezone.localdate()
    home = people.household_of(person.pk, day)
    members = people.members_of(home, day) if home else [(person, "")]
    incomes = gathering.insured_incomes([member.pk for member, _role in members], day)
    own = numbers(person.pk)
    ours = (
        models.Q(person_id__in=own) | models.Q(household=home)
        if home
        else models.Q(person_id__in=own)
    )
    grants = Grant.objects.exclude(state=GrantState.ENDED).filter(ours).select_related("programme")
    applications = Application.objects.filter(ours, open=True).select_related("programme", "case")
    standing = gathering.standing_of(person.pk, day)
    granted = {grant.programme.slug: grant for grant in grants}
    amounts = amounts_in([grant.pk for grant in granted.values()], month_of(day) + 1)
    drawn = sum(amounts.get(grant.pk, 0) for grant in granted.values() if grant.person_id in own)
    found = tuple(
        Member(member, role, incomes[member.pk].earned, incomes[member.pk].transfers)
        for member, role in members
    )
    return Known(
        region=person.region,
        on=day,
        person=person,
        members=found,
        standing=standing,
        facts=_facts(person, found, day, drawn),
        grants=granted,
        amounts=amounts,
        applications={each.programme.slug: each for each in applications},
    )


def find(known: Known, said: Said) -> list[Result]:
    """Every programme in force there, those that recognise somebody first: what would follow from
    them is counted for the others, and says so."""
    policy = policies.of(policies.current_edition())
    every = programmes.in_force(known.region, known.on).values()
    first = sorted(every, key=lambda each: _rank(each))
    standing, by = known.standing, None
    books = _of_region(known, said, policy)
    results = []
    for programme in first:
        result = _try(programme, known, said, {**books, **gathering.of_standing(standing)}, policy)
        if by is not None and result.outcome == Outcome.LIKELY:
            if programme.standing is not None:
                result = Result(
                    programme, Outcome.NOT, why=(say(_("“%(by)s” gives more."), by=str(by)),)
                )
            elif _hangs_on(programme, result, known, said, books, policy):
                result = _given(result, by)
        if (
            result.outcome == Outcome.LIKELY
            and programme.standing is not None
            and programme.standing < standing
        ):
            standing, by = Standing.read(programme.standing), programme
        results.append(result)
    return results


@transaction.atomic
def apply(
    *, by: User, person: Person, slugs: Iterable[str], said: Said, key: str
) -> list[Application]:
    """Apply for several programmes at once, each its own case with its own clock.

    What was answered goes with each; what the books know is gathered when the case is assessed.
    One that cannot be applied for stops them all, so that nobody believes it was received.
    """
    wanted = list(dict.fromkeys(slugs))
    if not wanted:
        raise Invalid(_("Choose at least one."), code="nothing_chosen", field="programmes")
    today = timezone.localdate()
    made = []
    for slug in wanted:
        programme = programmes.find(slug, person.region, today)
        rule = rule_of(programme)
        made.append(
            applying.apply(
                by=by,
                programme=slug,
                person=person,
                channel=Case.Channel.PORTAL,
                rural=said.rural,
                stated=said.for_rule(rule.code, rule.facts.specs()),
                event=said.event,
                event_on=said.event_on,
                key=f"{key}:{slug}" if key else "",
            )
        )
    return made


def others(person: Person) -> list[Result]:
    """Programmes that a person with a grant does not have, and for which the facts of that grant and
    the books would qualify them: nothing is asked."""
    held = known(person)
    if not held.grants:
        return []
    found = find(held, decided_on(held))
    return [result for result in found if result.outcome == Outcome.LIKELY]


def decided_on(held: Known) -> Said:
    """What the decisions on a person's grants rest on, as answers to other questions."""
    facts: dict[str, Any] = {}
    rural = False
    amounts = GrantAmount.objects.filter(grant__in=held.grants.values())
    for last in amounts.order_by("grant_id", "-version").distinct("grant_id"):
        facts |= last.facts
        rural = rural or last.facts.get("residence") == "RURAL"
    stated = {name: value for name, value in facts.items() if name not in IN_BOOKS | APART}
    disabled = type(facts.get("grade")) is int and facts["grade"] > 0
    return Said(frozenset({Situation.DISABLED.value} if disabled else ()), stated, rural)


def _facts(person: Person, members: tuple[Member, ...], day: date, drawn: int) -> dict[str, Any]:
    own = next((each for each in members if each.person.pk == person.pk), None)
    return {
        "age": format_age(age_on(person.born_on, day)),
        "members": len(members),
        "persons": len(members),
        "transfers": _yuan(sum(each.pension for each in members)),
        "own_income": _yuan(own.wage + own.pension if own else 0),
        "own_grants": _yuan(drawn),
    }


def _of_region(known: Known, said: Said, policy: Policy) -> dict[str, Any]:
    """What the books know, with what needs the law of the place: which wages count, who is old or a
    minor. A place without these values leaves them to be asked."""
    found = {
        **known.facts,
        "month": format_month(month_of(known.on)),
        "residence": "RURAL" if said.rural else "URBAN",
    }
    try:
        if age := known.facts.get("age") or said.facts.get("age"):
            old = int(policy.at(OLD, known.region, known.on).value)
            found["old"] = UNITS["age"].read(age) >= old
        if known.members:
            counts = earned_in(known.region, said.rural)
            found["earned"] = _yuan(sum(counts(each.wage, "EMPLOYED") for each in known.members))
            least = int(policy.at(MINOR, known.region, known.on).value)
            most = int(policy.at(OLD, known.region, known.on).value)
            ages = [age_on(each.person.born_on, known.on) for each in known.members]
            found["others"] = sum(1 for age in ages if age < least or age >= most)
        elif "earned" in said.facts:
            wage = UNITS["fen"].read(said.facts["earned"])
            found["earned"] = _yuan(earned_in(known.region, said.rural)(wage, "EMPLOYED"))
    except (Problem, PolicyError):
        return found
    return found


def _try(
    programme: Programme, known: Known, said: Said, books: dict[str, Any], policy: Policy
) -> Result:
    grant = known.grants.get(programme.slug)
    if grant is not None:
        return Result(programme, Outcome.GRANTED, known.amounts.get(grant.pk, 0), grant=grant)
    application = known.applications.get(programme.slug)
    if application is not None:
        return Result(programme, Outcome.APPLIED, application=application)
    rule = rule_of(programme)
    about = ABOUT.get(rule.code)
    if about is not None and about not in said.situations:
        return Result(programme, Outcome.ASIDE)
    facts = _facts_for(programme, known, said, books)
    if rule.code == "assistance.elderly" and not books.get("old", True):
        return Result(programme, Outcome.ASIDE)
    try:
        found = decide(facts, policy, programme, known.region)
    except Problem as problem:
        missing = problem.code == "missing_fact"
        why = problem.message if missing else _("What it comes to there is not on file yet.")
        return Result(programme, Outcome.OPEN, why=(why,))
    if found.eligible:
        amount = 0 if programme.rhythm == Rhythm.NONE else found.amount
        return Result(programme, Outcome.LIKELY, amount, found)
    return Result(programme, Outcome.NOT, found=found)


def _facts_for(
    programme: Programme, known: Known, said: Said, books: dict[str, Any]
) -> dict[str, Any]:
    rule = rule_of(programme)
    names = set(rule.facts.specs())
    called = CALLED.get(rule.code, {})
    facts = {
        name: books[called.get(name, name)] for name in names if called.get(name, name) in books
    }
    answered = said.for_rule(rule.code, names)
    if not known.members:
        answered.pop("earned", None)  # counted by its rule already
    return facts | gathering.higher(facts, answered, names) | programme.given


def _hangs_on(
    programme: Programme,
    result: Result,
    known: Known,
    said: Said,
    books: dict[str, Any],
    policy: Policy,
) -> bool:
    """Whether it would come to less without the recognition that is only supposed."""
    before = {**books, **gathering.of_standing(known.standing)}
    return _try(programme, known, said, before, policy).amount < result.amount


def _given(result: Result, by: Programme) -> Result:
    return Result(result.programme, result.outcome, result.amount, result.found, if_granted=by)


def _rank(programme: Programme) -> tuple[bool, int, str]:
    standing = programme.standing
    return (standing is None, -1 if standing is None else standing, programme.slug)


def _yuan(fen: int) -> Any:
    return UNITS["fen"].natural(fen)
