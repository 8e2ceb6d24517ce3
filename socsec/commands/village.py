"""The village: a dozen invented people in two provinces, who live twelve months through real services.

The demo shows them, the journeys are tested with them. Nothing here writes a table by itself:
whatever the village has, a clerk of the village did through a service.

Names, numbers and employers are invented; the identity numbers have true check digits and birth
dates of people who do not exist.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone

from enrollment import queries as enrollment
from enrollment.models import Category, Employer, EmployerKind, HouseholdRole, Person, Sex
from enrollment.services import (
    bank_account,
    cover,
    households,
    prior,
    receipts,
    standing,
    wages,
)
from enrollment.services import employer as employers
from enrollment.services import person as people
from funds.models import Branch, Fund, PaymentBatch, Scheme
from funds.services import cash, payments
from funds.services import fund as funds
from funds.services.payments.demo_bank import bank_answer
from pensions.models import Category as PensionCategory
from pensions.models import PensionClaim
from pensions.services import account, claim
from socsec.kernel.ids import make_credit_code, make_resident_id
from socsec.kernel.months import first_day, last_day, month
from socsec.office.models import Case, Office, Role, User
from socsec.office.services import policy, run, users, work

PENSION = Branch.PENSION
SHANGHAI, PUDONG = "310000", "310115"
SICHUAN, JINJIANG = "510000", "510104"
NATION = "000000"

PASSWORD = "village-2026-demo"  # noqa: S105 - of invented people on one's own machine
FIRST, LAST = month(2025, 11), month(2026, 10)  # the twelve months that were lived
BEGAN = date(2025, 1, 1)
RISK = {"mill": 4, "tea": 2}  # work injury risk classes

OFFICES = [
    ("NATION", NATION, "全国社会保险监督办公室", "National supervision office"),
    ("SH", SHANGHAI, "沪东社会保险事业管理中心", "Hudong social insurance centre"),
    ("SC", SICHUAN, "锦川社会保险事业管理局", "Jinchuan social insurance bureau"),
]

# user name: office, full name, roles, what the account shows
STAFF: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "intake": ("SH", "邵一宁", (Role.INTAKE,), "enters people, receives claims"),
    "assessor": ("SH", "顾清和", (Role.ASSESSOR,), "assesses claims, drafts runs"),
    "reviewer": ("SH", "韩若谷", (Role.REVIEWER,), "checks, approves runs, releases payments"),
    "releaser": (
        "SH",
        "方出纳",
        (Role.REVIEWER,),
        "a second reviewer: releases what the first approved",
    ),
    "accountant": ("SH", "沈算盘", (Role.ACCOUNTANT,), "receipts, bank files, bank returns"),
    "policy": ("NATION", "文守则", (Role.POLICY_OFFICER,), "enters yearly values"),
    "policy2": ("NATION", "严复核", (Role.POLICY_OFFICER,), "approves them"),
    "auditor": ("NATION", "钟明鉴", (Role.AUDITOR,), "reads everything, writes nothing"),
    "admin": ("NATION", "管平安", (Role.ADMINISTRATOR,), "users and roles"),
    "sc-intake": ("SC", "蜀小满", (Role.INTAKE,), "the same in another province"),
    "sc-assessor": ("SC", "蜀知章", (Role.ASSESSOR,), ""),
    "sc-reviewer": ("SC", "蜀明辨", (Role.REVIEWER,), ""),
    "sc-accountant": ("SC", "蜀会计", (Role.ACCOUNTANT,), ""),
    "newcomer": ("SH", "白无职", (), "has no role yet and must be refused everything"),
}


@dataclass(frozen=True)
class Soul:
    """One of the village: `serial` makes the identity number, `story` says what this life shows."""

    key: str
    name: str
    born: date
    woman: bool
    region: str
    serial: int
    story: str
    phone: str = ""


CAST = [
    Soul(
        "lin",
        "林知秋",
        date(1988, 3, 14),
        True,
        PUDONG,
        12,
        "an employee on a usual wage",
        "13900000001",
    ),
    Soul(
        "gao",
        "高远航",
        date(1979, 9, 2),
        False,
        PUDONG,
        13,
        "earns more than the ceiling",
        "13900000002",
    ),
    Soul(
        "ma",
        "马晓东",
        date(1998, 12, 21),
        False,
        PUDONG,
        15,
        "earns less than the floor",
        "13900000003",
    ),
    Soul(
        "he",
        "何春梅",
        date(1990, 5, 6),
        True,
        JINJIANG,
        22,
        "an employee in the other province",
        "13900000004",
    ),
    Soul(
        "luo",
        "罗明",
        date(1985, 1, 30),
        False,
        JINJIANG,
        23,
        "his employer paid the last month in part",
        "13900000005",
    ),
    Soul(
        "zhou",
        "周可",
        date(1984, 7, 19),
        True,
        JINJIANG,
        24,
        "an own-account worker who is a month behind",
        "13900000006",
    ),
    Soul("chen", "陈守义", date(1966, 3, 8), False, PUDONG, 31, "a pensioner", "13900000007"),
    Soul(
        "qian",
        "钱秀英",
        date(1975, 6, 17),
        True,
        PUDONG,
        32,
        "claims her pension now",
        "13900000008",
    ),
    Soul(
        "wu",
        "吴长青",
        date(1966, 8, 25),
        False,
        PUDONG,
        33,
        "may claim from January 2027",
        "13900000009",
    ),
    Soul(
        "zhao",
        "赵小刀",
        date(1990, 11, 11),
        False,
        PUDONG,
        35,
        "must be refused everything",
        "13900000010",
    ),
    Soul(
        "wang",
        "王桂兰",
        date(1950, 2, 3),
        True,
        JINJIANG,
        42,
        "a resident of 76, poor",
        "13900000011",
    ),
    Soul("tian", "田小雨", date(2015, 4, 1), True, JINJIANG, 44, "her grandchild"),
]

WAGES = {"lin": 12_000_00, "gao": 48_000_00, "ma": 5_200_00, "qian": 9_800_00, "wu": 15_500_00}
WAGES_SICHUAN = {"he": 7_600_00, "luo": 9_300_00}
OWN_BASE = 6_000_00

Say = Callable[[str], None]


@dataclass
class Village:
    """What was built, by the keys of the cast."""

    souls: dict[str, Person] = field(default_factory=dict)
    staff: dict[str, User] = field(default_factory=dict)
    employers: dict[str, Employer] = field(default_factory=dict)
    funds: dict[str, Fund] = field(default_factory=dict)
    claims: dict[str, PensionClaim] = field(default_factory=dict)
    portal: dict[str, User] = field(default_factory=dict)

    def by(self, name: str) -> User:
        return self.staff[name]


Chapter = Callable[[Village], None]


def is_there() -> bool:
    return User.objects.filter(username="intake", kind=User.Kind.STAFF).exists()


def settle(say: Say = lambda text: None) -> Village:
    """Offices, clerks, funds, people and employers; nothing paid yet. One transaction."""
    village = Village()
    with transaction.atomic():
        policy.issue(by=None, note="files")
        say("offices and clerks")
        _offices(village)
        say("funds")
        _funds(village)
        say("people, employers, coverage")
        _people(village)
        _work(village)
    return village


def live(
    village: Village, first: int = FIRST, last: int = LAST, say: Say = lambda text: None
) -> Village:
    """Month by month: wages declared, contributions assessed and received, accounts credited."""
    for current in range(first, last + 1):
        say(f"{first_day(current):%Y-%m}")
        declare(village, current)
        for region, maker, checker in (
            (SHANGHAI, "assessor", "reviewer"),
            (SICHUAN, "sc-assessor", "sc-reviewer"),
        ):
            contributions(village, current, region, maker, checker)
        receive(village, current, late=current == last)
    account.credit_pending()
    return village


def retire(village: Village, say: Say = lambda text: None) -> Village:
    """The pensioner's claim up to the money in his hands; two claims under way; one refused."""
    say("claims")
    carry(village)
    award(village, "chen", month(2026, 7), PensionCategory.MALE_60)
    refuse(village, "zhao", month(2026, 11), PensionCategory.MALE_60)
    _claim_now(village)
    say("payroll")
    for paid in (month(2026, 10), month(2026, 11)):
        payroll(village, paid)
    return village


