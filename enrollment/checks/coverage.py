"""Questions about coverage: an employee's goes on as long as a job does."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from enrollment.services.cover import mending
from socsec.office.errors import say
from socsec.office.oversight import Finding, register


def carried() -> Iterator[Finding]:
    """Every employee's coverage that goes on is carried by a job that goes on."""
    for each in mending.orphans():
        last = each.worked_until
        yield Finding(
            "enrollment.carried",
            f"coverage {each.coverage.pk} of person {each.coverage.person_id}",
            say(
                _("%(coverage)s goes on, though the last job ended on %(day)s."),
                coverage=each.coverage,
                day=last,
            )
            if last
            else say(_("%(coverage)s goes on without any job."), coverage=each.coverage),
        )


register("enrollment.carried", _("Employees are insured as long as a job goes on"), carried)
