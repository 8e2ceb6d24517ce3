"""Papers are issued, revoked, and checked by whoever holds one in their hands."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .. import certificates
from ..access import require, require_stranger
from ..certificates import Facts, Issued
from ..errors import Conflict, Invalid, NotFound
from ..fields import mask
from ..models import Certificate, Office, User
from . import audit, policy


@transaction.atomic
def issue(
    *,
    by: User,
    kind: str,
    region: str,
    name: str,
    facts: Facts,
    person_id: int | None = None,
    owner: str = "",
    number: str = "",
    masked: str = "",
    allowed: bool = False,
) -> Certificate:
    """Issue a paper that states these facts, of a person or of an employer (`owner`).

    `allowed` says that the caller has asked for leave in a way of its own, as for an employer's
    officer.

    Insured persons issue their own. The same facts of the same person on the same day give the
    paper that is there already. The office's name goes into the facts, as it was on the day.
    """
    if not allowed:
        require(by, "certificate.issue", region, person_id)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person_id)
    registered = certificates.get(kind)
    today = timezone.localdate()
    office = by.office or office_of(region)
    facts = {**facts, "office": office_names(office)}
    digest = certificates.digest(facts)
    same = Certificate.objects.filter(
        kind=kind,
        person_id=person_id,
        owner=owner,
        digest=digest,
        issued_on=today,
        revoked_on__isnull=True,
    )
    known = same.first()
    if known is not None:
        return known
    made = Certificate(
        kind=kind,
        person_id=person_id,
        owner=owner,
        name=name,
        number=number,
        masked=masked or mask(number, 6, 4) if number else "",
        region=region,
        office=office,
        facts=facts,
        digest=digest,
        issued_on=today,
        valid_until=_until(registered, region, today),
        issued_by=by,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # the other of two presses at one moment
        known = same.first()
        if known is None:
            raise
        return known
    audit.record(
        by=by,
        act="certificate.issue",
        subject=made,
        person_id=person_id,
        region=region,
        kind=kind,
        serial=made.issued.serial,
    )
    return made


@transaction.atomic
def revoke(*, by: User, certificate: Certificate, reason: str) -> Certificate:
    """Take a paper back: from now on whoever checks it is told so, without the reason."""
    require(by, "certificate.revoke", certificate.region)
    certificate = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if certificate.person_id is not None:
        require_stranger(by, certificate.person_id)
    if certificate.revoked_on is not None:
        raise Conflict(_("This paper is revoked already."), code="revoked_already")
    if not reason.strip():
        raise Invalid(_("Say why it is revoked."), code="reason_missing", field="reason")
    certificate.revoked_on = timezone.localdate()
    certificate.revoked_by = by
    certificate.revoke_reason = reason.strip()[:200]
    certificate.save(update_fields=["revoked_on", "revoked_by", "revoke_reason"])
    audit.record(
        by=by,
        act="certificate.revoke",
        subject=certificate,
        person_id=certificate.person_id,
        region=certificate.region,
        reason=certificate.revoke_reason,
        serial=certificate.issued.serial,
    )
    return certificate


class Verdict(StrEnum):
    """What is said of a paper that somebody checks."""

    TRUE = "true"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ALTERED = "altered"  # the fingerprint on the paper is not that of what we issued
    BROKEN = "broken"  # our own record of it is not what it was: the fault is ours


@dataclass(frozen=True, slots=True)
class Checked:
    verdict: Verdict
    issued: Issued
    lines: list[tuple[str | Promise, str | Promise]]


def find(serial: str) -> Issued | None:
    """The paper with this number, whatever its kind; None if there is none."""
    read = certificates.SERIAL.match(certificates.tidy(serial))
    if read is None:
        return None
    kind = certificates.by_prefix(read[1])
    if kind is None:
        return None
    if kind.find is not None:
        return kind.find(read[0])
    if not read[3].isdigit():
        return None
    row = Certificate.objects.filter(pk=int(read[3]), kind=kind.slug).first()
    return row.issued if row is not None and row.issued.serial == read[0] else None


@transaction.atomic
def check(
    *, serial: str, code: str, mark: str = "", by: User | None = None, on: date | None = None
) -> Checked:
    """Whether a paper is true, for whoever knows its number and its code.

    `mark` is the fingerprint as printed, which the QR code holds: where it differs, the paper was
    altered. `NotFound` is the one answer to a number that is not ours and to a code that does not
    fit, so that nobody learns which papers exist. The person reads that it was checked.
    """
    issued = find(serial)
    if issued is None or not certificates.fits(issued, code):
        raise NotFound(
            _("No paper of ours has this number and this code."),
            code="no_such_paper",
            fix=_("Type both as they stand on the paper. If they are right, it is not from us."),
        )
    typed = certificates.tidy(mark)
    today = on or timezone.localdate()
    if not issued.whole:
        verdict = Verdict.BROKEN
    elif typed and typed != issued.mark:
        verdict = Verdict.ALTERED
    elif issued.revoked_on is not None:
        verdict = Verdict.REVOKED
    elif issued.valid_until is not None and issued.valid_until < today:
        verdict = Verdict.EXPIRED
    else:
        verdict = Verdict.TRUE
    audit.record(
        by=by,
        act="certificate.check",
        subject=("certificate", issued.serial),
        person_id=issued.person_id,
        region=issued.region,
        verdict=verdict.value,
    )
    lines = [] if verdict is Verdict.BROKEN else list(certificates.get(issued.kind).shown(issued))
    return Checked(verdict, issued, lines)


def office_names(office: Office | None) -> dict[str, str]:
    """An office's name in both languages, as facts hold it."""
    if office is None:
        return {"zh": "社会保险经办机构", "en": "Social insurance agency"}
    return {"zh": office.name_zh, "en": office.name_en}


def office_of(region: str) -> Office | None:
    """The office that serves a region: of the nearest region above it."""
    above = [region, f"{region[:4]}00", f"{region[:2]}0000", "000000"]
    found = {o.region_id: o for o in Office.objects.filter(region_id__in=above).order_by("-pk")}
    return next((found[code] for code in above if code in found), None)


def _until(kind: certificates.CertificateKind, region: str, on: date) -> date | None:
    if not kind.days:
        return None
    days = policy.of(policy.current_edition()).at(kind.days, region, on).value
    return on + timedelta(days=int(days))


def of_owner(owner: str) -> QuerySet[Certificate]:
    """The papers of an employer, by its credit code, the latest first."""
    return Certificate.objects.filter(owner=owner, person_id__isnull=True).order_by(
        "-issued_on", "-pk"
    )
