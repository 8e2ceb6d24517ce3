"""What must hold for a pension to be claimed, assessed and awarded, whichever scheme pays it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Category as Insured
from enrollment.models import Coverage, Detail, Person, PersonFact
from enrollment.services.residents import overlaps
from funds.models import Branch, Scheme
from pensions import queries
from pensions.models import Award, AwardState, BalanceClaim, Category, PensionClaim
from pensions.services import law
from pensions.services.deciding import law_of
from socsec.kernel.facts import FactError
from socsec.kernel.months import first_day, format_month, last_day, month_of
from socsec.office.errors import Invalid, Refused, from_kernel, say
from socsec.office.services import policy as policies

FURTHEST = 12  # months ahead that a claim may be made


def region_of(person: Person, scheme: int | None = None) -> str:
    """Where the person is insured for a pension, or was last; else where the file is kept.

    With a scheme, where the person is or was insured in that one.
    """
    covers = Coverage.objects.filter(person=person, branch=Branch.PENSION, span__isempty=False)
    if scheme is not None:
        covers = covers.filter(
            category__in=[each for each in Insured if each.scheme_in(Branch.PENSION) == scheme]
        )
    last = covers.order_by("-span").first()
    return last.region if last else person.region


def may_claim(person: Person, scheme: int, start_month: int, category: int | None) -> None:
    """What is asked at intake: a living person, a month that can be, no such pension yet."""
    alive(person)
    relation_ended(person, scheme)
    _whole_record_here(person)
    today = month_of(timezone.localdate())
    fits = (
        category is None
        if scheme == Scheme.RESIDENTS
        else category in Category.values and Category(category).sex == person.sex
    )
    if not fits:
        raise Invalid(
            _("Choose the kind of work by which the pensionable age is found."),
            code="wrong_category",
            field="category",
        )
    if not person.birth_month < start_month <= today + FURTHEST:
        raise Invalid(
            _("The pension may begin up to %(months)s months from now, and not before birth.")
            % {"months": FURTHEST},
            code="impossible_start",
            field="start_month",
        )
    running = (
        Award.objects.filter(person=person, scheme=scheme, branch=Branch.PENSION)
        .exclude(state=AwardState.ENDED)
        # An allowance for disability ends before the pension that takes its place.
        .exclude(disability__isnull=False, last_month__lt=start_month)
        .first()
    )
    if running is not None:
        raise Refused(
            say(
                _("%(name)s draws this pension already, from %(month)s (%(law)s)."),
                name=person.name,
                month=format_month(running.from_month),
                law=law.INSURANCE_LAW_16,
            ),
            code="in_payment",
            fix=_("Look at the award that is there."),
            award=running.pk,
        )


def _whole_record_here(person: Person) -> None:
    """`Refused` while an entitlement is on its way, or after it left for an office elsewhere."""
    under_way = queries.open_transfer(person.pk)
    if under_way is not None:
        raise Refused(
            say(
                _("A transfer of %(name)s is under way (%(law)s)."),
                name=person.name,
                law=law.TRANSFER_6,
            ),
            code="transfer_under_way",
            fix=_("Claim once it has arrived: the pension is worked out from the whole record."),
        )
    if queries.moved_away(person.pk) is not None:
        raise Refused(
            say(
                _("The record of %(name)s lies at another office (%(law)s)."),
                name=person.name,
                law=law.TRANSFER_6,
            ),
            code="record_elsewhere",
            fix=_("Claim there, or have the record brought back first."),
        )


def relation_ended(person: Person, scheme: int) -> None:
    """`Refused` for who ended the relation with the employees' scheme and took the balance."""
    if (
        scheme != Scheme.EMPLOYEES
        or not BalanceClaim.objects.filter(person=person, granted=True).exists()
    ):
        return
    raise Refused(
        say(
            _("%(name)s ended the relation and took the balance (%(law)s)."),
            name=person.name,
            law=law.INSURANCE_RULES_3,
        ),
        code="relation_ended",
        fix=_("A pension may come from the residents' scheme."),
    )


