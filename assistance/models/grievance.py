"""What people say against the office itself: reports of misconduct, and reconsideration elsewhere."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .application import Application


class Report(models.Model):
    """A report or complaint about how assistance is given (社会救助法第六十条、第六十三条).

    Number, clock and state are its case's; an anonymous one has no person there. `application` is
    what it is about, where it is about one. `upheld` and `findings` are the proposal, then the result.
    """

    case = models.OneToOneField(
        "office.Case",
        models.PROTECT,
        primary_key=True,
        related_name="assistance_report",
        verbose_name=_("case"),
    )
    application = models.ForeignKey(
        Application,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("application"),
    )
    text = models.TextField(_("what is reported"))
    upheld = models.BooleanField(_("found true"), null=True, blank=True)
    findings = models.TextField(_("what was found"), blank=True, default="")

    class Meta:
        verbose_name = _("report about assistance")
        verbose_name_plural = _("reports about assistance")
        ordering = ["-case"]

    def __str__(self) -> str:
        return str(self.case)


class Reconsideration(models.Model):
    """Administrative reconsideration of a decision by the government above (行政复议法).

    `source`, `decision` and `line` name what is contested, as in `socsec.office.appeals`. The case
    is ours: its clock is for the whole, the days of each step are worked out. What the body decides is `outcome` and `findings`, carried
    out by two people of ours. `carried` refers to what was done then.
    """

    case = models.OneToOneField(
        "office.Case",
        models.PROTECT,
        primary_key=True,
        related_name="reconsideration",
        verbose_name=_("case"),
    )
    source = models.CharField(_("sort of decision"), max_length=40)
    decision = models.BigIntegerField(_("decision"))
    line = models.CharField(_("line of the sheet"), max_length=120, blank=True, default="")
    body = models.CharField(_("reconsidered by"), max_length=120)
    grounds = models.TextField(_("why the person disagrees"))
    summary = models.BooleanField(_("summary procedure"), default=False)
    applied_on = models.DateField(_("asked for"))
    accepted_on = models.DateField(_("accepted by the body"))
    extended = models.BooleanField(_("extended"), default=False)
    answer = models.TextField(_("our answer and evidence"), blank=True, default="")
    answered_on = models.DateField(_("answered"), null=True, blank=True)
    decided_on = models.DateField(_("decided by the body"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, blank=True, default="")
    findings = models.TextField(_("what the body found"), blank=True, default="")
    carried = models.CharField(_("what was done"), max_length=80, blank=True, default="")

    class Meta:
        verbose_name = _("administrative reconsideration")
        verbose_name_plural = _("administrative reconsiderations")
        ordering = ["-case"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "decision"], name="reconsidered_once_a_decision"
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_on__gte=models.F("applied_on")),
                name="reconsideration_asked_then_accepted",
            ),
        ]

    def __str__(self) -> str:
        return str(self.case)