def build(say: Say = lambda text: None, chapters: Iterable[Chapter] = ()) -> Village:
    """The whole village, from nothing; then what else it lives, a chapter a topic."""
    village = settle(say)
    live(village, say=say)
    retire(village, say)
    for chapter in chapters:
        say((chapter.__doc__ or chapter.__name__).splitlines()[0])
        chapter(village)
    return village


# ---------------------------------------------------------------- settling


def _offices(village: Village) -> None:
    offices = {}
    for code, region, zh, en in OFFICES:
        offices[code], _made = Office.objects.get_or_create(
            code=code, defaults={"region_id": region, "name_zh": zh, "name_en": en}
        )
    for username, (office, name, roles, _shows) in STAFF.items():
        user = users.create_staff(
            username=username, password=PASSWORD, office=offices[office], by=None, name=name
        )
        for role in roles:
            users.grant(user=user, role=role, by=None)
        village.staff[username] = User.objects.get(pk=user.pk)


def _funds(village: Village) -> None:
    for region, accountant in ((SHANGHAI, "accountant"), (SICHUAN, "sc-accountant")):
        funds.establish_all(region, since=BEGAN)
        pool = funds.for_(PENSION, Scheme.EMPLOYEES, region)
        cash.opening(pool, 2_000_000_00, by=village.by(accountant), on=date(2025, 10, 31))
        village.funds[region] = pool


