"""What the pages of full coverage share: who may read, the filters of the address, regions by name."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse

from enrollment.models import (
    CoverageGap,
    GapReason,
)
from funds.models import Branch
from socsec.office.access import may
from socsec.office.desk import staff
from socsec.office.models import Region, User

BRANCHES = (Branch.PENSION, Branch.MEDICAL)


def reader(request: HttpRequest) -> User:
    """Whoever may see the lists; others are turned away."""
    user = staff(request)
    if not may(user, "gap.read"):
        raise PermissionDenied
    return user


def list_page() -> str:
    return reverse("admin:enrollment_gaps")


def gap_url(gap: CoverageGap) -> str:
    return reverse("admin:enrollment_gap", args=[gap.person_id, gap.branch])


def chosen(request: HttpRequest) -> dict[str, Any]:
    """The filters of the address, as far as they can be read."""
    get = request.GET
    branch, reason = get.get("branch", ""), get.get("reason", "")
    region = get.get("region", "")
    return {
        "branch": int(branch) if branch in {str(int(b)) for b in BRANCHES} else None,
        "reason": int(reason) if reason in {str(r) for r in GapReason.values} else None,
        "region": region if len(region) == len("000000") and region.isdecimal() else "",
        "whose": get.get("whose", "") if get.get("whose") in ("mine", "nobody", "due") else "",
    }


def regions_of(user: User) -> set[str]:
    return set(
        Region.objects.within(user.region_code or "-").values_list("code", flat=True)
        if user.region_code
        else []
    )


def region_names(codes: Any) -> dict[str, str]:
    return {each.code: str(each) for each in Region.objects.filter(pk__in=list(codes))}
