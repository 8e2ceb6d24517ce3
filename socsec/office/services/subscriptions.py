"""A partner's subscriptions: opened, changed, switched off, and what was missed sent anew."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from socsec.kernel import regions

from .. import events, outbound
from ..access import require
from ..errors import Invalid, NotFound, Refused
from ..models import Delivery, PublicEvent, Region, Subscription, User
from . import audit
from .events import row

SHORTEST, LONGEST = 32, 128  # characters of a secret
OVERLAP = timedelta(hours=24)  # in which the secret before signs as well
MOST = 20  # subscriptions of one partner
AT_ONCE = 10_000  # events of one replay

State = Delivery.State


@transaction.atomic
def open_subscription(
    *,
    by: User,
    partner: User,
    kinds: Sequence[str],
    region: str,
    url: str,
    secret: str,
    scopes: Sequence[str] | None = None,
) -> Subscription:
    """Let a partner be told. Partners open their own; administrators for partners of their region.

    `scopes` are those of the partner's token: no kind that they do not cover.
    """
    require(by, "subscription.change", partner.region_code)
    if partner.kind != User.Kind.PARTNER or not partner.is_active or partner.region_code is None:
        raise Invalid(_("Choose an active partner."), code="no_partner", field="partner")
    if by.kind == User.Kind.PARTNER and by.pk != partner.pk:
        raise NotFound(_("There is no such partner."), code="no_partner")
    User.objects.select_for_update(of=("self",)).get(pk=partner.pk)
    if Subscription.objects.filter(partner=partner, closed_at__isnull=True).count() >= MOST:
        raise Refused(
            _("A partner has at most %(most)s subscriptions.") % {"most": MOST},
            code="too_many_subscriptions",
            fix=_("Close one that is not needed any more, or name more kinds in one."),
        )
    made = Subscription.objects.create(
        partner=partner,
        kinds=_kinds(kinds, scopes),
        region_id=_region(region, partner),
        url=outbound.check(url),
        secret=_secret(secret),
    )
    _record(by, "subscription.open", made, kinds=made.kinds)
    return made


@transaction.atomic
def change(
    *,
    by: User,
    subscription: Subscription,
    kinds: Sequence[str] | None = None,
    region: str | None = None,
    url: str | None = None,
    secret: str | None = None,
    scopes: Sequence[str] | None = None,
) -> Subscription:
    """Change what is given. A new secret signs at once, the old one beside it for a day."""
    held = _lock(by, subscription)
    changed: dict[str, Any] = {}
    if kinds is not None:
        changed["kinds"] = _kinds(kinds, scopes)
    if region is not None:
        changed["region_id"] = _region(region, held.partner)
    if url is not None:
        changed["url"] = outbound.check(url)
        changed |= {"failures": 0, "rest_until": None}
    if secret is not None:
        changed["secret_before"], changed["secret"] = held.secret, _secret(secret)
        changed["before_until"] = timezone.now() + OVERLAP
    for name, value in changed.items():
        setattr(held, name, value)
    held.save()
    _record(by, "subscription.change", held, changed=sorted(changed))
    return held


@transaction.atomic
def switch(*, by: User, subscription: Subscription, active: bool, reason: str) -> Subscription:
    """Stop telling, or go on. What happens meanwhile is not told; a replay makes up for it."""
    held = _lock(by, subscription)
    if not reason.strip():
        raise Invalid(_("Say why."), code="no_reason", field="reason")
    held.active, held.failures, held.rest_until = active, 0, None
    held.save(update_fields=["active", "failures", "rest_until"])
    _record(by, "subscription.switch", held, active=active, why=reason.strip())
    return held


@transaction.atomic
def close(*, by: User, subscription: Subscription) -> Subscription:
    """End a subscription for good. What was not delivered is given up."""
    held = _lock(by, subscription)
    held.active, held.closed_at = False, timezone.now()
    held.save(update_fields=["active", "closed_at"])
    left = held.deliveries.filter(state=State.WAITING).update(
        state=State.DEAD, error="the subscription was closed", token=None, leased_until=None
    )
    _record(by, "subscription.close", held, given_up=left)
    return held


@transaction.atomic
def replay(
    *,
    by: User,
    subscription: Subscription,
    since: datetime | None = None,
    after: Any = None,
    dead: bool = False,
) -> int:
    """Send anew: everything published since a time, or after an event; or what was given up.

    One row per event stays: it is set back to waiting. At most `AT_ONCE` events, the oldest first.
    """
    held = _lock(by, subscription)
    if not held.active:
        raise Refused(
            _("This subscription is switched off."),
            code="subscription_off",
            fix=_("Switch it on first."),
        )
    if dead:
        ids = list(
            held.deliveries.filter(state=State.DEAD)
            .order_by("event_id")
            .values_list("event_id", flat=True)[:AT_ONCE]
        )
        wanted = list(PublicEvent.objects.filter(pk__in=ids).order_by("pk"))
    else:
        wanted = list(_published(held, since, after)[:AT_ONCE])
    now = timezone.now()
    there = {
        each.event_id: each
        for each in held.deliveries.filter(event__in=[event.pk for event in wanted])
    }
    again = list(there.values())
    for each in again:
        each.state, each.attempts, each.replays = State.WAITING, 0, each.replays + 1
        each.since = each.due_at = now
        each.token = each.leased_until = each.delivered_at = each.status = None
        each.error = ""
    Delivery.objects.bulk_update(
        again,
        [
            *("state", "attempts", "replays", "since", "due_at"),
            *("token", "leased_until", "delivered_at", "status", "error"),
        ],
        batch_size=1000,
    )
    Delivery.objects.bulk_create(
        [row(event, held) for event in wanted if event.pk not in there], batch_size=1000
    )
    Subscription.objects.filter(pk=held.pk).update(failures=0, rest_until=None)
    _record(by, "event.replay", held, events=len(wanted), dead=dead)
    return len(wanted)


@transaction.atomic
def retry(*, by: User, delivery: Delivery) -> Delivery:
    """Try once more what was given up, for three more days."""
    held = _lock(by, delivery.subscription)
    if not held.active:
        raise Refused(
            _("This subscription is switched off."),
            code="subscription_off",
            fix=_("Switch it on first."),
        )
    now = timezone.now()
    if not Delivery.objects.filter(pk=delivery.pk, state=State.DEAD).update(
        state=State.WAITING, attempts=0, since=now, due_at=now, error="", status=None
    ):
        raise Refused(_("This was not given up."), code="not_given_up")
    Subscription.objects.filter(pk=held.pk).update(failures=0, rest_until=None)
    _record(by, "event.replay", held, events=1, delivery=delivery.pk)
    delivery.refresh_from_db()
    return delivery


def _published(held: Subscription, since: datetime | None, after: Any) -> QuerySet[PublicEvent]:
    if since is None and after is None:
        raise Invalid(
            _("Say since when, or after which event."), code="replay_from_where", field="since"
        )
    low, high = regions.span(held.region_id)
    found = PublicEvent.objects.filter(kind__in=held.kinds, region__gte=low, region__lte=high)
    if since is not None:
        found = found.filter(published_at__gte=since)
    if after is not None:
        seen = PublicEvent.objects.filter(event_id=after).first()
        if seen is None:
            raise Invalid(_("There is no such event."), code="no_event", field="after")
        found = found.filter(pk__gt=seen.pk)
    return found.order_by("pk")


def _lock(by: User, subscription: Subscription) -> Subscription:
    held = (
        Subscription.objects.select_for_update(of=("self",))
        .select_related("partner", "partner__office")
        .filter(pk=subscription.pk)
        .first()
    )
    if held is None or (by.kind == User.Kind.PARTNER and held.partner_id != by.pk):
        raise NotFound(_("There is no such subscription."), code="no_subscription")
    require(by, "subscription.change", held.region_id)
    if held.closed_at is not None:
        raise Refused(
            _("This subscription is closed."),
            code="subscription_closed",
            fix=_("Open a new one."),
        )
    return held


def _kinds(kinds: Sequence[str], scopes: Sequence[str] | None) -> list[str]:
    wanted = sorted(set(kinds))
    if not wanted:
        raise Invalid(_("Name at least one kind of event."), code="no_kind", field="kinds")
    unknown = [name for name in wanted if not events.known(name)]
    if unknown:
        raise Invalid(
            _("There is no kind of event %(name)s.") % {"name": unknown[0][:40]},
            code="unknown_kind",
            field="kinds",
            fix=_("The documentation lists all kinds."),
        )
    for name in wanted:
        scope = events.get(name).scope
        if scopes is not None and scope not in scopes:
            raise Invalid(
                _("For %(name)s the token needs the scope %(scope)s.")
                % {"name": name, "scope": scope},
                code="scope_missing",
                field="kinds",
                fix=_("Ask for a token with it."),
            )
    return wanted


def _region(code: str, partner: User) -> str:
    covered = partner.region_code is not None and regions.covers(partner.region_code, code)
    if not covered or not Region.objects.filter(pk=code).exists():
        raise Invalid(
            _("The region must lie within that of the partner's office."),
            code="outside_region",
            field="region",
        )
    return code


def _secret(text: str) -> str:
    if not (SHORTEST <= len(text) <= LONGEST and text.isascii() and text.isprintable()):
        raise Invalid(
            _("A secret has %(least)s to %(most)s plain characters.")
            % {"least": SHORTEST, "most": LONGEST},
            code="secret_impossible",
            field="secret",
            fix=_("Make a random one."),
        )
    if len(set(text)) < SHORTEST // 4:
        raise Invalid(
            _("The secret repeats itself."),
            code="secret_weak",
            field="secret",
            fix=_("Make a random one."),
        )
    return text


def _record(by: User, act: str, held: Subscription, **detail: Any) -> None:
    audit.record(
        by=by, act=act, subject=held, region=held.region_id, partner=held.partner.username, **detail
    )
