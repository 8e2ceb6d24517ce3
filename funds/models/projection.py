"""Projections of the long-term balance: what was assumed, under which edition, and what came of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from socsec.office.errors import pick
from socsec.office.models import PolicyEdition, Region

from .fund import Scheme


class Projection(models.Model):
    """One scenario carried to the horizon, worked out by a worker and never changed afterwards.

    `scenario` holds what differs from the assumptions of the edition, in natural units; `drafts` the
    rows of policy that wait for approval and were tried with it. `digest` is the fingerprint of all
    that went in, `result` that of the yearly rows. `measures` are by scheme: years, millionths, fen.
    Where chance was asked for, `bands` hold by scheme what a tenth, half and nine tenths of the `draws`
    stay below, and `seed` is where they begin. Somebody other than its maker may make it public.
    """

    class Source(models.TextChoices):
        PUBLISHED = "published", _("Published figures of the nation")
        OWN = "own", _("Members and books of this system")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        WORKING = "working", _("Being worked out")
        DONE = "done", _("Worked out")
        REFUSED = "refused", _("Cannot be worked out")

    name = models.CharField(_("name of the scenario"), max_length=80)
    source = models.CharField(
        _("starts from"), max_length=9, choices=Source.choices, default=Source.PUBLISHED
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    scenario = models.JSONField(_("what is changed"), default=dict, blank=True)
    drafts = models.JSONField(_("drafted values"), default=list, blank=True)
    draws = models.SmallIntegerField(_("draws of chance"), default=0)
    seed = models.IntegerField(_("seed"), default=0)
    bands = models.JSONField(_("bands of chance"), default=dict, blank=True)
    edition = models.ForeignKey(
        PolicyEdition, models.PROTECT, related_name="+", verbose_name=_("policy edition")
    )
    digest = models.CharField(_("fingerprint of what went in"), max_length=64)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    done = models.SmallIntegerField(_("steps done"), default=0)
    steps = models.SmallIntegerField(_("steps in all"), default=0)
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    measures = models.JSONField(_("measures"), default=dict, blank=True)
    result = models.CharField(
        _("fingerprint of what came out"), max_length=64, blank=True, default=""
    )
    trouble = models.JSONField(_("why it was refused"), default=dict, blank=True)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    made_at = models.DateTimeField(_("asked for"), db_default=Now(), editable=False)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    publisher = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made public by"),
    )
    published_at = models.DateTimeField(_("made public"), null=True, blank=True)

    class Meta:
        verbose_name = _("projection")
        verbose_name_plural = _("projections")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["id"], condition=~Q(state__in=["done", "refused"]), name="projection_to_do"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["digest"], condition=~Q(state="refused"), name="projection_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(result=""), name="projection_done_has_result"
            ),
            models.CheckConstraint(
                condition=Q(publisher__isnull=True) | (Q(state="done") & ~Q(publisher=F("maker"))),
                name="projection_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def why(self) -> str:
        """Why it was refused, in the reader's language."""
        return pick(self.trouble)


class ProjectionYear(models.Model):
    """A year of a projection, scheme and region: heads, and fen of that year.

    `base` are the wages contributed on, `reserve` what is left at the end, below nothing where it is
    owed. `wage` is the average of the year, `pensions` without grants after a death and what heirs get.
    """

    projection = models.ForeignKey(
        Projection, models.CASCADE, related_name="years", verbose_name=_("projection")
    )
    scheme = models.SmallIntegerField(_("scheme"), choices=Scheme.choices)
    region = models.CharField(_("region"), max_length=6)
    year = models.SmallIntegerField(_("year"))
    contributors = models.BigIntegerField(_("contributors"))
    pensioners = models.BigIntegerField(_("pensioners"))
    awarded = models.BigIntegerField(_("new pensioners"))
    contributions = models.BigIntegerField(_("contributions paid"))
    subsidies = models.BigIntegerField(_("subsidies"))
    investment = models.BigIntegerField(_("return on the reserve"))
    pensions = models.BigIntegerField(_("pensions"))
    grants = models.BigIntegerField(_("grants after a death"))
    refunds = models.BigIntegerField(_("paid to heirs"))
    award = models.BigIntegerField(_("first year's pensions of new pensioners"))
    base = models.BigIntegerField(_("wages contributed on"))
    wage = models.BigIntegerField(_("average wage"))
    reserve = models.BigIntegerField(_("left at the end"))

    class Meta:
        verbose_name = _("year of a projection")
        verbose_name_plural = _("years of projections")
        ordering = ["projection", "scheme", "region", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["projection", "scheme", "region", "year"], name="projection_year_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.projection_id} · {self.scheme} · {self.region} · {self.year}"

    @property
    def income(self) -> int:
        return self.contributions + self.subsidies + self.investment

    @property
    def expenditure(self) -> int:
        return self.pensions + self.grants + self.refunds
