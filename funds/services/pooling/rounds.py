"""The life of a round above: drafted, previewed, approved by a second person, posted, or reversed."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import (
    Branch,
    Channel,
    Fund,
    FundingDue,
    PoolingPart,
    PoolingRound,
    PoolingTransfer,
    Scheme,
)
from funds.params import PoolingMethod, PoolingTerms
from funds.rules.pooling.together import METHODS
from funds.services.pooling import figures, transfers
from socsec.kernel.document import explain
from socsec.kernel.money import yuan
from socsec.kernel.months import first_day, last_day, month, month_of, year_of
from socsec.kernel.policy import Policy, PolicyError
from socsec.kernel.regions import NATION
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, NotFound, Refused, from_kernel
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.services import policy as policies

State = PoolingRound.State
LONGEST = 200  # of a reason
LONGEST_DOCUMENT = 120


@transaction.atomic
def draft(
    upper: Fund, since: int, until: int, *, by: User, method: int | None = None
) -> PoolingRound:
    """Draft a round for the months `since` to `until` of one year, among the regions below `upper`.

    Employees' old-age insurance of the nation is shared as the law of those months says; what is
    kept below by surpluses against gaps. `Conflict` where a round of these months stands.
    """
    require(by, "pooling.draft", upper.region_id)
    if type(since) is not int or type(until) is not int or not since <= until <= _last(since):
        raise Invalid(
            _("Choose months of one year, the first before the last."),
            code="months_out_of_order",
            field="until",
        )
    way = _method(upper, since, method)
    if way == PoolingMethod.BALANCE and until >= month_of(timezone.localdate()):
        raise Refused(
            _("The last of these months is not over."),
            fix=_("What came in and went out is known once it is."),
            code="months_not_over",
        )
    standing = PoolingRound.objects.filter(fund=upper, since__lte=until, until__gte=since).exclude(
        state__in=PoolingRound.GONE
    )
    if standing.exists():
        raise _stands()
    try:
        with transaction.atomic():
            made = PoolingRound.objects.create(
                fund=upper,
                since=since,
                until=until,
                method=int(way),
                edition=policies.current_edition(),
                maker=by,
            )
    except IntegrityError as error:
        raise _stands() from error
    policy = policies.of(made.edition) if made.edition else Policy.files()
    for place, fund in figures.members(upper, made.method, policy):
        part = PoolingPart(round=made, region=place, fund=fund)
        figures.gather(part, made, policy)
        part.save(force_insert=True)
    _record(made, by, "pooling.round", months=made.months, method=made.method)
    return made


@transaction.atomic
def preview(round_id: int, *, by: User) -> PoolingRound:
    """Work out every region's part. `Refused` while figures are missing, with the regions' names."""
    found = _held(round_id, "pooling.draft", by, State.DRAFTED, State.PREVIEWED)
    parts = list(found.parts.select_related("region", "fund"))
    if not parts:
        raise Refused(
            _("No region below has a fund of this branch."),
            fix=_("Establish their funds first."),
            code="nobody_shares",
        )
    if without := [str(part.region) for part in parts if figures.missing(part)]:
        raise Refused(
            _("Figures are missing of: %(regions)s.") % {"regions": "; ".join(without)},
            fix=_("Enter them, or have them approved as values of policy."),
            code="figures_missing",
        )
    method = METHODS[PoolingMethod.read(found.method)]
    policy = policies.of(found.edition) if found.edition else Policy.files()
    try:
        params = method.params.at(policy, found.fund.region_id, first_day(found.since))
        shared = method.share([part.figures for part in parts], params, found.months)
    except PolicyError as error:
        raise from_kernel(error) from error
    except ValueError as error:
        raise Refused(
            _("Nobody counts among these figures, so nothing can be shared."),
            fix=_("Correct the figures of the regions."),
            code="nothing_to_share",
        ) from error
    for part, share in zip(parts, shared, strict=True):
        part.up, part.down = share.up, share.down
        part.central, part.local = share.central, share.local
        part.sheets = [
            explain(sheet, share.facts[name], params).as_json()
            for name, sheet in share.sheet.parts()
        ]
        part.maker = part.checker = None
        part.objection = ""
        part.save()
    found.total = sum(part.up for part in parts)
    found.state, found.maker, found.checker, found.approved_at = State.PREVIEWED, by, None, None
    found.save(update_fields=["total", "state", "maker", "checker", "approved_at"])
    _record(found, by, "pooling.preview")
    return found


@transaction.atomic
def approve(round_id: int, *, total: int, by: User) -> PoolingRound:
    """A second person above approves what the preview shows, and types its total in fen.

    `Refused` where a region that pays or is paid keeps no fund in these books.
    """
    found = _held(round_id, "pooling.approve", by, State.PREVIEWED)
    require_other_hand(by, found.maker_id)
    if total != found.total:
        raise Invalid(
            _("You typed %(typed)s; the preview says otherwise.") % {"typed": yuan(total)},
            code="total_differs",
            field="total",
            fix=_("Look at the preview again and type its total."),
        )
    moving = [part for part in found.parts.select_related("region") if part.moves]
    if not moving:
        raise Refused(_("Nothing would move, so there is nothing to approve."), code="round_empty")
    if apart := [str(part.region) for part in moving if part.fund_id is None]:
        raise Refused(
            _("These regions keep no fund in these books: %(regions)s.")
            % {"regions": "; ".join(apart)},
            fix=_("Establish their funds, then draft the round anew."),
            code="no_fund_below",
        )
    found.state, found.checker, found.approved_at = State.APPROVED, by, timezone.now()
    found.save(update_fields=["state", "checker", "approved_at"])
    _record(found, by, "pooling.approve")
    return found


@transaction.atomic
def post(round_id: int, *, by: User, on: date | None = None) -> PoolingRound:
    """Post what every region has agreed to: first all that goes up, then all that comes down.

    All of it or nothing: `Refused` while a region has not agreed, or cannot pay.
    """
    found = _held(round_id, "pooling.draft", by, State.APPROVED)
    parts = list(found.parts.select_related("region", "fund__region", "maker", "checker"))
    if waiting := [str(part.region) for part in parts if part.moves and part.checker is None]:
        raise Refused(
            _("These regions have not agreed yet: %(regions)s.") % {"regions": "; ".join(waiting)},
            code="not_agreed",
        )
    day = on or timezone.localdate()
    for up in (True, False):
        for part in parts:
            amount = part.up if up else part.down
            if amount and part.fund is not None:
                below = {"maker": part.maker, "checker": part.checker}
                level = {"maker": found.maker, "checker": found.checker}
                payer, payee = (below, level) if up else (level, below)
                transfers.book(
                    PoolingTransfer.objects.create(
                        payer=part.fund if up else found.fund,
                        payee=found.fund if up else part.fund,
                        up=up,
                        month=found.until,
                        amount=amount,
                        purpose=str(found.get_method_display()),
                        part=part,
                        state=PoolingTransfer.State.ACCEPTED,
                        payer_maker=payer["maker"],
                        payer_checker=payer["checker"],
                        payee_maker=payee["maker"],
                        payee_checker=payee["checker"],
                    ),
                    by=by,
                    on=day,
                )
    _subsidies(found, parts)
    found.state, found.posted_on = State.POSTED, day
    found.save(update_fields=["state", "posted_on"])
    _record(found, by, "pooling.round_post")
    return found


@transaction.atomic
def ask_reversal(round_id: int, *, by: User, reason: str) -> PoolingRound:
    """One of the level above asks that a posted round be taken back, with the reason."""
    found = _held(round_id, "pooling.draft", by, State.POSTED)
    if found.reversal_asked_by_id:
        raise Conflict(_("Somebody has asked for it already."), code="asked_already")
    found.reversal_asked_by, found.reason = by, _said(reason)
    found.save(update_fields=["reversal_asked_by", "reason"])
    _record(found, by, "pooling.ask_reversal", reason=found.reason)
    return found


@transaction.atomic
def reverse(round_id: int, *, by: User) -> PoolingRound:
    """Another of the level above takes the round back: the exact opposite on every book, or nothing."""
    found = _held(round_id, "pooling.approve", by, State.POSTED)
    if found.reversal_asked_by_id is None:
        raise Conflict(_("Nobody has asked that it be taken back."), code="not_asked")
    require_other_hand(by, found.reversal_asked_by_id)
    # What was granted comes back first, so that the pool can give back what was handed up.
    for transfer in (
        PoolingTransfer.objects.filter(part__round=found)
        .select_related("payer__region", "payee__region")
        .order_by("up", "pk")
    ):
        transfers.unbook(transfer, by=by, reason=found.reason)
    found.state, found.reversed_by = State.REVERSED, by
    found.save(update_fields=["state", "reversed_by"])
    _record(found, by, "pooling.round_reverse", reason=found.reason)
    return found


@transaction.atomic
def abandon(round_id: int, *, by: User, reason: str) -> PoolingRound:
    """Give a round up that is not posted."""
    found = _held(round_id, "pooling.draft", by, State.DRAFTED, State.PREVIEWED, State.APPROVED)
    found.state, found.reason = State.ABANDONED, _said(reason)
    found.save(update_fields=["state", "reason"])
    _record(found, by, "pooling.abandon", reason=found.reason)
    return found


def _subsidies(found: PoolingRound, parts: list[PoolingPart]) -> None:
    """What pooling leaves missing is due from the treasuries, as the round was agreed to."""
    FundingDue.objects.bulk_create(
        FundingDue(
            fund=part.fund,
            channel=channel,
            year=year_of(found.since),
            amount=amount,
            due_on=last_day(month(year_of(found.since), 12)),
            document=str(found)[:LONGEST_DOCUMENT],
            state=FundingDue.State.DUE,
            maker=found.maker,
            checker=found.checker,
        )
        for part in parts
        for channel, amount in ((Channel.CENTRAL, part.central), (Channel.LOCAL, part.local))
        if part.fund is not None and amount
    )


def _method(upper: Fund, since: int, asked: int | None) -> PoolingMethod:
    """The method that the law names for these months, or surpluses against gaps where it names none."""
    way: PoolingMethod = PoolingMethod.BALANCE
    if (upper.branch, upper.scheme, upper.region_id) == (
        Branch.PENSION,
        Scheme.EMPLOYEES,
        NATION,
    ):
        edition = policies.current_edition()
        try:
            terms = PoolingTerms.at(
                policies.of(edition) if edition else Policy.files(), NATION, first_day(since)
            )
        except PolicyError as error:
            raise from_kernel(error) from error
        way = PoolingMethod.read(int(terms.method))
    if (asked is not None and asked != way) or way not in METHODS:
        raise Refused(
            _("In these months this branch is not shared that way."),
            fix=_("Choose the method that the law names for them."),
            code="method_not_in_force",
        )
    return way


def _last(since: int) -> int:
    """The last month of the year of a month."""
    return since - since % 12 + 11


def _stands() -> Conflict:
    return Conflict(
        _("A round of these months stands already."),
        fix=_("Have that one abandoned or reversed first."),
        code="round_exists",
    )


def _held(round_id: int, act: str, by: User, *states: str) -> PoolingRound:
    found = (
        PoolingRound.objects.select_for_update(no_key=True, of=("self",))
        .select_related("fund__region", "edition", "maker", "checker")
        .filter(pk=round_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such round."), code="no_round")
    require(by, act, found.fund.region_id)
    if found.state not in states:
        raise Conflict(
            _("This round is: %(state)s.") % {"state": found.get_state_display()},
            fix=_("Open it again to see where it stands."),
            code="round_moved_on",
        )
    return found


def _said(reason: str) -> str:
    if not reason.strip():
        raise Invalid(_("Say why in a few words."), code="reason_missing", field="reason")
    return reason.strip()[:LONGEST]


def _record(found: PoolingRound, by: User, act: str, reason: str = "", **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=found,
        region=found.fund.region_id,
        reason=reason,
        total=found.total,
        since=found.since,
        until=found.until,
        **detail,
    )
