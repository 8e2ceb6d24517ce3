"""How an application is decided: its rule, from what was gathered alone; then by two people.

The township proposes, the county decides, or the township where the province says so
(社会救助法第四十四条): in any case two people, and never for a household of their own relatives.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance import facts as gathering
from assistance.models import (
    Application,
    Clock,
    Grant,
    Programme,
    Rhythm,
    StepCode,
)
from assistance.services import clocks, granting
from assistance.services.applying import close, locked
from socsec.kernel import rules
from socsec.kernel.facts import FactError
from socsec.kernel.months import format_month, month_of
from socsec.kernel.policy import Policy, PolicyError
from socsec.kernel.sheet import CONDITION
from socsec.kernel.units import UNITS
from socsec.office.access import require_other_hand
from socsec.office.errors import Conflict, Refused, from_kernel, say
from socsec.office.models import Case, PolicyEdition, User
from socsec.office.services import audit
from socsec.office.services import case as cases
from socsec.office.services import policy as policies
from socsec.office.sheets import said

EARNED = "assistance.earned_income"


@dataclass(frozen=True)
class Found:
    """What the law makes of an application: the sheet, whether it is granted, and how much (fen)."""

    programme: Programme
    assessment: rules.Assessment

    @property
    def amount(self) -> int:
        sheet = self.assessment.sheet
        return int(sheet.amount) if hasattr(sheet, "amount") else 0

    @property
    def eligible(self) -> bool:
        said_so = getattr(self.assessment.sheet, "eligible", True)
        return bool(said_so) and (self.programme.rhythm == Rhythm.NONE or self.amount > 0)

    @property
    def reasons(self) -> list[dict[str, str]]:
        """The conditions that are not met, with their numbers and articles; where all are met and
        nothing is due, that line."""
        unmet = [
            {
                "code": line.code,
                "text_zh": f"没有满足：{line.label['zh']}（{said(line, 'zh')}）",
                "text_en": f"Not met: {line.label['en']} ({said(line, 'en')})",
                "law": line.law or self.programme.law,
            }
            for line in self.assessment.document.lines
            if line.kind == CONDITION and line.value is False
        ]
        return unmet or [
            {
                "code": "nothing_due",
                "text_zh": "按核定表计算，没有应发金额",
                "text_en": "By the sheet nothing is due",
                "law": self.programme.law,
            }
        ]


def rule_of(programme: Programme) -> rules.Rule:
    """The rule that decides a programme."""
    rules.load(["assistance"])
    return rules.find(programme.rule)


def gather(application: Application) -> dict[str, Any]:
    """The facts of an application's rule as the books have them today, in natural units."""
    names = set(rule_of(application.programme).facts.specs())
    return gathering.gather(application, names, earned_in(application.region, application.rural))


def earned_in(region: str, rural: bool) -> gathering.Earned:
    """What of a wage counts in a region today, by its rule: from (fen, kind of work) to fen."""
    policy = policies.of(policies.current_edition())
    place = {"month": _month_now(), "residence": "RURAL" if rural else "URBAN"}
    rules.load(["assistance"])

    def earned(wage: int, work: str) -> int:
        try:
            done = rules.assess(
                EARNED,
                {**place, "work": work, "wage": UNITS["fen"].natural(wage)},
                policy=policy,
                region=region,
            )
        except (FactError, PolicyError) as error:
            raise from_kernel(error) from error
        return int(done.sheet.counted)  # type: ignore[attr-defined]

    return earned


def decide(facts: dict[str, Any], policy: Policy, programme: Programme, region: str) -> Found:
    """What the law makes of the facts. `Invalid` where one is missing, or no value is on file."""
    rule_of(programme)
    try:
        return Found(programme, rules.assess(programme.rule, facts, policy=policy, region=region))
    except (FactError, PolicyError) as error:
        raise from_kernel(error) from error


@transaction.atomic
def assess(*, by: User, application: Application) -> Application:
    """The maker's part: what the steps found is complete, the rule is applied, the sheet laid down.

    `Refused` while a member has not authorised, a register has not answered, an objection is open,
    no survey is handed in, or the notice still hangs.
    """
    held = locked(application, by, "case.assess", Case.State.RECEIVED)
    _complete(held)
    edition = policies.current_edition()
    facts = gather(held)
    found = decide(facts, policies.of(edition), held.programme, held.region)
    held.gathered = facts
    held.save(update_fields=["gathered"])
    clocks.done(held, StepCode.OPINION)
    cases.propose(
        case_id=held.pk,
        by=by,
        sheet=found.assessment.as_json(),
        edition=edition,
        eligible=found.eligible,
        amount=found.amount,
    )
    return held


