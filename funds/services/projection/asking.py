"""Projections asked for, worked out by a worker, and made public by a second person.

The state is in PostgreSQL, so that a page can say how far it is; Celery only carries the number.
"""

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from funds.models import Projection, ProjectionYear
from socsec.kernel.errors import KernelError
from socsec.kernel.policy import Policy
from socsec.kernel.regions import NATION
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, Problem, Refused, both, from_kernel, say, words
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.services import policy as policies

from .scenario import Scenario
from .working import KEPT, Outcome, assumed, chances, fingerprint, of_nation
from .years import REVISION

log = logging.getLogger(__name__)
State = Projection.State
LEASE = timedelta(minutes=10)
MOST_TRIES = 3
ROWS = 1000
LONGEST_NAME = 80
MOST_DRAWS = 500
RESULT = ("scheme", "region", "year", "wage", "reserve", *KEPT)
# What a projection asks of the policy, by the parameters' names.
TRIED = ("enrollment.pension.", "pensions.", "funds.projection.")


@transaction.atomic
def ask(
    *,
    by: User,
    name: str,
    scenario: Mapping[str, Any],
    drafted: bool = False,
    draws: int = 0,
    seed: int = 1,
) -> Projection:
    """Ask for the nation under a scenario, `{lever: natural value}`; a worker works it out.

    `drafted` tries the values of the nation that wait for approval, beside the same without them,
    which is asked for too if nobody has. `draws` of chance begin at `seed`. `Invalid` names the lever
    that cannot be; `Conflict` where the same was asked before.
    """
    require(by, "projection.make")
    if not name.strip():
        raise Invalid(_("Give the scenario a name."), code="name_missing", field="name")
    if not 0 <= draws <= MOST_DRAWS:
        raise Invalid(
            say(_("At most %(most)s draws of chance."), most=MOST_DRAWS),
            code="too_many_draws",
            field="draws",
        )
    read = Scenario.read(scenario).natural()
    edition = policies.current_edition()
    rows = _drafts() if drafted else []
    more = ({"drafts": rows} if rows else {}) | ({"draws": draws, "seed": seed} if draws else {})
    asked = Projection(
        name=name.strip(),
        region_id=NATION,
        scenario=read,
        drafts=rows,
        draws=draws,
        seed=seed if draws else 0,
        edition=edition,
        digest=fingerprint(
            {
                "source": Projection.Source.PUBLISHED,
                "region": NATION,
                "scenario": read,
                "edition": edition.digest,
                "population": REVISION,
                **more,
            }
        ),
        maker=by,
    )
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError as error:
        before = Projection.objects.filter(digest=asked.digest).exclude(state=State.REFUSED).get()
        raise Conflict(
            _("The same was worked out before."),
            code="projected_before",
            fix=_("Look at “%(name)s”.") % {"name": before.name},
            projection=before.pk,
        ) from error
    _note(by, "projection.make", asked)
    if rows:
        with suppress(Conflict):
            without = str(_("%(name)s, without drafts")) % {"name": asked.name}
            ask(by=by, name=without[-LONGEST_NAME:], scenario=scenario)
    transaction.on_commit(lambda: _send(asked.pk))
    return asked


def _drafts() -> list[dict[str, Any]]:
    """The values of the nation that wait for approval and that a projection asks for."""
    waiting = [row for row in policies.drafts(TRIED, NATION) if row.region_id == NATION]
    if not waiting:
        raise Refused(
            _("No value of the nation that a projection asks for waits for approval."),
            code="no_drafts",
            fix=_("Enter the draft first, under policy values."),
        )
    policies.joined_with(waiting)
    return [
        {
            "code": row.code,
            "region": row.region_id,
            "from": row.from_date.isoformat(),
            "value": row.value,
            "law": row.law,
            "source": row.source,
            "status": row.status,
        }
        for row in waiting
    ]


def ask_neighbours(*, by: User, projection: int) -> list[Projection]:
    """Sensitivities: each lever of a projection moved alone, up and down. Those asked before are left out."""
    held = Projection.objects.select_related("edition").defer("edition__content").get(pk=projection)
    scenario = Scenario.read(held.scenario)
    policy = policies.of(policies.current_edition())
    asked = []
    for lever, other in scenario.neighbours(assumed(policy, NATION)):
        said = other.natural()
        moved = said.get(lever.name, lever.unit.natural(lever.plain or 0))
        name = f"{held.name} · {lever.label} {moved}"
        try:
            asked.append(ask(by=by, name=name[-LONGEST_NAME:], scenario=said))
        except Conflict:
            continue
    return asked


def _send(pk: int) -> None:
    """By name: the tasks stand above the services. A message that gets lost is only a delay."""
    try:
        current_app.send_task("funds.project", [pk])
    except OperationalError:
        log.warning("projection %s waits for the next minute: no broker", pk)


