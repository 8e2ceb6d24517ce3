"""A custodian's file of a day taken in: once, whole, in its turn, and following from the day before."""

from collections import defaultdict
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from funds.models import (
    CashKind,
    CashLine,
    CustodianFile,
    Entrustment,
    FirmUser,
    Holding,
    Instrument,
    InvestmentOrder,
    Mandate,
    RiskReserve,
    Trade,
    Valuation,
)
from funds.params import NoParams, RiskReserves
from funds.queries.investment import last_valuation, reserve_of, values_by_class
from funds.rules.investment.classes import OFF_BALANCE, OWED
from funds.rules.investment.limits import LEAST
from funds.rules.investment.returns import DayFacts, unit_value
from funds.rules.investment.sets import net
from funds.rules.investment.sharing import ManagerReserveFacts, manager_reserve
from socsec.kernel.money import yuan
from socsec.kernel.regions import NATION
from socsec.kernel.units import ONE
from socsec.office.access import require
from socsec.office.errors import Conflict, Denied, NotFound, Refused
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.services import policy as policies

from . import files, valuing, watching
from .files import ASK_CUSTODIAN, Cash, Deal, Position, Reported, wrong

SHORT = OWED | OFF_BALANCE
FEES = (CashKind.MANAGER_FEE, CashKind.CUSTODY_FEE)


@transaction.atomic
def read_file(content: bytes, *, by: User) -> Valuation:
    """Take in a custodian's file and value the mandate; limits are compared at once.

    `Conflict` for a file or day that was read before, or a day that is not after the last one;
    `Invalid` with the number of the line for one that cannot be. Nothing of such a file is kept.
    """
    said = files.read(content)
    mandate = _mandate(said.mandate, by)
    before = last_valuation(mandate)
    _in_its_turn(said, mandate, before)
    file = CustodianFile.objects.create(mandate=mandate, day=said.day, sha256=said.sha256, by=by)
    instruments = _instruments(said)
    _trade(file, said, instruments, before)
    _cash(file, said)
    held = _hold(file, said.positions, instruments, said.day)
    _units_follow(said, instruments, before)
    _cash_follows(said, instruments, before)
    made = _value(file, mandate, said, held, before)
    _set_aside(file, said, made)
    watching.compare(mandate, made, by=by)
    audit.record(
        by=by,
        act="investment.file",
        subject=file,
        region=mandate.region_id,
        mandate=mandate.number,
        day=said.day,
        nav=made.nav,
    )
    return made


def _mandate(number: str, by: User) -> Mandate:
    mandate = (
        Mandate.objects.select_for_update(no_key=True, of=("self",))
        .select_related("region", "custodian")
        .filter(number=number, checker__isnull=False)
        .first()
    )
    if mandate is None:
        raise NotFound(
            _("No mandate in force has the number of this file."),
            fix=_("Have the mandate approved first, or correct the number."),
            code="no_mandate",
        )
    require(by, "investment.file", mandate.region_id)
    if (
        by.kind == User.Kind.PARTNER
        and not FirmUser.objects.filter(user=by, firm=mandate.custodian_id).exists()
    ):
        raise Denied(_("Another custodian keeps this mandate."), code="not_its_custodian")
    return mandate


def _in_its_turn(said: Reported, mandate: Mandate, before: Valuation | None) -> None:
    if CustodianFile.objects.filter(sha256=said.sha256).exists():
        raise Conflict(
            _("This file was read before."),
            fix=_("Nothing is to be done."),
            code="file_twice",
            field="file",
        )
    if before and said.day <= before.day:
        raise Conflict(
            _("The last file was of %(day)s; this one is of %(of)s.")
            % {"day": before.day.isoformat(), "of": said.day.isoformat()},
            fix=_("Files are read day after day, each once."),
            code="day_twice",
            field="file",
        )
    if said.day < mandate.since:
        raise wrong(1, _("the mandate was not in force on this day"), "outside_mandate")


def _instruments(said: Reported) -> dict[str, Instrument]:
    for each in said.securities:
        there = Instrument.objects.filter(code=each.code).first()
        if there and there.asset_class != each.asset_class:
            raise Conflict(
                _("Instrument %(code)s is on file in another class.") % {"code": each.code},
                fix=ASK_CUSTODIAN,
                code="class_changed",
                field="file",
            )
        Instrument.objects.update_or_create(
            code=each.code,
            defaults={
                "name": each.name,
                "asset_class": int(each.asset_class),
                "issuer": each.issuer,
                "face": each.face,
                "coupon": each.coupon,
                "basis": each.basis,
                "accrues_from": each.accrues_from,
            },
        )
    named = [(deal.place, deal.code) for deal in said.deals]
    named += [(held.place, held.code) for held in said.positions]
    found = {
        each.code: each
        for each in Instrument.objects.filter(code__in={code for _place, code in named})
    }
    for place, code in sorted(named):
        if code not in found:
            raise wrong(place, _("this instrument is not on file"), "unknown_instrument")
    return found


def _trade(
    file: CustodianFile,
    said: Reported,
    instruments: dict[str, Instrument],
    before: Valuation | None,
) -> None:
    for deal in said.deals:
        order = _order(file, deal, instruments[deal.code]) if deal.order else None
        Trade.objects.create(
            file=file,
            place=deal.place,
            instrument=instruments[deal.code],
            buys=deal.buys,
            quantity=deal.quantity,
            price=deal.price,
            amount=deal.amount,
            fee=deal.fee,
            order=order,
        )


