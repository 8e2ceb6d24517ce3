"""The desk's pages of providers: register, agreements, measures, departments, accounts, price lists."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from medical.models import Agreement, Care, Level, Provider, ProviderKind, ProviderUser, Sanction
from medical.queries import providers as queries
from medical.services.providers import agreements, prices, register
from socsec.kernel.money import yuan
from socsec.office import jobs, menu
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, row_url, staff
from socsec.office.desk_forms import PlainForm, RegionField, SayForm, pick, text, within
from socsec.office.display import day_plain
from socsec.office.forms import DateField, Option, PickManyField, ScreenForm, UploadField
from socsec.office.places import place
from socsec.office.queues import Queue
from socsec.office.spreadsheets import XLSX
from socsec.office.tables import Row, Table, facts

SHOWN = 50


class EnrollForm(ScreenForm):
    code = text(_("National code"), max_length=20)
    name = text(_("Name"), max_length=120)
    kind = pick(_("Kind"), ProviderKind.choices)
    level = pick(_("Level"), Level.choices)
    region = RegionField()
    address = text(_("Address"), max_length=200, required=False)
    phone = text(_("Phone"), max_length=20, required=False)


class ChangeForm(ScreenForm):
    name = text(_("Name"), max_length=120)
    level = pick(_("Level"), Level.choices)
    address = text(_("Address"), max_length=200, required=False)
    phone = text(_("Phone"), max_length=20, required=False)


class AgreementForm(ScreenForm):
    document = text(_("Agreement number"), max_length=120)
    from_date = DateField(label=_("From"))
    until = DateField(label=_("Until"))
    care = PickManyField(
        [Option(str(each.value), each.label) for each in Care], label=_("Kinds of care")
    )


class SanctionForm(ScreenForm):
    kind = pick(_("Measure"), Sanction.Kind.choices)
    department = pick(_("Department"), [("", _("The whole provider"))], required=False)
    from_date = DateField(label=_("From"))
    until = DateField(label=_("Until"), required=False, help_text=_("Empty: until it is lifted."))
    reason = text(_("Reason"), max_length=200)
    law = text(_("Law"), max_length=120)


class DepartmentForm(ScreenForm):
    code = text(_("Code"), max_length=30)
    name = text(_("Name"), max_length=80)
    from_date = DateField(label=_("From"))
    until = DateField(label=_("Until"), required=False)


class AccountForm(ScreenForm):
    username = text(_("User name"), max_length=60)


class PricesForm(ScreenForm):
    from_date = DateField(label=_("In force from"))
    file = UploadField()


class EndForm(ScreenForm):
    on = DateField(label=_("Last day"))
    reason = text(_("Reason"), max_length=200)


@admin.register(Provider)
class ProviderAdmin(Queue):
    read_act = "provider.read"
    list_display: ClassVar = ["name", "code", "kind", "level", "place", "closed_on"]
    list_filter: ClassVar = ["kind", "level"]
    search_fields: ClassVar = ["name__icontains", "code__startswith"]
    search_help_text = _("A part of the name, or the code")
    fields: ClassVar = ["code"]
    verbs: ClassVar = {
        "agreement": (
            "provider.change",
            _("Enter an agreement"),
            ("open",),
            AgreementForm,
            "",
            False,
        ),
        "prices": (
            "provider.change",
            _("Price list"),
            ("open",),
            PricesForm,
            _("What the file does not name keeps its price."),
            False,
        ),
        "department": ("provider.change", _("Department"), ("open",), DepartmentForm, "", False),
        "correct": ("provider.change", _("Correct details"), ("open",), ChangeForm, "", False),
        "account": (
            "provider.approve",
            _("Open an account"),
            ("open",),
            AccountForm,
            _("For the provider's own system. The secret is shown once."),
            False,
        ),
        "sanction": (
            "provider.sanction",
            _("Propose a measure"),
            ("open",),
            SanctionForm,
            "",
            True,
        ),
    }

    def state(self, row: Provider) -> str:
        return "closed" if row.closed_on else "open"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Provider]:
        return queries.providers(request.user)

    @admin.display(description=_("region"), ordering="region")
    def place(self, row: Provider) -> str:
        return place(row.region)

    def buttons(self, request: HttpRequest, obj: Provider | None) -> list[Button]:
        if obj is None:
            allowed = may(request.user, "provider.change")
            enroll = Button(
                _("Register a provider"), reverse("admin:medical_provider_enroll"), main=True
            )
            return [enroll] if allowed else []
        offered = super().buttons(request, obj)
        job = prices.latest(obj)
        if job is not None and job.result.get("bad"):
            bad = reverse("admin:medical_provider_bad", args=[obj.pk])
            offered.append(Button(_("Download the bad rows"), bad))
        return offered

    def context(self, request: HttpRequest, obj: Provider) -> dict[str, Any]:
        today = timezone.localdate()
        held, stop = queries.agreement_on(obj.pk, today), queries.stop_on(obj.pk, today)
        unmatched, dearer = queries.unmatched(obj, today), queries.dearer(obj, today)
        return {
            "trouble": _("Settlements are stopped: %(why)s.") % {"why": stop.reason}
            if stop
            else "",
            "facts": facts(
                (_("Code"), obj.code),
                (_("Kind"), obj.get_kind_display()),
                (_("Level"), obj.get_level_display()),
                (_("Region"), place(obj.region)),
                (_("Address"), obj.address),
                (_("Phone"), obj.phone),
                (_("Agreement today"), held or _("None")),
                (_("Prices today"), queries.price_list(obj.pk, today).count()),
                (_("Not in the catalogue"), unmatched.count()),
                (_("Above the price limit"), dearer.count()),
            ),
            "tables": [
                Table(
                    _("Agreements"),
                    [_("Document"), _("From"), _("Until"), _("State")],
                    [
                        Row(
                            [
                                each.document,
                                day_plain(each.from_date),
                                day_plain(each.last_day),
                                standing(each),
                            ],
                            url=row_url(each),
                        )
                        for each in obj.agreements.all()[:SHOWN]
                    ],
                    _("There is none; without an agreement nothing is settled."),
                ),
                Table(
                    _("Measures"),
                    [_("Measure"), _("Department"), _("From"), _("Until"), _("State")],
                    [
                        Row(
                            [
                                each.get_kind_display(),
                                each.department or "—",
                                day_plain(each.from_date),
                                day_plain(each.until) if each.until else "—",
                                standing(each),
                            ],
                            url=row_url(each),
                        )
                        for each in obj.sanctions.select_related("department")[:SHOWN]
                    ],
                    _("None."),
                ),
                Table(
                    _("Departments"),
                    [_("Code"), _("Name"), _("From"), _("Until")],
                    [
                        Row(
                            [
                                each.code,
                                each.name,
                                day_plain(each.from_date),
                                day_plain(each.until) if each.until else "—",
                            ]
                        )
                        for each in obj.departments.all()[:SHOWN]
                    ],
                    _("None."),
                ),
                Table(
                    _("Accounts of its systems"),
                    [_("User name"), _("From"), _("Until")],
                    [
                        Row(
                            [
                                each.user.username,
                                day_plain(each.since),
                                day_plain(each.until) if each.until else "—",
                            ],
                            url=reverse("admin:medical_provider_end_account", args=[each.pk])
                            if each.until is None
                            else "",
                        )
                        for each in ProviderUser.objects.filter(provider=obj).select_related("user")
                    ],
                    _("None."),
                ),
                Table(
                    _("Not in the catalogue"),
                    [_("Own code"), _("Name"), _("Catalogue code"), _("Price")],
                    [
                        Row([each.local_code, each.name, each.code or "—", yuan(each.price)])
                        for each in unmatched[:SHOWN]
                    ],
                    _("Every item of the price list is in the catalogue."),
                    (3,),
                ),
            ],
        }

    def asking(self, verb: str, request: HttpRequest, row: Provider) -> dict[str, Any]:
        if verb == "correct":
            names = ("name", "level", "address", "phone")
            return {"initial": {name: getattr(row, name) for name in names}}
        if verb == "sanction":

            def prepare(form: ScreenForm) -> None:
                form.fields["department"].choices = [  # type: ignore[attr-defined]
                    ("", _("The whole provider")),
                    *((str(each.pk), each.name) for each in row.departments.all()),
                ]

            return {"prepare": prepare, "initial": {"from_date": timezone.localdate()}}
        if verb == "prices":
            url = reverse("admin:medical_provider_template")
            return {
                "template": "admin/medical/edition_send.html",
                "context": {"template_url": url},
                "initial": {"from_date": timezone.localdate()},
            }
        return {"initial": {"from_date": timezone.localdate()}}

    def do_agreement(self, request: HttpRequest, row: Provider, said: dict[str, Any]) -> str:
        said["care"] = [int(each) for each in said["care"]]
        agreements.propose(by=staff(request), provider=row, **said)
        return _now("Entered. A colleague must approve it.")

    def do_sanction(self, request: HttpRequest, row: Provider, said: dict[str, Any]) -> str:
        chosen = said.pop("department")
        department = get_object_or_404(row.departments, pk=chosen) if chosen else None
        agreements.sanction(by=staff(request), provider=row, department=department, **said)
        return _now("Proposed. A colleague must decide on it.")

    def do_department(self, request: HttpRequest, row: Provider, said: dict[str, Any]) -> None:
        register.set_department(by=staff(request), provider=row, **said)

    def do_correct(self, request: HttpRequest, row: Provider, said: dict[str, Any]) -> None:
        register.change(by=staff(request), provider=row, **said | {"level": int(said["level"])})

    def do_account(self, request: HttpRequest, row: Provider, said: dict[str, Any]) -> str:
        made, secret = register.open_account(by=staff(request), provider=row, **said)
        return _now("Account %(name)s. Its secret, shown only now: %(secret)s") % {
            "name": made.user.username,
            "secret": secret,
        }

    def do_prices(self, request: HttpRequest, row: Provider, said: dict[str, Any]) -> str:
        prices.hand_in(by=staff(request), provider=row, **said)
        return _now("Handed in. What the catalogue does not list is shown below.")

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("enroll/", guard(self.enroll), name="medical_provider_enroll"),
            path("prices/template/", guard(self.template), name="medical_provider_template"),
            path("<int:pk>/prices/bad/", guard(self.bad), name="medical_provider_bad"),
            path(
                "account/<int:pk>/end/",
                guard(self.end_account),
                name="medical_provider_end_account",
            ),
            *super().get_urls(),
        ]

    def enroll(self, request: HttpRequest) -> HttpResponse:
        """Register a provider under its national code."""
        made: list[Provider] = []

        def do(said: dict[str, Any]) -> str:
            said |= {"kind": int(said["kind"]), "level": int(said["level"])}
            made.append(register.enroll(by=staff(request), **said))
            return _now("Registered. Enter its agreement now.")

        return Deed(
            title=_("Register a provider"),
            act="provider.change",
            button=_("Register"),
            do=do,
            form=EnrollForm,
            prepare=lambda form: within(form, staff(request).region_code or ""),
            back=list_url(Provider),
            then=lambda: row_url(made[0]),
            crumbs=[Crumb(_("Providers"), list_url(Provider))],
        ).answer(request)

    def end_account(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Switch the account of a provider's system off."""
        account = get_object_or_404(
            ProviderUser.objects.filter(provider__in=queries.providers(request.user)), pk=pk
        )

        def do(said: dict[str, Any]) -> str:
            register.end_account(by=staff(request), account=account)
            return _now("Switched off.")

        return Deed(
            title=_("Switch %(name)s off") % {"name": account.user.username},
            act="provider.approve",
            button=_("Switch off"),
            do=do,
            stop=True,
            back=row_url(account.provider),
            crumbs=[Crumb(account.provider.name, row_url(account.provider))],
        ).answer(request)

    def template(self, request: HttpRequest) -> FileResponse:
        if not may(request.user, "provider.change"):
            raise Http404
        return FileResponse(
            prices.template_file(), as_attachment=True, filename="prices.xlsx", content_type=XLSX
        )

    def bad(self, request: HttpRequest, pk: int) -> FileResponse:
        provider = get_object_or_404(self.get_queryset(request), pk=pk)
        job = prices.latest(provider)
        if job is None or not may(request.user, "provider.read", provider.region):
            raise Http404
        return FileResponse(
            prices.bad_file(job), as_attachment=True, filename="to-correct.xlsx", content_type=XLSX
        )


