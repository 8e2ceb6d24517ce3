"""The cast of the portal's tests: one man near his pension, whose life ran through real services."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from enrollment.models import Category, Person
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts
from enrollment.services.employers import employer, wages
from enrollment.services.people import person as people
from enrollment.services.record import prior
from funds.models import Branch, Scheme
from funds.services import fund
from pensions.services import account, estimate
from socsec.kernel.ids import make_credit_code, make_resident_id
from socsec.kernel.months import first_day, last_day, month, month_of
from socsec.office.models import Office, OutboxMessage, Region, Role, RoleGrant, User
from socsec.office.services import policy, users

BEIJING, CHAOYANG = "110000", "110105"
PENSION = Branch.PENSION
PASSWORD = "a word that is long enough"
PHONE = "13900002086"


def this_month() -> int:
    return month_of(timezone.localdate())


def birth_of_who_retires(in_months: int) -> date:
    """A birth date of a man whose statutory month lies so many months ahead."""
    law = policy.of(policy.current_edition())
    for born in range(this_month() - 64 * 12, this_month() - 50 * 12):
        if estimate.retirement(born, 0, BEIJING, law).statutory == this_month() + in_months:
            return date(born // 12, born % 12 + 1, 15)
    raise AssertionError("nobody retires then")


@dataclass
class Cast:
    """Staff by role, an employer, and how to make people."""

    staff: dict[str, User] = field(default_factory=dict)
    serial: int = 1

    def person(self, name: str, born: date, *, phone: str = PHONE, woman: bool = False) -> Person:
        self.serial += 2
        return people.enroll(
            by=self.staff["intake"],
            name=name,
            resident_id=make_resident_id(CHAOYANG, born, self.serial + int(woman)),
            region=CHAOYANG,
            phone=phone,
        )

    def account(self, person: Person, username: str) -> User:
        return users.create_insured(
            username=username, password=PASSWORD, person_id=person.pk, by=None
        )

    def earlier(self, person: Person, first: int, last: int, base: int | None = None) -> None:
        """Months from earlier books: paid on a base, or deemed without one."""
        if base is None:
            entered = prior.enter_deemed(
                by=self.staff["intake"],
                person=person,
                branch=PENSION,
                region=BEIJING,
                first_month=first,
                last_month=last,
                document="personnel file",
            )
        else:
            entered = prior.enter_paid(
                by=self.staff["intake"],
                person=person,
                branch=PENSION,
                region=BEIJING,
                bases=dict.fromkeys(range(first, last + 1), base),
                document="transfer",
            )
        prior.approve(by=self.staff["reviewer"], prior=entered)


@pytest.fixture
def cast(edition) -> Cast:
    office = Office.objects.create(
        code="CY",
        name_zh="朝阳区社会保险中心",
        name_en="Chaoyang social insurance centre",
        region=Region.objects.get(code=BEIJING),
    )
    made = Cast()
    for role in (Role.INTAKE, Role.ASSESSOR, Role.REVIEWER, Role.ACCOUNTANT):
        user = User.objects.create(
            username=role.value, first_name=f"The {role.label}", office=office, is_staff=True
        )
        RoleGrant.objects.create(user=user, role=role, since=date(2020, 1, 1))
        made.staff[role.value] = user
    fund.establish(PENSION, Scheme.EMPLOYEES, BEIJING)
    return made


@dataclass
class Shen:
    """A man who retires in two months; the last two of his six latest months are not paid in full."""

    cast: Cast
    person: Person
    user: User
    first: int  # of the six months with the present employer


@pytest.fixture
def shen(cast) -> Shen:
    man = cast.person("沈禾生", birth_of_who_retires(2))
    first = this_month() - 6
    cast.earlier(man, month(2000, 1), month(2018, 12))
    cast.earlier(man, month(2019, 1), first - 4, 800_000)  # three months are missing
    firm = employer.enroll(
        by=cast.staff["intake"],
        credit_code=make_credit_code("91", CHAOYANG, "MA0000001"),
        name="北京恒工设备有限公司",
        region=CHAOYANG,
        opened_on=date(2000, 1, 1),
    )
    cover.start(
        by=cast.staff["intake"],
        person=man,
        branch=PENSION,
        category=Category.EMPLOYEE,
        region=CHAOYANG,
        from_=first_day(first),
        employer=firm,
    )
    for number in range(first, first + 6):
        wages.declare(by=cast.staff["intake"], employer=firm, month=number, wages={man.pk: 900_000})
        contributions.assess(by=cast.staff["assessor"], person=man, month=number, branch=PENSION)
        # 24 % of 9,000.00 is 2,160.00; of the fifth month 1,000.00 came, of the sixth nothing
        amount = {first + 4: 100_000, first + 5: 0}.get(number, 216_000)
        if amount:
            receipts.receive(
                by=cast.staff["accountant"],
                branch=PENSION,
                amount=amount,
                received_on=last_day(number),
                reference=f"R{number}",
                employer=firm,
            )
    opening = account.enter_opening(
        by=cast.staff["assessor"],
        person=man,
        amount=140_000_00,
        month=first - 1,
        region=BEIJING,
        document="transfer",
    )
    account.approve_opening(by=cast.staff["reviewer"], opening=opening)
    account.credit_pending()
    return Shen(cast, man, cast.account(man, "shen.hesheng"), first)


@pytest.fixture
def in_portal(client, shen):
    """A client that is signed in as Shen."""
    client.force_login(shen.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def cookie_of(user: User) -> str:
    """The session cookie of somebody who has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


def last_code() -> str:
    """The six digits of the newest text message."""
    body = OutboxMessage.objects.order_by("-pk").first().body
    return "".join(c for c in body.split(".")[0] if c.isdigit())[:6]
