"""A hospital of Pudong, a small catalogue, and two workers who are insured."""

from datetime import date, datetime, time

import pytest
from django.utils import timezone

from enrollment.models import Category, Coverage
from funds.models import Branch
from medical.models import (
    Agreement,
    Care,
    CatalogueEdition,
    CatalogueItem,
    ItemClass,
    ItemKind,
    Level,
    Provider,
    ProviderKind,
)
from medical.services.settling import Charge
from tests import people

YEAR = timezone.localdate().year


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), timezone.get_current_timezone())


@pytest.fixture
def village(db):
    made = people.settle()
    for name in ("lin", "chen"):
        Coverage.objects.create(
            person=made.souls[name],
            branch=Branch.MEDICAL,
            category=Category.EMPLOYEE,
            region=people.PUDONG,
            span=(date(2020, 1, 1), None),
        )
    return made


@pytest.fixture
def clerk(village):
    return village.by("assessor")


@pytest.fixture
def hospital(village):
    return provider(village, "H31011500001", "浦东示范医院", Level.THIRD)


def provider(village, code, name, level, kind=ProviderKind.HOSPITAL):
    made = Provider.objects.create(
        code=code, name=name, kind=kind, level=level, region=people.PUDONG
    )
    Agreement.objects.create(
        provider=made,
        from_date=date(2020, 1, 1),
        until=date(2035, 12, 31),
        care=[int(care) for care in Care],
        document="协议",
        maker=village.by("intake"),
        checker=village.by("reviewer"),
    )
    return made


@pytest.fixture
def catalogue(village):
    edition = CatalogueEdition.objects.create(
        region="000000",
        kind=1,
        from_date=date(2020, 1, 1),
        document="目录",
        digest="0" * 64,
        state="taken",
        maker=village.by("intake"),
        checker=village.by("reviewer"),
    )
    for code, name, of_class, share, limit in (
        ("A1", "青霉素", ItemClass.A, 0, None),
        ("B1", "阿托伐他汀", ItemClass.B, 100_000, 100_00),
        ("C1", "保健品", ItemClass.C, 0, None),
    ):
        CatalogueItem.objects.create(
            region="000000",
            kind=ItemKind.DRUG,
            code=code,
            name=name,
            item_class=of_class,
            share_employees=share,
            share_residents=share,
            price_limit=limit,
            from_date=date(2020, 1, 1),
            edition=edition,
        )


def of(code, yuan, number="1", day=None, quantity=1, **more):
    """A line of so many yuan."""
    return Charge(
        **{
            "number": number,
            "day": day or date(YEAR, 1, 10),
            "kind": ItemKind.DRUG,
            "code": code,
            "name": "一项",
            "quantity": quantity * 10_000,
            "price": yuan * 10_000,
            "amount": yuan * 100 * quantity,
            **more,
        }
    )