@transaction.atomic
def grant(*, by: User, application: Application) -> Grant:
    """The checker's part: grant what was proposed, if the books still say the same."""
    held, case = _checked(application, by)
    edition = _edition(case)
    found = decide(held.gathered or {}, policies.of(edition), held.programme, held.region)
    if not found.eligible:
        raise Refused(
            _("The sheet says that nothing is due."),
            code="not_eligible",
            fix=_("Refuse the application, or send it back."),
            reasons=found.reasons,
        )
    if gather(held) != held.gathered:
        raise Conflict(
            _("The books have changed since the application was assessed."),
            code="facts_changed",
            fix=_("Send it back, so that it is assessed anew."),
        )
    cases.decide(case_id=held.pk, by=by, outcome=Case.State.GRANTED.value, amount=found.amount)
    clocks.done(held, StepCode.DECIDE)
    made = granting.begin(application=held, found=found, case=case, edition=edition, by=by)
    granting.tell(
        held.person_id,
        case,
        title=say(_("Granted: %(programme)s"), programme=held.programme),
        body=_granted_letter(held, found, made),
        by=by,
    )
    clocks.done(held, StepCode.LETTER)
    close(held)
    return made


@transaction.atomic
def refuse(*, by: User, application: Application) -> Application:
    """The checker's part: refuse, with the lines that are not met, and the ways to object."""
    held, case = _checked(application, by)
    found = decide(held.gathered or {}, policies.of(_edition(case)), held.programme, held.region)
    if found.eligible:
        raise Refused(
            _("Every condition is met, so the application cannot be refused."),
            code="eligible",
            fix=_("Grant it, or send it back."),
        )
    cases.decide(case_id=held.pk, by=by, outcome=Case.State.REFUSED.value, reasons=found.reasons)
    clocks.done(held, StepCode.DECIDE)
    audit.record(
        by=by,
        act="grant.refuse",
        subject=case,
        person_id=held.person_id,
        region=held.region,
        number=case.number,
        programme=held.programme.slug,
    )
    granting.tell(
        held.person_id,
        case,
        title=say(_("Not granted: %(programme)s"), programme=held.programme),
        body=_("Your case shows why. You may ask for an administrative review within 60 days."),
        by=by,
    )
    clocks.done(held, StepCode.LETTER)
    return close(held)


@transaction.atomic
def send_back(*, by: User, application: Application, text: str) -> Application:
    """The checker disagrees: back to the makers, with what is not right."""
    held, _case = _checked(application, by)
    cases.send_back(case_id=held.pk, by=by, text=text)
    held.gathered = None
    held.save(update_fields=["gathered"])
    return held


def preview(*, application: Application) -> Found:
    """What the decision would be today. Stores nothing."""
    policy = policies.of(policies.current_edition())
    return decide(gather(application), policy, application.programme, application.region)


def missing(application: Application) -> list[Any]:
    """What is still to be done before the application can be assessed, in words."""
    found: list[Any] = []
    today = timezone.localdate()
    if application.programme.means_tested:
        members = list(application.members.filter(excluded="").select_related("person"))
        for member in members:
            if member.authorised_on is None or (
                member.authorised_until is not None and member.authorised_until < today
            ):
                found.append(
                    say(_("%(name)s has to authorise the questions."), name=member.person.name)
                )
        rows = list(application.matchings.all())
        if not rows:
            found.append(_("The registers have to be asked."))
        if any(row.answered_at is None for row in rows):
            found.append(_("A register has not answered."))
        if any(row.objection and row.settled_on is None for row in rows):
            found.append(_("An objection to an answer is open."))
    steps = Clock.objects.filter(application=application)
    codes = set(steps.values_list("step__code", flat=True))
    done = set(steps.filter(done_on__isnull=False).values_list("step__code", flat=True))
    surveyed = application.surveys.filter(draft=False).exists()
    if (StepCode.SURVEY in codes or application.staff_relative) and not surveyed:
        found.append(_("The household has to be visited."))
    if StepCode.APPRAISE in codes and not hasattr(application, "appraisal"):
        found.append(_("The household has to be appraised."))
    if StepCode.NOTICE in codes:
        if not application.notices.exists():
            found.append(_("The first opinion has to be posted."))
        elif StepCode.NOTICE not in done:
            found.append(_("The notice hangs, or an objection to it is open."))
    return found


def _complete(application: Application) -> None:
    wanting = missing(application)
    if wanting:
        raise Refused(
            wanting[0],
            code="steps_missing",
            fix=_("Do what is missing first: the page of the case lists it."),
            missing=len(wanting),
        )


def _checked(application: Application, by: User) -> tuple[Application, Case]:
    held = locked(application, by, "case.check", Case.State.ASSESSED)
    case = held.case
    require_other_hand(by, case.maker_id)
    return held, case


def _edition(case: Case) -> PolicyEdition:
    assert case.edition is not None  # proposed with one
    return case.edition


def _month_now() -> str:
    return format_month(month_of(timezone.localdate()))


def _granted_letter(held: Application, found: Found, made: Grant | None) -> Any:
    if held.programme.rhythm == Rhythm.NONE or made is None:
        return _("You are recognised from today. Your case shows the working.")
    yuan = UNITS["fen"].natural(found.amount)
    if held.programme.rhythm == Rhythm.ONCE:
        return say(_("%(amount)s yuan will be paid to your bank account."), amount=yuan)
    return say(
        _("%(amount)s yuan a month, from %(month)s. Your case shows the working."),
        amount=yuan,
        month=format_month(made.from_month),
    )
