"""Employers and who works for them."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from .person import Person
from .spans import whole


class Employer(models.Model):
    """A unit that owes contributions for its staff, under its unified social credit code."""

    credit_code = models.CharField(_("unified social credit code"), max_length=18, unique=True)
    name = models.CharField(_("name"), max_length=120)
    region = models.CharField(_("region"), max_length=6)
    opened_on = models.DateField(_("registered"))
    closed_on = models.DateField(_("cancelled"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("employer")
        verbose_name_plural = _("employers")
        ordering = ["name"]
        indexes = [
            models.Index(fields=["region"], name="employer_region"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_on__isnull=True)
                | models.Q(closed_on__gte=models.F("opened_on")),
                name="employer_closed_after_opened",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def open_on(self, day: date) -> bool:
        """Whether it is registered that day and does not rest."""
        registered = self.opened_on <= day and (self.closed_on is None or day <= self.closed_on)
        return registered and not self.pauses.filter(span__contains=day).exists()  # type: ignore[attr-defined]


class Employment(models.Model):
    """One person's time on one employer's staff list. A person may have several at once.

    Coverage says in which scheme a person is insured; an employment says who owes the
    contributions for it. `apart` is that of the coverage which it carries: an employer that insures
    in work injury alone owes nothing in the other branches.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="employments", verbose_name=_("person")
    )
    employer = models.ForeignKey(
        Employer, models.PROTECT, related_name="employments", verbose_name=_("employer")
    )
    span = DateRangeField(_("period"))
    apart = models.PositiveIntegerField(
        _("work injury alone, in region"), default=0, db_default=0, editable=False
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    ended_at = models.DateTimeField(_("end recorded"), null=True, blank=True)

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        ordering = ["person", "span"]
        constraints = [
            ExclusionConstraint(
                name="employment_no_overlap_with_one_employer",
                expressions=[
                    (whole("person_id"), RangeOperators.OVERLAPS),
                    (whole("employer_id"), RangeOperators.OVERLAPS),
                    ("span", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.employer}"
