"""What the pages of financing and reserves share."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from funds.models import (
    Fund,
    FundingDue,
    ReserveMove,
)
from socsec.kernel.money import yuan
from socsec.office.access import may, scope
from socsec.office.desk import Button, DeskAdmin
from socsec.office.forms import ScreenForm

Text = str | Promise


def text_field(label: Text) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=120, widget=forms.TextInput(attrs={"class": "input w-20"})
    )


class OfFunds(DeskAdmin):
    """What the three lists have in common: they are of funds."""

    region_field = "fund__region_id"
    read_act = "financing.read"
    change_form_template = "admin/desk/tables.html"
    list_select_related: ClassVar = ["fund__region", "maker", "checker"]
    fields: ClassVar = ["fund"]
    add: ClassVar[tuple[str, Text, str]]  # act, label, address

    @admin.display(description=_("amount, yuan"), ordering="amount")
    def money(self, row: FundingDue | ReserveMove) -> str:
        return yuan(row.amount)

    def adding(self, request: HttpRequest) -> list[Button]:
        act, label, name = self.add
        return (
            [Button(label, reverse(f"admin:{name}"), main=True)] if may(request.user, act) else []
        )

    def mine(self, request: HttpRequest) -> Any:
        """Prepares a form that chooses among the user's funds."""

        def prepare(form: ScreenForm) -> None:
            ours = scope(Fund.objects.select_related("region"), request.user, "region_id")
            for name in ("fund", "to"):
                if name in form.fields:
                    form.fields[name].queryset = ours  # type: ignore[attr-defined]

        return prepare
