"""Regions and the offices that serve them."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from socsec.kernel import regions


class RegionQuerySet(models.QuerySet["Region"]):
    def within(self, code: str) -> "RegionQuerySet":
        """The region `code` and everything below it."""
        return self.filter(code__startswith=regions.stem(code))


class Region(models.Model):
    """A nation, province, city or county, under its official six-digit code (GB/T 2260).

    The code carries the tree: `110000` covers every code that begins with 11, `110100` every one
    that begins with 1101, and `000000` covers the nation. A subtree is therefore a prefix.
    """

    class Level(models.IntegerChoices):
        NATION = 0, _("Nation")
        PROVINCE = 1, _("Province")
        CITY = 2, _("City")
        COUNTY = 3, _("County")

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80)
    level = models.SmallIntegerField(_("level"), choices=Level.choices)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^\d{6}$"), name="region_code_six_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en

    def covers(self, code: str) -> bool:
        """Whether `code` is this region or lies within it."""
        return regions.covers(self.code, code)


class Office(models.Model):
    """A social insurance agency: whoever acts for it sees the subtree of its region, and nothing else."""

    code = models.CharField(_("code"), max_length=12, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120)
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="offices", verbose_name=_("region")
    )

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en
