"""What a review may do to decisions of pensions, and how each outcome is carried out.

A wrong refusal is made good by a new claim with the same facts, which goes through the whole of
the procedure again; a wrong pension by a correction, whose difference is shown and posted by two.
"""

from collections.abc import Callable

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pensions.models import (
    Award,
    AwardState,
    Cause,
    Correction,
    DisabilityClaim,
    PensionClaim,
    SurvivorClaim,
    TransferCase,
    TransferKind,
    TransferStep,
)
from pensions.services import claim, correction, disability, survivors, survivors_undone
from pensions.services.transfers import links
from pensions.services.transfers.common import case_of
from socsec.office import appeals
from socsec.office.appeals import Decision, Outcome
from socsec.office.errors import Conflict, say
from socsec.office.models import Appeal, Case, User
from socsec.office.services import case as cases

Claim = PensionClaim | DisabilityClaim


def _anew(model: type[Claim], names: tuple[str, ...]) -> Callable[..., str]:
    """Receives a refused claim anew, with what was claimed and what papers showed."""

    @transaction.atomic
    def carry_out(*, appeal: Appeal, decision: Decision, by: User) -> str:
        refused = model.objects.select_related("person").get(pk=decision.pk)
        under_way = model.objects.filter(person=refused.person, open=True).first()
        if under_way is not None:
            raise Conflict(
                say(
                    _("The person claims this already, in case %(number)s."),
                    number=under_way.case.spaced_number,
                ),
                code="claimed_already",
                fix=_("Decide that claim, and send this review back meanwhile."),
            )
        case = cases.forward(
            kind=decision.source,
            person_id=refused.person_id,
            subject=refused.person.name,
            region=refused.region,
            by=by,
            act="case.check",
            own_region=refused.region,
            channel=Case.Channel.SYSTEM,
            review=appeal.case.number,
        )
        model.objects.create(
            case=case, person=refused.person, **{name: getattr(refused, name) for name in names}
        )
        return case.number

    return carry_out


def _corrected(*, appeal: Appeal, decision: Decision, by: User) -> str:
    """Opens a correction of the award: assessed and posted by two, the difference in view."""
    made = correction.open_correction(
        by=by,
        award=_award(decision),
        cause=Cause.PAPERS,
        reason=appeal.findings[:200],
        act="case.check",
    )
    return made.case.number


def _undone(*, appeal: Appeal, decision: Decision, by: User) -> str:
    """Takes a correction back: the award pays again what it paid before."""
    held = Correction.objects.get(pk=decision.pk)
    correction.reverse(by=by, correction=held, reason=appeal.findings)
    return held.case.number


def _taken_back(*, appeal: Appeal, decision: Decision, by: User) -> str:
    """Takes a grant after a death back: the family claims anew."""
    held = SurvivorClaim.objects.get(pk=decision.pk)
    survivors_undone.undo(by=by, claim=held, text=appeal.findings)
    return held.case.number


def _award(decision: Decision) -> Award:
    return Award.objects.get(Q(claim_id=decision.pk) | Q(disability_id=decision.pk))


@transaction.atomic
def _asked_anew(*, appeal: Appeal, decision: Decision, by: User) -> str:
    """Asks for a refused link anew: it is looked at from the start."""
    step = TransferCase.objects.select_related("transfer__person").get(case_id=decision.pk)
    refused = step.transfer
    made = links.ask_link(
        by=by,
        act="case.check",
        person=refused.person,
        from_scheme=refused.from_scheme,
        to_scheme=refused.to_scheme,
        category=refused.category,
        from_region=refused.from_region,
        to_region=refused.to_region,
        channel=Case.Channel.SYSTEM,
    )
    return case_of(made, TransferStep.ASK).number


ANEW = _("The claim is decided anew")
ANEW_HINT = _("A new claim with the same facts is opened and assessed from the start.")
CLAIM_ANEW = Outcome(
    "anew",
    ANEW,
    ANEW_HINT,
    _anew(PensionClaim, ("scheme", "start_month", "category", "flexible", "region", "stated")),
)
DISABILITY_ANEW = Outcome(
    "anew",
    ANEW,
    ANEW_HINT,
    _anew(DisabilityClaim, ("region", "start_month", "category", "document")),
)
LINK_ANEW = Outcome(
    "anew",
    _("The link is asked for anew"),
    _("A new request with the same schemes is opened and looked at from the start."),
    _asked_anew,
)
CORRECTED = Outcome(
    "corrected",
    _("The pension is corrected"),
    _("A correction is opened; its difference is shown month by month before it is posted."),
    _corrected,
)
UNDONE = Outcome(
    "undone",
    _("The correction is taken back"),
    _("The award pays again what it paid before the correction."),
    _undone,
)


TAKEN_BACK = Outcome(
    "taken_back",
    _("The grant is taken back"),
    _("The account stands again and the orders are cancelled; the family claims anew."),
    _taken_back,
)


def of_claim(decision: Decision) -> tuple[Outcome, ...]:
    """Of a refused claim: anew. Of a pension that is or may be paid: corrected."""
    case = Case.objects.values_list("state", flat=True).get(pk=decision.pk)
    if case == Case.State.REFUSED:
        return (CLAIM_ANEW,)
    stands = Award.objects.filter(claim_id=decision.pk, gathered__isnull=False)
    return (CORRECTED,) if stands.exclude(state=AwardState.SUSPENDED).exists() else ()


def of_disability(decision: Decision) -> tuple[Outcome, ...]:
    """Of a refused claim: anew. Of an allowance that is or may be paid: corrected."""
    if Case.objects.filter(pk=decision.pk, state=Case.State.REFUSED).exists():
        return (DISABILITY_ANEW,)
    stands = Award.objects.filter(disability_id=decision.pk, gathered__isnull=False)
    return (CORRECTED,) if stands.exclude(state=AwardState.SUSPENDED).exists() else ()


def of_link(decision: Decision) -> tuple[Outcome, ...]:
    """Of a link that the new place refused: asked anew."""
    refused = TransferCase.objects.filter(
        case_id=decision.pk, case__state=Case.State.REFUSED, transfer__kind=TransferKind.LINK
    )
    return (LINK_ANEW,) if refused.exists() else ()


def of_survivors(decision: Decision) -> tuple[Outcome, ...]:
    """Of a grant whose money has not left: taken back."""
    held = SurvivorClaim.objects.select_related("envelope", "annuity_envelope").get(pk=decision.pk)
    return (TAKEN_BACK,) if survivors_undone.undoable(held) else ()


def of_correction(decision: Decision) -> tuple[Outcome, ...]:
    """Of a correction that stands: undone."""
    stands = Correction.objects.filter(
        pk=decision.pk, posted_at__isnull=False, reversed_at__isnull=True
    )
    return (UNDONE,) if stands.exists() else ()


def register() -> None:
    """Called once, when the app is ready."""
    appeals.register(
        appeals.of_cases(claim.KIND, of_claim),
        appeals.of_cases(disability.KIND, of_disability),
        appeals.of_cases(correction.KIND, of_correction),
        appeals.of_cases(survivors.KIND, of_survivors),
        appeals.of_cases("transfer_ask", of_link),
    )
