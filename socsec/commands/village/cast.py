"""Who lives in the village: offices and clerks, people and employers, wages, and the sign-ins to it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from enrollment.models import Employer, Person
from funds.models import Branch, Fund
from pensions.models import PensionClaim
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import month
from socsec.office.models import Role, User

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
    ("SH-TL", PUDONG, "塘柳街道社区事务受理服务中心", "Tangliu sub-district service centre"),
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
    "township": (
        "SH-TL",
        "乔镇平",
        (Role.INTAKE, Role.ASSESSOR),
        "a sub-district's clerk: receives and surveys for social assistance",
    ),
    "accountant": ("SH", "沈算盘", (Role.ACCOUNTANT,), "receipts, bank files, bank returns"),
    "policy": ("NATION", "文守则", (Role.POLICY_OFFICER,), "enters yearly values"),
    "policy2": ("NATION", "严复核", (Role.POLICY_OFFICER,), "approves them"),
    "auditor": ("NATION", "钟明鉴", (Role.AUDITOR,), "reads everything, writes nothing"),
    "nation-accountant": ("NATION", "汇总账", (Role.ACCOUNTANT,), "pools between provinces"),
    "nation-reviewer": ("NATION", "国复核", (Role.REVIEWER,), "approves what the nation pools"),
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

# Who acts for an employer in the portal: name, birth, serial (see `chapters.employers`).
OFFICER = ("潘账房", date(1983, 4, 5), 512)

# Who signs in with a passport: name, number, country (see `chapters.registry`).
GUEST = ("Camille Laurent", "19FV12345", "FRA")


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
    _name, number, country = GUEST
    yield ("portal: from abroad, signs in with a passport", f"{country} {number}", PASSWORD)
