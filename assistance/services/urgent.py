"""Aid first, papers afterwards (社会救助法第五十条): the township grants a petty amount at once.

Two people still act: one grants, another releases the money, on the same day. What is missing is
handed in within the days of the procedure, and the case is then assessed as any other.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import Application, Form, Grant, GrantAmount, GrantPayment, StepCode
from assistance.services import clocks, granting
from assistance.services.applying import locked
from assistance.services.deciding import preview
from assistance.services.paying import fund_of, order_now
from socsec.kernel.months import month_of
from socsec.kernel.units import UNITS
from socsec.office.errors import Invalid, Refused, say
from socsec.office.models import Case, User
from socsec.office.services import audit
from socsec.office.services import policy as policies


@transaction.atomic
def advance(*, by: User, application: Application, amount: int, form: str = Form.CASH) -> Grant:
    """Grant up to the petty amount at once, and order it today. Fen.

    It is part of what the case comes to: the later decision pays the rest. `Refused` above the petty
    amount or above what the rule would give, for another kind of programme, and a second time.
    """
    held = locked(application, by, "case.assess", Case.State.RECEIVED)
    if held.programme.slug != "urgent":
        raise Refused(
            _("Only urgent aid is paid before its papers."),
            code="not_urgent",
            fix=_("Apply for urgent aid as well."),
        )
    if hasattr(held, "grant"):
        raise Refused(_("Aid was given at once already."), code="advanced_already")
    if type(amount) is not int or amount <= 0 or form not in Form.values:
        raise Invalid(_("Enter an amount above zero."), code="amount_out_of_range", field="amount")
    edition = policies.current_edition()
    today = timezone.localdate()
    policy = policies.of(edition)
    most = int(policy.at("assistance.petty.most", held.region, today).value)
    if amount > most:
        raise Refused(
            say(
                _("A township grants at most %(most)s yuan at once."),
                most=UNITS["fen"].natural(most),
            ),
            code="above_petty",
            fix=_("Let the case be assessed and checked."),
        )
    found = preview(application=held)
    if not found.eligible or amount > found.amount:
        raise Refused(
            _("The rule gives less than that."),
            code="above_rule",
            fix=_("Look at the sheet of the case."),
        )
    month = month_of(today)
    made = Grant.objects.create(
        application=held,
        programme=held.programme,
        person=held.person,
        household=held.household,
        region=held.region,
        from_month=month,
        until_month=month,
    )
    GrantAmount.objects.create(
        grant=made,
        version=1,
        from_month=month,
        amount=amount,
        facts=dict(found.assessment.facts.as_json()),
        sheet=found.assessment.as_json(),
        edition=edition,
        by=by,
        reason="先行救助",
    )
    envelope = (
        order_now(grant=made, amount=amount, month=month, fund=fund_of(held.region), by=by)
        if form == Form.CASH
        else None
    )
    GrantPayment.objects.create(
        grant=made,
        month=month,
        person=held.person,
        region=held.region,
        amount=amount,
        form=form,
        envelope=envelope,
    )
    clocks.done(held, StepCode.DECIDE)
    audit.record(
        by=by,
        act="grant.advance",
        subject=made,
        person_id=held.person_id,
        region=held.region,
        number=held.case.number,
        amount=amount,
    )
    granting.tell(
        held.person_id,
        held.case,
        title=_("Urgent aid"),
        body=say(
            _("%(amount)s yuan are paid today. Please hand in the missing papers afterwards."),
            amount=UNITS["fen"].natural(amount),
        ),
        by=by,
    )
    return made