def _clerk(village: Village, region: str) -> User:
    return village.by("intake" if region.startswith("31") else "sc-intake")


def _people(village: Village) -> None:
    for soul in CAST:
        clerk = _clerk(village, soul.region)
        number = make_resident_id(soul.region, soul.born, soul.serial)
        person = people.enroll(
            by=clerk, name=soul.name, resident_id=number, region=soul.region, phone=soul.phone
        )
        assert (person.sex == Sex.FEMALE) == soul.woman, f"{soul.key}: the serial says otherwise"
        village.souls[soul.key] = person
        if soul.key not in ("tian", "wang"):
            bank_account.set(
                by=clerk,
                person=person,
                purpose="benefit",
                account=f"62284800{soul.serial:06}",
                bank="中国农业银行",
                holder=soul.name,
            )
        village.portal[soul.key] = users.create_insured(
            username=f"portal-{soul.key}", password=PASSWORD, person_id=person.pk, by=None
        )
    home = households.form(
        by=village.by("sc-intake"),
        head=village.souls["wang"],
        region=JINJIANG,
        opened_on=BEGAN,
        address="锦江区柳荫巷 3 号",
    )
    households.join(
        by=village.by("sc-intake"),
        household=home,
        person=village.souls["tian"],
        role=HouseholdRole.CHILD,
        from_=BEGAN,
    )


def _work(village: Village) -> None:
    places = [
        ("mill", "柳湾机械厂", PUDONG, "MA1W1G001", "intake"),
        ("tea", "青溪茶业有限公司", JINJIANG, "MA6W1G002", "sc-intake"),
    ]
    for key, name, region, serial, clerk in places:
        village.employers[key] = employers.enroll(
            by=village.by(clerk),
            credit_code=make_credit_code("91", region, serial),
            name=name,
            region=region,
            opened_on=date(2010, 5, 1),
        )
        standing.set_standing(
            by=village.by(clerk),
            employer=village.employers[key],
            from_month=month(2025, 1),
            kind=EmployerKind.SMALL_ENTERPRISE,
            risk_class=RISK[key],
            document="行业类别核定 2025-1",
        )
    for key, place, clerk in (
        *((key, "mill", "intake") for key in WAGES),
        *((key, "tea", "sc-intake") for key in WAGES_SICHUAN),
    ):
        soul = village.souls[key]
        cover.start(
            by=village.by(clerk),
            person=soul,
            branch=PENSION,
            category=Category.EMPLOYEE,
            region=soul.region,
            from_=first_day(FIRST),
            employer=village.employers[place],
        )
    cover.start(
        by=village.by("sc-intake"),
        person=village.souls["zhou"],
        branch=PENSION,
        category=Category.OWN_ACCOUNT,
        region=JINJIANG,
        from_=first_day(FIRST),
        base=OWN_BASE,
    )


# ---------------------------------------------------------------- a month


def declare(village: Village, current: int) -> None:
    for place, clerk, amounts in (("mill", "intake", WAGES), ("tea", "sc-intake", WAGES_SICHUAN)):
        said = {village.souls[key].pk: amount for key, amount in amounts.items()}
        wages.declare(
            by=village.by(clerk), employer=village.employers[place], month=current, wages=said
        )


def contributions(village: Village, current: int, region: str, maker: str, checker: str) -> None:
    """One run, as two clerks do it: draft, preview, approve with the total, work."""
    drafted = run.draft(kind="contributions", month=current, region=region, by=village.by(maker))
    previewed = run.preview(run_id=drafted.pk, by=village.by(maker))
    run.approve(run_id=drafted.pk, by=village.by(checker), total=previewed.total)
    work.work_through(drafted.pk)


