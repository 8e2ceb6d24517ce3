"""What employers hand in as a spreadsheet or a form: good rows wait for a second person, bad ones come back."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.params import MOST_WAGE
from socsec.kernel.months import format_month
from socsec.office.errors import pick
from socsec.office.fields import EncryptedField

from .employer import Employer


class Upload(models.Model):
    """A month's wages, or changes of the staff list, of one employer.

    `digest` is the file's SHA-256, so that the same file twice is recognised. `heads` is how many
    people the employer says it employs; `good` rows wait, `bad` ones are returned with reasons;
    `total` is the sum of the good wages in fen. `trouble` is why the file as a whole was not read,
    or why rows could not be taken when they were approved, in both languages.
    """

    class Kind(models.TextChoices):
        WAGES = "wages", _("Wages of a month")
        STAFF = "staff", _("Changes of the staff list")

    class Channel(models.TextChoices):
        DESK = "desk", _("Desk")
        PORTAL = "portal", _("Portal")
        API = "api", _("Partner system")

    class State(models.TextChoices):
        RECEIVED = "received", _("Being read")
        WAITING = "waiting", _("Waiting for approval")
        TAKEN = "taken", _("Taken")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Taken back")
        FAILED = "failed", _("Not readable")

    # In which an upload is still to be decided.
    OPEN = (State.RECEIVED, State.WAITING)

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    employer = models.ForeignKey(
        Employer, models.PROTECT, related_name="uploads", verbose_name=_("employer")
    )
    region = models.CharField(_("region"), max_length=6)
    month = models.IntegerField(_("month"), default=0)
    heads = models.IntegerField(_("people employed, as declared"), null=True, blank=True)
    filename = models.CharField(_("file"), max_length=120, blank=True, default="")
    digest = models.CharField(_("fingerprint"), max_length=64)
    channel = models.CharField(_("came by"), max_length=8, choices=Channel.choices)
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.RECEIVED
    )
    good = models.IntegerField(_("good rows"), default=0)
    bad = models.IntegerField(_("bad rows"), default=0)
    total = models.BigIntegerField(_("total"), default=0)
    trouble = models.JSONField(_("trouble"), default=dict, blank=True)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("handed in by")
    )
    made_at = models.DateTimeField(_("handed in"), auto_now_add=True)
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    checked_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["employer", "-id"], name="upload_of_employer"),
            models.Index(
                fields=["region"], condition=models.Q(state="waiting"), name="upload_waiting"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["employer", "kind", "month", "digest"],
                condition=models.Q(state__in=["received", "waiting"]),
                name="upload_same_file_once",
            ),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="upload_four_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["taken", "rejected"])
                | models.Q(checker__isnull=False),
                name="upload_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(good__gte=0, bad__gte=0, total__gte=0),
                name="upload_counts_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.pk}"

    @property
    def why(self) -> str:
        """The trouble, in the reader's language."""
        return pick(self.trouble)


class UploadedWage(models.Model):
    """A good row of a month's wages, as it waits: the person and the wage in fen."""

    pk = models.CompositePrimaryKey("person_id", "upload_id")
    person_id = models.BigIntegerField(_("person"))
    upload_id = models.BigIntegerField(_("upload"))
    number = models.IntegerField(_("row"))
    wage = models.BigIntegerField(_("wage"))

    class Meta:
        verbose_name = _("uploaded wage")
        verbose_name_plural = _("uploaded wages")
        indexes = [models.Index(fields=["upload_id", "number"], name="uploaded_wage_in_order")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(wage__gt=0, wage__lte=MOST_WAGE), name="uploaded_wage_possible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.number}"


class UploadedChange(models.Model):
    """A good row of staff changes, as it waits. `given` is the row as it came, encrypted.

    `person_id` is None where the person is not registered yet and will be when it is taken.
    """

    class What(models.TextChoices):
        JOIN = "join", _("Joins")
        LEAVE = "leave", _("Leaves")

    pk = models.CompositePrimaryKey("upload_id", "number")
    upload_id = models.BigIntegerField(_("upload"))
    number = models.IntegerField(_("row"))
    person_id = models.BigIntegerField(_("person"), null=True)
    what = models.CharField(_("change"), max_length=8, choices=What.choices)
    day = models.DateField(_("day"))
    reason = models.CharField(_("reason"), max_length=8, blank=True, default="")
    given = EncryptedField(_("as it came"))

    class Meta:
        verbose_name = _("uploaded change of staff")
        verbose_name_plural = _("uploaded changes of staff")
        constraints = [
            models.UniqueConstraint(
                fields=["upload_id", "person_id", "what"], name="uploaded_change_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.number}"


class ReturnedRow(models.Model):
    """A bad row: what it held, encrypted, and what is wrong with it in both languages."""

    pk = models.CompositePrimaryKey("upload_id", "number")
    upload_id = models.BigIntegerField(_("upload"))
    number = models.IntegerField(_("row"))
    given = EncryptedField(_("as it came"))
    code = models.CharField(_("code"), max_length=40)
    reason = models.JSONField(_("what is wrong"), default=dict)

    class Meta:
        verbose_name = _("returned row")
        verbose_name_plural = _("returned rows")

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.number}"

    @property
    def why(self) -> str:
        """What is wrong, in the reader's language."""
        return pick(self.reason)


class MonthDeclared(models.Model):
    """What an employer declared of a month as a whole: how many people, and all wages in fen.

    `listed` is how many stood on the staff list when it was taken, `rows` how many wages it held.
    """

    pk = models.CompositePrimaryKey("employer_id", "month")
    employer_id = models.BigIntegerField(_("employer"))
    month = models.IntegerField(_("month"))
    heads = models.IntegerField(_("people employed, as declared"))
    listed = models.IntegerField(_("people on the staff list"))
    rows = models.IntegerField(_("wages declared"))
    total = models.BigIntegerField(_("total"))
    upload_id = models.BigIntegerField(_("upload"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now=True)

    class Meta:
        verbose_name = _("declared month")
        verbose_name_plural = _("declared months")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(heads__gte=0, listed__gte=0, rows__gte=0, total__gte=0),
                name="month_declared_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employer_id} · {format_month(self.month)}"
