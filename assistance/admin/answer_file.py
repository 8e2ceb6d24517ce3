"""A file with the answers of one register: taken whole, or not at all with a reason for each row."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assistance.models import Application, Source
from assistance.services import answers
from socsec.office.desk import Crumb, Deed, list_url, staff
from socsec.office.errors import Invalid
from socsec.office.forms import ScreenForm, SelectField, UploadField

MOST_BYTES = 1024 * 1024


class FileForm(ScreenForm):
    source = SelectField(
        label=_("Register"),
        choices=[(each.value, each.label) for each in Source if each != Source.INSURANCE],
    )
    file = UploadField(
        most=MOST_BYTES,
        help_text=_(
            "CSV in UTF-8 with a head: id, earned, transfers, business, money (yuan), vehicles, "
            "homes, note. An empty cell is not known."
        ),
    )


def take(request: HttpRequest) -> HttpResponse:
    faults: list[tuple[int, str]] = []

    def do(said: dict[str, Any]) -> str:
        try:
            count = answers.take_file(
                by=staff(request), source=said["source"], content=said["file"].read()
            )
        except Invalid as trouble:
            faults.extend(trouble.detail.get("rows", []))
            raise
        return ngettext("%(count)s answer taken.", "%(count)s answers taken.", count) % {
            "count": count
        }

    return Deed(
        title=_("Answers of a register"),
        act="matching.answer",
        button=_("Take the answers"),
        do=do,
        form=FileForm,
        back=list_url(Application),
        crumbs=[Crumb(_("Applications"), list_url(Application)), Crumb(_("Answers of a register"))],
        template="admin/assistance/answers.html",
        context={"faults": faults},
    ).answer(request)
