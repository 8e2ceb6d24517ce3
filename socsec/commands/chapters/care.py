"""Care of the elderly in Pudong: levels, plans, vouchers in hours, orders, a full home, a bill to pay."""

from datetime import date, timedelta

from django.utils import timezone

from assistance.models import CareOrder, CareProvider
from assistance.rules.care_level import LIVING, MIND, SENSES, CareLevelFacts
from assistance.rules.care_services import CareService, Setting
from assistance.services.care import beds, bills, levels, orders, plans, providers, vouchers
from enrollment.models import Category, Person
from enrollment.services import cover
from enrollment.services.people import person as people
from funds.models import Branch, Public, Scheme
from funds.services import cash, payments
from funds.services import fund as funds
from funds.services.payments.demo_bank import bank_answer
from socsec.commands.village import LAST, PASSWORD, PUDONG, Village
from socsec.kernel.ids import make_credit_code, make_resident_id
from socsec.kernel.months import first_day, last_day, month_of
from socsec.office.services import run, users, work

WHOLE = {name: CareLevelFacts.specs()[name].most for name in (*LIVING, *MIND, *SENSES)}
# Eats and controls the bowels, nothing else; knows people: severe, level 4.
SEVERE = dict.fromkeys(WHOLE, 0) | {
    "eating": 10,
    "bowels": 10,
    "people": 3,
    "sight": 4,
    "hearing": 4,
    "speech": 4,
}
# Needs help on stairs, with washing and dressing: moderate, level 2.
MODERATE = WHOLE | {
    "dressing": 5,
    "washing": 0,
    "toilet": 0,
    "walking": 5,
    "rising": 5,
    "stairs": 0,
}
AGREED = date(2025, 1, 1)


def care(village: Village) -> None:
    """Elderly people with levels, plans and vouchers; orders given and to come; who waits for a bed."""
    _money(village)
    home = _provider(
        village, "锦绣护理院", "680073411", "6228481680073413", list(CareService), list(Setting)
    )
    meals = _provider(
        village,
        "邻里助老服务社",
        "680073412",
        "6228481680073421",
        [CareService.MEALS, CareService.CLEANING],
        [0, 1],
    )
    first = _old(village, "沈月英", date(1940, 3, 8), 901, SEVERE)
    second = _old(village, "顾长春", date(1943, 5, 19), 904, MODERATE)
    third = _old(village, "朱凤仙", date(1938, 11, 2), 907, SEVERE)
    _old(village, "丁阿福", date(1945, 7, 7), 912, MODERATE, approved=False)
    users.create_insured(username="portal-cared", password=PASSWORD, person_id=first.pk, by=None)
    # Whoever has medical insurance is insured for long-term care.
    cover.start(
        by=village.by("intake"),
        person=first,
        branch=Branch.MEDICAL,
        category=Category.RETIREE,
        region=PUDONG,
        from_=first_day(LAST),
        base=None,
    )
    _plan(village, first)
    month = month_of(timezone.localdate())
    for each in (month - 1, month):
        _vouchers(village, each)
    ended = last_day(month - 1)
    for who, provider, service, units in (
        (first, home, CareService.PERSONAL, 4),
        (first, meals, CareService.MEALS, 3),
        (second, home, CareService.BATHING, 1),
    ):
        made = _order(village, who, provider, service, units, ended)
        orders.confirm(by=village.by("intake"), order=made, reason="电话核实，本人确认已经上门")
    _order(village, first, home, CareService.REHABILITATION, 2, timezone.localdate())
    _order(village, first, meals, CareService.MEALS, 1, timezone.localdate() + timedelta(days=2))
    away = _order(village, second, meals, CareService.CLEANING, 2, timezone.localdate())
    orders.cancel(by=village.by("intake"), order=away, reason="女儿来照顾")
    _beds(village, home, first, second, third)
    _bills(village, home, meals, month - 1)


def _money(village: Village) -> None:
    """The funds that pay for care: of the insurance for the city, of assistance for vouchers."""
    accountant = village.by("accountant")
    for purse in (Public.CARE, Public.ASSISTANCE):
        fund = funds.for_(purse, Scheme.RESIDENTS, PUDONG)
        cash.subsidy(fund, 1_000_000_00, by=accountant)


