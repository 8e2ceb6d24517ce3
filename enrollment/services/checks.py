"""Questions that several verbs ask before they act."""

from datetime import date
from typing import TypeVar

from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from socsec.kernel.months import month_of
from socsec.office.errors import Invalid, NotFound, Refused
from socsec.office.models import Region

M = TypeVar("M", bound=Model)

LONGEST_TEXT = 200  # letters of a reason or a note


def known_region(code: str) -> str:
    """The code, if there is such a region."""
    if not Region.objects.filter(pk=code).exists():
        raise Invalid(
            _("There is no region %(code)s.") % {"code": code or "—"},
            code="no_region",
            field="region",
            fix=_("Choose the region from the list."),
        )
    return code


def known_name(name: str, most: int, field: str = "name") -> str:
    """The name, tidied."""
    tidy = " ".join(name.split())
    if not tidy:
        raise Invalid(_("The name is missing."), code="name_missing", field=field)
    if len(tidy) > most or not tidy.isprintable():
        raise Invalid(
            _("A name has at most %(most)s characters, all of them printable.") % {"most": most},
            code="name_impossible",
            field=field,
        )
    return tidy


def lock(row: M) -> M:
    """The row as it is now, held until the transaction ends, so that acts on it take turns."""
    model = type(row)
    found = model._default_manager.select_for_update(no_key=True).filter(pk=row.pk).first()
    if found is None:
        raise NotFound(_("This record does not exist any more."), code="gone")
    return found


def alive(person: Person, on: date) -> None:
    """Refuse an act for a day on which the person had died."""
    if person.died_on is not None and on > person.died_on:
        raise Refused(
            _("%(name)s died on %(day)s: nothing can begin after that.")
            % {"name": person.name, "day": date_format(person.died_on)},
            code="person_died",
            fix=_("Check whether this is the right person."),
        )


def not_in_future(day: date, field: str) -> date:
    """The day, if it has come."""
    if day > timezone.localdate():
        raise Invalid(
            _("%(day)s has not come yet.") % {"day": date_format(day)},
            code="in_the_future",
            field=field,
            fix=_("Check the year."),
        )
    return day


def month_has_come(month: int, field: str = "month") -> int:
    """The month, if it has begun."""
    if month > month_of(timezone.localdate()):
        raise Invalid(
            _("This month has not begun yet."),
            code="in_the_future",
            field=field,
            fix=_("Check the year."),
        )
    return month


def known_text(text: str, field: str, most: int = LONGEST_TEXT) -> str:
    """A reason, a document or a note, tidied; never empty."""
    tidy = " ".join(text.split())
    if not tidy:
        raise Invalid(_("This must not be empty."), code="empty", field=field)
    if len(tidy) > most or not tidy.isprintable():
        raise Invalid(
            _("Write at most %(most)s characters.") % {"most": most}, code="too_long", field=field
        )
    return tidy
