"""The desk's page of benefit plans: by region, scheme and year, each value with its status and drafts."""

import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from medical.queries import plans as queries
from socsec.office import menu
from socsec.office.access import may
from socsec.office.desk import show_page, staff
from socsec.office.desk_forms import pick
from socsec.office.forms import ScreenForm, WholeField
from socsec.office.models import Region
from socsec.office.services import policy as policies

FIRST_YEAR, LAST_YEAR = 1998, 2100


class PlanForm(ScreenForm):
    region = pick(_("Region"), [])
    scheme = pick(_("Scheme"), [("employees", _("Employees")), ("residents", _("Residents"))])
    year = WholeField(label=_("Year"), least=FIRST_YEAR, most=LAST_YEAR)


def plan(request: HttpRequest) -> HttpResponse:
    """What a plan pays, and what of it changed against the year before."""
    user = staff(request)
    regions = Region.objects.filter(level__lte=Region.Level.CITY)
    chosen = {
        "region": user.region_code,
        "scheme": "employees",
        "year": timezone.localdate().year,
        **request.GET.dict(),
    }
    form = PlanForm(chosen)
    form.fields["region"].choices = [(each.code, f"{each} · {each.code}") for each in regions]  # type: ignore[attr-defined]
    rows: list[dict[str, Any]] = []
    edition = policies.current_edition()
    if form.is_valid():
        said = form.cleaned_data
        language = get_language() or ""
        for line in queries.plan(
            policies.of(edition), said["scheme"], said["region"], said["year"]
        ):
            rows.append(
                {
                    "line": line,
                    "label": line.parameter.label[0 if language.startswith("zh") else 1],
                    "steps": queries.steps(line, language),
                    "before": _written(line.before) if line.changed else "",
                    "draft_url": _draft(line, said["region"]),
                }
            )
    return show_page(
        request,
        "admin/medical/plan.html",
        title=_("Benefit plans"),
        act="policy.read",
        form=form,
        rows=rows,
        missing=sum(row["line"].value is None for row in rows),
        unsure=sum(row["line"].value is not None and row["line"].value.open for row in rows),
        may_draft=may(user, "policy.enter"),
        edition=edition,
        what_if_url=f"{reverse('admin:medical_what_if')}?{urlencode(_plan_of(form))}",
        status=200 if form.is_valid() else 422,
    )


def _plan_of(form: PlanForm) -> dict[str, Any]:
    """The plan that is shown, with the bills of last year to try it on."""
    said = form.cleaned_data if form.is_valid() else {}
    return {**said, "bills": timezone.localdate().year - 1} if said else {}


def _written(value: Any) -> str:
    if value is None:
        return ""
    written = value.written
    return json.dumps(written, ensure_ascii=False) if isinstance(written, dict) else str(written)


def _draft(line: queries.PlanLine, region: str) -> str:
    """The office's page of a new value, with what is known filled in."""
    known = {"code": line.parameter.code, "region": region, "value": _written(line.value)}
    return f"{reverse('admin:office_policy_enter')}?{urlencode(known)}"


def hang() -> None:
    """Hang the plans into the sidebar."""
    menu.place(
        menu.Place(
            "plans",
            menu.Group.MEDICAL,
            6,
            _("Benefit plans"),
            "admin:medical_plan",
            "fact_check",
            "policy.read",
        )
    )
