"""What each person's record was at the end of a year, as it was sent."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from socsec.office.fields import EncryptedField


class YearlyStatement(models.Model):
    """One person's yearly statement (社会保险个人权益记录单): the facts it states, never changed.

    `resident_id` is the number as it was then, `digest` the SHA-256 of the facts as the database
    spells them. The paper is drawn from these, whenever it is asked for.
    """

    pk = models.CompositePrimaryKey("person_id", "year")
    person_id = models.BigIntegerField(_("person"))
    year = models.SmallIntegerField(_("year"))
    region = models.CharField(_("region"), max_length=6)
    run_id = models.BigIntegerField(_("run"))
    resident_id = EncryptedField(_("resident identity number"))
    facts = models.JSONField(_("what it states"))
    digest = models.CharField(_("fingerprint"), max_length=64)
    issued_on = models.DateField(_("issued"))

    class Meta:
        verbose_name = _("yearly statement")
        verbose_name_plural = _("yearly statements")
        ordering = ["-year"]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.year}"
