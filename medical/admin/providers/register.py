"""The desk's page of a provider: what it is, its agreements, measures, departments, accounts, prices."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from medical.admin.grouping.forms import ScoreForm
from medical.models import Provider, ProviderUser
from medical.queries import cases
from medical.queries import providers as queries
from medical.services.grouping import releasing
from medical.services.paying import accounts, advances
from medical.services.providers import agreements, prices, register
from socsec.kernel.money import yuan
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, row_url, staff
from socsec.office.desk_forms import within
from socsec.office.display import day_plain
from socsec.office.forms import ScreenForm
from socsec.office.places import place
from socsec.office.queues import Queue
from socsec.office.spreadsheets import XLSX
from socsec.office.tables import facts

from . import tables
from .forms import (
    AccountForm,
    AdvanceForm,
    AgreementForm,
    BankForm,
    ChangeForm,
    CloseForm,
    DepartmentForm,
    EnrollForm,
    PricesForm,
    SanctionForm,
)


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
        "bank": ("provider.change", _("Bank account"), ("open",), BankForm, "", False),
        "advance": (
            "advance.propose",
            _("Propose an advance"),
            ("open",),
            AdvanceForm,
            _("Paid before the bills, and set off against them."),
            False,
        ),
        "score": (
            "provider_score.enter",
            _("Enter the score of a year"),
            ("open", "closed"),
            ScoreForm,
            _("A colleague approves it; the retention is released by it."),
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
        "close": (
            "provider.approve",
            _("Close the provider"),
            ("open",),
            CloseForm,
            _(
                "Its agreements end, its accounts are switched off, and its open statements are"
                " settled on our totals. Its visits must be settled first."
            ),
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
                (_("Closed"), day_plain(obj.closed_on) if obj.closed_on else ""),
                (_("Prices today"), queries.price_list(obj.pk, today).count()),
                (_("Not in the catalogue"), unmatched.count()),
                (_("Above the price limit"), dearer.count()),
                (_("Still retained, yuan"), yuan(cases.retained(obj))),
            ),
            "tables": tables.of(obj, unmatched),
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
        today = timezone.localdate()
        return {"initial": {"from_date": today, "on": today}}

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

    def do_bank(self, request: HttpRequest, row: Provider, said: dict[str, Any]) -> str:
        accounts.enter(by=staff(request), provider=row, **said)
        return _now("Entered. A colleague must approve it.")

    def do_advance(self, request: HttpRequest, row: Provider, said: dict[str, Any]) -> str:
        said["scheme"] = int(said["scheme"])
        advances.propose(by=staff(request), provider=row, **said)
        return _now("Proposed. A colleague must decide on it.")

    def do_close(self, request: HttpRequest, row: Provider, said: dict[str, Any]) -> str:
        register.close(by=staff(request), provider=row, **said)
        return _now("Closed. What is due to it is paid with the next runs.")

    def do_score(self, request: HttpRequest, row: Provider, said: dict[str, Any]) -> str:
        releasing.enter_score(by=staff(request), provider=row, **said)
        return _now("Entered. A colleague must approve it.")

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
