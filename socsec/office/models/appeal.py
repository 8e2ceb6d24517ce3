"""A person disagrees with a decision: the review of it (复查) by other hands of the office."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .case import Case


class Appeal(models.Model):
    """What is contested, why, and what the review found. Number, clock and state are its case's.

    `source` and `decision` name the decision, as the app that made it registered it in `appeals`;
    `line` is the code of the contested line of its sheet, empty for the whole. `late_because`
    says what kept the person from asking in time. `outcome` and `findings` are the proposal, and
    after the second officer's word the result; `carried` refers to what was done then. `open`
    falls when the review is over. A decision is reviewed once: beyond it there are
    administrative reconsideration and the court.
    """

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, related_name="appeal", verbose_name=_("case")
    )
    source = models.CharField(_("sort of decision"), max_length=40)
    decision = models.BigIntegerField(_("decision"))
    line = models.CharField(_("line of the sheet"), max_length=120, blank=True, default="")
    grounds = models.TextField(_("why the person disagrees"))
    late_because = models.CharField(
        _("why it was not asked in time"), max_length=400, blank=True, default=""
    )
    outcome = models.CharField(_("outcome"), max_length=20, blank=True, default="")
    findings = models.TextField(_("what was found"), blank=True, default="")
    carried = models.CharField(_("what was done"), max_length=80, blank=True, default="")
    open = models.BooleanField(_("open"), default=True)

    class Meta:
        verbose_name = _("review of a decision")
        verbose_name_plural = _("reviews of decisions")
        constraints = [
            # One under way, and one decided, for each decision; a withdrawn one may be asked anew.
            models.UniqueConstraint(
                fields=["source", "decision"],
                condition=models.Q(open=True) | ~models.Q(outcome=""),
                name="appeal_once_a_decision",
            ),
            models.CheckConstraint(condition=~models.Q(grounds=""), name="appeal_has_grounds"),
            models.CheckConstraint(
                condition=models.Q(outcome="", findings="")
                | ~models.Q(outcome="") & ~models.Q(findings=""),
                name="appeal_outcome_with_findings",
            ),
        ]

    def __str__(self) -> str:
        return str(self.case)
