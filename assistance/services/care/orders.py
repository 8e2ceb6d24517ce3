"""Orders of care: ordered for a day, confirmed once given, and only then paid for.

Whoever confirms makes the money move: the person at the portal, the worker with the code that the
person tells, or the office with a reason.
"""

import secrets
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from assistance.models import CareOrder, CareProvider, OrderState, VoucherUse
from assistance.models.care.giving import ConfirmedHow
from assistance.rules.care_services import MOST_UNITS, CareService, Setting
from assistance.services.care import levels, providers, vouchers
from enrollment.models import Person
from enrollment.services.checks import alive, known_text, lock
from medical.queries.cover import insured_on
from socsec.kernel import regions, rules
from socsec.kernel.errors import KernelError
from socsec.kernel.months import first_day, format_month, last_day, month_of
from socsec.kernel.units import UNITS
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, NotFound, Problem, Refused, from_kernel
from socsec.office.models import User
from socsec.office.people import numbers
from socsec.office.services import audit
from socsec.office.services import policy as policies

RULE = "assistance.care_order"
CODES = 10**6
AHEAD = 92  # days for which orders are taken


@transaction.atomic
def order(
    *,
    by: User,
    person: Person,
    provider: CareProvider,
    service: int,
    setting: int,
    units: int,
    day: date,
) -> CareOrder:
    """Order `units` of a service for a day from a provider of the person's region.

    Whoever has a level of care in force may order, whatever the level: who pays is asked later.
    """
    require(by, "care.order", person.region, person.pk)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person.pk)
    today = timezone.localdate()
    if day > today + timedelta(days=AHEAD):
        raise Invalid(_("This day is too far ahead."), code="too_far", field="day")
    if day < today and by.kind != User.Kind.STAFF:
        raise Invalid(_("This day is over."), code="day_over", field="day")
    alive(person, day)
    if type(units) is not int or not 0 < units <= MOST_UNITS:
        raise Invalid(_("Say how many units."), code="units_impossible", field="units")
    if service not in set(map(int, CareService)) or setting not in set(map(int, Setting)):
        raise Invalid(_("There is no such service."), code="no_service", field="service")
    if provider.region not in regions.upwards(person.region):
        raise NotFound(_("There is no such provider in your region."), code="no_provider")
    providers.offering(provider, service, setting, day)
    if levels.current(person.pk, min(day, today)) is None:
        raise Refused(
            _("No level of care is in force for this person."),
            code="no_level",
            fix=_("Ask the office for an assessment first."),
        )
    made = CareOrder.objects.create(
        person=person,
        provider=provider,
        region=person.region,
        service=service,
        setting=setting,
        units=units,
        day=day,
        code=f"{secrets.randbelow(CODES):06d}",
    )
    _note(by, "care.order", made, provider=provider.name)
    return made


@transaction.atomic
def confirm(*, by: User, order: CareOrder, reason: str = "") -> CareOrder:
    """The service was given, says the person, or the office with a reason: it is paid for."""
    require(by, "care.confirm", order.region, order.person_id)
    if by.kind == User.Kind.INSURED:
        return _confirm(by, order, ConfirmedHow.PORTAL)
    if by.kind != User.Kind.STAFF:
        raise Refused(
            _("A provider confirms with the code that the person tells."), code="code_needed"
        )
    require_stranger(by, order.person_id)
    return _confirm(by, order, ConfirmedHow.DESK, known_text(reason, "reason"))


def confirm_by_code(*, by: User, order: CareOrder, code: str) -> CareOrder:
    """The worker typed the code that the person told. A wrong one is counted even where this raises."""
    if providers.of_user(by).pk != order.provider_id:
        raise NotFound(_("There is no such order."), code="no_order")
    require(by, "care.done")
    # Raised outside the transaction: the counted guess must stay.
    done = _try_code(by, order, "".join(code.split()))
    if isinstance(done, Problem):
        raise done
    return done


@transaction.atomic
def cancel(*, by: User, order: CareOrder, reason: str) -> CareOrder:
    """The service is not wanted, or was not given: nothing is paid for it."""
    require(by, "care.order", order.region, order.person_id)
    held = lock(order)
    _open(held)
    held.state, held.reason = OrderState.CANCELLED, known_text(reason, "reason")
    held.save(update_fields=["state", "reason"])
    _note(by, "care.cancel", held, reason=held.reason)
    return held