def _order(file: CustodianFile, deal: Deal, instrument: Instrument) -> InvestmentOrder:
    order = (
        InvestmentOrder.objects.select_for_update(no_key=True)
        .filter(
            pk=deal.order,
            mandate=file.mandate,
            instrument=instrument,
            buys=deal.buys,
            state=InvestmentOrder.State.SENT,
        )
        .first()
    )
    if order is None:
        raise wrong(deal.place, _("no such order was sent"), "no_order")
    if order.filled + deal.quantity > order.quantity:
        raise wrong(deal.place, _("more units than were ordered"), "beyond_order")
    order.filled += deal.quantity
    if order.filled == order.quantity:
        order.state = InvestmentOrder.State.DONE
    order.save(update_fields=["filled", "state"])
    return order


def _cash(file: CustodianFile, said: Reported) -> None:
    for line in said.cash:
        if line.kind == CashKind.CAPITAL:
            _arrived(file, line)
    CashLine.objects.bulk_create(
        CashLine(file=file, place=each.place, kind=each.kind, amount=each.amount, text=each.text)
        for each in said.cash
    )


def _arrived(file: CustodianFile, line: Cash) -> None:
    """Money that regions entrusted or took back names the transfer that it is."""
    number = int(line.text) if line.text.isascii() and line.text.isdigit() else 0
    found = Entrustment.objects.select_for_update(no_key=True).filter(
        pk=number,
        mandate=file.mandate,
        amount=line.amount,
        checker__isnull=False,
        received_on__isnull=True,
    )
    if not found.update(received_on=file.day):
        raise wrong(line.place, _("no region moved this money"), "unknown_capital")


def _hold(
    file: CustodianFile, said: list[Position], instruments: dict[str, Instrument], day: date
) -> list[Holding]:
    held = []
    for each in said:
        of = instruments[each.code]
        days, worth = valuing.worth(of, each.quantity, each.price, day)
        held.append(
            Holding(
                file=file,
                instrument=of,
                quantity=each.quantity,
                price=each.price,
                days=days,
                value=worth.value,
                accrued=worth.accrued,
            )
        )
    return Holding.objects.bulk_create(held)


def _units_follow(
    said: Reported, instruments: dict[str, Instrument], before: Valuation | None
) -> None:
    """Units at the end are those of the day before, and what was traded."""
    units: dict[str, int] = defaultdict(int)
    if before:
        for code, quantity in before.file.holdings.values_list("instrument__code", "quantity"):
            units[code] = quantity
    for deal in said.deals:
        opens = deal.buys != (instruments[deal.code].asset_class in SHORT)
        units[deal.code] += deal.quantity if opens else -deal.quantity
    stated = {each.code: each for each in said.positions}
    for code in sorted({*units, *stated}):
        at = stated.get(code)
        if (at.quantity if at else 0) != units[code]:
            place = at.place if at else said.last
            raise wrong(
                place,
                _("%(code)s should be %(due)s units, the file says %(stated)s")
                % {"code": code, "due": units[code], "stated": at.quantity if at else 0},
                "units_do_not_follow",
            )


def _cash_follows(
    said: Reported, instruments: dict[str, Instrument], before: Valuation | None
) -> None:
    """Cash at the end is that of the day before, what trades cost or brought, and its lines."""
    cash = before.cash if before else 0
    for deal in said.deals:
        paid = 0 if instruments[deal.code].asset_class in OFF_BALANCE else deal.amount
        cash += -paid - deal.fee if deal.buys else paid - deal.fee
    cash += sum(line.amount for line in said.cash)
    if cash != said.closing:
        raise wrong(
            said.last,
            _("cash comes to %(found)s yuan, the file closes with %(stated)s")
            % {"found": yuan(cash), "stated": yuan(said.closing)},
            "closing_does_not_follow",
        )


def _value(
    file: CustodianFile,
    mandate: Mandate,
    said: Reported,
    held: list[Holding],
    before: Valuation | None,
) -> Valuation:
    paid = -sum(line.amount for line in said.cash if line.kind in FEES)
    due = valuing.fees_due(mandate, before, said.day) - paid
    nav = net(values_by_class(held), said.closing, due)
    flow = sum(line.amount for line in said.cash if line.kind == CashKind.CAPITAL)
    invested = (before.nav if before else 0) + flow
    unit = before.unit_value if before else ONE
    if nav < 0:
        raise Refused(_("More is owed than there is."), fix=ASK_CUSTODIAN, code="nav_below_zero")
    if invested >= LEAST:
        facts = DayFacts(
            unit_before=max(unit, 1), before=before.nav if before else 0, flow=flow, after=nav
        )
        unit = unit_value(facts, NoParams()).unit_value
    return Valuation.objects.create(
        file=file,
        mandate=mandate,
        day=said.day,
        cash=said.closing,
        due=due,
        nav=nav,
        stated=said.nav,
        flow=flow,
        unit_value=unit,
        benchmark=said.benchmark,
    )


def _set_aside(file: CustodianFile, said: Reported, made: Valuation) -> None:
    """The manager's risk reserve grows with each fee that is paid."""
    fee = -sum(line.amount for line in said.cash if line.kind == CashKind.MANAGER_FEE)
    if not fee:
        return
    law = RiskReserves.at(policies.of(policies.current_edition()), NATION, said.day)
    facts = ManagerReserveFacts(
        fee=fee, reserve=reserve_of(made.mandate, RiskReserve.Keeper.MANAGER), nav=made.nav
    )
    put = manager_reserve(facts, law).put
    if put:
        RiskReserve.objects.create(
            mandate=made.mandate,
            keeper=RiskReserve.Keeper.MANAGER,
            on=said.day,
            source=f"file:{file.pk}",
            amount=put,
        )
