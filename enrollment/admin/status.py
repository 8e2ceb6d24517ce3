"""What registers say and who is to be looked up, at the desk."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms as plain
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import ProofTask, ProofWay, Register, StatusNotice
from enrollment.services.living import proofs, status
from socsec.office import home, menu, people, person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, show_page, staff
from socsec.office.desk_forms import pick
from socsec.office.fields import mask_resident_id
from socsec.office.forms import DateField, ScreenForm, UploadField
from socsec.office.models import User

PAGE = 50


def tasks_url() -> str:
    return reverse("admin:enrollment_proofs")


class UploadForm(ScreenForm):
    register = pick(_("Register"), Register.choices)
    file = UploadField(
        label=_("File"),
        help_text=_(
            "Excel or CSV with the columns Reference, What is said, ID number, Name, Date, Moved to."
        ),
    )


class ReasonForm(ScreenForm):
    reason = plain.CharField(
        label=_("Why"),
        max_length=200,
        widget=plain.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}),
    )


class ProofForm(ScreenForm):
    way = pick(_("How it was found"), [(w.value, w.label) for w in map(ProofWay, proofs.AT_DESK)])
    proved_on = DateField(label=_("Seen on"))
    witness = plain.CharField(
        label=_("Who saw the person"),
        max_length=60,
        required=False,
        help_text=_("Name and how related; not needed at the counter."),
        widget=plain.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}),
    )


@admin.register(StatusNotice)
class StatusNoticeAdmin(DeskAdmin):
    read_act = "status.read"
    change_form_template = "admin/enrollment/status.html"
    list_display: ClassVar = ["name", "number", "kind", "happened_on", "register", "state"]
    list_filter: ClassVar = ["state", "kind", "register"]
    search_fields: ClassVar = ["name__startswith", "reference"]
    fields: ClassVar = ["reference"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusNotice]:
        return queries.status_notices(request.user)

    @admin.display(description=_("ID number"))
    def number(self, row: StatusNotice) -> str:
        return mask_resident_id(row.resident_id)

    def buttons(self, request: HttpRequest, obj: StatusNotice | None) -> list[Button]:
        if obj is None:
            offered = [Button(_("Who is to be looked up"), tasks_url())]
            if may(request.user, "status.receive"):
                upload = reverse("admin:enrollment_status_upload")
                offered.insert(0, Button(_("Read in a file"), upload, main=True))
            return offered
        if obj.state not in status.Open or not may(request.user, "status.decide", obj.region):
            return []
        return [
            Button(_("Take over"), _to("confirm", obj), main=True),
            Button(_("Not so"), _to("dismiss", obj), stop=True),
        ]

    def context(self, request: HttpRequest, obj: StatusNotice) -> dict[str, Any]:
        return {"notice": obj, "heading": obj.name, "number": self.number(obj)}

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("upload/", guard(self.upload), name="enrollment_status_upload"),
            path("<int:pk>/confirm/", guard(self.confirm), name="enrollment_status_confirm"),
            path("<int:pk>/dismiss/", guard(self.dismiss), name="enrollment_status_dismiss"),
            path("proofs/", guard(self.proofs), name="enrollment_proofs"),
            path("proof/<int:person_id>/", guard(self.proof), name="enrollment_proof"),
            *super().get_urls(),
        ]

    def upload(self, request: HttpRequest) -> HttpResponse:
        def do(said: dict[str, Any]) -> str:
            lines = status.read_file(said["file"])
            taken = status.receive(by=staff(request), register=said["register"], lines=lines)
            return _now(
                "%(matched)s wait for a decision, %(doubtful)s are in doubt, %(proofs)s prove life,"
                " %(unmatched)s fit nobody, %(repeated)s were known."
            ) % {name: getattr(taken, name) for name in taken.__slots__}

        return Deed(
            title=_("Read in what a register says"),
            act="status.receive",
            button=_("Read in"),
            do=do,
            form=UploadForm,
            back=list_url(StatusNotice),
            crumbs=[Crumb(_("Status notices"), list_url(StatusNotice))],
        ).answer(request)

    def find(self, request: HttpRequest, pk: int) -> StatusNotice:
        return get_object_or_404(queries.status_notices(staff(request)), pk=pk)

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = self.find(request, pk)

        def do(said: dict[str, Any]) -> str:
            status.confirm(by=staff(request), notice=notice)
            return _now("Taken over: it stands among the life events, and benefits act on it.")

        return self.deed(request, notice, _("Take over"), do, ScreenForm)

    def dismiss(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = self.find(request, pk)

        def do(said: dict[str, Any]) -> str:
            status.dismiss(by=staff(request), notice=notice, **said)
            return _now("Noted. Nothing follows from it.")

        return self.deed(request, notice, _("Not so"), do, ReasonForm, stop=True)

    def deed(
        self,
        request: HttpRequest,
        notice: StatusNotice,
        label: Any,
        do: Any,
        form: type[ScreenForm],
        stop: bool = False,
    ) -> HttpResponse:
        return Deed(
            title=label,
            act="status.decide",
            button=label,
            do=do,
            form=form,
            stop=stop,
            back=row_url(notice),
            lead=f"{notice.name} · {notice.get_kind_display()} · {notice.happened_on:%Y-%m-%d}",
            crumbs=[Crumb(_("Status notices"), list_url(StatusNotice)), Crumb(notice.name)],
        ).answer(request)

    def proofs(self, request: HttpRequest) -> HttpResponse:
        """Who was reminded, and who is to be looked up because the last proof has run out."""
        user = staff(request)
        if not may(user, "proof.read"):
            raise PermissionDenied
        page = Paginator(queries.proof_tasks(user), PAGE).get_page(request.GET.get("page"))
        names = people.describe(row.person_id for row in page)
        return show_page(
            request,
            "admin/enrollment/proofs.html",
            title=_("Proofs of life that are due"),
            act="proof.read",
            page=page,
            rows=[
                {
                    "task": row,
                    "who": names[row.person_id],
                    "what": queries.need_label(row.what),
                    "url": reverse("admin:enrollment_proof", args=[row.person_id]),
                }
                for row in page
            ],
            may_record=may(user, "proof.record"),
        )

    def proof(self, request: HttpRequest, person_id: int) -> HttpResponse:
        person = get_object_or_404(queries.people(request.user), pk=person_id)

        def do(said: dict[str, Any]) -> str:
            made = proofs.record(by=staff(request), person=person, **said)
            return _now("Enough until %(day)s.") % {"day": made.valid_until.isoformat()}

        return Deed(
            title=_("%(name)s is alive and was seen") % {"name": person.name},
            act="proof.record",
            button=_("Take down"),
            do=do,
            form=ProofForm,
            back=tasks_url(),
            initial={"proved_on": timezone.localdate()},
            crumbs=[Crumb(_("Proofs of life that are due"), tasks_url()), Crumb(person.name)],
        ).answer(request)


def _to(verb: str, notice: StatusNotice) -> str:
    return reverse(f"admin:enrollment_status_{verb}", args=[notice.pk])


def offered_to_person(user: User, person_id: int) -> Iterator[Button]:
    if may(user, "proof.record") and queries.needed(person_id):
        yield Button(_("Seen alive"), reverse("admin:enrollment_proof", args=[person_id]))


def shown_of_person(user: User, person_id: int) -> dict[str, Any] | None:
    found = list(queries.proofs_of(person_id)[:5])
    task = queries.open_task(person_id)
    return {"proofs": found, "task": task} if found or task else None


def _waiting(user: User) -> home.Figure:
    count = queries.status_waiting(user).count()
    return home.Figure(
        str(count),
        url=list_url(StatusNotice) + "?state__exact=matched",
        tone="amber" if count else "",
    )


def _missed(user: User) -> home.Figure:
    count = queries.proof_tasks(user).filter(state=ProofTask.State.MISSED).count()
    return home.Figure(str(count), url=tasks_url(), tone="amber" if count else "")


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("proofs", offered_to_person)
    person_file.panel(
        person_file.FilePanel(
            "proofs",
            7,
            _("Proofs of life"),
            "proof.read",
            "admin/enrollment/_proofs.html",
            shown_of_person,
        )
    )
    home.tile(home.Tile("status", 7, _("Registers say: to decide"), "status.decide", _waiting))
    home.tile(home.Tile("proofs", 8, _("Proof of life missed"), "proof.record", _missed))
    menu.place(
        menu.Place(
            "status",
            menu.Group.PEOPLE,
            6,
            _("Status notices"),
            "admin:enrollment_statusnotice_changelist",
            "compare_arrows",
            "status.read",
            queries.status_waiting,
        ),
        menu.Place(
            "proofs",
            menu.Group.PEOPLE,
            7,
            _("Proofs of life"),
            "admin:enrollment_proofs",
            "how_to_reg",
            "proof.read",
        ),
    )