def standing(row: Agreement | Sanction) -> Any:
    """What an agreement or a measure is today, in a word."""
    today = timezone.localdate()
    if row.checker_id is None:
        return _("Waits for a second person")
    if row.from_date > today:
        return _("Not yet in force")
    last = row.last_day if isinstance(row, Agreement) else row.until
    return _("Over") if last is not None and last < today else _("In force")


class Decided(Queue):
    """Agreements and measures: entered by one, decided by another."""

    read_act = "provider.read"
    list_filter: ClassVar = []
    search_fields: ClassVar = ["provider__name__icontains"]
    search_help_text = _("A part of the provider's name")
    region_field = "provider__region"

    def state(self, row: Any) -> str:
        if row.checker_id is None:
            return "waiting"
        last = row.ended_on if isinstance(row, Agreement) else row.until
        return "ended" if last is not None and last < timezone.localdate() else "decided"

    @admin.display(description=_("state"))
    def standing(self, row: Any) -> Any:
        return standing(row)

    def page_facts(self, row: Any, *more: Any) -> dict[str, Any]:
        return {
            "facts": facts(
                (_("State"), standing(row)),
                (_("Provider"), row.provider, row_url(row.provider)),
                *more,
                (_("Entered by"), row.maker),
                (_("Decided by"), row.checker),
            )
        }

    def asking(self, verb: str, request: HttpRequest, row: Any) -> dict[str, Any]:
        # A draft that is rejected is gone: go on to its provider.
        then = row_url(row.provider)
        return {"then": then, "initial": {"on": timezone.localdate()}}


