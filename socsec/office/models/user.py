"""Everyone who can act: staff of an office, insured persons, partner systems, and the system itself."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .region import Office


class Role(models.TextChoices):
    INTAKE = "intake", _("Intake clerk")
    ASSESSOR = "assessor", _("Assessor")
    REVIEWER = "reviewer", _("Reviewer")
    ACCOUNTANT = "accountant", _("Accountant")
    AUDITOR = "auditor", _("Auditor")
    POLICY_OFFICER = "policy_officer", _("Policy officer")
    ADMINISTRATOR = "administrator", _("Administrator")


class User(AbstractUser):
    """An account. What it may do follows from its kind, role grants and office, never from a flag."""

    class Kind(models.TextChoices):
        STAFF = "staff", _("Staff")
        INSURED = "insured", _("Insured person")
        PARTNER = "partner", _("Partner system")
        SYSTEM = "system", _("System")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.STAFF)
    office = models.ForeignKey(
        Office,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name=_("office"),
    )
    # The account's own person: nobody handles their own case. A number, since people live a floor above.
    person_id = models.BigIntegerField(_("own person number"), null=True, blank=True, db_index=True)
    language = models.CharField(
        _("language"), max_length=8, choices=settings.LANGUAGES, blank=True, default=""
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                fields=["person_id"],
                condition=models.Q(kind="insured"),
                name="user_one_account_per_insured_person",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="insured") | models.Q(person_id__isnull=False),
                name="user_insured_account_has_a_person",
            ),
        ]

    @property
    def region_code(self) -> str | None:
        """The region whose subtree this account sees; None sees nothing."""
        return self.office.region_id if self.office else None

    def held_roles(self, on: date | None = None) -> frozenset[str]:
        """The roles granted to this account and in force that day.

        Today's are remembered on this object, since one page asks many times.
        """
        today = timezone.localdate()
        day = on or today
        remembered: tuple[date, frozenset[str]] | None = self.__dict__.get("_held_roles")
        if remembered and remembered[0] == day:
            return remembered[1]
        roles = frozenset(
            RoleGrant.objects.in_force(day).filter(user=self).values_list("role", flat=True)
        )
        if day == today:
            self.__dict__["_held_roles"] = (day, roles)
        return roles

    def forget_roles(self) -> None:
        """Ask the database again: a grant has changed."""
        self.__dict__.pop("_held_roles", None)


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def in_force(self, day: date) -> "RoleGrantQuerySet":
        return self.filter(models.Q(until__isnull=True) | models.Q(until__gte=day), since__lte=day)


class RoleGrant(models.Model):
    """A role that a user holds from one day to another, both included, and who granted it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("granted by")
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("role grant")
        verbose_name_plural = _("role grants")
        ordering = ["user", "role", "since"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(granted_by=models.F("user")),
                name="role_grant_not_by_oneself",
                violation_error_message=_("Nobody grants a role to themselves."),
            ),
            # A grant that is revoked on its first day ends the day before it begins: never in force.
            models.CheckConstraint(
                condition=models.Q(until__isnull=True)
                | models.Q(until__gte=models.F("since") - timedelta(days=1)),
                name="role_grant_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"

    def save(self, *args: object, **kwargs: object) -> None:
        super().save(*args, **kwargs)  # type: ignore[arg-type]
        self.user.forget_roles()
