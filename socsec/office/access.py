"""Who may do what, and whose rows they see.

Every service begins with `require(by, act, ...)`. The table below is the whole of what staff may
do; being a superuser adds nothing to it. An act that is not in the table is a mistake of ours and
is refused loudly. A user without a role, without an office, or switched off, may do nothing.

Rows outside the subtree of a user's region do not exist for that user: lists pass through
`scope`, and services refuse a region that the office does not cover.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from socsec.kernel import regions

from . import people
from .errors import Denied, NotFound
from .models.user import Role, User

INTAKE, ASSESSOR, REVIEWER = Role.INTAKE, Role.ASSESSOR, Role.REVIEWER
ACCOUNTANT, AUDITOR = Role.ACCOUNTANT, Role.AUDITOR
POLICY_OFFICER, ADMINISTRATOR = Role.POLICY_OFFICER, Role.ADMINISTRATOR

DESK = {INTAKE, ASSESSOR, REVIEWER, ACCOUNTANT}

# The auditor has every act that ends in ".read", and no other; it is added below, not here.
_TABLE: dict[str, set[Role]] = {
    # people and employers
    "person.read": DESK,
    "person.enroll": {INTAKE},
    "person.change": {INTAKE},
    "person.death": {INTAKE},
    "household.change": {INTAKE},
    "document.enter": {INTAKE},
    # life events, from clerks and from partners; taken back by another hand
    "life.read": DESK,
    "life.record": {INTAKE},
    "life.withdraw": {REVIEWER},
    # two records of one person
    "duplicate.read": DESK,
    "duplicate.judge": {ASSESSOR},
    "merge.approve": {REVIEWER},
    "merge.undo": {REVIEWER},
    # who may act for another person
    "mandate.read": DESK,
    "mandate.grant": {INTAKE},
    "mandate.end": {INTAKE, REVIEWER},
    "employer.read": DESK,
    "employer.enroll": {INTAKE},
    "employer.change": {INTAKE},
    "employer.ask": {INTAKE},
    "employer.rest": {INTAKE},
    "takeover.propose": {INTAKE},
    "employer.approve": {REVIEWER},
    # what employers hand in: whoever approves is never who handed it in
    "upload.read": DESK,
    "upload.hand_in": {INTAKE},
    "upload.approve": {INTAKE, REVIEWER},
    "coverage.read": DESK,
    "coverage.change": {INTAKE},
    # an own-account worker for themselves, at the portal; nobody of the staff
    "coverage.own": set(),
    "wage.declare": {INTAKE},
    "wage.deem": {ASSESSOR},
    # social security cards
    "card.read": DESK,
    "card.request": {INTAKE},
    "card.handle": {INTAKE},
    "card.activate": {INTAKE},
    "card.lost": DESK,
    "card.found": {INTAKE},
    "card.cancel": {INTAKE, REVIEWER},
    "card.show": set(),
    "card.check": set(),
    # papers that anyone can check
    "certificate.read": DESK,
    "certificate.issue": {INTAKE, ASSESSOR},
    "certificate.revoke": {REVIEWER},
    # contributions and receipts
    "contribution.read": DESK,
    "contribution.assess": {ASSESSOR},
    "contribution.correct": {ASSESSOR},
    "contribution.pay_back": {ASSESSOR},
    "receipt.read": DESK,
    "receipt.enter": {ACCOUNTANT},
    "receipt.pay": set(),
    # residents: enrolment and payments by the year, sponsors, refunds, older schemes
    "resident.read": DESK,
    "resident.enroll": {INTAKE},
    "resident.receive": {ACCOUNTANT},
    "resident.bill": {ACCOUNTANT},
    "resident.bill_check": {REVIEWER},
    "resident.refund": {INTAKE, ASSESSOR},
    "resident.refund_check": {REVIEWER},
    "resident.match": {ASSESSOR},
    "sponsor.read": DESK,
    "sponsor.change": {INTAKE},
    "legacy.read": DESK,
    "legacy.enter": {INTAKE, ASSESSOR},
    "legacy.approve": {REVIEWER},
    "receipt.match": {ACCOUNTANT},
    "refund.ask": {ACCOUNTANT},
    "refund.decide": {REVIEWER},
    # chasing what is owed
    "debt.read": DESK,
    "demand.draw": {ACCOUNTANT, ASSESSOR},
    "surcharge.count": {ACCOUNTANT, ASSESSOR},
    "waiver.propose": {ASSESSOR},
    "waiver.decide": {REVIEWER},
    "agreement.propose": {ASSESSOR},
    "deferral.ask": {INTAKE, ASSESSOR},
    "deferral.decide": {REVIEWER},
    "agreement.decide": {REVIEWER},
    "measure.enter": {ASSESSOR},
    "withholding.mandate": {INTAKE},
    "withholding.file": {ACCOUNTANT},
    # months from before these books, paid elsewhere or deemed
    "prior.read": DESK,
    "prior.enter": {INTAKE, ASSESSOR},
    "prior.approve": {REVIEWER},
    # cases
    "case.read": DESK,
    "case.receive": {INTAKE},
    "case.take": {INTAKE, ASSESSOR, REVIEWER},
    "case.note": {INTAKE, ASSESSOR, REVIEWER},
    "case.wait": {INTAKE, ASSESSOR},
    "case.assess": {ASSESSOR},
    "case.check": {REVIEWER},
    "case.withdraw": {INTAKE, ASSESSOR},
    # the certificate of leaving that a silent employer gave to somebody whose record moves
    "movement.leaving": {ASSESSOR},
    # benefits
    "benefit.read": DESK,
    "benefit.change": {ASSESSOR},
    # what was paid too much, and how it comes back; written off by another hand
    "overpayment.read": DESK,
    "overpayment.plan": {ASSESSOR},
    "overpayment.receive": {ACCOUNTANT},
    "overpayment.write_off": {REVIEWER},
    # catalogues by edition: whoever approves is never who handed it in
    "catalogue.read": {*DESK, POLICY_OFFICER},
    "catalogue.enter": {POLICY_OFFICER},
    "catalogue.approve": {POLICY_OFFICER, REVIEWER},
    # hospitals, clinics and pharmacies; agreements and measures decided by another hand
    "provider.read": DESK,
    "provider.change": {INTAKE},
    "provider.sanction": {ASSESSOR},
    "provider.approve": {REVIEWER},
    # bills: what providers charge, who pays, and what is taken back
    "bill.read": DESK,
    "bill.enter": {INTAKE, ASSESSOR},
    "bill.settle": {ASSESSOR, REVIEWER},
    "bill.reverse": {ASSESSOR, REVIEWER},
    # paying providers: their statements, advances, what the audit of bills finds
    "statement.read": DESK,
    "statement.state": {INTAKE, ASSESSOR},
    "statement.agree": {ASSESSOR},
    "advance.propose": {ACCOUNTANT},
    "advance.decide": {REVIEWER},
    # stays paid by group: lists and scores, what providers' groupers found, budgets of a year
    "group_list.enter": {ASSESSOR},
    "group_list.approve": {REVIEWER},
    "stay_group.tell": {INTAKE, ASSESSOR},
    "year_budget.propose": {ACCOUNTANT},
    "year_budget.decide": {REVIEWER},
    "provider_score.enter": {ASSESSOR},
    "provider_score.approve": {REVIEWER},
    # clearing between regions: each side speaks for itself
    "clearing.read": DESK,
    "clearing.dispute": {ASSESSOR},
    "clearing.agree": {REVIEWER},
    "clearing.receive": {ACCOUNTANT},
    "bill_finding.read": DESK,
    "bill_finding.decide": {ASSESSOR},
    "bill_finding.confirm": {REVIEWER},
    "bill_finding.appeal": {INTAKE, ASSESSOR},
    # the office takes a settlement back: one proposes, another decides
    "reversal.propose": {ASSESSOR},
    "reversal.decide": {REVIEWER},
    # medical cover: care away from home, registered diseases, family accounts
    "medical.read": DESK,
    "away.file": {INTAKE},
    "disease.end": {INTAKE},
    "account.share": {INTAKE},
    # assistance: programmes as data, and what registers answer
    "programme.read": {*DESK, POLICY_OFFICER},
    "programme.enter": {POLICY_OFFICER},
    "programme.approve": {POLICY_OFFICER, REVIEWER},
    "matching.answer": {INTAKE, ASSESSOR},
    # about themselves, at the portal: to authorise questions, to object to answers
    "matching.own": set(),
    # a change of circumstances, told by the household, a clerk or a partner
    "grant.report": {INTAKE, ASSESSOR},
    # assistance that was not due is ordered back, with a fine for fraud
    "reclaim.propose": {ASSESSOR},
    "reclaim.confirm": {REVIEWER},
    "reclaim.receive": {ACCOUNTANT},
    # care of the elderly: levels, plans and agreements are decided by another hand
    "care.read": DESK,
    "care.assess": {ASSESSOR},
    "care.approve": {REVIEWER},
    "care.provider": {INTAKE},
    "care.bed": {INTAKE},
    "care.order": {INTAKE},
    "care.confirm": {INTAKE, ASSESSOR},
    "care.take_back": {REVIEWER},
    # with the code that the person told the worker: the provider's system alone
    "care.done": set(),
    # what providers of care are paid: checked by one, approved by another
    "care.bill": {ACCOUNTANT},
    "care.bill_check": {ASSESSOR, ACCOUNTANT},
    "care.bill_approve": {REVIEWER},
    # runs
    "run.read": {ASSESSOR, REVIEWER, ACCOUNTANT},
    "run.draft": {ASSESSOR, ACCOUNTANT},
    "run.approve": {REVIEWER},
    "run.execute": {ASSESSOR, REVIEWER, ACCOUNTANT},
    "run.reverse": {REVIEWER},
    # money
    "ledger.read": {REVIEWER, ACCOUNTANT},
    "ledger.post": {ACCOUNTANT},
    "ledger.reverse": {REVIEWER},
    "fund.read": {REVIEWER, ACCOUNTANT},
    "fund.establish": {ADMINISTRATOR},
    "fund.move": {ACCOUNTANT},
    # months of a fund's books: prepared by one, closed by another, never opened again
    "period.read": {REVIEWER, ACCOUNTANT},
    "period.prepare": {ACCOUNTANT},
    "period.close": {REVIEWER},
    # the long-term balance: worked out by one, put on the public page by another
    "projection.read": {REVIEWER, ACCOUNTANT, POLICY_OFFICER},
    "projection.make": {ACCOUNTANT, POLICY_OFFICER},
    "projection.publish": {REVIEWER},
    # what supervision finds: judged by one, put right by another
    "finding.read": DESK,
    "finding.judge": {ASSESSOR},
    "finding.settle": {REVIEWER},
    # budgets: drafted, reviewed and approved by three; monthly plans and final accounts by two
    "budget.read": {REVIEWER, ACCOUNTANT},
    "budget.draft": {ACCOUNTANT},
    "budget.review": {REVIEWER},
    "budget.approve": {REVIEWER},
    "plan.draft": {ACCOUNTANT},
    "plan.approve": {REVIEWER},
    "final.prepare": {ACCOUNTANT},
    "final.approve": {REVIEWER},
    # what treasuries and others owe a fund, transferred equity, reserves and their use
    "financing.read": {REVIEWER, ACCOUNTANT},
    "financing.draft": {ACCOUNTANT},
    "financing.approve": {REVIEWER},
    "reserve.read": {REVIEWER, ACCOUNTANT},
    "reserve.propose": {ACCOUNTANT},
    "reserve.approve": {REVIEWER},
    # money between levels: two people of each level
    "pooling.read": {REVIEWER, ACCOUNTANT},
    "pooling.draft": {ACCOUNTANT},
    "pooling.approve": {REVIEWER},
    "payment.read": {ASSESSOR, REVIEWER, ACCOUNTANT},
    "payment.draft": {ACCOUNTANT},
    "payment.release": {REVIEWER},
    "payment.cancel": {ACCOUNTANT, REVIEWER},
    "payment.reconcile": {ACCOUNTANT},
    "bank.file": {ACCOUNTANT},
    "bank.return": {ACCOUNTANT},
    # accounts at banks, their statements, and term deposits approved by another hand
    "bank.read": {REVIEWER, ACCOUNTANT},
    "bank.account": {ACCOUNTANT},
    "bank.statement": {ACCOUNTANT},
    "bank.match": {ACCOUNTANT},
    "deposit.place": {ACCOUNTANT},
    "deposit.approve": {REVIEWER},
    # pension money invested: mandates, transfers and orders are approved by another hand
    "investment.read": {REVIEWER, ACCOUNTANT},
    "investment.mandate": {ACCOUNTANT},
    "investment.approve": {REVIEWER},
    "investment.entrust": {ACCOUNTANT},
    "investment.order": {ACCOUNTANT},
    "investment.file": {ACCOUNTANT},
    # policy
    "policy.read": {*DESK, POLICY_OFFICER, ADMINISTRATOR},
    "policy.enter": {POLICY_OFFICER},
    "policy.approve": {POLICY_OFFICER, REVIEWER},
    # oversight and housekeeping
    "audit.read": set(),
    "verify.read": {REVIEWER, ACCOUNTANT, ADMINISTRATOR},
    "region.read": {*DESK, POLICY_OFFICER, ADMINISTRATOR},
    "user.read": {ADMINISTRATOR},
    "user.manage": {ADMINISTRATOR},
    "notice.send": {INTAKE, ASSESSOR, REVIEWER},
    "notice.read": {INTAKE, ASSESSOR, REVIEWER},
    # what other registers say, and proofs of life
    "status.read": DESK,
    "status.receive": {INTAKE},
    "status.decide": {INTAKE},
    "proof.read": DESK,
    "proof.record": {INTAKE},
    "proof.self": set(),
    # full coverage
    "gap.read": DESK,
    "gap.work": {INTAKE},
    "gap.assign": {REVIEWER},
    # what partners are told
    "event.read": {ADMINISTRATOR},
    "subscription.read": {ADMINISTRATOR},
    "subscription.change": {ADMINISTRATOR},
}
ACTS: dict[str, frozenset[Role]] = {
    act: frozenset({*roles, AUDITOR} if act.endswith(".read") else roles)
    for act, roles in _TABLE.items()
}

# What insured persons may do through the portal for themselves; for another only as DELEGATED says.
OWN_ACTS = frozenset(
    {
        "person.read",
        "coverage.read",
        "coverage.own",
        "contribution.read",
        "receipt.pay",
        "resident.read",
        "resident.enroll",
        "benefit.read",
        "medical.read",
        "away.file",
        "account.share",
        "overpayment.plan",
        "payment.read",
        "case.read",
        "case.receive",
        "case.note",
        "case.withdraw",
        "notice.read",
        "card.read",
        "card.request",
        "card.activate",
        "card.lost",
        "card.found",
        "card.show",
        "certificate.read",
        "certificate.issue",
        "audit.read",
        "mandate.read",
        "mandate.grant",
        "mandate.end",
        "proof.read",
        "proof.self",
        "matching.own",
        "grant.report",
        "care.read",
        "care.order",
        "care.confirm",
    }
)

# What a mandate allows in each of its scopes. What stands in none of them is nobody else's to do,
# and granting a mandate stands in none.
DELEGATED: dict[str, frozenset[str]] = {
    people.Scope.SEE: frozenset(
        {
            "person.read",
            "coverage.read",
            "contribution.read",
            "resident.read",
            "benefit.read",
            "medical.read",
            "care.read",
            "payment.read",
            "case.read",
            "notice.read",
            "card.read",
            "certificate.read",
            "certificate.issue",
            "audit.read",
        }
    ),
    people.Scope.ENROL: frozenset(
        {"case.receive", "case.note", "case.withdraw", "resident.enroll", "coverage.own"}
    ),
    people.Scope.CLAIM: frozenset(
        {
            "proof.self",
            "case.receive",
            "case.note",
            "case.withdraw",
            "matching.own",
            "away.file",
            "grant.report",
            "care.order",
            "care.confirm",
        }
    ),
    people.Scope.PAY: frozenset({"receipt.pay"}),
    people.Scope.CHANGE: frozenset({"case.receive", "case.note", "case.withdraw"}),
}

# What partner systems may do within their office's region. The API narrows it by OAuth2 scopes.
PARTNER_ACTS = frozenset(
    {
        "person.read",
        "person.enroll",
        "person.death",
        "household.change",
        "document.enter",
        "mandate.grant",
        "mandate.end",
        "duplicate.read",
        "duplicate.judge",
        "life.read",
        "life.record",
        "life.withdraw",
        "employer.read",
        "coverage.read",
        "coverage.change",
        "wage.declare",
        "upload.read",
        "upload.hand_in",
        "contribution.read",
        "contribution.correct",
        "contribution.pay_back",
        "gap.read",
        "gap.work",
        "card.read",
        "card.request",
        "card.handle",
        "card.activate",
        "card.lost",
        "card.found",
        "card.cancel",
        "card.check",
        "certificate.read",
        "certificate.issue",
        "resident.read",
        "resident.receive",
        "resident.enroll",
        "sponsor.change",
        "sponsor.read",
        "legacy.read",
        "legacy.enter",
        "benefit.read",
        "case.read",
        "case.receive",
        "case.note",
        "movement.leaving",
        "payment.read",
        "bank.file",
        "bank.return",
        "event.read",
        "receipt.read",
        "receipt.enter",
        "refund.ask",
        "agreement.propose",
        "deferral.ask",
        "withholding.mandate",
        "withholding.file",
        "waiver.propose",
        "bill.enter",
        "bill.settle",
        "bill.reverse",
        "statement.read",
        "statement.state",
        "stay_group.tell",
        "bill_finding.read",
        "bill_finding.appeal",
        "employer.enroll",
        "employer.ask",
        "employer.rest",
        "takeover.propose",
        "debt.read",
        "subscription.read",
        "subscription.change",
        "status.receive",
        "status.read",
        "proof.read",
        "proof.record",
        "matching.answer",
        "grant.report",
        "investment.read",
        "investment.file",
        "care.read",
        "care.done",
        "care.bill",
        "ledger.read",
        "fund.read",
        "bank.read",
    }
)

M = TypeVar("M", bound=models.Model)


def may(user: Any, act: str, region: str | None = None, person_id: int | None = None) -> bool:
    """Whether this user may do this act, there, to that person. Unknown acts raise KeyError.

    Without `region` it answers for the user's own region: good for menus. Anonymous users, None
    and accounts that are switched off may nothing.
    """
    roles = ACTS[act]
    if not isinstance(user, User) or not user.is_active:
        return False
    if user.kind == User.Kind.INSURED:
        return act in OWN_ACTS and person_id is not None and _own(user, act, person_id)
    if user.region_code is None or (
        region is not None and not regions.covers(user.region_code, region)
    ):
        return False
    if user.kind == User.Kind.PARTNER:
        return act in PARTNER_ACTS
    if user.kind != User.Kind.STAFF:
        return False
    held = user.held_roles()
    # An auditor writes nothing, whatever other role was granted by mistake.
    return bool(held & ({AUDITOR} & roles if AUDITOR in held else roles))


def _own(user: User, act: str, person_id: int) -> bool:
    """Whether it is the user's own file, or one that a mandate opens for this act."""
    if user.person_id is None or person_id == user.person_id:
        return person_id == user.person_id
    if person_id in people.numbers(user.person_id):
        return True
    mandate = people.mandates(user.person_id).get(person_id)
    return mandate is not None and any(act in DELEGATED.get(s, ()) for s in mandate.scopes)


