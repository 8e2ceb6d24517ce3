"""What an employer is called and how it is reached, when it rests, who takes it over, who speaks for it."""

import json

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from socsec.kernel.ids import mask_bank_card, mask_mobile
from socsec.office.fields import EncryptedField
from socsec.office.models import Case

from .employer import Employer
from .person import Person
from .spans import whole


class EmployerDetails(models.Model):
    """Name, contact and bank account of an employer, from a day until the next row.

    Never changed: a correction is a later row for the same day, and the latest counts.
    """

    employer = models.ForeignKey(
        Employer, models.PROTECT, related_name="details", verbose_name=_("employer")
    )
    from_day = models.DateField(_("from"))
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=200, blank=True, default="")
    contact = models.CharField(_("contact person"), max_length=60, blank=True, default="")
    phone = EncryptedField(_("mobile number"), blank=True, default="")
    bank = models.CharField(_("bank"), max_length=60, blank=True, default="")
    account = EncryptedField(_("bank account"), blank=True, default="")
    document = models.CharField(_("document"), max_length=120)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("details of an employer")
        verbose_name_plural = _("details of employers")
        ordering = ["employer", "-from_day", "-pk"]
        indexes = [
            models.Index(fields=["employer", "-from_day", "-id"], name="employer_details_latest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(document=""), name="employer_details_have_document"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.from_day}"

    @property
    def masked_phone(self) -> str:
        return mask_mobile(self.phone) if self.phone else ""

    @property
    def masked_account(self) -> str:
        return mask_bank_card(self.account) if self.account else ""


class EmployerPause(models.Model):
    """A time in which an employer is registered and employs nobody (暂停缴费)."""

    employer = models.ForeignKey(
        Employer, models.PROTECT, related_name="pauses", verbose_name=_("employer")
    )
    span = DateRangeField(_("period"))
    reason = models.CharField(_("reason"), max_length=200)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    ended_at = models.DateTimeField(_("end recorded"), null=True, blank=True)

    class Meta:
        verbose_name = _("pause of an employer")
        verbose_name_plural = _("pauses of employers")
        ordering = ["employer", "span"]
        constraints = [
            ExclusionConstraint(
                name="employer_pause_no_overlap",
                expressions=[
                    (whole("employer_id"), RangeOperators.OVERLAPS),
                    ("span", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employer} · {self.span}"


class Takeover(models.Model):
    """One employer takes over another's staff and debts from a day on (合并, 承继).

    Proposed by one clerk, carried out by another. `people` and `debt` (fen) are what was moved.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for approval")
        DONE = "done", _("Carried out")
        DROPPED = "dropped", _("Given up")

    predecessor = models.ForeignKey(
        Employer, models.PROTECT, related_name="taken_over", verbose_name=_("predecessor")
    )
    successor = models.ForeignKey(
        Employer, models.PROTECT, related_name="takeovers", verbose_name=_("successor")
    )
    on = models.DateField(_("first day with the successor"))
    document = models.CharField(_("document"), max_length=200)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.PROPOSED
    )
    people = models.IntegerField(_("people"), default=0)
    debt = models.BigIntegerField(_("debt"), default=0)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    made_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    checked_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("takeover")
        verbose_name_plural = _("takeovers")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor"],
                condition=~models.Q(state="dropped"),
                name="takeover_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(predecessor=models.F("successor")),
                name="takeover_of_another",
            ),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="takeover_four_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(checker__isnull=False),
                name="takeover_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(people__gte=0, debt__gte=0), name="takeover_counts_possible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class EmployerOfficer(models.Model):
    """Who speaks for an employer (单位经办人), from a day until the appointment ends."""

    employer = models.ForeignKey(
        Employer, models.PROTECT, related_name="officers", verbose_name=_("employer")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="offices_held", verbose_name=_("person")
    )
    span = DateRangeField(_("period"))
    document = models.CharField(_("letter of appointment"), max_length=120)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    ended_at = models.DateTimeField(_("end recorded"), null=True, blank=True)

    class Meta:
        verbose_name = _("officer of an employer")
        verbose_name_plural = _("officers of employers")
        ordering = ["employer", "span"]
        constraints = [
            ExclusionConstraint(
                name="employer_officer_once",
                expressions=[
                    (whole("employer_id"), RangeOperators.OVERLAPS),
                    (whole("person_id"), RangeOperators.OVERLAPS),
                    ("span", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.employer}"


class EmployerRequest(models.Model):
    """An employer applies to change or to cancel its registration (社会保险经办条例第十条); decided by two.

    `before` and `after` hold the details as they were when it came and as they shall be, encrypted;
    both are empty for a cancellation. `day` is the first of the change, the last of the registration.
    """

    class Sort(models.TextChoices):
        CHANGE = "change", _("Change of an employer's registration")
        CLOSE = "close", _("Cancellation of an employer's registration")

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, related_name="employer_request"
    )
    employer = models.ForeignKey(
        Employer, models.PROTECT, related_name="requests", verbose_name=_("employer")
    )
    sort = models.CharField(_("what"), max_length=8, choices=Sort.choices)
    day = models.DateField(_("on"))
    document = models.CharField(_("document"), max_length=120, blank=True, default="")
    before = EncryptedField(_("on file"), blank=True, default="")
    after = EncryptedField(_("requested"), blank=True, default="")

    class Meta:
        verbose_name = _("request of an employer")
        verbose_name_plural = _("requests of employers")
        ordering = ["-case_id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sort="close") | ~models.Q(document=""),
                name="employer_change_has_a_document",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employer} · {self.get_sort_display()}"

    @property
    def old(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.before or "{}")
        return found

    @property
    def new(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.after or "{}")
        return found
