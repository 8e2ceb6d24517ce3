"""Policy values and editions: entered by one, checked by another, frozen under a number."""

from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from socsec.kernel import regions
from socsec.kernel.errors import KernelError
from socsec.kernel.policy import Policy

from ..access import require, require_other_hand
from ..errors import Conflict, Invalid, NotFound, Refused, from_kernel
from ..models import PolicyEdition, PolicyValue, Region, User
from . import audit

State = PolicyValue.State
_LOCK = "hashtextextended('socsec.office.policy_edition', 0)"


@transaction.atomic
def enter(
    *,
    code: str,
    region: str,
    from_date: Any,
    value: str,
    law: str,
    by: User,
    source: str = "",
    status: str = "official",
) -> PolicyValue:
    """Draft a value. It must read as the parameter's unit demands, by the validator of the files.

    `value` is text in natural units: yuan "7162.00", a rate "0.08", a table as JSON or YAML.
    """
    require(by, "policy.enter", region)
    if not Region.objects.filter(code=region).exists():
        raise Invalid(_("There is no such region."), code="unknown_region", field="region")
    if not law.strip():
        raise Invalid(_("Name the document that says so."), code="law_missing", field="law")
    draft = PolicyValue(
        code=code,
        region_id=region,
        from_date=from_date,
        value=value.strip(),
        law=law.strip(),
        source=source.strip(),
        status=status,
        maker=by,
    )
    _joined([*_approved(), draft])
    if PolicyValue.objects.filter(
        code=code, region_id=region, from_date=from_date, state=State.DRAFT
    ).exists():
        raise Conflict(
            _("A value for this day already waits for a check."),
            code="draft_exists",
            fix=_("Have that one approved or rejected first."),
        )
    draft.save(force_insert=True)
    _record(draft, by, "policy.enter")
    return draft


@transaction.atomic
def approve(*, value_id: int, by: User) -> PolicyEdition:
    """Approve a drafted value: from now on a new edition holds it."""
    draft = _lock_draft(value_id, by)
    draft.state = State.APPROVED
    draft.checker = by
    draft.checked_at = timezone.now()
    draft.save(update_fields=["state", "checker", "checked_at"])
    _record(draft, by, "policy.approve")
    return issue(by=by, note=str(draft))


@transaction.atomic
def reject(*, value_id: int, by: User, reason: str) -> PolicyValue:
    """Turn a drafted value down, with the reason."""
    draft = _lock_draft(value_id, by)
    if not reason.strip():
        raise Invalid(_("Say what is not right."), code="empty", field="reason")
    draft.state = State.REJECTED
    draft.checker = by
    draft.checked_at = timezone.now()
    draft.reason = reason.strip()
    draft.save(update_fields=["state", "checker", "checked_at", "reason"])
    _record(draft, by, "policy.reject", reason=reason.strip())
    return draft


@transaction.atomic
def issue(*, by: User | None, note: str = "") -> PolicyEdition:
    """The edition of the files and every approved value: a new number if anything changed."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
    policy = _joined(_approved())
    last = PolicyEdition.objects.first()
    if last is not None and last.digest == policy.digest:
        return last
    edition = PolicyEdition.objects.create(
        number=last.number + 1 if last else 1,
        digest=policy.digest,
        content=policy.content(),
        note=note[:300],
        created_by=by,
    )
    audit.record(
        by=by, act="policy.issue", subject=edition, digest=edition.digest, note=edition.note
    )
    return edition


def drafts(codes: tuple[str, ...], region: str) -> list[PolicyValue]:
    """The values that wait for a check and hold in a region, or in a part of it; `codes` are prefixes."""
    low, high = regions.span(region)
    named = Q()
    for code in codes:
        named |= Q(code__startswith=code)
    return list(
        PolicyValue.objects.filter(named, state=State.DRAFT)
        .filter(Q(region__gte=low, region__lte=high) | Q(region__in=regions.upwards(region)))
        .order_by("code", "region_id", "from_date")
    )


def joined_with(waiting: list[PolicyValue]) -> Policy:
    """What the law would be if these drafts were approved; `Invalid` where they cannot be joined."""
    return _joined([*_approved(), *waiting])


def current_edition() -> PolicyEdition:
    """The newest edition, without its content: `of` loads that once per process."""
    edition = PolicyEdition.objects.defer("content").first()
    if edition is None:
        raise Refused(
            _("No policy has been loaded yet."),
            code="no_edition",
            fix=_("Run “manage.py load_policy”."),
        )
    return edition


def of(edition: PolicyEdition | int) -> Policy:
    """The parameters of an edition, given as a row or as a number: an old decision replays."""
    if isinstance(edition, PolicyEdition):
        return _read(edition.number, edition.digest)
    row = PolicyEdition.objects.filter(number=edition).values_list("digest", flat=True).first()
    if row is None:
        raise NotFound(_("There is no such policy edition."), code="no_edition")
    return _read(edition, row)


def fingerprint(content: dict[str, Any]) -> str:
    """The digest of an edition's content, worked out again."""
    return Policy.from_content(content).digest


@lru_cache(maxsize=8)
def _read(number: int, digest: str) -> Policy:
    # The digest is part of the key: tests begin again at number 1 with other content.
    content = PolicyEdition.objects.values_list("content", flat=True).get(number=number)
    policy = Policy.from_content(content)
    if policy.digest != digest:
        raise RuntimeError(f"policy edition {number} is not what it was: its fingerprint differs")
    return policy


def _approved() -> list[PolicyValue]:
    return list(PolicyValue.objects.filter(state=State.APPROVED).order_by("checked_at", "id"))


def _joined(rows: list[PolicyValue]) -> Policy:
    """Files and rows together. A later row for the same day replaces the value before it."""
    newest = {(row.code, row.region_id, str(row.from_date)): row for row in rows}
    try:
        files = _files()
        kept = [
            value
            for value in files.values()
            if (value.code, value.region, value.start.isoformat()) not in newest
        ]
        return Policy(files.parameters.values(), kept).with_rows(
            {
                "code": row.code,
                "region": row.region_id,
                "from": row.from_date,
                "value": row.value,
                "law": row.law,
                "source": row.source,
                "status": row.status,
            }
            for row in newest.values()
        )
    except KernelError as error:
        raise from_kernel(error, field="value") from error


@lru_cache(maxsize=1)
def _files() -> Policy:
    return Policy.files()


def _lock_draft(value_id: int, by: User) -> PolicyValue:
    draft = PolicyValue.objects.select_for_update(of=("self",)).filter(pk=value_id).first()
    if draft is None:
        raise NotFound(_("There is no such value."), code="no_value")
    require(by, "policy.approve", draft.region_id)
    require_other_hand(by, draft.maker_id)
    if draft.state != State.DRAFT:
        raise Conflict(
            _("This value is already “%(state)s”.") % {"state": draft.get_state_display()},
            code="value_moved_on",
        )
    return draft


def _record(draft: PolicyValue, by: User, act: str, reason: str = "") -> None:
    audit.record(
        by=by,
        act=act,
        subject=draft,
        region=draft.region_id,
        reason=reason,
        code=draft.code,
        from_date=draft.from_date,
        value=draft.value,
        law=draft.law,
        status=draft.status,
    )
