"""Claims and awards: what was asked for, decided and is in force."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from enrollment import queries as enrollment
from enrollment.models import Category as Insured
from enrollment.models import Coverage
from funds.models import Branch, Fund, Scheme
from pensions.models import (
    Award,
    AwardState,
    BalanceClaim,
    Benefit,
    Correction,
    DisabilityClaim,
    IndividualAccount,
    PensionAdjustment,
    PensionClaim,
    SurvivorClaim,
)
from socsec.office import people
from socsec.office.access import scope
from socsec.office.errors import Text
from socsec.office.models import Case, Run


def claims(user: Any) -> QuerySet[PensionClaim]:
    """The claims of the user's region, those due first at the top."""
    found = PensionClaim.objects.select_related("case", "case__region", "case__clerk", "person")
    return scope(found, user).order_by("case__due_on", "pk")


def claim_of_case(case: Case) -> PensionClaim | None:
    """The claim behind a case of kind pension_claim."""
    return PensionClaim.objects.select_related("case", "person").filter(pk=case.pk).first()


def claims_of(person_id: int) -> QuerySet[PensionClaim]:
    """A person's own claims, the latest first."""
    return (
        PensionClaim.objects.select_related("case", "award")
        .filter(person_id__in=people.numbers(person_id))
        .order_by("-pk")
    )


def open_claim(person_id: int) -> PensionClaim | None:
    """The claim that a person has under way."""
    return claims_of(person_id).filter(open=True).first()


def awards(user: Any) -> QuerySet[Award]:
    """The awards of the user's region, the latest first."""
    return scope(Award.objects.select_related("person", "claim__case", "edition"), user)


def awards_of(person_id: int) -> QuerySet[Award]:
    """A person's awards, the latest first."""
    return Award.objects.select_related("edition", "claim__case").filter(
        person_id__in=people.numbers(person_id)
    )


_PROVE_LIFE = """
    select person_id, region, make_date(from_month / 12, from_month %% 12 + 1, 1) as since
    from pensions_award where state <> %s and branch = %s
"""


def who_must_prove_life() -> tuple[str, list[Any]]:
    """Everybody who draws a pension: person_id, region and the day on which it began."""
    return _PROVE_LIFE, [int(AwardState.ENDED), int(Branch.PENSION)]


def award_in_payment(person_id: int) -> Award | None:
    """The pension that a person draws."""
    return awards_of(person_id).filter(state=AwardState.IN_PAYMENT, branch=Branch.PENSION).first()


def last_scheme(person_id: int) -> Scheme:
    """The old-age scheme in which a person is insured, or was last; the employees' where in none."""
    last = (
        Coverage.objects.filter(
            person_id__in=people.numbers(person_id), branch=Branch.PENSION, span__isempty=False
        )
        .order_by("-span")
        .first()
    )
    if last is not None:
        return Insured(last.category).scheme_in(Branch.PENSION)
    kept = Fund.objects.filter(
        branch=Branch.PENSION,
        pk__in=IndividualAccount.objects.filter(person_id__in=people.numbers(person_id)).values(
            "fund_id"
        ),
    ).first()
    if kept is not None:
        return Scheme(kept.scheme)
    older = enrollment.legacy_years(person_id).filter(branch=Branch.PENSION).exists()
    return Scheme.RESIDENTS if older else Scheme.EMPLOYEES


def annuity_in_payment(person_id: int) -> Award | None:
    """The occupational annuity that a person draws beside a pension."""
    return awards_of(person_id).filter(state=AwardState.IN_PAYMENT, branch=Branch.ANNUITY).first()


def benefit_in(award: Award, month: int) -> Benefit | None:
    """What an award pays in a month; None before it begins."""
    return (
        Benefit.objects.filter(person_id=award.person_id, award_id=award.pk, from_month__lte=month)
        .order_by("-from_month", "-version")
        .first()
    )


def monthly_pension(person_id: int, month: int) -> int:
    """What all awards in payment of a person pay in a month, fen."""
    return monthly_pensions([person_id], month)[person_id]


def monthly_pensions(person_ids: Iterable[int], month: int) -> dict[int, int]:
    """The same for several people, in three queries."""
    own = enrollment.numbers_of_each(person_ids)
    found = dict.fromkeys(own.values(), 0)
    awards = dict(
        Award.objects.filter(person_id__in=own, state=AwardState.IN_PAYMENT).values_list(
            "pk", "person_id"
        )
    )
    holding = (
        Benefit.objects.filter(
            person_id__in=set(awards.values()), award_id__in=awards, from_month__lte=month
        )
        .order_by("award_id", "-from_month", "-version")
        .distinct("award_id")
    )
    for benefit in holding:
        found[own[benefit.person_id]] += benefit.monthly
    return found


def adjustments(person_id: int) -> QuerySet[PensionAdjustment]:
    """The yearly adjustments of a person's pensions that stand, the latest first."""
    return PensionAdjustment.objects.filter(
        person_id__in=people.numbers(person_id),
        run_id__in=Run.objects.filter(state=Run.State.POSTED).values("pk"),
    ).order_by("-month")


def corrections(user: Any) -> QuerySet[Correction]:
    """The corrections of the user's region, those due first at the top."""
    found = Correction.objects.select_related("case", "person", "award")
    return scope(found, user).order_by("case__due_on", "pk")


def corrections_of(award: Award) -> QuerySet[Correction]:
    """The corrections of an award, the latest first."""
    return Correction.objects.select_related("case").filter(award=award).order_by("-pk")


def survivor_claims(user: Any) -> QuerySet[SurvivorClaim]:
    """What families claim in the user's region, those due first at the top."""
    found = SurvivorClaim.objects.select_related("case", "person", "claimant", "envelope")
    return scope(found, user).order_by("case__due_on", "pk")


def disability_claims(user: Any) -> QuerySet[DisabilityClaim]:
    """The claims for a disability allowance of the user's region, those due first at the top."""
    found = DisabilityClaim.objects.select_related("case", "person", "award")
    return scope(found, user).order_by("case__due_on", "pk")


def balance_claims(user: Any) -> QuerySet[BalanceClaim]:
    """The claims for the balance of the account of the user's region, those due first at the top."""
    found = BalanceClaim.objects.select_related("case", "person", "envelope")
    return scope(found, user).order_by("case__due_on", "pk")


def survivor_claim_of(person_id: int) -> SurvivorClaim | None:
    """What is claimed or settled after a person's death."""
    found = SurvivorClaim.objects.select_related("case").filter(person_id=person_id)
    return found.filter(Q(open=True) | Q(granted=True)).first()


def survivor_claim_of_case(case_id: int) -> SurvivorClaim | None:
    """The claim behind a case of kind pension_survivors."""
    return SurvivorClaim.objects.filter(pk=case_id).first()


def two_pensions(survivor: int, absorbed: int) -> list[Text]:
    """What forbids that two records are read as one: a pension in payment, or a claim, on each."""
    if award_in_payment(survivor) and award_in_payment(absorbed):
        return [_("Both records draw a pension.")]
    if open_claim(survivor) and open_claim(absorbed):
        return [_("Both records have an open pension claim.")]
    return []
