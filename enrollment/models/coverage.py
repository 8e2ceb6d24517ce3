"""In which scheme a person is insured, where, and from when to when."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from funds.models import Branch, Scheme
from socsec.kernel.months import format_month

from .person import Person
from .spans import last_day, whole


class Category(models.IntegerChoices):
    """As what a person is insured. The number is what the rules see.

    In which branches each may or must be insured is policy (`enrollment.insured.*`); whose books
    the money belongs to is `scheme_in`.
    """

    EMPLOYEE = 1, _("Employee")
    OWN_ACCOUNT = 2, _("Own-account worker")
    RESIDENT = 3, _("Resident")
    AGENCY = 4, _("Employee of an agency or institution")
    RETIREE = 5, _("Retired")

    @property
    def employed(self) -> bool:
        """Whether an employer owes for it."""
        return self in EMPLOYED

    def scheme_in(self, branch: int) -> Scheme:
        """The scheme that keeps the books of this category in a branch.

        Agencies and institutions have books of their own for old-age insurance and for the
        occupational annuity; in the other branches their staff are insured with all employees.
        """
        if self is Category.RESIDENT:
            return Scheme.RESIDENTS
        if self is Category.AGENCY and branch in (Branch.PENSION, Branch.ANNUITY):
            return Scheme.AGENCIES
        return Scheme.EMPLOYEES


# For whom an employer declares wages and owes contributions.
EMPLOYED = frozenset({Category.EMPLOYEE, Category.AGENCY})


class EndReason(models.TextChoices):
    LEFT = "left", _("Left work")
    RETIRED = "retired", _("Retired")
    DIED = "died", _("Died")
    MOVED = "moved", _("Moved to another region")
    CHANGED = "changed", _("Changed to another category")


class Coverage(models.Model):
    """A span in which a person is insured in one branch. In each branch one at a time.

    Work injury alone each employer insures where it is (社会保险经办条例第十五条): such a coverage
    stands apart from the others, `apart` being its region as a number, and 0 in all the others. A
    span is empty where the coverage turned out never to have begun (the person had died).
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="coverages", verbose_name=_("person")
    )
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    category = models.PositiveSmallIntegerField(_("category"), choices=Category.choices)
    region = models.CharField(_("region"), max_length=6)
    apart = models.PositiveIntegerField(
        _("work injury alone, in region"), default=0, db_default=0, editable=False
    )
    span = DateRangeField(_("period"))
    end_reason = models.CharField(
        _("reason for the end"), max_length=8, choices=EndReason.choices, blank=True, default=""
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    ended_at = models.DateTimeField(_("end recorded"), null=True, blank=True)

    class Meta:
        verbose_name = _("coverage")
        verbose_name_plural = _("coverages")
        ordering = ["person", "branch", "span"]
        indexes = [
            models.Index(fields=["region"], name="coverage_region"),
        ]
        constraints = [
            ExclusionConstraint(
                name="coverage_no_overlap",
                expressions=[
                    (whole("person_id"), RangeOperators.OVERLAPS),
                    (whole("branch"), RangeOperators.OVERLAPS),
                    (whole("apart"), RangeOperators.OVERLAPS),
                    ("span", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(branch__in=Branch.values), name="coverage_branch_known"
            ),
            models.CheckConstraint(
                condition=models.Q(category__in=Category.values), name="coverage_category_known"
            ),
            models.CheckConstraint(
                condition=models.Q(apart=0) | models.Q(branch=Branch.INJURY),
                name="coverage_apart_in_injury_only",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_branch_display()} · {self.get_category_display()}"

    @property
    def scheme(self) -> Scheme:
        return Category(self.category).scheme_in(self.branch)

    def holds_on(self, day: date) -> bool:
        """Whether the person is insured by it on that day."""
        return day in self.span

    @property
    def last_day(self) -> date | None:
        """The last day insured; None while it goes on."""
        return last_day(self.span)


class BaseChoice(models.Model):
    """The contribution base that an own-account worker chose, from a month until the next choice.

    One choice for every branch: each counts it between its own floor and ceiling.
    """

    pk = models.CompositePrimaryKey("person_id", "from_month")
    person_id = models.BigIntegerField(_("person"))
    from_month = models.IntegerField(_("from month"))
    base = models.BigIntegerField(_("base"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("chosen base")
        verbose_name_plural = _("chosen bases")
        constraints = [
            models.CheckConstraint(condition=models.Q(base__gt=0), name="base_choice_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.from_month)}"