@transaction.atomic
def take_back(*, by: User, order: CareOrder, reason: str) -> CareOrder:
    """The service was not given although it was confirmed: what vouchers paid of it is left again.

    Only while the order is on no bill; a bill that holds it is given back first. The audit keeps
    what was confirmed, and how.
    """
    require(by, "care.take_back", order.region)
    require_stranger(by, order.person_id)
    lock(Person(pk=order.person_id))
    held = lock(order)
    if held.state != OrderState.CONFIRMED:
        raise Conflict(_("This order is not confirmed."), code="not_confirmed")
    if held.bill_id is not None:
        raise Refused(
            _("This order is on a bill of the provider."),
            code="billed",
            fix=_("Give the bill back first, if it is not paid yet."),
        )
    why = known_text(reason, "reason")
    _note(by, "care.take_back", held, how=held.how, cost=held.cost, own=held.own, reason=why)
    held.uses.all().delete()
    held.state, held.how, held.reason, held.confirmed_at = OrderState.CANCELLED, "", why, None
    held.cost = held.insurance = held.by_minutes = held.by_money = held.own = 0
    held.sheet = held.edition = None
    held.save()
    return held


@transaction.atomic
def _try_code(by: User, order: CareOrder, typed: str) -> CareOrder | Problem:
    held = lock(order)
    most = int(
        policies.of(policies.current_edition())
        .at("assistance.care.code_attempts", held.region, held.day)
        .value
    )
    if held.wrong_codes >= most:
        return Refused(
            _("A wrong code was typed too often."),
            code="code_spent",
            field="code",
            fix=_("Let the person confirm online, or ask the office."),
        )
    if held.state == OrderState.ORDERED and not constant_time_compare(held.code, typed):
        held.wrong_codes += 1
        held.save(update_fields=["wrong_codes"])
        return Invalid(
            _("The code is not right."),
            code="code_wrong",
            field="code",
            fix=_("Ask the person to read it again."),
        )
    return _confirm(by, held, ConfirmedHow.CODE)


def _confirm(by: User, order: CareOrder, how: str, reason: str = "") -> CareOrder:
    # Everything that this person spends takes turns here.
    person = lock(Person(pk=order.person_id))
    held = lock(order)
    _open(held)
    if held.day > timezone.localdate():
        raise Refused(
            _("The day of the service has not come yet."),
            code="too_early",
            fix=_("Confirm it once the service was given."),
        )
    edition = policies.current_edition()
    spendable = vouchers.left(person.pk, held.day)
    try:
        done = rules.assess(
            RULE,
            _facts(held, spendable),
            policy=policies.of(edition),
            region=held.region,
        )
    except KernelError as error:
        raise from_kernel(error) from error
    sheet: Any = done.sheet
    held.state, held.how, held.reason = OrderState.CONFIRMED, how, reason
    held.confirmed_at = timezone.now()
    held.cost, held.insurance = sheet.cost, sheet.insurance
    held.by_minutes, held.by_money, held.own = sheet.by_minutes, sheet.by_money, sheet.own
    held.sheet, held.edition = done.document.as_json(), edition
    held.save()
    _spend(held, spendable, sheet.by_money, sheet.minutes_used if sheet.by_minutes else 0)
    _note(by, "care.confirm", held, how=how, cost=held.cost, own=held.own)
    return held


def _facts(order: CareOrder, spendable: list[vouchers.Left]) -> dict[str, Any]:
    month = month_of(order.day)
    before = CareOrder.objects.filter(
        person_id__in=numbers(order.person_id),
        state=OrderState.CONFIRMED,
        day__range=(first_day(month), last_day(month)),
    ).aggregate(sum=Sum("insurance"))["sum"]
    level = levels.current(order.person_id, order.day)
    fen = UNITS["fen"].natural
    return {
        "month": format_month(month),
        "service": CareService.read(order.service).name,
        "setting": Setting.read(order.setting).name,
        "units": order.units,
        "level": level.level if level else 0,
        "insured": order.provider.insured and insured_on(order.person_id, order.day) is not None,
        "insured_before": fen(before or 0),
        "money_left": fen(sum(each.amount for each in spendable)),
        "minutes_left": sum(each.minutes for each in spendable),
    }


def _spend(order: CareOrder, spendable: list[vouchers.Left], money: int, minutes: int) -> None:
    """Take what an order costs from the vouchers, what lapses first first."""
    uses = []
    for each in spendable:
        amount, time = min(money, each.amount), min(minutes, each.minutes)
        if amount or time:
            uses.append(VoucherUse(voucher=each.voucher, order=order, amount=amount, minutes=time))
        money, minutes = money - amount, minutes - time
    VoucherUse.objects.bulk_create(uses)


def _open(order: CareOrder) -> None:
    if order.state != OrderState.ORDERED:
        raise Conflict(_("This order was confirmed or cancelled already."), code="order_closed")


def _note(by: User, act: str, row: CareOrder, **more: Any) -> None:
    audit.record(by=by, act=act, subject=row, person_id=row.person_id, region=row.region, **more)
