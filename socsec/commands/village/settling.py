"""The village is settled: offices, funds, people, employers; nothing paid yet."""

from datetime import UTC, date, datetime, time

from django.db import transaction

from enrollment.models import Category, Coverage, EmployerKind, HouseholdRole, Sex
from enrollment.services import cover
from enrollment.services.employers import employer as employers
from enrollment.services.employers import standing
from enrollment.services.people import bank_account, households
from enrollment.services.people import person as people
from funds.models import Scheme
from funds.services import cash
from funds.services import fund as funds
from socsec.kernel.ids import make_credit_code, make_resident_id
from socsec.kernel.months import first_day, month
from socsec.office.models import Office, User
from socsec.office.services import policy, users

from .cast import (
    BEGAN,
    CAST,
    FIRST,
    JINJIANG,
    OFFICES,
    OWN_BASE,
    PASSWORD,
    PENSION,
    PUDONG,
    RISK,
    SHANGHAI,
    SICHUAN,
    STAFF,
    WAGES,
    WAGES_SICHUAN,
    Say,
    Village,
)


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
    on_record(
        cover.start(
            by=village.by("sc-intake"),
            person=village.souls["zhou"],
            branch=PENSION,
            category=Category.OWN_ACCOUNT,
            region=JINJIANG,
            from_=first_day(FIRST),
            base=OWN_BASE,
        )
    )


def on_record(*coverages: Coverage) -> None:
    """As if these had been taken down on their first day, as they were: their months are not late."""
    for each in coverages:
        assert each.span.lower is not None
        recorded = datetime.combine(each.span.lower, time(12), UTC)
        Coverage.objects.filter(pk=each.pk).update(recorded_at=recorded)
