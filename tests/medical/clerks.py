"""Clerks of an office, for the tests of medical insurance."""

from datetime import date
from itertools import count

from socsec.office.models import Office, RoleGrant, User

SHANGHAI, PUDONG, SICHUAN = "310000", "310115", "510000"
_serial = count(1)


def clerk(*roles, region=SHANGHAI):
    """Somebody of the staff with these roles."""
    office, _made = Office.objects.get_or_create(
        code=f"M{region}",
        defaults={"name_zh": "医保中心", "name_en": "Office", "region_id": region},
    )
    user = User.objects.create(
        username=f"care{next(_serial)}", office=office, kind=User.Kind.STAFF, is_staff=True
    )
    for role in roles:
        RoleGrant.objects.create(user=user, role=role, since=date(2020, 1, 1))
    return user
