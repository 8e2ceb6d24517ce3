"""The books' cast: a fund of Beijing, one of Shanghai, an accountant who prepares, a reviewer who checks."""

from datetime import date

import pytest

from funds.models import Branch, Scheme
from funds.services import fund as funds
from socsec.office.models import Office, Role, RoleGrant, User

BEIJING, SHANGHAI = "110000", "310000"


def staff(name: str, *roles: Role, region: str = BEIJING, person_id: int | None = None) -> User:
    office, _made = Office.objects.get_or_create(
        code=f"O{region}",
        defaults={"name_zh": "经办机构", "name_en": "Agency", "region_id": region},
    )
    user = User.objects.create(username=name, office=office, person_id=person_id)
    for role in roles:
        RoleGrant.objects.create(user=user, role=role, since=date(2020, 1, 1))
    return user


@pytest.fixture
def beijing(db):
    return funds.establish(Branch.PENSION, Scheme.EMPLOYEES, BEIJING, since=date(2020, 1, 1))


@pytest.fixture
def shanghai(db):
    return funds.establish(Branch.PENSION, Scheme.EMPLOYEES, SHANGHAI, since=date(2020, 1, 1))


@pytest.fixture
def accountant(db):
    return staff("accountant", Role.ACCOUNTANT)


@pytest.fixture
def reviewer(db):
    return staff("reviewer", Role.REVIEWER)
