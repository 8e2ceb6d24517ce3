"""Records that may be of one person, and links that let two records be read as one."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .person import Person


class Reason(models.IntegerChoices):
    """Why two records were put side by side; the strongest first."""

    NUMBER = 1, _("The same identity number")
    NAME = 2, _("The same name and date of birth")
    NEAR_NAME = 3, _("Nearly the same name, the same date of birth")


class DuplicatePair(models.Model):
    """Two records that may be of one person, the lower number first, until somebody has looked.

    A run writes these by the thousand: the key is the two people, and `run_id` 0 means that a
    clerk or an enrolment found them.
    """

    class State(models.TextChoices):
        OPEN = "open", _("To be looked at")
        DISTINCT = "distinct", _("Two different people")
        SAME = "same", _("One person")

    pk = models.CompositePrimaryKey("person_id", "other_id")
    person_id = models.BigIntegerField(_("person"))
    other_id = models.BigIntegerField(_("other person"))
    reason = models.PositiveSmallIntegerField(_("reason"), choices=Reason.choices)
    region = models.CharField(_("region"), max_length=6)
    other_region = models.CharField(_("region of the other"), max_length=6)
    run_id = models.BigIntegerField(_("run"), default=0)
    found_at = models.DateTimeField(_("found"), db_default=Now())
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.OPEN, db_default="open"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        indexes = [
            models.Index(fields=["state", "reason"], name="duplicate_pair_queue"),
            models.Index(fields=["other_id"], name="duplicate_pair_other"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person_id__lt=models.F("other_id")),
                name="duplicate_pair_lower_first",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open")
                | models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="duplicate_pair_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.other_id}"


class PersonLink(models.Model):
    """Says that two records are one person. No record is moved: `absorbed` is read under `survivor`.

    Proposed by one, agreed by another, and taken back the same way, with a reason each time.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ACTIVE = "active", _("Merged")
        REJECTED = "rejected", _("Rejected")
        UNDONE = "undone", _("Undone")

    absorbed = models.ForeignKey(
        Person, models.PROTECT, related_name="absorbed_by", verbose_name=_("this record")
    )
    survivor = models.ForeignKey(
        Person, models.PROTECT, related_name="absorbs", verbose_name=_("is read under")
    )
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.PROPOSED
    )
    reason = models.CharField(_("reason"), max_length=200)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed"), db_default=Now(), editable=False)
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undo_reason = models.CharField(_("why undone"), max_length=200, blank=True, default="")
    # The portal account of the absorbed record as it was, for the undoing.
    accounts = models.JSONField(_("portal accounts"), default=dict, blank=True)

    class Meta:
        verbose_name = _("merge of records")
        verbose_name_plural = _("merges of records")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"],
                condition=models.Q(state__in=["proposed", "active"]),
                name="person_link_read_under_one",
            ),
            models.CheckConstraint(
                condition=~models.Q(absorbed=models.F("survivor")), name="person_link_of_two"
            ),
            models.CheckConstraint(
                condition=models.Q(state="proposed")
                | (
                    models.Q(checker__isnull=False, decided_at__isnull=False)
                    & ~models.Q(checker=models.F("maker"))
                ),
                name="person_link_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.absorbed_id} → {self.survivor_id}"