def _provider(
    village: Village, name: str, serial: str, account: str, services: list[int], places: list[int]
) -> CareProvider:
    made = providers.propose(
        by=village.by("intake"),
        name=name,
        credit_code=make_credit_code("52", PUDONG, serial),
        region=PUDONG,
        services=[int(each) for each in services],
        settings=[int(each) for each in places],
        insured=len(places) == len(Setting),
        from_date=AGREED,
        until=date(2029, 12, 31),
        document=f"浦养协〔2025〕{serial[-2:]}号",
        bank="上海银行",
        account=account,
    )
    providers.decide(by=village.by("reviewer"), provider=made, approve=True)
    made.refresh_from_db()
    return made


def _old(
    village: Village,
    name: str,
    born: date,
    serial: int,
    scores: dict[str, int],
    approved: bool = True,
) -> Person:
    made = people.enroll(
        by=village.by("intake"),
        name=name,
        resident_id=make_resident_id(PUDONG, born, serial),
        region=PUDONG,
        phone=f"1390001{serial:04}",
    )
    level = levels.propose(
        by=village.by("assessor"),
        person=made,
        assessed_on=timezone.localdate() - timedelta(days=40),
        second="苗协管",
        scores=scores,
    )
    if approved:
        levels.decide(by=village.by("reviewer"), assessment=level, approve=True)
    return made


def _plan(village: Village, person: Person) -> None:
    made = plans.propose(
        by=village.by("assessor"),
        person=person,
        from_date=timezone.localdate() - timedelta(days=35),
        lines=[
            {"service": "PERSONAL", "setting": "HOME", "units": 12},
            {"service": "MEALS", "setting": "COMMUNITY", "units": 20},
            {"service": "REHABILITATION", "setting": "HOME", "units": 4},
        ],
        goal="能够自己吃饭、坐到窗边",
    )
    plans.decide(by=village.by("reviewer"), plan=made, approve=True)


def _vouchers(village: Village, month: int) -> None:
    drafted = run.draft(kind=vouchers.KIND, month=month, region=PUDONG, by=village.by("assessor"))
    shown = run.preview(run_id=drafted.pk, by=village.by("assessor"))
    run.approve(run_id=drafted.pk, by=village.by("reviewer"), total=shown.total)
    work.work_through(drafted.pk)


def _order(
    village: Village,
    person: Person,
    provider: CareProvider,
    service: CareService,
    units: int,
    day: date,
) -> CareOrder:
    at = Setting.COMMUNITY if service == CareService.MEALS else Setting.HOME
    return orders.order(
        by=village.by("intake"),
        person=person,
        provider=provider,
        service=int(service),
        setting=int(at),
        units=units,
        day=day,
    )


def _beds(
    village: Village, home: CareProvider, first: Person, second: Person, third: Person
) -> None:
    """One bed is taken, the other is offered, and somebody waits on."""
    clerk = village.by("intake")
    for label in ("201-1", "201-2"):
        providers.add_bed(by=clerk, provider=home, label=label)
    beds.ask(by=clerk, person=third, provider=home)
    taken, free = home.beds.order_by("label")
    beds.accept(by=clerk, wait=beds.offer(by=clerk, bed=taken))
    beds.ask(by=clerk, person=second, provider=home)
    beds.ask(by=clerk, person=first, provider=home)
    beds.offer(by=clerk, bed=free)


def _bills(village: Village, home: CareProvider, meals: CareProvider, month: int) -> None:
    """One bill is paid by the bank, the other waits to be checked."""
    accountant = village.by("accountant")
    paid = bills.hand_in(by=accountant, provider=home, month=month)
    bills.check(by=accountant, bill=paid, note="逐单电话回访，服务属实")
    bills.approve(by=village.by("reviewer"), bill=paid)
    for each in paid.payments.all():
        payments.release(each.envelope_id, by=village.by("releaser"))
        file = b"".join(payments.bank_file(each.envelope_id, by=accountant))
        payments.read_return(bank_answer(file), by=accountant)
        payments.reconcile(each.envelope_id, by=accountant)
    bills.hand_in(by=accountant, provider=meals, month=month, stated=60_00)
