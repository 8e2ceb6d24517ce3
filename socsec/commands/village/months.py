"""Months of the village: wages declared, contributions assessed and received."""

from datetime import date

from django.utils import timezone

from enrollment import queries as enrollment
from enrollment.models import Employer, Person
from enrollment.services.collection import receipts
from enrollment.services.employers import wages
from pensions.services import account
from socsec.kernel.months import first_day
from socsec.office.services import run, work

from .cast import FIRST, LAST, PENSION, SHANGHAI, SICHUAN, WAGES, WAGES_SICHUAN, Say, Village


def live(
    village: Village, first: int = FIRST, last: int = LAST, say: Say = lambda text: None
) -> Village:
    """Month by month: wages declared, contributions assessed and received, accounts credited."""
    for current in range(first, last + 1):
        say(f"{first_day(current):%Y-%m}")
        declare(village, current)
        for region, maker, checker in (
            (SHANGHAI, "assessor", "reviewer"),
            (SICHUAN, "sc-assessor", "sc-reviewer"),
        ):
            contributions(village, current, region, maker, checker)
        receive(village, current, late=current == last)
    account.credit_pending()
    return village


def declare(village: Village, current: int) -> None:
    for place, clerk, amounts in (("mill", "intake", WAGES), ("tea", "sc-intake", WAGES_SICHUAN)):
        said = {village.souls[key].pk: amount for key, amount in amounts.items()}
        wages.declare(
            by=village.by(clerk), employer=village.employers[place], month=current, wages=said
        )


def contributions(village: Village, current: int, region: str, maker: str, checker: str) -> None:
    """One run, as two clerks do it: draft, preview, approve with the total, work."""
    drafted = run.draft(kind="contributions", month=current, region=region, by=village.by(maker))
    previewed = run.preview(run_id=drafted.pk, by=village.by(maker))
    run.approve(run_id=drafted.pk, by=village.by(checker), total=previewed.total)
    work.work_through(drafted.pk)


def receive(village: Village, current: int, late: bool = False) -> None:
    """What employers and own-account workers pay for the month, on the 15th of the next."""
    on = min(first_day(current + 1).replace(day=15), timezone.localdate())
    mill, tea = village.employers["mill"], village.employers["tea"]
    _pay(
        village,
        "accountant",
        mill,
        sum(a.open for a in enrollment.arrears(PENSION, employer_id=mill.pk)),
        on,
    )
    owed = sum(a.open for a in enrollment.arrears(PENSION, employer_id=tea.pk))
    _pay(village, "sc-accountant", tea, owed * 2 // 3 if late else owed, on)
    zhou = village.souls["zhou"]
    if not late:
        owed = sum(a.open for a in enrollment.arrears(PENSION, person_id=zhou.pk))
        _pay(village, "sc-accountant", zhou, owed, on)


def _pay(village: Village, clerk: str, payer: Employer | Person, amount: int, on: date) -> None:
    if not amount:
        return
    who = {"employer": payer} if isinstance(payer, Employer) else {"person": payer}
    receipts.receive(
        by=village.by(clerk),
        branch=PENSION,
        amount=amount,
        received_on=on,
        reference=f"V{type(payer).__name__[0]}{payer.pk}-{on:%Y%m}",
        **who,
    )