def require(user: Any, act: str, region: str | None = None, person_id: int | None = None) -> User:
    """The user, or `Denied`; `NotFound` where the region lies outside the office's subtree."""
    if may(user, act, region, person_id):
        return user
    if region is not None and may(user, act):
        raise NotFound(
            _("This does not exist in your region."),
            code="outside_region",
            fix=_("Ask the office of that region."),
        )
    raise Denied(
        _("Your account may not do this."),
        code="not_permitted",
        fix=_("Ask your administrator if it is part of your work."),
        act=act,
    )


def require_other_hand(user: User, *makers: User | int | None) -> None:
    """Four eyes: whoever made it does not check it."""
    for maker in makers:
        if maker is not None and (maker.pk if isinstance(maker, User) else maker) == user.pk:
            raise Denied(
                _("You prepared this yourself, so a colleague must check it."),
                code="four_eyes",
                fix=_("Ask a colleague with the right role."),
            )


def require_stranger(user: User, person_id: int | None) -> None:
    """Nobody handles their own case, nor that of registered relatives."""
    if person_id is None or user.person_id is None:
        return
    if user.person_id == person_id:
        raise Denied(
            _("This is your own case, so a colleague must handle it."),
            code="own_case",
            fix=_("Hand it to a colleague."),
        )
    if person_id in people.relatives(user.person_id):
        raise Denied(
            _("This is the case of a relative of yours, so a colleague must handle it."),
            code="relatives_case",
            fix=_("Hand it to a colleague."),
        )


def scope(queryset: models.QuerySet[M], user: Any, field: str = "region") -> models.QuerySet[M]:
    """The rows of the user's subtree; `field` is a region key or six-digit code, or a path to one.

    Insured persons get nothing: their pages ask by their own person number. Nor does a user
    without a role that is in force today.
    """
    if not isinstance(user, User) or not user.is_active or user.region_code is None:
        return queryset.none()
    if user.kind == User.Kind.STAFF and not user.held_roles():
        return queryset.none()
    if user.kind not in (User.Kind.STAFF, User.Kind.PARTNER):
        return queryset.none()
    low, high = regions.span(user.region_code)
    if low == "000000":
        return queryset
    return queryset.filter(**{f"{field}__gte": low, f"{field}__lte": high})


def acts_of(user: Any) -> Iterable[str]:
    """Every act that this user may do in their own region: for menus and for tests."""
    return [act for act in ACTS if may(user, act, person_id=getattr(user, "person_id", None))]
