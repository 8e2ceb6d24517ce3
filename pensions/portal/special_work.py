"""The person's own months at arduous work, and whether they are enough to retire early."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from enrollment.models import Person
from funds.models import Scheme
from pensions.models import SpecialWorkPeriod
from pensions.services import special_work
from pensions.services.conditions import region_of
from socsec.kernel.months import month_of
from socsec.office.acting import acting_for
from socsec.office.portal import person_only


@require_safe
@person_only
def mine(request: HttpRequest) -> HttpResponse:
    """Every period with its state, and the sheet of the rule."""
    person = Person.objects.get(pk=acting_for(request))
    enough, sheet = special_work.judge(
        person.pk, region_of(person, Scheme.EMPLOYEES), month_of(timezone.localdate()) + 1
    )
    return render(
        request,
        "portal/pensions/special_work.html",
        {
            "periods": SpecialWorkPeriod.objects.filter(person=person),
            "enough": enough,
            "sheet": sheet,
        },
    )
