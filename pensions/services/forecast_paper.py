"""A forecast as it is printed: for the insured person, and for an adviser to hand over."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from enrollment.models import Person
from pensions.services.estimate import Forecast
from pensions.services.estimate.drawing import by_age
from socsec.kernel.money import yuan
from socsec.office import display
from socsec.office.pdf import Cell, Column, Paper
from socsec.office.places import place


def write(person: Person, found: Forecast, language: str) -> bytes:
    """The forecast as a PDF in one language. It is dated today and decides nothing."""
    one, assumed = found.one, found.asked.assumed
    with override(language):
        paper = Paper(
            title=_("Pension forecast"),
            language=language,
            office=place(person.region),
            dated=timezone.localdate(),
        )
        paper.greet(person.name)
        paper.heading(
            _("From %(month)s about %(amount)s yuan a month")
            % {"month": display.month(one.start, language), "amount": yuan(one.monthly)}
            if one.met
            else _("From %(month)s you could not draw a pension yet")
            % {"month": display.month(one.start, language)}
        )
        paper.text(_("This is a forecast from your record as it stands today, not a decision."))
        paper.section(_("What was assumed"))
        paper.facts(
            [
                (_("You may choose"), _span(found, language)),
                (
                    _("Until then"),
                    _("Go on contributing as now")
                    if found.asked.goes_on
                    else _("Stop contributing"),
                ),
                (_("Wages grow a year"), Cell(display.rate(assumed.wages), open=True)),
                (
                    _("The account bears a year"),
                    Cell(
                        display.rate(assumed.interest)
                        if assumed.interest is not None
                        else _("as last announced"),
                        open=True,
                    ),
                ),
                (_("Of the last wage"), Cell(display.percent(one.replacement), open=True)),
                (_("By the wages of today"), Cell(yuan(one.worth), open=True)),
            ]
        )
        ages = by_age(found.all, one.start, found.when.statutory)
        paper.section(_("Sooner or later?"))
        paper.chart(ages["chart"], _("Monthly pension by the age at which it starts, in yuan"))
        paper.table(
            [
                Column(ages["head"][0], 1.5),
                *(Column(name, figures=True) for name in ages["head"][1:]),
            ],
            ages["rows"],
        )
        paper.section(_("How it is worked out"))
        paper.sheet(one.document, unit=_("yuan a month"))
        return paper.bytes()


def _span(found: Forecast, language: str) -> str:
    when = found.when
    return display.months_between(when.earliest, when.latest, language)
