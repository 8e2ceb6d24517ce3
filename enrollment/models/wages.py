"""What employers declare each month."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.params import MOST_WAGE
from socsec.kernel.months import format_month


class WageDeclaration(models.Model):
    """One person's wage with one employer in one month, in fen.

    `deemed` where the employer declared nothing and the wage was taken from the month before
    (社会保险法第六十二条), until it declares.
    """

    pk = models.CompositePrimaryKey("person_id", "employer_id", "month")
    person_id = models.BigIntegerField(_("person"))
    employer_id = models.BigIntegerField(_("employer"))
    month = models.IntegerField(_("month"))
    wage = models.BigIntegerField(_("wage"))
    deemed = models.BooleanField(_("deemed"), db_default=False, default=False)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("wage declaration")
        verbose_name_plural = _("wage declarations")
        indexes = [
            models.Index(fields=["employer_id", "month"], name="wage_employer_month"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(wage__gt=0, wage__lte=MOST_WAGE), name="wage_possible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.month)}"
