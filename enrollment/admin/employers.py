"""The desk's pages of employers: register, staff list, declared wages, what was assessed and what is owed."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Employer, EmployerOfficer, Takeover
from enrollment.params import RegistrationDays
from enrollment.queries import firms as firms_read
from enrollment.queries import handed_in
from enrollment.services.employers import employer as registry
from enrollment.services.employers import wages
from funds.models import Branch
from socsec.kernel.errors import KernelError
from socsec.kernel.money import format_yuan, parse_yuan
from socsec.kernel.months import first_day, format_month, month_of, parse_month
from socsec.kernel.policy import PolicyError
from socsec.office import desk_forms
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, show_page, staff
from socsec.office.errors import Problem, from_kernel
from socsec.office.places import place
from socsec.office.services import policy

from . import firm_requests, firms, forms, standing
from .debts import payer_url
from .firms import employer_crumbs, employer_url


class EnrollForm(forms.EmployerForm, firms.ContactForm):
    """A new employer: what must be known, then what may be."""

    field_order = ("name", "credit_code", "region", "opened_on")


def registration_clock(employer: Employer) -> dict[str, int] | None:
    """How many days after its first day an employer was registered, and how many the law gives."""
    try:
        law = RegistrationDays.at(
            policy.of(policy.current_edition()), employer.region, employer.opened_on
        )
    except PolicyError:  # opened before there was such a law
        return None
    taken = (timezone.localdate(employer.recorded_at) - employer.opened_on).days
    return {"taken": taken, "within": law.within}


@admin.register(Employer)
class EmployerAdmin(DeskAdmin):
    read_act = "employer.read"
    change_form_template = "admin/enrollment/employer.html"
    list_display: ClassVar = ["name", "credit_code", "where", "opened_on", "closed_on"]
    search_fields: ClassVar = ["name__startswith", "credit_code"]
    search_help_text = _("Name, or credit code")
    fields: ClassVar = ["name"]

    @admin.display(description=_("region"), ordering="region")
    def where(self, employer: Employer) -> str:
        return place(employer.region)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Employer]:
        return queries.employers(request.user)

    def buttons(self, request: HttpRequest, obj: Employer | None) -> list[Button]:
        if obj is None:
            enroll = Button(
                _("Register an employer"), reverse("admin:enrollment_employer_enroll"), main=True
            )
            return [enroll] if may(request.user, "employer.enroll") else []
        if obj.closed_on is not None or not may(request.user, "wage.declare", obj.region):
            return []
        return [Button(_("Declare wages"), _to("month", obj), main=True)]

    def verbs(self, request: HttpRequest, obj: Employer) -> list[tuple[Any, list[Button]]]:
        """What else can be done, under what it is about."""

        def offered(act: str, *verbs: tuple[Any, str] | tuple[Any, str, bool]) -> list[Button]:
            if obj.closed_on is not None or not may(request.user, act, obj.region):
                return []
            return [Button(label, url, stop=any(stop)) for label, url, *stop in verbs]

        def page(verb: str) -> str:
            return reverse("admin:enrollment_employer_verb", args=[obj.pk, verb])

        def upload(kind: str) -> str:
            return reverse("admin:enrollment_upload_send", args=[obj.pk, kind])

        resting = firms_read.resting(obj.pk) is not None
        changes = {
            verb: (label, page(verb), stop)
            for verb, (label, stop, _make) in firms.VERBS.items()
            if firms.fits(verb, resting)
        }
        transfer = changes.pop("transfer")
        wages = [
            *offered("upload.hand_in", (_("Upload wages"), upload("wages"))),
            *offered("wage.deem", (_("Take the month before"), page("deem"))),
        ]
        staff_list = [
            *offered("upload.hand_in", (_("Upload staff changes"), upload("staff"))),
            *offered("employer.change", transfer),
        ]
        seen = may(request.user, "debt.read", obj.region)
        groups = [
            (_("Wages"), wages),
            (_("Staff list"), staff_list),
            (
                _("Registration"),
                [
                    *offered("employer.change", *changes.values()),
                    *firm_requests.offered(request.user, obj),
                ],
            ),
            (
                _("Contributions"),
                [Button(_("Debts and collection"), payer_url(obj))] if seen else [],
            ),
        ]
        return [(heading, found) for heading, found in groups if found]

    def context(self, request: HttpRequest, obj: Employer) -> dict[str, Any]:
        this = month_of(timezone.localdate())
        months: list[dict[str, Any]] = []
        for month in range(this, this - 12, -1):
            declared = list(queries.declarations(obj.pk, month))
            assessed = list(queries.assessed(obj.pk, month))
            if declared or assessed or month == this:
                months.append(
                    {
                        "month": month,
                        "people": len(declared),
                        "wages": sum(row.wage for row in declared),
                        "due": sum(row.due for row in assessed),
                        "assessed": bool(assessed),
                        "url": _wages_url(obj, month),
                    }
                )
        heads = handed_in.headcounts(obj.pk, [each["month"] for each in months])
        for each in months:
            each["heads"] = heads.get(each["month"])
        return {
            "employer": obj,
            "where": place(obj.region),
            "standing": firms_read.standing_of(obj.pk),
            "heading": obj.name,
            "details": firms_read.details_as_of(obj.pk),
            "history": firms_read.details_history(obj.pk)[:12],
            "resting": firms_read.resting(obj.pk),
            "verbs": self.verbs(request, obj),
            "may_declare": may(request.user, "wage.declare", obj.region),
            "pauses": firms_read.pauses(obj.pk),
            "takeovers": firms_read.takeovers(obj.pk),
            "officers": firms_read.officers(obj.pk),
            "may_change": may(request.user, "employer.change", obj.region),
            "may_approve": may(request.user, "employer.approve", obj.region),
            "clock": registration_clock(obj),
            "requests": obj.requests.select_related("case")[:12],
            "uploads": handed_in.uploads_of(obj.pk)[:8],
            "staff_list": queries.staff(obj.pk, timezone.localdate()),
            "months": months,
            "arrears": queries.arrears(Branch.PENSION, employer_id=obj.pk),
            "receipts": queries.receipts(employer_id=obj.pk)[:12],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("enroll/", guard(self.enroll), name="enrollment_employer_enroll"),
            path("<int:pk>/month/", guard(self.month), name="enrollment_employer_month"),
            path(
                "<int:pk>/wages/<str:month>/", guard(self.wages), name="enrollment_employer_wages"
            ),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="enrollment_employer_verb"),
            path(
                "takeovers/<int:pk>/<slug:verb>/",
                guard(self.takeover),
                name="enrollment_takeover_verb",
            ),
            *firm_requests.urls(guard),
            path("officers/<int:pk>/end/", guard(self.officer), name="enrollment_officer_end"),
            *super().get_urls(),
        ]

    def enroll(self, request: HttpRequest) -> HttpResponse:
        made: list[Employer] = []

        def do(said: dict[str, Any]) -> str:
            said = {key: value or "" for key, value in said.items()}
            made.append(registry.enroll(by=staff(request), **said))
            return _now("%(name)s is registered.") % {"name": made[0].name}

        return Deed(
            title=_("Register an employer"),
            act="employer.enroll",
            button=_("Register"),
            do=do,
            form=EnrollForm,
            back=list_url(Employer),
            then=lambda: employer_url(made[0]),
            prepare=lambda form: desk_forms.within(form, staff(request).region_code or ""),
            crumbs=[Crumb(_("Employers"), list_url(Employer)), Crumb(_("Register an employer"))],
        ).answer(request)

    def find(self, request: HttpRequest, pk: int) -> Employer:
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        employer = self.find(request, pk)
        if verb == "deem":
            return standing.deem(request, employer).answer(request)
        if verb not in firms.VERBS:
            raise Http404
        return firms.VERBS[verb][2](request, employer).answer(request)

    def takeover(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        mine = self.get_queryset(request)
        found = get_object_or_404(
            Takeover.objects.select_related("predecessor", "successor", "maker"),
            pk=pk,
            predecessor__in=mine,
        )
        if verb not in ("approve", "drop"):
            raise Http404
        return firms.decide_takeover(request, found, verb).answer(request)

    def officer(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_object_or_404(
            EmployerOfficer.objects.select_related("person", "employer"),
            pk=pk,
            employer__in=self.get_queryset(request),
        )
        return firms.end_officer(request, found).answer(request)

    def month(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Which month is declared."""
        employer = self.find(request, pk)
        chosen: list[int] = []

        def do(said: dict[str, Any]) -> str:
            chosen.append(said["month"])
            return _now("Now the wages of %(month)s.") % {"month": format_month(said["month"])}

        return Deed(
            title=_("Declare wages"),
            act="wage.declare",
            button=_("Continue"),
            do=do,
            form=forms.MonthForm,
            back=employer_url(employer),
            then=lambda: _wages_url(employer, chosen[0]),
            initial={"month": month_of(timezone.localdate())},
            crumbs=employer_crumbs(employer),
        ).answer(request)

    def wages(self, request: HttpRequest, pk: int, month: str) -> HttpResponse:
        """One row for each person on the staff list; all are taken or none."""
        employer = self.find(request, pk)
        try:
            number = parse_month(month)
        except KernelError as unreadable:
            raise Http404 from unreadable
        people = list(queries.staff(employer.pk, first_day(number)))
        late = queries.staff(employer.pk, first_day(number + 1))
        known = {job.person_id for job in people}
        people += [job for job in late if job.person_id not in known]
        said = {row.person_id: row.wage for row in queries.declarations(employer.pk, number)}
        trouble: list[tuple[str, str]] = []
        typed: dict[int, str] = {}
        if request.method == "POST":
            typed, trouble = self.take(request, employer, number, [job.person_id for job in people])
            if not trouble:
                return redirect(employer_url(employer))
        rows = [
            {
                "person": job.person,
                "name": f"wage-{job.person_id}",
                "value": typed.get(
                    job.person_id, format_yuan(said[job.person_id]) if job.person_id in said else ""
                ),
                "error": next(
                    (text for field, text in trouble if field == f"wage-{job.person_id}"), ""
                ),
            }
            for job in people
        ]
        return show_page(
            request,
            "admin/enrollment/wages.html",
            title=_("Wages of %(month)s") % {"month": format_month(number)},
            act="wage.declare",
            crumbs=employer_crumbs(employer),
            status=422 if trouble else 200,
            employer=employer,
            month=number,
            rows=rows,
            trouble=trouble,
        )

    def take(
        self, request: HttpRequest, employer: Employer, month: int, people: list[int]
    ) -> tuple[dict[int, str], list[tuple[str, str]]]:
        """Read the typed wages and declare them; what was typed and what is wrong with it."""
        typed = {pk: request.POST.get(f"wage-{pk}", "").strip() for pk in people}
        trouble: list[tuple[str, str]] = []
        amounts: dict[int, int] = {}
        for pk, text in typed.items():
            if text:
                try:
                    amounts[pk] = parse_yuan(text)
                except KernelError as error:
                    trouble.append((f"wage-{pk}", str(from_kernel(error))))
        if trouble:
            return typed, trouble
        try:
            declared = wages.declare(
                by=staff(request), employer=employer, month=month, wages=amounts
            )
        except Problem as problem:
            rows = problem.detail.get("rows") or []
            numbers = list(amounts)
            trouble = [(f"wage-{numbers[each.row - 1]}", str(each.problem)) for each in rows]
            return typed, trouble or [("", str(problem))]
        messages.success(
            request,
            _now("Declared: %(new)s new, %(changed)s changed, %(same)s as before.")
            % {"new": declared.new, "changed": declared.changed, "same": declared.unchanged},
        )
        return typed, []


def _to(verb: str, employer: Employer) -> str:
    return reverse(f"admin:enrollment_employer_{verb}", args=[employer.pk])


def _wages_url(employer: Employer, month: int) -> str:
    return reverse("admin:enrollment_employer_wages", args=[employer.pk, format_month(month)])
