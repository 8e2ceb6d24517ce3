"""A small office, its people, and one who must see nothing."""

import datetime

import pytest

from socsec.office import kinds
from socsec.office.models import Office, Role, RoleGrant, User

LONG_AGO = datetime.date(2020, 1, 1)


def office(code: str, region: str) -> Office:
    found, _made = Office.objects.get_or_create(
        code=code, defaults={"name_zh": code, "name_en": code, "region_id": region}
    )
    return found


def staff(name: str, *roles: Role, at: Office | None, **columns) -> User:
    user = User.objects.create(username=name, kind=User.Kind.STAFF, office=at, **columns)
    for role in roles:
        RoleGrant.objects.create(user=user, role=role, since=LONG_AGO)
    return user


@pytest.fixture
def chaoyang(db):
    return office("BJ-CY", "110105")


@pytest.fixture
def beijing(db):
    return office("BJ", "110000")


@pytest.fixture
def chengdu(db):
    return office("CD", "510100")


@pytest.fixture
def intake(chaoyang):
    return staff("intake", Role.INTAKE, at=chaoyang)


@pytest.fixture
def assessor(chaoyang):
    return staff("assessor", Role.ASSESSOR, at=chaoyang)


@pytest.fixture
def reviewer(chaoyang):
    return staff("reviewer", Role.REVIEWER, at=chaoyang)


@pytest.fixture
def both(chaoyang):
    """Someone who may assess and check, though never the same case."""
    return staff("both", Role.INTAKE, Role.ASSESSOR, Role.REVIEWER, at=chaoyang)


@pytest.fixture
def auditor(chaoyang):
    return staff("auditor", Role.AUDITOR, at=chaoyang)


@pytest.fixture
def administrator(chaoyang):
    return staff("administrator", Role.ADMINISTRATOR, at=chaoyang)


@pytest.fixture
def stranger(chengdu):
    """Holds every role but the auditor's, in another province: must see nothing of Beijing."""
    roles = [role for role in Role if role != Role.AUDITOR]
    return staff("stranger", *roles, at=chengdu)


@pytest.fixture
def nobody(chaoyang):
    """A colleague without a role, who is even a superuser."""
    return staff("nobody", at=chaoyang, is_superuser=True)


@pytest.fixture
def insured(db):
    return User.objects.create(username="insured", kind=User.Kind.INSURED, person_id=70)


@pytest.fixture
def claim_kind(monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", {})
    return kinds.register(
        kinds.CaseKind(
            slug="test_claim",
            prefix="CS",
            label="Test claim",
            days=20,
            law="社会保险经办条例 18",
            url=lambda case: f"/test/{case.pk}",
        )
    )
