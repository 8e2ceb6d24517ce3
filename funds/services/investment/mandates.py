"""Managers, custodians and mandates: drawn up by one, in force once another has approved them."""

import secrets
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import Application

from funds.models import FirmUser, InvestmentFirm, Mandate
from funds.params import FeeTerms
from funds.rules.investment.sets import IN_FORCE, LIMIT_SETS
from funds.rules.investment.valuation import FeeFacts, fees
from socsec.kernel.errors import KernelError
from socsec.kernel.ids import read_credit_code
from socsec.kernel.regions import NATION
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, NotFound, Refused, from_kernel
from socsec.office.models import Region, User
from socsec.office.services import audit, users
from socsec.office.services import policy as policies

MOST_CURE_DAYS = 60  # against slips
LONGEST_NUMBER, LONGEST_NAME, LONGEST_BENCHMARK = 20, 80, 120  # letters that columns hold


@transaction.atomic
def enter_firm(*, by: User, kind: str, name: str, code: str, region: str) -> InvestmentFirm:
    """Put a manager or custodian on file. `Conflict` where its code is there already."""
    require(by, "investment.mandate", region)
    if kind not in InvestmentFirm.Kind.values or not name.strip():
        raise Invalid(_("Enter what it is and its name."), code="firm_unfit", field="name")
    try:
        known = read_credit_code(code)
    except KernelError as error:
        raise from_kernel(error, field="code") from error
    if InvestmentFirm.objects.filter(kind=kind, code=known).exists():
        raise Conflict(_("It is on file already."), code="firm_twice", field="code")
    made = InvestmentFirm.objects.create(
        kind=kind, name=name.strip()[:80], code=known, region=Region.objects.get(pk=region)
    )
    audit.record(by=by, act="investment.firm", subject=made, region=region, name=made.name)
    return made


