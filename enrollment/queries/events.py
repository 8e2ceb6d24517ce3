"""What partners may hear of from enrollment; docs are written from this table."""

from django.utils.translation import gettext_lazy as _

from socsec.office.events import EventKind
from socsec.office.models import AuditEntry

PEOPLE, MONEY = "people:read", "contributions:read"
RECEIPTS = "receipts:read"
PERSON_AT = "/api/v1/people/{id}/"
COVERAGE_AT = "/api/v1/people/{id}/coverage/"
MONTHS_AT = "/api/v1/people/{id}/contributions/"

CARD_AT = "/api/v1/people/{id}/card/"

MOVEMENT_AT = "/api/v1/people/{id}/movements/"

BRANCH = _("Branch of insurance: 1 old age, 2 medical, 3 unemployment, 4 work injury")


def _began(entry: AuditEntry) -> bool:
    return "began" in entry.detail


def _ended(entry: AuditEntry) -> bool:
    return "ended" in entry.detail and not entry.detail.get("coverage_goes_on")


def _based(entry: AuditEntry) -> bool:
    return "base" in entry.detail


EVENTS = (
    EventKind(
        "person.registered", "person.enroll", _("A person was registered"), PEOPLE, PERSON_AT
    ),
    EventKind(
        "person.changed",
        "person.change",
        _("Something on a person's file changed"),
        PEOPLE,
        PERSON_AT,
    ),
    EventKind("person.died", "person.death", _("A death was recorded"), PEOPLE, PERSON_AT),
    EventKind(
        "life.recorded",
        "life.record",
        _("Something happened in a person's life"),
        "life:read",
        "/api/v1/people/{id}/life-events/",
        data=("kind", "happened_on", "known_on"),
        words={
            "kind": _("What happened"),
            "happened_on": _("Day on which it happened"),
            "known_on": _("Day on which it became known"),
        },
    ),
    EventKind(
        "life.withdrawn",
        "life.withdraw",
        _("A life event was taken back"),
        "life:read",
        "/api/v1/people/{id}/life-events/",
        data=("kind", "happened_on"),
        words={"kind": _("What happened"), "happened_on": _("Day on which it happened")},
    ),
    EventKind(
        "coverage.started",
        "coverage.change",
        _("Coverage began, or a further employer joined it"),
        PEOPLE,
        COVERAGE_AT,
        _began,
        ("branch", "began"),
        words={"branch": BRANCH, "began": _("First day insured")},
    ),
    EventKind(
        "coverage.ended",
        "coverage.change",
        _("Coverage ended"),
        PEOPLE,
        COVERAGE_AT,
        _ended,
        ("ended",),
        words={"ended": _("Last day insured")},
    ),
    EventKind(
        "coverage.base_chosen",
        "coverage.change",
        _("An own-account worker chose another base"),
        MONEY,
        MONTHS_AT,
        _based,
        ("from_month",),
        words={"from_month": _("From which month")},
    ),
    EventKind(
        "contribution.assessed",
        "contribution.assess",
        _("A month's contribution was assessed at the counter"),
        MONEY,
        MONTHS_AT,
        data=("month",),
        words={"month": _("The month, as YYYY-MM")},
    ),
    EventKind(
        "contribution.received",
        "receipt.enter",
        _("A person's own payment was received"),
        MONEY,
        MONTHS_AT,
    ),
    EventKind(
        "receipt.booked",
        "receipt.enter",
        _("A payment of contributions was booked"),
        RECEIPTS,
        "/api/v1/receipts/",
        lambda entry: entry.subject_type == "remittance",
        ("reference", "channel"),
        subject="receipt",
        words={"reference": _("The bank reference"), "channel": _("By which way it came in")},
    ),
    EventKind(
        "receipt.unmatched",
        "receipt.enter",
        _("Money came in whose payer is not known"),
        RECEIPTS,
        "/api/v1/receipts/unmatched/",
        lambda entry: entry.subject_type == "unmatchedreceipt",
        subject="receipt",
    ),
    *(
        EventKind(
            name,
            act,
            label,
            RECEIPTS,
            at,
            data=("state",),
            subject=subject,
            words={"state": _("What came of it")},
        )
        for name, act, label, at, subject in (
            (
                "refund.asked",
                "refund.ask",
                _("A refund was asked for"),
                "/api/v1/refunds/",
                "refund",
            ),
            (
                "refund.decided",
                "refund.decide",
                _("A refund was approved or refused"),
                "/api/v1/refunds/",
                "refund",
            ),
            (
                "deferral.decided",
                "deferral.decide",
                _("A deferral was granted or refused"),
                "/api/v1/deferrals/",
                "deferral",
            ),
        )
    ),
    *(
        EventKind(
            name,
            act,
            label,
            "declarations:write",
            "/api/v1/jobs/{id}/",
            data=("state",),
            subject="upload",
            words={"state": _("Where the file stands")},
        )
        for name, act, label in (
            ("upload.handed_in", "upload.hand_in", _("An employer handed in a file")),
            ("upload.approved", "upload.approve", _("Rows of a file were approved")),
        )
    ),
    *(
        EventKind(
            name,
            act,
            label,
            MONEY,
            "/api/v1/employers/{credit_code}/",
            lambda entry: "credit_code" in entry.detail,
            ("credit_code",),
            subject="employer",
            words={"credit_code": _("Unified social credit code")},
        )
        for name, act, label in (
            ("employer.registered", "employer.enroll", _("An employer was registered")),
            ("employer.changed", "employer.change", _("An employer changed")),
        )
    ),
    EventKind(
        "record.approved",
        "prior.approve",
        _("Months from an earlier record were approved or struck out"),
        MONEY,
        MONTHS_AT,
        data=("state",),
        words={"state": _("“approved” or “rejected”")},
    ),
    *(
        EventKind(f"card.{name}", f"card.{verb}", label, "cards:read", "/api/v1/people/{id}/card/")
        for name, verb, label in (
            ("activated", "activate", _("A social security card was activated")),
            ("lost", "lost", _("A social security card was reported lost")),
            ("found", "found", _("A lost social security card was found")),
            ("cancelled", "cancel", _("A social security card was cancelled")),
        )
    ),
    EventKind(
        "proof.recorded",
        "proof.record",
        _("A proof of life was recorded"),
        PEOPLE,
        PERSON_AT,
        data=("valid_until",),
        words={"valid_until": _("Until when it is enough")},
    ),
    *(
        EventKind(
            f"movement.{name}",
            f"movement.{verb}",
            label,
            "movements:read",
            MOVEMENT_AT,
            data=("branch", "from_region", "to_region"),
            words={
                "branch": BRANCH,
                "from_region": _("The old place"),
                "to_region": _("The new place"),
            },
        )
        for name, verb, label in (
            ("requested", "ask", _("A person asked to move insurance to another region")),
            ("accepted", "accept", _("The new place accepted a movement")),
            ("stayed", "temporary", _("The record stays; the new place opens a temporary account")),
            ("attested", "attest", _("The old place attested the record and issued a certificate")),
            ("done", "take", _("The new place took a record over")),
            ("refused", "refuse", _("A movement was refused")),
            ("withdrawn", "withdraw", _("A request to move was taken back")),
        )
    ),
    *(
        EventKind(name, act, label, "cards:read", CARD_AT)
        for name, act, label in (
            ("card.requested", "card.request", _("A social security card was asked for")),
            ("card.produced", "card.produce", _("A social security card was made")),
            ("card.issued", "card.issue", _("A social security card was handed over")),
            ("card.activated", "card.activate", _("A social security card came into use")),
            ("card.lost", "card.lost", _("A social security card was reported lost")),
            ("card.found", "card.found", _("A lost social security card was found")),
            ("card.replaced", "card.replace", _("A lost social security card is replaced")),
            ("card.cancelled", "card.cancel", _("A social security card was cancelled")),
        )
    ),
)
