"""On the home page: a branch in which the person should be insured and is not."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment.models import GapReason
from enrollment.queries import gaps_of
from socsec.office.acting import acting_for
from socsec.office.shell import Todo


def todos(request: HttpRequest) -> list[Todo]:
    """What is missing, said without blame, with the way to put it right."""
    found = []
    for gap in gaps_of(acting_for(request)):
        if gap.reason == GapReason.LEFT_OUT:
            why = _("You work for an employer, but this branch is missing. Ask there; we ask too.")
        elif gap.since:
            why = _("Your cover has ended. Without it nothing is paid if you fall ill or grow old.")
        else:
            why = _("You have never been insured here. Any desk enrols you in one visit.")
        found.append(
            Todo(
                title=_("You are not insured: %(branch)s") % {"branch": gap.get_branch_display()},
                url=reverse("record"),
                why=why,
                button=_("See my record"),
            )
        )
    return found
