"""Programmes: loaded from the data files, or entered by one policy officer and approved by another."""

import csv
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from assistance.models import Actor, LimitUnit, Programme, ProgrammeState, Step, StepCode
from socsec.kernel import regions, rules
from socsec.kernel.errors import KernelError
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, NotFound, Refused, from_kernel, say
from socsec.office.models import User
from socsec.office.services import audit

LOCAL = "official"  # what an office enters, it enters from the document it names
CODE = re.compile(r"[a-z][a-z0-9_]{0,31}")
MOST_STEPS = len(StepCode.values)
MOST_DAYS = 366
FILES = Path(__file__).resolve().parents[1] / "data"


@transaction.atomic
def load(folder: Path = FILES) -> int:
    """Bring programmes and steps up to the files. Changes nothing the second time; what an office
    entered stays. Returns how many programmes the file holds."""
    entries = yaml.safe_load((folder / "programmes.yaml").read_text("utf-8"))
    for entry in entries:
        known = dict(entry)
        name_zh, name_en = known.pop("names")
        about_zh, about_en = known.pop("about")
        Programme.objects.update_or_create(
            slug=known.pop("slug"),
            region_id=known.pop("region"),
            since=known.pop("since"),
            defaults={
                **known,
                "name_zh": name_zh,
                "name_en": name_en,
                "about_zh": about_zh,
                "about_en": about_en,
                "state": ProgrammeState.IN_FORCE,
            },
        )
    with (folder / "steps.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            Step.objects.update_or_create(
                programme=row.pop("programme"),
                region_id=row.pop("region"),
                code=row.pop("code"),
                since=date.fromisoformat(row.pop("since")),
                defaults=dict(row),
            )
    return len(entries)


def find(slug: str, region: str, on: date) -> Programme:
    """The programme in force there that day, the nearest region's. `NotFound` if there is none."""
    found = in_force(region, on).get(slug)
    if found is None:
        raise NotFound(_("There is no such programme here."), code="no_programme")
    return found


def in_force(region: str, on: date) -> dict[str, Programme]:
    """Every programme in force in a region that day, by its code."""
    above = regions.upwards(region)
    held: dict[str, Programme] = {}
    rows = Programme.objects.filter(
        region__in=above, since__lte=on, state=ProgrammeState.IN_FORCE
    ).exclude(until__lt=on)
    for row in sorted(rows, key=lambda each: (-above.index(each.region_id), each.since)):
        held[row.slug] = row
    return dict(sorted(held.items()))


def steps_of(slug: str, region: str, on: date) -> list[Step]:
    """The steps of a programme's procedure there that day: those of the nearest region with any."""
    found = Step.objects.filter(
        programme=slug, since__lte=on, state=ProgrammeState.IN_FORCE
    ).exclude(until__lt=on)
    by_region: dict[str, dict[str, Step]] = {}
    for step in found.order_by("since"):
        by_region.setdefault(step.region_id, {})[step.code] = step
    for code in regions.upwards(region):
        if code in by_region:
            return sorted(by_region[code].values(), key=lambda step: (step.place, step.code))
    return []


@transaction.atomic
def propose(*, by: User, **columns: Any) -> Programme:
    """A policy officer enters a local programme of an ordinary kind. No code: a rule that is there.

    `given` fixes facts of that rule, in natural units. Raises `Invalid` where the rule does not know
    them, and for a programme for children with a public notice.
    """
    region = columns.pop("region")
    require(by, "programme.enter", region)
    if not CODE.fullmatch(columns["slug"]):
        raise Invalid(
            _("A code has small letters, digits and underscores, and begins with a letter."),
            code="impossible_code",
            field="slug",
        )
    check_facts(columns["rule"], columns.get("given") or {}, field="given")
    if columns.get("for_children") and columns.get("noticed"):
        raise Invalid(
            _("Nothing about a child is put on a public notice."),
            code="notice_of_a_child",
            field="noticed",
            fix=_("Choose no public notice."),
        )
    try:
        with transaction.atomic():
            made = Programme.objects.create(
                region_id=region, maker=by, state=ProgrammeState.PROPOSED, **columns
            )
    except IntegrityError as error:
        raise Conflict(
            _("This programme is on file for that region and day."),
            code="programme_there",
            fix=_("Choose another day or another code."),
        ) from error
    audit.record(by=by, act="programme.enter", subject=made, region=region, slug=made.slug)
    return made


@transaction.atomic
def approve(*, by: User, programme: Programme) -> Programme:
    """A second person puts it in force."""
    held = Programme.objects.select_for_update().get(pk=programme.pk)
    require(by, "programme.approve", held.region_id)
    if held.maker_id is not None:
        require_other_hand(by, held.maker_id)
    if held.state != ProgrammeState.PROPOSED:
        raise Refused(_("This programme is in force already."), code="in_force")
    held.state = ProgrammeState.IN_FORCE
    held.checker = by
    held.save(update_fields=["state", "checker"])
    audit.record(
        by=by, act="programme.approve", subject=held, region=held.region_id, slug=held.slug
    )
    return held