@admin.register(Agreement)
class AgreementAdmin(Decided):
    list_display: ClassVar = ["document", "provider", "from_date", "until", "standing"]
    list_select_related: ClassVar = ["provider"]
    verbs: ClassVar = {
        "approve": ("provider.approve", _("Approve"), ("waiting",), PlainForm, "", False),
        "reject": ("provider.approve", _("Reject"), ("waiting",), SayForm, "", True),
        "finish": ("provider.approve", _("End early"), ("decided",), EndForm, "", True),
    }

    def context(self, request: HttpRequest, obj: Agreement) -> dict[str, Any]:
        return self.page_facts(
            obj,
            (_("From"), day_plain(obj.from_date)),
            (_("Until"), day_plain(obj.last_day)),
            (_("Kinds of care"), " · ".join(str(Care(each).label) for each in obj.care)),
            (_("Reason for the end"), obj.end_reason),
        )

    def do_approve(self, request: HttpRequest, row: Agreement, said: Any) -> None:
        agreements.decide(by=staff(request), agreement=row, approve=True)

    def do_reject(self, request: HttpRequest, row: Agreement, said: Any) -> None:
        agreements.decide(by=staff(request), agreement=row, approve=False, reason=said["note"])

    def do_finish(self, request: HttpRequest, row: Agreement, said: dict[str, Any]) -> None:
        agreements.end(by=staff(request), agreement=row, **said)


