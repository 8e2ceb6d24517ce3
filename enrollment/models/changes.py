"""Requests to change what is on file about a person, and reports of what happened in a life."""

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from socsec.office.fields import EncryptedField
from socsec.office.models import Case

from .person import Person


class What(models.TextChoices):
    """What a request wants changed."""

    NAME = "name", _("Name")
    SEX = "sex", _("Sex")
    BORN_ON = "born_on", _("Date of birth")
    RESIDENT_ID = "resident_id", _("Resident identity number")
    PHONE = "phone", _("Mobile number")
    ADDRESS = "address", _("Address")
    BANK = "bank", _("Bank account")
    REGISTRATION = "registration", _("Household registration")


class ChangeRequest(models.Model):
    """What stands on file and what shall stand there, side by side; decided by two.

    Both are kept as they were when the request came, encrypted: a number is never in the open.
    """

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, related_name="change_request"
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="change_requests", verbose_name=_("person")
    )
    what = models.CharField(_("what"), max_length=12, choices=What.choices)
    before = EncryptedField(_("on file"), blank=True, default="")
    after = EncryptedField(_("requested"))
    correction = models.BooleanField(_("was wrong from the start"), default=False)
    since = models.DateField(_("holds from"), null=True, blank=True)
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)

    class Meta:
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(correction=True) | models.Q(since__isnull=False),
                name="change_request_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_what_display()}"

    @property
    def old(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.before or "{}")
        return found

    @property
    def new(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.after)
        return found