def receive(village: Village, current: int, late: bool = False) -> None:
    """What employers and own-account workers pay for the month, on the 15th of the next."""
    on = min(first_day(current + 1).replace(day=15), timezone.localdate())
    mill, tea = village.employers["mill"], village.employers["tea"]
    _pay(
        village,
        "accountant",
        mill,
        sum(a.open for a in enrollment.arrears(PENSION, employer_id=mill.pk)),
        on,
    )
    owed = sum(a.open for a in enrollment.arrears(PENSION, employer_id=tea.pk))
    _pay(village, "sc-accountant", tea, owed * 2 // 3 if late else owed, on)
    zhou = village.souls["zhou"]
    if not late:
        owed = sum(a.open for a in enrollment.arrears(PENSION, person_id=zhou.pk))
        _pay(village, "sc-accountant", zhou, owed, on)


def _pay(village: Village, clerk: str, payer: Employer | Person, amount: int, on: date) -> None:
    if not amount:
        return
    who = {"employer": payer} if isinstance(payer, Employer) else {"person": payer}
    receipts.receive(
        by=village.by(clerk),
        branch=PENSION,
        amount=amount,
        received_on=on,
        reference=f"V{type(payer).__name__[0]}{payer.pk}-{on:%Y%m}",
        **who,
    )


# ---------------------------------------------------------------- retirement


def carry(village: Village) -> None:
    """Months and balances from before these books, each entered by one and approved by another."""
    lives = [
        ("chen", month(2000, 1), month(2025, 12), 6_000_00, 168_420_35, month(2025, 12)),
        ("qian", month(2004, 6), month(2025, 10), 5_200_00, 121_377_80, month(2025, 10)),
        ("wu", month(2000, 7), month(2025, 10), 7_100_00, 203_550_12, month(2025, 10)),
    ]
    deemed = prior.enter_deemed(
        by=village.by("intake"),
        person=village.souls["chen"],
        branch=PENSION,
        region=PUDONG,
        first_month=month(1985, 7),
        last_month=month(1992, 12),
        document="职工档案：1985 年 7 月参加工作",
    )
    prior.approve(by=village.by("reviewer"), prior=deemed)
    for key, first, last, base, balance, until in lives:
        who = village.souls[key]
        entered = prior.enter_paid(
            by=village.by("intake"),
            person=who,
            branch=PENSION,
            region=PUDONG,
            bases=dict.fromkeys(range(first, last + 1), base),
            document="职工养老保险手册",
        )
        prior.approve(by=village.by("reviewer"), prior=entered)
        opened = account.enter_opening(
            by=village.by("assessor"),
            person=who,
            amount=balance,
            month=until,
            region=PUDONG,
            document="个人账户结转单",
        )
        account.approve_opening(by=village.by("reviewer"), opening=opened)


def open_claim(village: Village, key: str, start: int, category: int) -> PensionClaim:
    made = claim.open_claim(
        by=village.by("intake"),
        person=village.souls[key],
        start_month=start,
        category=category,
        channel=Case.Channel.COUNTER,
    )
    village.claims[key] = made
    return made


def award(village: Village, key: str, start: int, category: int) -> None:
    made = open_claim(village, key, start, category)
    claim.assess(by=village.by("assessor"), claim=made)
    claim.award(by=village.by("reviewer"), claim=made)


def refuse(village: Village, key: str, start: int, category: int) -> None:
    made = open_claim(village, key, start, category)
    claim.assess(by=village.by("assessor"), claim=made)
    claim.refuse(by=village.by("reviewer"), claim=made)


def _claim_now(village: Village) -> None:
    """Qian Xiuying stops working and claims: her claim waits for an assessor."""
    who = village.souls["qian"]
    cover.end(
        by=village.by("intake"),
        person=who,
        branch=PENSION,
        last_day=last_day(LAST),
        reason="retired",
    )
    open_claim(village, "qian", LAST + 1, PensionCategory.FEMALE_50)


def payroll(village: Village, current: int) -> PaymentBatch:
    """The month's pensions: run, release, bank file, the bank's answer, reconciled."""
    maker, checker, accountant = (village.by(n) for n in ("assessor", "reviewer", "accountant"))
    drafted = run.draft(kind="pension_payroll", month=current, region=SHANGHAI, by=maker)
    previewed = run.preview(run_id=drafted.pk, by=maker)
    run.approve(run_id=drafted.pk, by=checker, total=previewed.total)
    work.work_through(drafted.pk)
    batch = PaymentBatch.objects.order_by("-id").first()
    assert batch is not None
    payments.release(batch.pk, by=village.by("releaser"))
    file = b"".join(payments.bank_file(batch.pk, by=accountant))
    payments.read_return(bank_answer(file), by=accountant)
    payments.reconcile(batch.pk, by=accountant)
    batch.refresh_from_db()
    return batch


# Who acts for an employer in the portal: name, birth, serial (see `chapters.employers`).
OFFICER = ("潘账房", date(1983, 4, 5), 512)


def sign_ins() -> Iterator[tuple[str, str, str]]:
    """Who, name, password: what the launcher prints."""
    for username, (_office, _name, roles, shows) in STAFF.items():
        if shows and (roles or username == "newcomer"):
            yield (f"desk: {shows}", username, PASSWORD)
    for soul in CAST:
        if soul.key in ("lin", "chen", "wu", "zhou"):
            number = make_resident_id(soul.region, soul.born, soul.serial)
            yield (f"portal: {soul.story}", number, PASSWORD)
    _name, born, serial = OFFICER
    number = make_resident_id(PUDONG, born, serial)
    yield ("portal: acts for an employer", number, PASSWORD)
