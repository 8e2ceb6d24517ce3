"""The desk's pages of catalogues: hand in a file, look at what it changes, approve or reject, search."""

from typing import IO, Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from medical.models import Catalogue, CatalogueEdition, CatalogueItem, Diagnosis
from medical.queries import catalogue as queries
from medical.services import catalogue
from medical.services.catalogue.editions import differing
from socsec.kernel.money import yuan
from socsec.office import jobs, menu
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.desk_forms import PlainForm, RegionField, SayForm, text, within
from socsec.office.display import day_plain, moment
from socsec.office.forms import DateField, ScreenForm, TickField, UploadField
from socsec.office.places import place
from socsec.office.queues import Queue
from socsec.office.spreadsheets import XLSX
from socsec.office.tables import Row, Table, facts

from . import plans, studies

State = CatalogueEdition.State
SHOWN = 100
DIFFERENT = {"added": _("New"), "changed": _("Changed"), "ended": _("End")}


class EditionForm(ScreenForm):
    region = RegionField(help_text=_("Where it is in force, and in every place below."))
    from_date = DateField(label=_("In force from"))
    document = text(_("Document"), max_length=200)
    whole = TickField(
        label=_("This is the whole catalogue: what the file leaves out ends"), required=False
    )
    file = UploadField()


@admin.register(CatalogueEdition)
class EditionAdmin(Queue):
    read_act = "catalogue.read"
    change_form_template = "admin/medical/edition.html"
    list_display: ClassVar = [
        "title",
        "place",
        "from_date",
        "added",
        "changed",
        "ended",
        "state",
        "made_at",
    ]
    list_filter: ClassVar = ["state", "kind"]
    search_fields: ClassVar = ["document"]
    search_help_text = _("Document")
    fields: ClassVar = ["state"]
    verbs: ClassVar = {
        "approve": (
            "catalogue.approve",
            _("Approve"),
            (State.WAITING,),
            PlainForm,
            _("From its first day on, bills are worked out by it."),
            False,
        ),
        "reject": ("catalogue.approve", _("Reject"), (State.WAITING,), SayForm, "", True),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[CatalogueEdition]:
        return queries.editions(request.user)

    @admin.display(description=_("catalogue"), ordering="kind")
    def title(self, edition: CatalogueEdition) -> str:
        return f"{edition.get_kind_display()} · {edition.pk}"

    @admin.display(description=_("region"), ordering="region")
    def place(self, edition: CatalogueEdition) -> str:
        return place(edition.region)

    def buttons(self, request: HttpRequest, obj: CatalogueEdition | None) -> list[Button]:
        if obj is None:
            enter = may(request.user, "catalogue.enter")
            return [
                Button(
                    _("Hand in: %(what)s") % {"what": kind.label},
                    reverse("admin:medical_catalogueedition_send", args=[kind.name.lower()]),
                )
                for kind in Catalogue
                if enter
            ]
        offered = super().buttons(request, obj)
        if obj.added or obj.changed or obj.ended:
            offered.append(Button(_("Download the comparison"), _file(obj, "comparison")))
        if obj.bad:
            offered.append(Button(_("Download the bad rows"), _file(obj, "bad")))
        return offered

    def context(self, request: HttpRequest, obj: CatalogueEdition) -> dict[str, Any]:
        show = request.GET.get("show", "")
        show = (
            show
            if show in DIFFERENT
            else next(filter(lambda k: getattr(obj, k), DIFFERENT), "added")
        )
        return {
            "edition": obj,
            "heading": f"{obj.get_kind_display()} · {place(obj.region)}",
            "working": obj.state == State.RECEIVED,
            "past": obj.state == State.WAITING and obj.from_date < timezone.localdate(),
            "show": show,
            "kinds": [(key, label, getattr(obj, key)) for key, label in DIFFERENT.items()],
            "differences": [
                (each, differing(obj.kind, each.old, each.new))
                for each in queries.differences(obj, show, SHOWN)
            ]
            if obj.state in (State.WAITING, State.TAKEN)
            else [],
            "shown": SHOWN,
            "bad": obj.bad_rows.all()[:SHOWN],
            "facts": facts(
                (_("In force from"), day_plain(obj.from_date)),
                (_("Document"), obj.document),
                (_("File"), obj.filename),
                (_("The whole catalogue"), _("Yes") if obj.whole else _("No")),
                (_("Handed in"), f"{moment(obj.made_at)} · {obj.maker}"),
                (
                    _("Decided"),
                    f"{moment(obj.checked_at)} · {obj.checker}" if obj.checked_at else None,
                ),
            ),
        }

    def do_approve(self, request: HttpRequest, row: CatalogueEdition, said: Any) -> str:
        done = catalogue.approve(by=staff(request), edition=row)
        return done.why or _now("In force from %(day)s.") % {"day": day_plain(done.from_date)}

    def do_reject(self, request: HttpRequest, row: CatalogueEdition, said: Any) -> str:
        catalogue.reject(by=staff(request), edition=row, reason=said["note"])
        return _now("Rejected. Whoever handed it in sees the reason.")

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        name = "medical_catalogueedition"
        return [
            path("plan/", guard(plans.plan), name="medical_plan"),
            path("plan/what-if/", guard(studies.what_if_page), name="medical_what_if"),
            path("send/<slug:kind>/", guard(self.send), name=f"{name}_send"),
            path("template/<slug:kind>/", guard(self.template), name=f"{name}_template"),
            path("<int:pk>/file/<slug:which>/", guard(self.file), name=f"{name}_file"),
            *super().get_urls(),
        ]

    def send(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Hand in the file of a catalogue."""
        chosen = _kind(kind)
        made: list[CatalogueEdition] = []

        def do(said: dict[str, Any]) -> str:
            file = said.pop("file")
            edition, _job = catalogue.hand_in(
                by=staff(request), kind=chosen, file=file, filename=file.name, **said
            )
            made.append(edition)
            return _now("Handed in. It waits for a colleague; bad rows come back below.")

        return Deed(
            title=_("Hand in: %(what)s") % {"what": chosen.label},
            act="catalogue.enter",
            button=_("Hand in"),
            do=do,
            form=EditionForm,
            prepare=lambda form: within(form, staff(request).region_code or ""),
            back=list_url(CatalogueEdition),
            then=lambda: row_url(made[0]),
            template="admin/medical/edition_send.html",
            context={
                "template_url": reverse("admin:medical_catalogueedition_template", args=[kind])
            },
            crumbs=[Crumb(_("Catalogue editions"), list_url(CatalogueEdition))],
        ).answer(request)

    def template(self, request: HttpRequest, kind: str) -> FileResponse:
        """The workbook to fill in."""
        chosen = _kind(kind)
        if not may(request.user, "catalogue.read"):
            raise Http404
        return _download(catalogue.template_file(chosen))

    def file(self, request: HttpRequest, pk: int, which: str) -> FileResponse:
        """The bad rows of an edition, or all it changes."""
        edition = get_object_or_404(self.get_queryset(request), pk=pk)
        made = {"bad": catalogue.bad_file, "comparison": catalogue.comparison_file}.get(which)
        if made is None or not may(request.user, "catalogue.read", edition.region):
            raise Http404
        return _download(made(edition))


class Today(admin.SimpleListFilter):
    """What stands today, or everything that ever stood."""

    title = _("in force")
    parameter_name = "in_force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("today", _("Today"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return (
            queryset.filter(queries.on(timezone.localdate()))
            if self.value() == "today"
            else queryset
        )


class Listed(DeskAdmin):
    """Items of catalogues are for everybody who works with them: those of every region show."""

    read_act = "catalogue.read"
    region_field = None
    search_fields: ClassVar = ["code__startswith", "name__startswith"]
    search_help_text = _("How the code or the name begins")
    show_full_result_count = False

    @admin.display(description=_("region"), ordering="region")
    def place(self, row: Any) -> str:
        return place(row.region)


@admin.register(CatalogueItem)
class ItemAdmin(Listed):
    list_display: ClassVar = [
        "code",
        "name",
        "kind",
        "item_class",
        "limit",
        "place",
        "from_date",
        "until",
    ]
    list_filter: ClassVar = [Today, "kind", "item_class", "negotiated", "dual_channel"]

    @admin.display(description=_("price limit"), ordering="price_limit")
    def limit(self, row: CatalogueItem) -> str:
        return "—" if row.price_limit is None else yuan(row.price_limit)

    def context(self, request: HttpRequest, obj: CatalogueItem) -> dict[str, Any]:
        return {"tables": [_history(CatalogueItem.objects.filter(kind=obj.kind), obj)]}

    change_form_template = "admin/medical/item.html"


@admin.register(Diagnosis)
class DiagnosisAdmin(Listed):
    list_display: ClassVar = [
        "code",
        "name",
        "sex",
        "listed",
        "special",
        "place",
        "from_date",
        "until",
    ]
    list_filter: ClassVar = [Today, "special", "listed"]
    change_form_template = "admin/medical/item.html"

    def context(self, request: HttpRequest, obj: Diagnosis) -> dict[str, Any]:
        return {"tables": [_history(Diagnosis.objects.all(), obj)]}


def _history(rows: QuerySet[Any], item: Any) -> Table:
    """How the same code stood from day to day."""
    found = list(rows.filter(code=item.code, region=item.region).order_by("-from_date"))
    return Table(
        _("Over time"),
        [_("From"), _("Until"), _("Name"), _("Edition")],
        [
            Row(
                [
                    day_plain(each.from_date),
                    day_plain(each.until) if each.until else "—",
                    each.name,
                    each.edition_id,
                ],
                url="" if each.pk == item.pk else row_url(each),
            )
            for each in found
        ],
        _("None."),
    )


def _kind(name: str) -> Catalogue:
    try:
        return Catalogue[name.upper()]
    except KeyError as unknown:
        raise Http404 from unknown


def _file(edition: CatalogueEdition, which: str) -> str:
    return reverse("admin:medical_catalogueedition_file", args=[edition.pk, which])


def _download(file: tuple[IO[bytes], str]) -> FileResponse:
    content, name = file
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX)


def hang() -> None:
    """Hang the catalogues into the sidebar, and tell the office how their files are read."""
    jobs.register(catalogue.KIND)
    menu.place(
        menu.Place(
            "catalogue_editions",
            menu.Group.MEDICAL,
            7,
            _("Catalogue editions"),
            "admin:medical_catalogueedition_changelist",
            "library_books",
            "catalogue.read",
            queries.waiting,
        ),
        menu.Place(
            "items",
            menu.Group.MEDICAL,
            8,
            _("Drugs, services, consumables"),
            "admin:medical_catalogueitem_changelist",
            "medication",
            "catalogue.read",
        ),
        menu.Place(
            "diagnoses",
            menu.Group.MEDICAL,
            9,
            _("Diagnoses"),
            "admin:medical_diagnosis_changelist",
            "diagnosis",
            "catalogue.read",
        ),
    )
