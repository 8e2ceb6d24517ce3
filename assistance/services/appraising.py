"""Democratic appraisal: residents of the village or community say whether what a household stated is
true. Only where the region keeps it (京民社救发〔2018〕445号七; 民发〔2021〕57号 no longer asks for it).
"""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import Application, Appraisal, StepCode
from assistance.params import AppraisalParams
from assistance.services import clocks
from assistance.services.applying import locked
from socsec.kernel.arith import ONE
from socsec.kernel.policy import PolicyError
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel, say
from socsec.office.models import Case, User
from socsec.office.services import audit
from socsec.office.services import policy as policies


@transaction.atomic
def hold(
    *,
    by: User,
    application: Application,
    held_on: date,
    place: str,
    present: int,
    residents: int,
    agreed: int,
    text: str = "",
) -> Appraisal:
    """Write down what the panel found: how many sat on it, how many of them are elected residents,
    how many found the statements true.

    `Invalid` for a panel that is too small, even in number, or has too few residents; `Refused` where
    the region keeps no appraisal; `Conflict` for a second one.
    """
    held = locked(application, by, "case.assess", Case.State.RECEIVED)
    if not held.clocks.filter(step__code=StepCode.APPRAISE).exists():
        raise Refused(_("This region keeps no appraisal for the programme."), code="no_appraisal")
    today = timezone.localdate()
    if not held.case.received_on <= held_on <= today:
        raise Invalid(
            _("The appraisal lies between the application and today."),
            code="impossible_date",
            field="held_on",
        )
    if not place.strip():
        raise Invalid(_("Say where it was held."), code="empty", field="place")
    _panel(held, held_on, present, residents, agreed)
    if Appraisal.objects.filter(application=held).exists():
        raise Conflict(_("The household was appraised already."), code="appraised_already")
    made = Appraisal.objects.create(
        application=held,
        held_on=held_on,
        place=place.strip()[:120],
        present=present,
        residents=residents,
        agreed=agreed,
        text=text.strip()[:2000],
    )
    clocks.done(held, StepCode.APPRAISE, held_on)
    audit.record(
        by=by,
        act="assistance.appraise",
        subject=held.case,
        person_id=held.person_id,
        region=held.region,
        number=held.case.number,
        present=present,
        agreed=agreed,
    )
    return made


def _panel(held: Application, day: date, present: int, residents: int, agreed: int) -> None:
    try:
        params = AppraisalParams.at(policies.of(policies.current_edition()), held.region, day)
    except PolicyError as error:
        raise from_kernel(error) from error
    if present < params.panel or present % 2 == 0:
        raise Invalid(
            say(
                _("A panel has at least %(least)s members, and an odd number of them."),
                least=params.panel,
            ),
            code="panel_too_small",
            field="present",
        )
    if not 0 <= residents <= present or residents * ONE < present * params.residents:
        raise Invalid(
            _("Too few of the panel are elected residents."),
            code="too_few_residents",
            field="residents",
        )
    if not 0 <= agreed <= present:
        raise Invalid(
            _("No more can agree than sat on the panel."), code="too_many_votes", field="agreed"
        )
