"""Households and who belongs to them, over time."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .person import Person
from .spans import last_day, whole


class Household(models.Model):
    """People who are registered together."""

    region = models.CharField(_("region"), max_length=6)
    address = models.CharField(_("address"), max_length=200, blank=True, default="")
    opened_on = models.DateField(_("opened"))
    closed_on = models.DateField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        ordering = ["pk"]

    def __str__(self) -> str:
        return gettext("Household %(number)s") % {"number": self.pk}


class HouseholdRole(models.TextChoices):
    HEAD = "head", _("Head of household")
    SPOUSE = "spouse", _("Spouse")
    CHILD = "child", _("Child")
    PARENT = "parent", _("Parent")
    OTHER = "other", _("Other member")


class HouseholdMember(models.Model):
    """One person's place in a household for a time: in one household at a time, one head each."""

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="members", verbose_name=_("household")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=8, choices=HouseholdRole.choices)
    span = DateRangeField(_("period"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    ended_at = models.DateTimeField(_("end recorded"), null=True, blank=True)

    class Meta:
        verbose_name = _("household member")
        verbose_name_plural = _("household members")
        ordering = ["household", "span"]
        constraints = [
            ExclusionConstraint(
                name="household_member_one_household_at_a_time",
                expressions=[
                    (whole("person_id"), RangeOperators.OVERLAPS),
                    ("span", RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="household_member_one_head_at_a_time",
                expressions=[
                    (whole("household_id"), RangeOperators.OVERLAPS),
                    ("span", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(role=HouseholdRole.HEAD),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()}"

    @property
    def last_day(self) -> date | None:
        """The last day; None while it goes on."""
        return last_day(self.span)