@transaction.atomic
def open_account(*, by: User, firm: InvestmentFirm, username: str) -> tuple[FirmUser, str]:
    """An account for a custodian's system, and its secret, which is shown once and never again."""
    require(by, "investment.approve", firm.region_id)
    if firm.kind != InvestmentFirm.Kind.CUSTODIAN:
        raise Refused(_("Only custodians send files."), code="not_a_custodian")
    assert by.office is not None  # whoever may do this belongs to one
    account = users.create_partner(username=username, office=by.office, by=None)
    secret = secrets.token_urlsafe(32)
    Application.objects.create(
        name=account.username,
        user=account,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    made = FirmUser.objects.create(user=account, firm=firm)
    audit.record(
        by=by, act="investment.account", subject=made, region=firm.region_id, account=account.pk
    )
    return made, secret


@transaction.atomic
def draw_up(
    *,
    by: User,
    number: str,
    name: str,
    region: str,
    manager: InvestmentFirm,
    custodian: InvestmentFirm,
    limits: str,
    benchmark: str,
    manager_rate: int,
    custody_rate: int,
    cure_days: int,
    since: date,
) -> Mandate:
    """Draw up a mandate; rates in millionths a year. It waits for a second person.

    `Refused` for limits that are a draft, for fees above their caps, and where manager and
    custodian are one.
    """
    require(by, "investment.mandate", region)
    _fit(number, name, benchmark, cure_days, manager, custodian)
    if limits not in LIMIT_SETS:
        raise Invalid(_("Choose the limits."), code="no_limits", field="limits")
    if limits not in IN_FORCE:
        raise Refused(
            _("These limits are a draft: they are not in force."),
            fix=_("Choose limits that are in force."),
            code="limits_not_in_force",
        )
    _fees_allowed(manager_rate, custody_rate, since)
    if Mandate.objects.filter(number=number.strip()).exists():
        raise Conflict(_("This number is on file."), code="mandate_twice", field="number")
    made = Mandate.objects.create(
        number=number.strip(),
        name=name.strip(),
        region=Region.objects.get(pk=region),
        manager=manager,
        custodian=custodian,
        limits=limits,
        benchmark=benchmark.strip(),
        manager_rate=manager_rate,
        custody_rate=custody_rate,
        cure_days=cure_days,
        since=since,
        maker=by,
    )
    _note(by, "investment.mandate", made)
    return made


@transaction.atomic
def approve_mandate(mandate_id: int, *, by: User) -> Mandate:
    """A second person puts the mandate in force."""
    found = locked(mandate_id)
    require(by, "investment.approve", found.region_id)
    require_other_hand(by, found.maker_id)
    if found.checker_id:
        raise Conflict(_("This mandate is in force already."), code="approved_already")
    found.checker = by
    found.save(update_fields=["checker"])
    _note(by, "investment.approve", found)
    return found


@transaction.atomic
def end_mandate(mandate_id: int, *, by: User, reason: str) -> Mandate:
    """No more money and no more orders from today on; what is left is sold and taken back."""
    found = locked(mandate_id)
    require(by, "investment.approve", found.region_id)
    if not reason.strip():
        raise Invalid(_("Say why it ends."), code="reason_missing", field="reason")
    if found.until:
        raise Conflict(_("This mandate has ended already."), code="ended_already")
    found.until = timezone.localdate()
    found.save(update_fields=["until"])
    _note(by, "investment.end", found, reason.strip())
    return found


def locked(mandate_id: int) -> Mandate:
    """The mandate, held until the end of the transaction."""
    found = (
        Mandate.objects.select_for_update(no_key=True, of=("self",))
        .select_related("region")
        .filter(pk=mandate_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such mandate."), code="no_mandate")
    return found


def in_force(mandate: Mandate) -> Mandate:
    """The mandate, or `Refused` where it waits for approval or has ended."""
    if not mandate.checker_id or mandate.until:
        raise Refused(
            _("This mandate is not in force."),
            fix=_("Choose one that is approved and has not ended."),
            code="mandate_not_in_force",
        )
    return mandate


def _fit(
    number: str,
    name: str,
    benchmark: str,
    cure_days: int,
    manager: InvestmentFirm,
    custodian: InvestmentFirm,
) -> None:
    for field, text, longest in (
        ("number", number, LONGEST_NUMBER),
        ("name", name, LONGEST_NAME),
        ("benchmark", benchmark, LONGEST_BENCHMARK),
    ):
        if not 0 < len(text.strip()) <= longest:
            raise Invalid(_("This cannot be."), code="mandate_unfit", field=field)
    if type(cure_days) is not int or not 0 < cure_days <= MOST_CURE_DAYS:
        raise Invalid(_("This cannot be."), code="mandate_unfit", field="cure_days")
    kinds = InvestmentFirm.Kind
    if (manager.kind, custodian.kind) != (kinds.MANAGER, kinds.CUSTODIAN):
        raise Invalid(
            _("A manager invests and a custodian keeps."), code="firms_unfit", field="manager"
        )
    if manager.code == custodian.code:
        raise Refused(
            _("The manager cannot keep the assets itself."),
            fix=_("Choose another custodian."),
            code="custody_not_apart",
        )


def _fees_allowed(manager_rate: int, custody_rate: int, on: date) -> None:
    law = FeeTerms.at(policies.of(policies.current_edition()), NATION, on)
    if min(manager_rate, custody_rate) < 0 or not (
        fees(FeeFacts(nav=0, manager_rate=manager_rate, custody_rate=custody_rate), law).allowed
    ):
        raise Refused(
            _("A fee is above what managers or custodians may ask."),
            fix=_("Lower it to the cap."),
            code="fee_above_cap",
        )


def _note(by: User, act: str, mandate: Mandate, reason: str = "") -> None:
    audit.record(
        by=by,
        act=act,
        subject=mandate,
        region=mandate.region_id,
        reason=reason,
        number=mandate.number,
        limits=mandate.limits,
        manager_rate=mandate.manager_rate,
        custody_rate=mandate.custody_rate,
    )
