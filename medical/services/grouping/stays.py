"""Into which group a stay falls: its provider's grouper says so, the list of the year names the groups."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import lock
from funds.models import Branch
from funds.services import fund as funds
from medical.models import Care, CaseYear, Encounter, StayGroup
from medical.queries.cases import list_in_force
from socsec.office.access import require
from socsec.office.errors import Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit

State = Encounter.State


@transaction.atomic
def tell(*, by: User, encounter: Encounter, code: str) -> StayGroup:
    """Note the group of a stay that has ended; told again, the last counts.

    `Invalid` for a code that the list of its year does not name, `Refused` for a visit that is no
    stay or has not ended, and once the year is settled.
    """
    require(by, "stay_group.tell", encounter.region, encounter.person_id)
    encounter = lock(encounter)
    if encounter.care != Care.INPATIENT or encounter.closed_at is None:
        raise Refused(
            _("Only a stay in hospital that has ended has a group."), code="no_stay", field="group"
        )
    if encounter.state not in (State.DISCHARGED, State.SETTLED):
        raise Refused(_("This visit was cancelled."), code="wrong_state")
    year = timezone.localdate(encounter.closed_at).year
    pool = funds.for_(Branch.MEDICAL, encounter.scheme, encounter.region)
    code = code.strip()
    listed = list_in_force(pool.region_id, year)
    if listed is None or not listed.groups.filter(code=code).exists():
        raise Invalid(
            _("The list of the year does not name this group."),
            code="unknown_group",
            field="group",
            fix=_("Take the code from the list of groups in force."),
        )
    if CaseYear.objects.filter(provider=encounter.provider_id, year=year).exists():
        raise Refused(_("This year is settled."), code="year_settled")
    told, _new = StayGroup.objects.update_or_create(
        encounter=encounter, defaults={"code": code, "by": by}
    )
    audit.record(
        by=by,
        act="stay_group.tell",
        subject=encounter,
        person_id=encounter.person_id,
        region=encounter.region,
        code=code,
    )
    return told
