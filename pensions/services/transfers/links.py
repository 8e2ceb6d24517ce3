"""Linking of schemes (制度衔接): asked for where the new scheme is, decided there, then moved like any transfer.

人社部发〔2014〕17号. Between the employees' and the residents' scheme a record is linked once, at the
pensionable age; between employees and agencies whenever the work changes. What was paid as a
resident for months of a worker is given back to the person.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries as enrollment
from enrollment.models import Category as Insured
from enrollment.models import Coverage, Person
from enrollment.services.residents import overlaps
from funds.models import Branch, Fund, Scheme
from funds.services import fund as funds
from pensions.models import (
    Category,
    IndividualAccount,
    Transfer,
    TransferKind,
    TransferState,
    TransferStep,
)
from pensions.params import LinkParams, RetirementParams
from pensions.rules.link import LinkFacts
from pensions.rules.link import link as link_rule
from pensions.rules.retirement import RetirementFacts, retirement_age
from pensions.services.gathering import life_of
from socsec.kernel.document import Document, explain
from socsec.kernel.months import month_of
from socsec.kernel.policy import PolicyError
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, NotFound, Refused, both, from_kernel, say
from socsec.office.models import Case, PolicyEdition, User
from socsec.office.services import case as cases
from socsec.office.services import messages
from socsec.office.services import policy as policies

from .common import case_of, locked, open_step, record, set_state
from .opening import may_transfer

# Why the new place refuses, with the words for the person and the law.
REFUSALS: dict[str, tuple[Any, str]] = {
    "not_of_age": (
        _("Schemes are linked at the pensionable age, not before."),
        "人社部发〔2014〕17号第三条",
    ),
    "too_few_months": (
        _("Fewer months were paid as a worker than the employees' scheme asks for."),
        "人社部发〔2014〕17号第三条",
    ),
    "enough_months": (
        _("Enough months were paid as a worker: the pension comes from the employees' scheme."),
        "人社部发〔2014〕17号第三条",
    ),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What the new place finds: the sheet, and whether the record may be linked."""

    document: Document
    allowed: bool
    edition: PolicyEdition
    facts: LinkFacts


@transaction.atomic
def ask_link(
    *,
    by: User,
    person: Person,
    from_scheme: int,
    to_scheme: int,
    channel: str,
    category: int | None = None,
    from_region: str = "",
    to_region: str = "",
    act: str = "case.receive",
    key: str = "",
) -> Transfer:
    """Receive a request to bring two schemes together, at the counter or from the person.

    Regions are where the person was last insured in each scheme, unless said otherwise. `act` is by
    what right it is asked: a review that finds a refusal wrong is decided by a checker. `Refused`
    without anything to link; `Conflict` while a transfer is under way.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    if from_scheme not in Scheme.values or to_scheme not in Scheme.values:
        raise Invalid(_("Choose the schemes."), code="no_scheme", field="to_scheme")
    if from_scheme == to_scheme:
        raise Invalid(_("Choose two different schemes."), code="same_scheme", field="to_scheme")
    of_residents = Scheme.RESIDENTS in (from_scheme, to_scheme)
    if of_residents and (category not in Category.values or Category(category).sex != person.sex):
        raise Invalid(
            _("Choose the kind of work by which the pensionable age is found."),
            code="wrong_category",
            field="category",
        )
    from_region = from_region or last_place(person, from_scheme)
    to_region = to_region or last_place(person, to_scheme)
    require(by, act, to_region, person.pk)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person.pk)
    known = _asked_before(by, key, person)
    if known is not None:
        return known
    may_transfer(person, Branch.PENSION)
    from_fund = funds.for_(Branch.PENSION, from_scheme, from_region)
    to_fund = funds.for_(Branch.PENSION, to_scheme, to_region)
    if not IndividualAccount.objects.filter(person_id=person.pk, fund_id=from_fund.pk).exists():
        raise Refused(
            say(_("%(name)s has no account in that scheme."), name=person.name),
            code="nothing_to_link",
            fix=_("Check the scheme and the place."),
        )
    made = Transfer.objects.create(
        person=person,
        kind=TransferKind.LINK,
        from_region=from_region,
        to_region=to_region,
        from_scheme=from_scheme,
        to_scheme=to_scheme,
        from_fund=from_fund,
        to_fund=to_fund,
        state=TransferState.ASKED,
        category=category if of_residents else None,
        opened_on=timezone.localdate(),
    )
    made.refresh_from_db(fields=["public_id"])
    open_step(
        made,
        TransferStep.ASK,
        by=by,
        act=act,
        own_region=to_region,
        channel=channel,
        key=key,
    )
    record(by, "ask", made, to_region)
    return made


def judge(transfer: Transfer) -> Judged:
    """Whether the schemes may be linked, by what the books say today. Stores nothing."""
    person, edition = transfer.person, policies.current_edition()
    policy, today = policies.of(edition), month_of(timezone.localdate())
    life = life_of(person, transfer.to_region, today + 1)
    try:
        params = LinkParams.at(policy, transfer.to_region, today)
        of_age = transfer.category is None or today >= int(
            retirement_age(
                RetirementFacts(category=transfer.category, birth_month=person.birth_month),
                RetirementParams.at(policy, transfer.to_region, today),
            ).pension_month
        )
    except PolicyError as error:
        raise from_kernel(error) from error
    facts = LinkFacts(
        to_residents=transfer.to_scheme == Scheme.RESIDENTS,
        from_residents=transfer.from_scheme == Scheme.RESIDENTS,
        months_employee=life["months_paid"] + life["months_deemed"],
        of_age=of_age,
        months_resident=_months_resident(person),
    )
    sheet = link_rule(facts, params)
    return Judged(explain(sheet, facts, params), bool(sheet.allowed), edition, facts)


@transaction.atomic
def propose_link(*, by: User, transfer: Transfer) -> Transfer:
    """The maker's part at the new place: lay the sheet down for a colleague."""
    transfer = locked(transfer, TransferState.ASKED)
    found = judge(transfer)
    cases.propose(
        case_id=case_of(transfer, TransferStep.ASK).pk,
        by=by,
        sheet=found.document.as_json(),
        edition=found.edition,
        allowed=found.allowed,
    )
    return transfer


