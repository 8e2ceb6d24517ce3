"""Which fund an act belongs to."""

from datetime import date
from functools import lru_cache

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Branch, Fund, Public, Scheme, purse
from funds.params import Level, PoolingLevels
from socsec.kernel import regions
from socsec.kernel.policy import Policy
from socsec.office.errors import NotFound, Refused
from socsec.office.models import PolicyEdition, Region
from socsec.office.services import policy


def for_(branch: int, scheme: int, region: str) -> Fund:
    """The fund that pools a region: its own, or that of the nearest region above. `NotFound` if none."""
    above = regions.upwards(region)
    funds = {
        fund.region_id: fund
        for fund in Fund.objects.select_related("region").filter(
            branch=branch, scheme=scheme, region__in=above
        )
    }
    for code in above:
        if code in funds:
            return funds[code]
    raise NotFound(
        _("No fund pools %(branch)s, %(scheme)s in region %(region)s.")
        % {
            "branch": purse(branch).label,
            "scheme": Scheme(scheme).label,
            "region": region,
        },
        fix=_("Establish the fund first."),
        code="no_fund",
    )


@transaction.atomic
def establish(branch: int, scheme: int, region: str, *, since: date | None = None) -> Fund:
    """The fund of exactly this region, made if it is not there yet.

    `Refused` below the level at which the law pools the branch; above it a province may have
    gone ahead of the law.
    """
    place = Region.objects.filter(pk=region).first()
    if place is None:
        raise NotFound(_("There is no region %(region)s.") % {"region": region}, code="no_region")
    level = pooling_level(branch, scheme, region)
    if place.level > level:
        raise Refused(
            _("%(branch)s is pooled above %(region)s.")
            % {"branch": purse(branch).label, "region": place},
            fix=_("Establish the fund at the level that the law names."),
            code="below_pooling_level",
            level=level.name.lower(),
        )
    fund, _made = Fund.objects.select_related("region").get_or_create(
        branch=purse(branch),
        scheme=Scheme(scheme),
        region_id=region,
        defaults={"since": since or timezone.localdate()},
    )
    return fund


def establish_all(region: str, *, since: date | None = None) -> dict[tuple[int, int], Fund]:
    """The funds of every branch and scheme that the law knows, by (branch, scheme), for one region.

    A region below the level at which a branch is pooled is passed over for that branch.
    """
    place = Region.objects.filter(pk=region).first()
    if place is None:
        raise NotFound(_("There is no region %(region)s.") % {"region": region}, code="no_region")
    made = {}
    for name in PoolingLevels.model_fields:
        branch_name, scheme_name = name.upper().split("_")
        branch, scheme = _named(branch_name), Scheme[scheme_name]
        if place.level <= pooling_level(branch, scheme, region):
            made[branch.value, scheme.value] = establish(branch, scheme, region, since=since)
    return made


def pooling_level(branch: int, scheme: int, region: str, on: date | None = None) -> Level:
    """At which level the law pools a branch there: of the nation, a province, a city, a county."""
    levels = PoolingLevels.at(_policy(), region, on or timezone.localdate())
    name = f"{purse(branch).name}_{Scheme(scheme).name}".lower()
    if not hasattr(levels, name):
        raise NotFound(
            _("%(branch)s has no scheme for %(scheme)s.")
            % {"branch": purse(branch).label, "scheme": Scheme(scheme).label},
            code="no_scheme",
        )
    return Level.read(int(getattr(levels, name)))


def _named(name: str) -> Branch | Public:
    return Branch[name] if name in Branch.__members__ else Public[name]


def _policy() -> Policy:
    """The edition in force; before the first one the files speak alone."""
    edition = PolicyEdition.objects.defer("content").first()
    return policy.of(edition) if edition else _files()


@lru_cache(maxsize=1)
def _files() -> Policy:
    return Policy.files()
