"""Children: nothing about one is ever put on a public notice (未成年人保护法第四条)."""

from django.utils import timezone

from assistance.models import Application
from socsec.kernel.months import age_on
from socsec.office.services import policy as policies


def of_a_child(application: Application) -> bool:
    """Whether a notice would show something about a child: then none is posted."""
    today = timezone.localdate()
    of_age = policies.of(policies.current_edition()).at(
        "assistance.of_age", application.region, today
    )
    age = age_on(application.person.born_on, today)
    return application.programme.for_children or age < int(of_age.value)


def posted(application: Application) -> bool:
    """Whether the application is put on a public notice at all."""
    return application.programme.noticed and not of_a_child(application)
