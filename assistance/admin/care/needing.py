"""The desk's pages of levels of care and care plans: entered by one, decided by another."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assistance.models import CareAssessment, CarePlan, CareState
from assistance.queries import care as queries
from assistance.rules.care_level import CareLevel
from assistance.rules.care_services import CareService, Setting
from assistance.services.care import levels, plans
from socsec.office.desk import row_url, staff
from socsec.office.desk_forms import PlainForm
from socsec.office.display import day_plain, word
from socsec.office.places import place
from socsec.office.queues import Queue
from socsec.office.tables import Row, Table, facts

from .forms import ReasonForm

VERBS: dict[str, Any] = {
    "approve": ("care.approve", _("Approve"), (CareState.PROPOSED,), PlainForm, "", False),
    "reject": ("care.approve", _("Do not approve"), (CareState.PROPOSED,), ReasonForm, "", True),
}


def level_word(level: int) -> str:
    """A level of care as it is said: "4 · severe II"."""
    return f"{level} · {word(CareLevel.read(level))}"


def plan_lines(plan: CarePlan) -> list[tuple[str, str, int]]:
    """The services of a plan in words, where, and the units a month."""
    return [
        (
            word(CareService.read(each["service"])),
            word(Setting.read(each["setting"])),
            each["units"],
        )
        for each in plan.lines
    ]


@admin.register(CareAssessment)
class CareAssessmentAdmin(Queue):
    read_act = "care.read"
    change_form_template = "admin/assistance/care.html"
    list_display: ClassVar = ["person", "level_", "assessed_on", "valid_until", "state", "maker"]
    list_filter: ClassVar = ["state", "level"]
    search_fields: ClassVar = ["person__name__startswith"]
    search_help_text = _("Name")
    verbs: ClassVar = VERBS

    def get_queryset(self, request: HttpRequest) -> QuerySet[CareAssessment]:
        return queries.assessments(request.user)

    @admin.display(description=_("level of care"), ordering="level")
    def level_(self, row: CareAssessment) -> str:
        return level_word(row.level)

    def context(self, request: HttpRequest, obj: CareAssessment) -> dict[str, Any]:
        return {
            "heading": f"{obj.person.name} · {level_word(obj.level)}",
            "sheet_json": obj.sheet,
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Person"), obj.person.name, row_url(obj.person)),
                (_("Level of care"), level_word(obj.level)),
                (_("Day of the visit"), day_plain(obj.assessed_on)),
                (_("Assessed by"), f"{obj.maker} · {obj.second}"),
                (_("To be assessed again by"), day_plain(obj.valid_until)),
                (_("Region"), place(obj.region)),
                (_("Reason"), obj.reason),
                (_("Decided by"), obj.checker),
            ),
        }

    def do_approve(self, request: HttpRequest, row: CareAssessment, said: Any) -> None:
        levels.decide(by=staff(request), assessment=row, approve=True)

    def do_reject(self, request: HttpRequest, row: CareAssessment, said: dict[str, Any]) -> None:
        levels.decide(by=staff(request), assessment=row, approve=False, **said)


@admin.register(CarePlan)
class CarePlanAdmin(Queue):
    read_act = "care.read"
    list_display: ClassVar = ["person", "from_date", "until", "state", "maker"]
    list_filter: ClassVar = ["state"]
    search_fields: ClassVar = ["person__name__startswith"]
    search_help_text = _("Name")
    verbs: ClassVar = VERBS

    def get_queryset(self, request: HttpRequest) -> QuerySet[CarePlan]:
        return queries.plans(request.user)

    def context(self, request: HttpRequest, obj: CarePlan) -> dict[str, Any]:
        return {
            "heading": obj.person.name,
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Person"), obj.person.name, row_url(obj.person)),
                (_("Level of care"), level_word(obj.assessment.level), row_url(obj.assessment)),
                (_("From"), day_plain(obj.from_date)),
                (_("Until"), day_plain(obj.until) if obj.until else None),
                (_("Aim"), obj.goal),
                (_("Entered by"), obj.maker),
                (_("Decided by"), obj.checker),
            ),
            "tables": [
                Table(
                    _("Services a month"),
                    [_("Service of care"), _("Where"), _("Units")],
                    [Row(each) for each in plan_lines(obj)],
                    "",
                    (2,),
                )
            ],
        }

    def do_approve(self, request: HttpRequest, row: CarePlan, said: Any) -> None:
        plans.decide(by=staff(request), plan=row, approve=True)

    def do_reject(self, request: HttpRequest, row: CarePlan, said: dict[str, Any]) -> None:
        plans.decide(by=staff(request), plan=row, approve=False, **said)
