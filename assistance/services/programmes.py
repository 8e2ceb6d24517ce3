"""Programmes: loaded from the data files, or entered by one policy officer and approved by another."""

import csv
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from assistance.models import Programme, ProgrammeState, Step
from socsec.kernel import regions, rules
from socsec.kernel.errors import KernelError
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, NotFound, Refused, from_kernel, say
from socsec.office.models import User
from socsec.office.services import audit

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