@transaction.atomic
def propose_steps(
    *, by: User, programme: str, region: str, since: date, law: str, steps: list[dict[str, Any]]
) -> list[Step]:
    """A policy officer enters the procedure of a programme in a region from a day on, in place of the
    one that held there before. Each step is {code, place, actor, limit, unit}.

    `Invalid` without a decision, for an impossible number, and for a notice of a programme that has
    none; `Conflict` where that region has a procedure from that day already.
    """
    require(by, "programme.enter", region)
    of = _programme_of(programme, region)
    if not law.strip():
        raise Invalid(_("Name the document that says so."), code="empty", field="law")
    codes = [step["code"] for step in steps]
    if StepCode.DECIDE not in codes or len(set(codes)) != len(codes):
        raise Invalid(
            _("A procedure has a decision, and each step once."), code="no_decision", field="decide"
        )
    for step in steps:
        _possible(step, of)
    if Step.objects.filter(programme=programme, region_id=region, since=since).exists():
        raise Conflict(
            _("This region has a procedure of the programme from that day."),
            code="procedure_there",
            field="since",
            fix=_("Choose another day."),
        )
    made = Step.objects.bulk_create(
        Step(
            programme=programme,
            region_id=region,
            since=since,
            law=law.strip()[:120],
            status=LOCAL,
            state=ProgrammeState.PROPOSED,
            maker=by,
            **step,
        )
        for step in steps
    )
    audit.record(
        by=by,
        act="procedure.enter",
        subject=of,
        region=region,
        slug=programme,
        since=since.isoformat(),
        steps=codes,
    )
    return made


@transaction.atomic
def approve_steps(*, by: User, programme: str, region: str, since: date) -> list[Step]:
    """A second person puts a procedure in force."""
    require(by, "programme.approve", region)
    held = list(
        Step.objects.select_for_update(of=("self",)).filter(
            programme=programme, region_id=region, since=since
        )
    )
    if not held or any(step.state != ProgrammeState.PROPOSED for step in held):
        raise Refused(_("There is no procedure to approve."), code="no_procedure")
    require_other_hand(by, *(step.maker_id for step in held))
    for step in held:
        step.state, step.checker = ProgrammeState.IN_FORCE, by
    Step.objects.bulk_update(held, ["state", "checker"])
    audit.record(
        by=by,
        act="procedure.approve",
        subject=_programme_of(programme, region),
        region=region,
        slug=programme,
        since=since.isoformat(),
    )
    return held


def _programme_of(slug: str, region: str) -> Programme:
    """The programme whose procedure is meant: entered there or above, in force or still proposed."""
    rows = Programme.objects.filter(slug=slug, region__in=regions.upwards(region))
    found = rows.order_by("-region", "-since").first()
    if found is None:
        raise NotFound(_("There is no such programme here."), code="no_programme")
    return found


def _possible(step: dict[str, Any], of: Programme) -> None:
    code = step["code"]
    if (
        code not in StepCode.values
        or step["actor"] not in Actor.values
        or step["unit"] not in LimitUnit.values
    ):
        raise Invalid(_("There is no such step."), code="unknown_step", field=code)
    if not 1 <= step["place"] <= MOST_STEPS or not 0 <= step["limit"] <= MOST_DAYS:
        raise Invalid(
            _("Give its place and its days as numbers."), code="impossible_step", field=code
        )
    if code == StepCode.NOTICE and not of.noticed:
        raise Invalid(
            _("This programme has no public notice."),
            code="no_notice",
            field=code,
            fix=_("Leave the notice out of its procedure."),
        )


def check_facts(rule: str, said: dict[str, Any], *, field: str = "") -> None:
    """`Invalid` where the rule does not know a fact, or cannot believe it: an income of −1. The
    trouble is laid to `field`, or else to the fact by its name."""
    specs = _rule(rule).facts.specs()
    for name, value in said.items():
        if name not in specs:
            raise Invalid(
                say(_("The rule has no fact “%(name)s”."), name=name),
                code="unknown_fact",
                field=field or name,
            )
        try:
            specs[name].read(value)
        except KernelError as error:
            raise from_kernel(error, field=field or name) from error


@cache
def _loaded() -> None:
    rules.load(["assistance"])


def _rule(code: str) -> rules.Rule:
    _loaded()
    try:
        return rules.find(code)
    except KernelError as error:
        raise Invalid(_("There is no such rule."), code="unknown_rule", field="rule") from error
