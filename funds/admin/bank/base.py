"""What the pages of banks share."""

from typing import Any

from django.http import HttpRequest

from funds.models import (
    Fund,
)
from socsec.office.access import scope
from socsec.office.desk import DeskAdmin
from socsec.office.forms import ScreenForm

ROWS = 100


class BankDesk(DeskAdmin):
    read_act = "bank.read"

    def mine(self, request: HttpRequest) -> Any:
        """Prepares a form that chooses among the user's funds."""

        def prepare(form: ScreenForm) -> None:
            form.fields["fund"].queryset = scope(  # type: ignore[attr-defined]
                Fund.objects.select_related("region"), request.user, "region_id"
            )

        return prepare