def waiting() -> list[int]:
    """Projections that nobody works out, or whose worker has been silent for too long."""
    return list(Projection.objects.filter(_free()).order_by("pk").values_list("pk", flat=True))


def _free() -> Q:
    late = timezone.now() - LEASE
    return Q(state=State.WAITING) | Q(state=State.WORKING, started_at__lt=late)


def work(projection_id: int) -> Projection | None:
    """Work out a projection and keep its years. None where another worker is at it, or it is done."""
    taken = Projection.objects.filter(_free(), pk=projection_id).update(
        state=State.WORKING, started_at=timezone.now(), attempts=F("attempts") + 1, done=0
    )
    if not taken:
        return None
    held = (
        Projection.objects.select_related("edition").defer("edition__content").get(pk=projection_id)
    )

    def told(done: int, steps: int) -> None:
        Projection.objects.filter(pk=held.pk).update(done=done, steps=steps)

    try:
        outcomes = of_nation(policy_of(held), Scenario.read(held.scenario), told)
        rows = [row for outcome in outcomes for row in outcome.rows()]
        read = Scenario.read(held.scenario)
        bands = chances(policy_of(held), read, held.draws, held.seed, told) if held.draws else {}
    except KernelError as error:
        return _refuse(held, words(from_kernel(error)))
    except Problem as problem:
        return _refuse(held, words(problem))
    except Exception:
        log.exception("projection %s failed", held.pk)
        if held.attempts < MOST_TRIES:
            return None
        fault = _("The fault is ours. Tell whoever runs this system.")
        return _refuse(held, both(lazy(lambda: str(fault), str)()))
    return _keep(held, outcomes, rows, bands)


def policy_of(held: Projection) -> Policy:
    """The edition it was asked under, with the drafts that were tried."""
    policy = policies.of(held.edition)
    return policy.trying(json.dumps(held.drafts)) if held.drafts else policy


@transaction.atomic
def _keep(
    held: Projection, outcomes: list[Outcome], rows: list[dict[str, Any]], bands: dict[str, Any]
) -> Projection | None:
    mine = Projection.objects.select_for_update().get(pk=held.pk)
    if (mine.state, mine.attempts) != (State.WORKING, held.attempts):
        return None  # another worker was thought to be quicker
    ProjectionYear.objects.bulk_create(
        [ProjectionYear(projection=mine, **row) for row in rows], batch_size=ROWS
    )
    mine.measures = {str(int(each.scheme)): each.figures() for each in outcomes}
    mine.bands = bands
    mine.result = fingerprint_of(mine)
    mine.state, mine.finished_at, mine.done = State.DONE, timezone.now(), mine.steps
    mine.save()
    audit.record(
        by=None, act="projection.done", subject=mine, region=mine.region_id, result=mine.result
    )
    return mine


def fingerprint_of(held: Projection) -> str:
    """The fingerprint of what came out, from the rows that are kept."""
    rows = list(
        ProjectionYear.objects.filter(projection=held)
        .order_by("scheme", "region", "year")
        .values(*RESULT)
    )
    return fingerprint([rows, held.bands])


@transaction.atomic
def _refuse(held: Projection, trouble: dict[str, str]) -> Projection:
    held.trouble, held.state, held.finished_at = trouble, State.REFUSED, timezone.now()
    held.save(update_fields=["trouble", "state", "finished_at"])
    audit.record(by=None, act="projection.refuse", subject=held, region=held.region_id)
    return held


@transaction.atomic
def publish(*, by: User, projection: int) -> Projection:
    """Put a projection on the public page; by somebody other than who asked for it."""
    held = Projection.objects.select_for_update(of=("self",)).get(pk=projection)
    require(by, "projection.publish", held.region_id)
    require_other_hand(by, held.maker_id)
    if held.state != State.DONE or held.publisher_id:
        raise Conflict(
            _("Only a projection that is worked out and not public yet can be made public."),
            code="not_publishable",
        )
    held.publisher, held.published_at = by, timezone.now()
    held.save(update_fields=["publisher", "published_at"])
    _note(by, "projection.publish", held)
    return held


@transaction.atomic
def withdraw(*, by: User, projection: int) -> Projection:
    """Take a projection off the public page; it stays on the desk."""
    held = Projection.objects.select_for_update(of=("self",)).get(pk=projection)
    require(by, "projection.publish", held.region_id)
    if not held.publisher_id:
        raise Conflict(_("It is not on the public page."), code="not_public")
    held.publisher = held.published_at = None
    held.save(update_fields=["publisher", "published_at"])
    _note(by, "projection.withdraw", held)
    return held


def _note(by: User, act: str, held: Projection) -> None:
    audit.record(by=by, act=act, subject=held, region=held.region_id, digest=held.digest)