@admin.register(Sanction)
class SanctionAdmin(Decided):
    list_display: ClassVar = ["provider", "kind", "department", "from_date", "until", "standing"]
    list_select_related: ClassVar = ["provider", "department"]
    list_filter: ClassVar = ["kind"]
    verbs: ClassVar = {
        "decide": ("provider.approve", _("Decide on it"), ("waiting",), PlainForm, "", False),
        "reject": ("provider.approve", _("Reject"), ("waiting",), SayForm, "", True),
        "lift": ("provider.approve", _("Lift"), ("decided",), EndForm, "", False),
    }

    def context(self, request: HttpRequest, obj: Sanction) -> dict[str, Any]:
        return self.page_facts(
            obj,
            (_("Measure"), obj.get_kind_display()),
            (_("Department"), obj.department),
            (_("From"), day_plain(obj.from_date)),
            (_("Until"), day_plain(obj.until) if obj.until else None),
            (_("Reason"), obj.reason),
            (_("Law"), obj.law),
        )

    def do_decide(self, request: HttpRequest, row: Sanction, said: Any) -> None:
        agreements.decide_sanction(by=staff(request), sanction=row, approve=True)

    def do_reject(self, request: HttpRequest, row: Sanction, said: Any) -> None:
        agreements.decide_sanction(
            by=staff(request), sanction=row, approve=False, reason=said["note"]
        )

    def do_lift(self, request: HttpRequest, row: Sanction, said: dict[str, Any]) -> None:
        agreements.lift(by=staff(request), sanction=row, **said)


def hang() -> None:
    """Hang the providers into the sidebar, and tell the office how price lists are read."""
    jobs.register(prices.KIND)
    places = (
        ("providers", 1, _("Providers"), Provider, "local_hospital", None),
        (
            "provider_agreements",
            2,
            _("Provider agreements"),
            Agreement,
            "handshake",
            queries.to_decide,
        ),
        ("sanctions", 3, _("Measures against providers"), Sanction, "gavel", None),
    )
    for slug, order, label, model, icon, count in places:
        name = f"admin:medical_{model._meta.model_name}_changelist"
        menu.place(
            menu.Place(slug, menu.Group.MEDICAL, order, label, name, icon, "provider.read", count)
        )
