"""A fund for each branch, scheme and pooling region: an accounting entity of its own (财会〔2017〕28号)."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from socsec.office.models import Region


class Branch(models.IntegerChoices):
    """险种. Maternity insurance keeps its books together with medical insurance."""

    PENSION = 1, _("Basic old-age insurance")
    MEDICAL = 2, _("Medical insurance")
    UNEMPLOYMENT = 3, _("Unemployment insurance")
    INJURY = 4, _("Work injury insurance")
    ANNUITY = 5, _("Occupational annuity")


class Public(models.IntegerChoices):
    """Money that is kept in the same books and paid by the same envelopes, and for which nobody pays
    contributions here: that of the treasury, that of the insurance of long-term care, which
    medical insurance and the treasury feed, and the reserve of the nation (全国社会保障基金条例).

    Its numbers go on from those of `Branch`.
    """

    ASSISTANCE = 6, _("Social assistance")
    CARE = 7, _("Long-term care insurance")
    RESERVE = 8, _("National Social Security Fund")


PURSES = [*Branch.choices, *Public.choices]


def purse(number: int) -> Branch | Public:
    """What a fund's number of a branch stands for."""
    return Branch(number) if number in Branch.values else Public(number)


class Scheme(models.IntegerChoices):
    """Own-account workers are insured in the employees' scheme.

    The old-age insurance and the occupational annuity of agencies and institutions keep books of
    their own (国发〔2015〕2号); in the other branches their staff are insured with everybody else's.
    """

    EMPLOYEES = 1, _("Employees")
    RESIDENTS = 2, _("Residents")
    AGENCIES = 3, _("Agencies and institutions")


class Fund(models.Model):
    """The money that the insured of one branch and scheme pool in one region, with books of its own."""

    id = models.AutoField(primary_key=True)
    branch = models.SmallIntegerField(_("branch"), choices=PURSES)
    scheme = models.SmallIntegerField(_("scheme"), choices=Scheme.choices)
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="funds", verbose_name=_("pooling region")
    )
    since = models.DateField(_("from"))

    class Meta:
        verbose_name = _("fund")
        verbose_name_plural = _("funds")
        ordering = ["branch", "scheme", "region"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "scheme", "region"], name="fund_one_per_branch_scheme_region"
            ),
            models.CheckConstraint(
                condition=models.Q(branch__in=[*Branch.values, *Public.values]),
                name="fund_branch_known",
            ),
            models.CheckConstraint(
                condition=models.Q(scheme__in=Scheme.values), name="fund_scheme_known"
            ),
        ]

    def __str__(self) -> str:
        comma = "，" if (get_language() or "").startswith("zh") else ", "
        return comma.join(
            str(part)
            for part in (self.region, self.get_branch_display(), self.get_scheme_display())
        )
