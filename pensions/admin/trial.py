"""A yearly adjustment tried out at the desk: drafts that wait for a check, beside what is in force."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Scheme
from pensions.services.trial import Question, Trial, try_out
from socsec.kernel import months
from socsec.office.access import may
from socsec.office.admin.spread import shown
from socsec.office.desk import Button, Crumb, show_page, staff
from socsec.office.errors import Problem
from socsec.office.models import Region
from socsec.office.places import place

READ = "policy.read"
ALL = "all"
YEARS_BACK = 5


def trial(request: HttpRequest) -> HttpResponse:
    """Which rule is tried, in which region and year: asked by the address, nothing is kept."""
    user = staff(request)
    today = timezone.localdate()
    region = request.GET.get("region") or user.region_code or ""
    if not may(user, READ, region):
        raise Http404
    question = _one_of(request.GET.get("question"), Question.values, Question.DRAFT_TO_LIVE)
    scheme = _one_of(request.GET.get("scheme"), [str(each) for each in Scheme.values], ALL)
    year = int(_one_of(request.GET.get("year"), [str(each) for each in _years(today)], today.year))
    found: Trial | None = None
    problem: Problem | None = None
    try:
        found = try_out(
            month=months.month(year, 1),
            region=region,
            schemes=Scheme.values if scheme == ALL else [int(scheme)],
            question=Question(question),
        )
    except Problem as error:
        problem = error
    return show_page(
        request,
        "admin/pensions/trial.html",
        title=_("Try out an adjustment"),
        act=READ,
        crumbs=[Crumb(_("Policy values"), reverse("admin:office_policyvalue_changelist"))],
        buttons=[Button(_("What is in force"), reverse("admin:office_policy_browse"))],
        question=question,
        questions=Question.choices,
        scheme=scheme,
        schemes=[(ALL, _("All schemes")), *((str(k), label) for k, label in Scheme.choices)],
        year=year,
        years=_years(today),
        region=region,
        regions=[(each.code, str(each)) for each in _regions(user.region_code or "")],
        spread=shown(found.spread) if found else None,
        without=[place(code) for code in found.without] if found else [],
        drafts=found.drafts if found else [],
        problem=problem,
    )


def _one_of(said: str | None, known: list[str], otherwise: object) -> str:
    return said if said in known else str(otherwise)


def _years(today: date) -> list[int]:
    return list(range(today.year + 1, today.year - YEARS_BACK, -1))


def _regions(root: str) -> list[Region]:
    return list(Region.objects.within(root))
