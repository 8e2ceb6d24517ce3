"""Stored decisions of assistance, worked out again from their facts and the edition of their time."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from assistance.models import Application, CareAssessment, GrantAmount
from assistance.services.care.levels import RULE as CARE_LEVEL
from assistance.services.deciding import decide
from socsec.kernel import rules
from socsec.kernel.months import format_month, month_of
from socsec.office.replays import Outcome
from socsec.office.services import policy as policies

M = TypeVar("M", bound=Model)
Lines = dict[str, Any]


def amounts(sample: int | None) -> Iterator[Outcome]:
    """Every version of what a grant comes to, line by line."""
    rows = GrantAmount.objects.select_related("grant__programme").exclude(sheet={})
    for each in _some(rows, sample):
        grant = each.grant
        found = decide(each.facts, policies.of(each.edition_id), grant.programme, grant.region)
        now = _lines(found.assessment.as_json())
        yield Outcome(f"{each.grant_id}/{each.version}", _apart(_lines(each.sheet), now))


def applications(sample: int | None) -> Iterator[Outcome]:
    """Applications that were assessed, those that were refused among them."""
    rows = Application.objects.select_related("programme", "case").filter(
        gathered__isnull=False, case__sheet__isnull=False, case__edition__isnull=False
    )
    for each in _some(rows, sample):
        policy = policies.of(each.case.edition_id or 0)
        found = decide(each.gathered or {}, policy, each.programme, each.region)
        now, then = _lines(found.assessment.as_json()), _lines(each.case.sheet or {})
        yield Outcome(each.case.number, _apart(then, now))


def care_levels(sample: int | None) -> Iterator[Outcome]:
    """Levels of care, from the scores of the visit."""
    rules.load(["assistance"])
    for each in _some(CareAssessment.objects.all(), sample):
        done = rules.assess(
            CARE_LEVEL,
            {"month": format_month(month_of(each.assessed_on)), **each.scores},
            policy=policies.of(each.edition_id),
            region=each.region,
        )
        now = _lines(done.document.as_json())
        differences = _apart(_lines(each.sheet), now)
        if each.level != now["level"]:
            differences = (*differences, f"level: {each.level} → {now['level']}")
        yield Outcome(str(each.pk), differences)


def _lines(sheet: dict[str, Any]) -> Lines:
    return {line["code"]: line["value"] for line in sheet.get("lines", ())}


def _apart(then: Lines, now: Lines) -> tuple[str, ...]:
    return tuple(
        f"{code}: {then.get(code)} → {now.get(code)}"
        for code in [*then, *(code for code in now if code not in then)]
        if then.get(code) != now.get(code)
    )


def _some(rows: QuerySet[M], sample: int | None) -> Iterator[M]:
    return iter(rows.iterator() if sample is None else rows.order_by("?")[:sample])
