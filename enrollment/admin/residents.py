"""The desk's pages of residents: enrolments of a year, payments that fit nobody, sponsors and bills."""

from django.utils.translation import gettext_lazy as _

from enrollment.services.residents.twice import KIND
from socsec.office import kinds


def hang() -> None:
    """Tell the office about the case of a double enrolment."""
    kinds.register(
        kinds.CaseKind(
            slug=KIND,
            prefix="CF",
            label=_("Double enrolment"),
            days="enrollment.residents.double_days",
            law="人社部发〔2014〕17号第六条",
            url=lambda case: f"/admin/office/case/{case.pk}/change/",
        )
    )
