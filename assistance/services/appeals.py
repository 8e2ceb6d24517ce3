"""What a review may do to decisions of assistance, and how each outcome is carried out.

A wrong refusal is made good by a new application with the same household, which goes through the
whole procedure again; a grant that is too low is looked at by assessors, who propose its change; a
reduction or stop is taken back, and what was not paid meanwhile is paid. 社会救助法第七十六条.
"""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import (
    Applicant,
    Application,
    ChangeKind,
    ChangeState,
    Grant,
    GrantChange,
    GrantState,
    What,
)
from assistance.services import changing, clocks, watching
from socsec.office import appeals
from socsec.office.appeals import Decision, Outcome
from socsec.office.errors import Conflict, say
from socsec.office.models import Appeal, Case, User
from socsec.office.people import numbers
from socsec.office.services import case as cases

CHANGE = "grant_change"


@transaction.atomic
def _anew(*, appeal: Appeal, decision: Decision, by: User) -> str:
    """Receives a refused application anew, with its members and what they authorised."""
    refused = Application.objects.select_related("person", "programme").get(pk=decision.pk)
    under_way = Application.objects.filter(
        person=refused.person, programme=refused.programme, open=True
    ).first()
    if under_way is not None:
        raise Conflict(
            say(
                _("The person applies for this already, in case %(number)s."),
                number=under_way.case.spaced_number,
            ),
            code="applied_already",
            fix=_("Decide that application, and send this review back meanwhile."),
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
    made = Application.objects.create(
        case=case,
        **{
            name: getattr(refused, name)
            for name in (
                "programme",
                "person",
                "household",
                "region",
                "rural",
                "stated",
                "spoken",
                "staff_relative",
                "event",
                "event_on",
            )
        },
    )
    Applicant.objects.bulk_create(
        Applicant(
            application=made,
            person_id=each.person_id,
            role=each.role,
            excluded=each.excluded,
            authorised_on=each.authorised_on,
            authorised_until=each.authorised_until,
        )
        for each in refused.members.all()
    )
    clocks.start(made, timezone.localdate())
    return case.number


def _looked_at(*, appeal: Appeal, decision: Decision, by: User) -> str:
    """Puts the grant before the assessors, who find the facts and propose its change."""
    grant = Grant.objects.get(application_id=decision.pk)
    made = watching.report(
        by=by,
        grant=grant,
        what=What.OTHER,
        happened_on=decision.decided_on,
        text=appeal.findings,
        act="case.check",
    )
    return str(made.pk)


def _undone(*, appeal: Appeal, decision: Decision, by: User) -> str:
    change = GrantChange.objects.select_related("grant").get(pk=decision.pk)
    changing.undo(by=by, change=change, reason=appeal.findings)
    return decision.number


ANEW = Outcome(
    "anew",
    _("The application is decided anew"),
    _("A new application with the same household is opened and goes through every step."),
    _anew,
)
LOOKED_AT = Outcome(
    "looked_at",
    _("The grant is worked out anew"),
    _("Assessors find the facts and propose the change, for earlier months too."),
    _looked_at,
)
UNDONE = Outcome(
    "undone",
    _("The change is taken back"),
    _("The grant stands as before, and what was not paid meanwhile is paid."),
    _undone,
)


def of_application(decision: Decision) -> tuple[Outcome, ...]:
    """Of a refused application: anew. Of a grant that has not ended: worked out anew."""
    case = Case.objects.values_list("state", flat=True).get(pk=decision.pk)
    if case == Case.State.REFUSED:
        return (ANEW,)
    stands = Grant.objects.filter(application_id=decision.pk).exclude(state=GrantState.ENDED)
    return (LOOKED_AT,) if stands.exists() else ()


def of_change(decision: Decision) -> tuple[Outcome, ...]:
    """Of a reduction, suspension or end that was the last change made of its grant: undone."""
    change = GrantChange.objects.get(pk=decision.pk)
    last = GrantChange.objects.filter(grant=change.grant_id, state=ChangeState.MADE).order_by(
        "-decided_at", "-pk"
    )
    return (UNDONE,) if changing.lowers(change) and last.first() == change else ()


def _as_decision(change: GrantChange) -> Decision:
    assert change.decided_at is not None  # made
    grant = change.grant
    return Decision(
        source=CHANGE,
        pk=change.pk,
        number=f"{grant.pk}-{change.pk}",
        title=f"{grant.programme}: {ChangeKind(change.kind).label}",
        person_id=grant.person_id,
        subject=grant.person.name,
        region=grant.region,
        decided_on=timezone.localdate(change.decided_at),
        sheet=change.sheet,
        hands=tuple(pk for pk in (change.maker_id, change.checker_id) if pk is not None),
        url=reverse("admin:assistance_grantchange_change", args=[change.pk]),
    )


_made = GrantChange.objects.filter(state=ChangeState.MADE).select_related(
    "grant__programme", "grant__person"
)


def _find(person_id: int) -> list[Decision]:
    mine = _made.all().filter(grant__person_id__in=numbers(person_id)).order_by("-decided_at")
    return [_as_decision(change) for change in mine]


def _get(pk: int) -> Decision | None:
    found = _made.all().filter(pk=pk).first()
    return None if found is None else _as_decision(found)


def register(kinds: list[str]) -> None:
    """Called once, when the app is ready, with the kinds of case of assistance."""
    appeals.register(
        *(appeals.of_cases(kind, of_application) for kind in kinds),
        appeals.Source(CHANGE, _find, _get, of_change),
    )