def alive(person: Person) -> None:
    """`Refused` for who has died."""
    if person.died_on is not None:
        raise Refused(
            say(
                _("%(name)s died on %(day)s (%(law)s)."),
                name=person.name,
                day=person.died_on.isoformat(),
                law=law.INSURANCE_LAW_17,
            ),
            code="dead",
            fix=_("Heirs ask for the balance of the account and the survivors' benefits."),
        )


def not_insured(person: Person, start_month: int, scheme: int = Scheme.EMPLOYEES) -> None:
    """A pension and contributions do not run side by side. A resident's cover ends with the award."""
    running = Coverage.objects.filter(
        person=person,
        branch=Branch.PENSION,
        span__overlap=(first_day(start_month), None),
    )
    if scheme == Scheme.RESIDENTS:
        running = running.exclude(category=Insured.RESIDENT)
    there = running.first()
    if there is not None:
        raise Refused(
            say(
                _("%(name)s is still insured in %(month)s, from which the pension is claimed."),
                name=person.name,
                month=format_month(start_month),
            ),
            code="still_insured",
            fix=say(
                _("End the coverage with %(day)s first, because of retirement."),
                day=last_day(start_month - 1).isoformat(),
            ),
        )


def paid_twice(person_id: int) -> list[int]:
    """Years that were paid as a resident as well as a worker and that nobody has settled."""
    found = {each.year for each in overlaps.overlapping_years(person_id)}
    return sorted(found | set(overlaps.under_way(person_id)))


def months_once(person_id: int) -> None:
    """A month counts once: what was paid for it as a resident is given back first (人社部发〔2014〕17号第六条)."""
    years = paid_twice(person_id)
    if years:
        raise Refused(
            say(
                _("Paid as a resident and as a worker in %(years)s (%(law)s)."),
                years=", ".join(map(str, years)),
                law=law.LINKING_6,
            ),
            code="overlapping_months",
            fix=_("Have the double insurance decided first: the resident's part is given back."),
            years=years,
        )


def draws_nothing_else(claim: PensionClaim) -> None:
    """Nobody draws two old-age pensions for the same months (人社部发〔2014〕17号第八条)."""
    other = (
        Award.objects.filter(person=claim.person)
        .exclude(scheme=claim.scheme)
        .exclude(state=AwardState.ENDED, until_month__lt=claim.start_month)
        .first()
    )
    if other is not None:
        raise Refused(
            say(
                _("%(name)s draws another pension from %(month)s (%(law)s)."),
                name=claim.person.name,
                month=format_month(other.from_month),
                law=law.LINKING_8,
            ),
            code="draws_elsewhere",
            fix=_("End that one with the month before, or refuse the claim."),
            award=other.pk,
        )


def birth_stands(claim: PensionClaim) -> None:
    """What was recorded first decides: a date of birth changed lately is to be examined."""
    today = timezone.localdate()
    months = policies.of(policies.current_edition()).at(
        "pensions.claim.birth_watch", claim.region, today
    )
    changed = (
        PersonFact.objects.filter(
            person_id=claim.person_id,
            detail=Detail.BORN_ON,
            seq__gt=0,
            recorded_at__date__gte=first_day(month_of(today) - int(months.value)),
        )
        .order_by("-recorded_at")
        .first()
    )
    if changed is not None:
        raise Refused(
            say(
                _("The date of birth was changed on %(day)s (%(law)s)."),
                day=timezone.localdate(changed.recorded_at).isoformat(),
                law=law.EARLY_RETIREMENT,
            ),
            code="birth_changed",
            fix=_("Find the date recorded first in the personnel file, then confirm it."),
        )


def check_stated(stated: dict[str, Any], scheme: int = Scheme.EMPLOYEES) -> dict[str, Any]:
    """Facts from papers, or `Invalid` for one that is found in the books or cannot be."""
    scheme_law = law_of(scheme)
    specs = scheme_law.facts.specs()
    for name, value in stated.items():
        if name not in scheme_law.stated:
            raise Invalid(
                say(_("“%(name)s” is found in the books, so it is not stated."), name=name),
                code="not_stated",
                field=name,
            )
        try:
            specs[name].read(value)
        except FactError as error:
            raise from_kernel(error, field=name) from error
    return stated
