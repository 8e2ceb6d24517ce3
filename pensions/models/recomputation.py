"""Provisional awards worked out anew once the value they waited for was announced."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Recomputation(models.Model):
    """One award of a run: what it rested on and paid, and what it does since. Never changed.

    `before` and `after` are complete enough to put the one in place of the other, and back: edition,
    parts, whether provisional, and the steps from month to month, in fen. `lines` of `after` are all
    numbers of the sheet, in whole numbers of the kernel.
    """

    pk = models.CompositePrimaryKey("person_id", "award_id", "run_id")
    person_id = models.BigIntegerField(_("person"))
    award_id = models.BigIntegerField(_("award"))
    run_id = models.BigIntegerField(_("run"))
    region = models.CharField(_("region"), max_length=6)
    before = models.JSONField(_("before"))
    after = models.JSONField(_("after"))
    monthly_before = models.BigIntegerField(_("a month, before"))
    monthly = models.BigIntegerField(_("a month"))

    class Meta:
        verbose_name = _("recomputation of a provisional award")
        verbose_name_plural = _("recomputations of provisional awards")

    def __str__(self) -> str:
        return f"{self.person_id} · {self.run_id}"
