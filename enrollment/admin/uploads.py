"""The desk's pages of uploads: hand in, look at what is different, approve or reject, bad rows back."""

from typing import IO, Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Employer, ReturnedRow, Upload, UploadedChange
from enrollment.queries import firms, handed_in
from enrollment.services.employers import uploads
from socsec.kernel.errors import KernelError
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of, parse_month
from socsec.office import jobs, menu
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, staff
from socsec.office.forms import MonthField, ScreenForm, UploadField, WholeField
from socsec.office.places import place
from socsec.office.spreadsheets import XLSX

from .firms import employer_crumbs
from .forms import RejectForm

State, Kind = Upload.State, Upload.Kind
SHOWN = 50


def upload_url(upload: Upload) -> str:
    return reverse("admin:enrollment_upload_change", args=[upload.pk])


class WagesForm(ScreenForm):
    month = MonthField(label=_("Month"))
    heads = WholeField(
        label=_("People employed in that month"),
        required=False,
        help_text=_("As the employer declares it. Leave it empty if it did not say."),
        most=uploads.MOST_HEADS,
    )
    file = UploadField()


class StaffForm(ScreenForm):
    file = UploadField()


@admin.register(Upload)
class UploadAdmin(DeskAdmin):
    read_act = "upload.read"
    change_form_template = "admin/enrollment/upload.html"
    list_display: ClassVar = ["title", "employer", "month_", "rows", "money", "state", "made_at"]
    list_select_related: ClassVar = ["employer"]
    list_filter: ClassVar = ["state", "kind", "channel"]
    search_fields: ClassVar = ["employer__name__startswith", "employer__credit_code"]
    search_help_text = _("Name or credit code of the employer")
    fields: ClassVar = ["state"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Upload]:
        return handed_in.uploads(request.user)

    @admin.display(description=_("upload"))
    def title(self, upload: Upload) -> str:
        return f"{upload.get_kind_display()} · {upload.pk}"

    @admin.display(description=_("month"), ordering="month")
    def month_(self, upload: Upload) -> str:
        return format_month(upload.month) if upload.month else "—"

    @admin.display(description=_("good and bad rows"))
    def rows(self, upload: Upload) -> str:
        return f"{upload.good:,} · {upload.bad:,}"

    @admin.display(description=_("total"), ordering="total")
    def money(self, upload: Upload) -> str:
        return yuan(upload.total) if upload.total else "—"

    def buttons(self, request: HttpRequest, obj: Upload | None) -> list[Button]:
        if obj is None:
            return []
        offered = []
        if obj.state == State.WAITING and may(request.user, "upload.approve", obj.region):
            offered.append(Button(_("Approve"), _verb(obj, "approve"), main=True))
            offered.append(Button(_("Reject"), _verb(obj, "reject"), stop=True))
        if obj.state == State.WAITING and obj.maker_id == staff(request).pk:
            offered.append(Button(_("Take it back"), _verb(obj, "take-back"), stop=True))
        if obj.bad:
            file = reverse("admin:enrollment_upload_bad", args=[obj.pk])
            offered.append(Button(_("Download the bad rows"), file))
        return offered

    def context(self, request: HttpRequest, obj: Upload) -> dict[str, Any]:
        found: dict[str, Any] = {
            "upload": obj,
            "heading": f"{obj.get_kind_display()} · {obj.employer.name}",
            "where": place(obj.region),
            "bad": ReturnedRow.objects.filter(upload_id=obj.pk).order_by("number")[:SHOWN],
            "working": obj.state == State.RECEIVED,
        }
        if obj.kind == Kind.WAGES:
            count, names = handed_in.missing(obj.employer_id, obj.month, obj.pk, most=SHOWN)
            listed = handed_in.headcounts(obj.employer_id, [obj.month]).get(obj.month)
            found |= {
                "compare": handed_in.compare(obj.employer_id, obj.month, obj.pk, most=SHOWN),
                "missing": count,
                "missing_names": names,
                "listed": firms.staff_in(obj.employer_id, obj.month)
                .values("person_id")
                .distinct()
                .count(),
                "declared": listed,
            }
        else:
            changes = list(UploadedChange.objects.filter(upload_id=obj.pk).order_by("number")[:200])
            names_ = queries.describe({each.person_id for each in changes if each.person_id})
            found["changes"] = [(each, names_.get(each.person_id or 0)) for each in changes]
        return found

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/bad/", guard(self.bad), name="enrollment_upload_bad"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="enrollment_upload_verb"),
            path("of/<int:pk>/<slug:kind>/", guard(self.send), name="enrollment_upload_send"),
            path(
                "of/<int:pk>/template/<slug:kind>/",
                guard(self.template),
                name="enrollment_upload_template",
            ),
            *super().get_urls(),
        ]

    def employer(self, request: HttpRequest, pk: int) -> Employer:
        return get_object_or_404(queries.employers(request.user), pk=pk)

    def send(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """Hand in a spreadsheet that an employer brought."""
        employer = self.employer(request, pk)
        if kind not in Kind.values:
            raise Http404
        made: list[Upload] = []

        def do(said: dict[str, Any]) -> str:
            file = said.pop("file")
            upload, _job = uploads.hand_in(
                by=staff(request),
                employer=employer,
                kind=kind,
                file=file,
                filename=file.name,
                channel=Upload.Channel.DESK,
                **said,
            )
            made.append(upload)
            return _now("Handed in. Good rows wait for a colleague; bad ones come back below.")

        this = month_of(timezone.localdate())
        return Deed(
            title=Kind(kind).label,
            act="upload.hand_in",
            button=_("Hand in"),
            do=do,
            form=WagesForm if kind == Kind.WAGES else StaffForm,
            back=reverse("admin:enrollment_employer_change", args=[employer.pk]),
            then=lambda: upload_url(made[0]),
            initial={"month": this} if kind == Kind.WAGES else {},
            template="admin/enrollment/upload_send.html",
            context={
                "template_url": reverse(
                    "admin:enrollment_upload_template", args=[employer.pk, kind]
                ),
                "kind": kind,
                "this_month": format_month(this),
            },
            crumbs=employer_crumbs(employer),
        ).answer(request)

    def template(self, request: HttpRequest, pk: int, kind: str) -> FileResponse:
        """The workbook to fill in; for wages with the staff list and last month's wages."""
        employer = self.employer(request, pk)
        if not may(request.user, "upload.hand_in", employer.region):
            raise PermissionDenied
        try:
            month = parse_month(request.GET.get("month", "")) if kind == Kind.WAGES else 0
        except KernelError as unreadable:
            raise Http404 from unreadable
        if kind not in Kind.values:
            raise Http404
        return _download(uploads.template_file(employer, kind, month))

    def bad(self, request: HttpRequest, pk: int) -> FileResponse:
        upload = get_object_or_404(self.get_queryset(request), pk=pk)
        if not may(request.user, "upload.read", upload.region):
            raise PermissionDenied
        return _download(uploads.bad_file(upload))

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        upload = get_object_or_404(self.get_queryset(request), pk=pk)

        def approve(said: dict[str, Any]) -> str:
            done = uploads.approve(by=staff(request), upload=upload)
            return done.why or _now("Taken: %(count)s rows.") % {"count": done.good}

        def reject(said: dict[str, Any]) -> str:
            uploads.reject(by=staff(request), upload=upload, **said)
            return _now("Rejected. Whoever handed it in sees the reason.")

        def take_back(said: dict[str, Any]) -> str:
            uploads.take_back(by=staff(request), upload=upload)
            return _now("Taken back. Nothing was taken.")

        verbs = {
            "approve": (_("Approve"), "upload.approve", approve, ScreenForm),
            "reject": (_("Reject"), "upload.approve", reject, RejectForm),
            "take-back": (_("Take it back"), "upload.hand_in", take_back, ScreenForm),
        }
        if verb not in verbs:
            raise Http404
        label, act, do, form = verbs[verb]
        return Deed(
            title=label,
            act=act,
            button=label,
            do=do,
            form=form,
            stop=verb != "approve",
            back=upload_url(upload),
            lead=_("%(kind)s of %(employer)s: %(good)s good rows, %(total)s yuan.")
            % {
                "kind": upload.get_kind_display(),
                "employer": upload.employer,
                "good": upload.good,
                "total": yuan(upload.total),
            },
            crumbs=[
                Crumb(_("Uploads"), list_url(Upload)),
                Crumb(str(upload.pk), upload_url(upload)),
            ],
        ).answer(request)


def _download(file: tuple[IO[bytes], str]) -> FileResponse:
    content, name = file
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX)


def _verb(upload: Upload, verb: str) -> str:
    return reverse("admin:enrollment_upload_verb", args=[upload.pk, verb])


def hang() -> None:
    """Hang the uploads into the sidebar, and tell the office how they are read."""
    jobs.register(uploads.KIND)
    menu.place(
        menu.Place(
            "uploads",
            menu.Group.INSURANCE,
            2,
            _("Uploads of employers"),
            "admin:enrollment_upload_changelist",
            "upload_file",
            "upload.read",
            handed_in.waiting,
        )
    )
