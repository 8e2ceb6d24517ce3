"""A case is opened by a clerk, a person or a partner, or handed to another office."""

from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from socsec.kernel import regions

from ... import kinds
from ...access import require, require_stranger
from ...calendar import add_working_days
from ...errors import Conflict, Invalid
from ...models import (
    Case,
    CaseCounter,
    Office,
    Region,
    User,
)
from .base import event, record
from .working import allowed_days


@transaction.atomic
def open_case(
    *,
    kind: str,
    person_id: int | None,
    subject: str,
    region: str,
    by: User,
    channel: str,
    key: str = "",
    received_on: date | None = None,
    office: Office | None = None,
    allowed: bool = False,
    **detail: Any,
) -> Case:
    """Receive an application. The statutory clock starts the working day after `received_on`.

    `key` makes it idempotent: the same user with the same key gets the case already opened, and
    `Conflict` where person, kind or region differ. Insured persons open cases for themselves only.
    `allowed` says that the caller has asked for leave in a way of its own, as for an employer's
    officer.
    """
    if not allowed:
        require(by, "case.receive", region, person_id)
    held = office or by.office or (office_of(region) if allowed else None)
    return _open(kind, person_id, subject, region, by, channel, key, received_on, held, detail)


@transaction.atomic
def forward(
    *,
    kind: str,
    person_id: int | None,
    subject: str,
    region: str,
    by: User,
    act: str,
    own_region: str,
    channel: str,
    key: str = "",
    **detail: Any,
) -> Case:
    """Open a case at the office of another region, where `by` need not be at home.

    Whoever may do `act` in `own_region` may hand on what belongs to another office; there it waits
    for that office's own people, under their clock. Insured persons choose the office themselves.
    """
    require(by, act, own_region, person_id)
    return _open(
        kind, person_id, subject, region, by, channel, key, None, office_of(region), detail
    )


def office_of(region: str) -> Office | None:
    """The office that serves a region: its own, or that of the nearest region above."""
    above = regions.upwards(region)
    found = {
        each.region_id: each for each in Office.objects.filter(region__in=above).order_by("-code")
    }
    return next((found[code] for code in above if code in found), None)


def _open(
    kind: str,
    person_id: int | None,
    subject: str,
    region: str,
    by: User,
    channel: str,
    key: str,
    received_on: date | None,
    office: Office | None,
    detail: dict[str, Any],
) -> Case:
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person_id)
    registered = kinds.get(kind)
    if channel not in Case.Channel.values:
        raise Invalid(_("There is no such channel."), code="unknown_channel", field="channel")
    if not Region.objects.filter(code=region).exists():
        raise Invalid(_("There is no such region."), code="unknown_region", field="region")
    today = timezone.localdate()
    received = received_on or today
    if received > today:
        raise Invalid(
            _("The day of receipt lies in the future."), code="future_date", field="received_on"
        )
    if key:
        known = opened_before(by, key, kind, person_id, region)
        if known is not None:
            return known
    days = allowed_days(registered, region, received)
    case = Case(
        number=next_number(registered.prefix, today),
        kind=kind,
        person_id=person_id,
        subject=subject,
        region_id=region,
        office=office,
        channel=channel,
        received_on=received,
        days=days,
        due_on=add_working_days(received, days),
        opened_by=by,
        key=key,
    )
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError:
        # Somebody opened it with the same key while we were counting.
        known = opened_before(by, key, kind, person_id, region) if key else None
        if known is None:
            raise
        return known
    event(case, by, "open", "", **detail)
    record(case, by, "case.open", channel=channel, **detail)
    return case


def next_number(prefix: str, day: date) -> str:
    """The next number of that prefix and day. The counter's row keeps two openers apart."""
    table = CaseCounter._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS c (prefix, day, last) VALUES (%s, %s, 1)"  # noqa: S608
            " ON CONFLICT (prefix, day) DO UPDATE SET last = c.last + 1 RETURNING last",
            [prefix, day],
        )
        serial = cursor.fetchone()[0]
    return f"{prefix}{day:%Y%m%d}{serial:04d}"


def opened_before(by: User, key: str, kind: str, person_id: int | None, region: str) -> Case | None:
    known = Case.objects.filter(opened_by=by, key=key).first()
    if known is not None and (known.kind, known.person_id, known.region_id) != (
        kind,
        person_id,
        region,
    ):
        raise Conflict(
            _("This key was used for another application."),
            code="key_reused",
            field="key",
            fix=_("Send a new key with a new application."),
        )
    return known