@transaction.atomic
def accept_link(*, by: User, transfer: Transfer) -> Transfer:
    """The checker's part: the old place is asked for its form. Refused where the law says no."""
    transfer = locked(transfer, TransferState.ASKED)
    case = cases.lock(case_of(transfer, TransferStep.ASK).pk, by, "case.check", Case.State.ASSESSED)
    found = judge(transfer)
    if found.document.as_json() != case.sheet:
        raise Conflict(
            _("The books have changed since this was prepared."),
            code="facts_changed",
            fix=_("Send it back, so that it is prepared anew."),
        )
    if not found.allowed:
        raise Refused(
            _("By this sheet the schemes must not be linked."),
            code="not_allowed",
            fix=_("Refuse it, with the reason that the sheet names."),
        )
    if years := overlaps.under_way(transfer.person_id):
        raise Refused(
            say(_("A case about double insurance in %(year)s is open."), year=years[0]),
            code="double_open",
            fix=_("Have it decided first."),
        )
    cases.decide(case_id=case.pk, by=by, outcome=Case.State.GRANTED.value)
    set_state(transfer, TransferState.DUE)
    open_step(
        transfer,
        TransferStep.SEND,
        by=by,
        act="case.check",
        own_region=transfer.to_region,
        channel=Case.Channel.SYSTEM,
    )
    record(by, "accept", transfer, transfer.to_region)
    return transfer


@transaction.atomic
def refuse_link(*, by: User, transfer: Transfer, reason: str) -> Transfer:
    """The checker refuses, with one of `REFUSALS`. Nothing has moved."""
    transfer = locked(transfer, TransferState.ASKED)
    if reason not in REFUSALS:
        raise Invalid(_("Choose the reason."), code="no_reason", field="reason")
    text, law = REFUSALS[reason]
    said = both(text)
    case = case_of(transfer, TransferStep.ASK)
    cases.decide(
        case_id=case.pk,
        by=by,
        outcome=Case.State.REFUSED.value,
        reasons=[{"code": reason, "text_zh": said["zh"], "text_en": said["en"], "law": law}],
    )
    transfer.reason = reason
    set_state(transfer, TransferState.REFUSED, "reason")
    messages.notify(
        person_id=transfer.person_id,
        title=_("Your old-age schemes stay apart"),
        body=text,
        by=by,
        case=case,
    )
    record(by, "refuse", transfer, transfer.to_region, reason=reason)
    return transfer


@transaction.atomic
def withdraw_link(*, by: User, transfer: Transfer, text: str) -> Transfer:
    """The person takes the request back, before the new place has agreed."""
    transfer = locked(transfer, TransferState.ASKED)
    cases.withdraw(case_id=case_of(transfer, TransferStep.ASK).pk, by=by, text=text)
    set_state(transfer, TransferState.WITHDRAWN)
    record(by, "withdraw", transfer, transfer.to_region)
    return transfer


def last_place(person: Person, scheme: int) -> str:
    """Where a person is, or was last, insured in a scheme; `NotFound` for one never in it."""
    if scheme == Scheme.RESIDENTS:
        for each in enrollment.resident_years(person.pk, Branch.PENSION):
            return each.enrolment.region
        last_year = enrollment.legacy_years(person.pk).filter(branch=Branch.PENSION).last()
        if last_year is not None:
            return last_year.region
        return person.region
    spans = Coverage.objects.filter(
        person=person, branch=Branch.PENSION, span__isempty=False
    ).exclude(category=Insured.RESIDENT)
    last = next(
        (
            each
            for each in spans.order_by("-span")
            if Insured(each.category).scheme_in(Branch.PENSION) == scheme
        ),
        None,
    )
    if last is None:
        held = IndividualAccount.objects.filter(
            person_id=person.pk,
            fund_id__in=Fund.objects.filter(branch=Branch.PENSION, scheme=scheme).values("pk"),
        ).first()
        if held is None:
            raise NotFound(
                say(_("%(name)s was never insured in that scheme."), name=person.name),
                code="never_insured",
                fix=_("Name the place."),
            )
        return held.region
    return last.region


def _months_resident(person: Person) -> int:
    """Months paid as a resident: a year counts with the months in which nothing else was paid."""
    twice = {each.year: len(each.months) for each in overlaps.overlapping_years(person.pk)}
    years = {
        each.year
        for each in enrollment.resident_years(person.pk, Branch.PENSION)
        if each.money.account > 0
    } | set(
        enrollment.legacy_years(person.pk)
        .filter(branch=Branch.PENSION)
        .values_list("year", flat=True)
    )
    return sum(12 - twice.get(year, 0) for year in years)


def _asked_before(by: User, key: str, person: Person) -> Transfer | None:
    if not key:
        return None
    case = Case.objects.filter(opened_by=by, key=key).first()
    if case is None:
        return None
    found = Transfer.objects.filter(cases__case=case, person=person).first()
    if found is None:
        raise Conflict(
            _("This key was used for another application."),
            code="key_reused",
            field="key",
            fix=_("Send a new key with a new application."),
        )
    return found
