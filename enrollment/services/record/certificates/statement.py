"""The yearly statement as a paper: a year by month, what it adds up to, what to do if it is wrong."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from enrollment.queries.months import STATES
from enrollment.queries.record import MonthStatus
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office import display, figures
from socsec.office.certificates import Issued
from socsec.office.pdf import Cell, Column, Paper

from . import common


def states(branch: dict[str, Any]) -> dict[int, str]:
    """A branch's months of the year in the words of the grid."""
    return {row[0]: STATES[MonthStatus(row[1])] for row in branch["rows"]}


def totals(branch: dict[str, Any]) -> tuple[int, int, int]:
    """Paid in the year, of it the shares due by employer and person, in fen."""
    rows = branch["rows"]
    return sum(r[5] for r in rows), sum(r[3] for r in rows), sum(r[4] for r in rows)


def write(paper: Paper, issued: Issued) -> None:
    facts = issued.facts
    paper.greet(issued.name)
    months = sum(len(each["rows"]) for each in facts["branches"]) + len(facts["residents"])
    paper.heading(_("Your social insurance in %(year)s") % {"year": facts["year"]})
    paper.text(
        _(
            "This is what stands on your record. Please check it: if a month is missing or wrong, tell us."
        )
        if months
        else _("No contribution was recorded for you in this year. What you have stays on record.")
    )
    paper.facts(common.who(issued)[1:])
    for each in facts["branches"]:
        _branch(paper, issued, each)
    if facts["residents"]:
        paper.section(_("As a resident"))
        paper.table(
            [
                Column(_("Branch"), 2),
                Column(_("Region"), 2),
                Column(_("Tier"), 1.2, figures=True),
                Column(_("Paid, with subsidies"), 1.4, figures=True),
            ],
            [
                [
                    common.branch_name(branch),
                    common.place(issued, region),
                    yuan(tier) if tier else "—",
                    yuan(paid),
                ]
                for branch, region, tier, paid in facts["residents"]
            ],
        )
    account = facts.get("account")
    if account:
        paper.section(_("Individual account"))
        paper.facts(
            [
                (_("Credited in the year"), display.money(account["credited"])),
                (_("Interest of the year"), display.money(account["interest"])),
                (_("Balance at the end of the year"), display.money(account["balance"])),
            ]
        )
    paper.section(_("Is something wrong?"))
    paper.text(
        _(
            "Open the month in the portal and choose “Report an error”, bring this paper to any township desk, or call 12333. We look again and answer in writing. It is free."
        )
    )
    paper.note(
        _("Social Insurance Law, articles 4 and 74: your statement is sent to you free of charge.")
    )


def _branch(paper: Paper, issued: Issued, each: dict[str, Any]) -> None:
    paper.section(common.branch_name(each["branch"]))
    if each["rows"]:
        paper.months(figures.month_grid(states(each)))
        paid, employer, person = totals(each)
        paper.table(
            [
                Column(_("Month"), 1),
                Column(_("Region"), 1.8),
                Column(_("Base"), 1.3, figures=True),
                Column(_("Employer"), 1.2, figures=True),
                Column(_("Your share"), 1.2, figures=True),
                Column(_("Paid"), 1.2, figures=True),
                Column(_("State"), 1.4),
            ],
            [_row(issued, row) for row in each["rows"]],
            [_("Together"), "", "", yuan(employer), yuan(person), yuan(paid), ""],
            size=8.5,
        )
    whole = each["months_paid"] + each["months_deemed"]
    paper.facts(
        [
            (
                _("Up to the end of %(year)s") % {"year": issued.facts["year"]},
                Cell(f"{display.duration(whole)} ({common.months_said(each)})", bold=True),
            )
        ]
    )


def _row(issued: Issued, row: list[Any]) -> list[Any]:
    number, status, base, employer, person, paid, _account, region = row
    settled = status in (MonthStatus.PAID, MonthStatus.CARRIED, MonthStatus.DEEMED)
    return [
        format_month(number),
        common.place(issued, region),
        yuan(base) if base else "—",
        yuan(employer) if employer else "—",
        yuan(person) if person else "—",
        yuan(paid) if paid else "—",
        Cell(common.state_name(status), open=not settled),
    ]


def shown(issued: Issued) -> Sequence[tuple[common.Text, common.Text]]:
    lines = common.who_masked(issued)
    lines.append((_("Year"), str(issued.facts["year"])))
    for each in issued.facts["branches"]:
        paid, _employer, _person = totals(each)
        lines.append(
            (
                common.branch_name(each["branch"]),
                _("%(months)s up to the end of the year; %(amount)s paid in it")
                % {"months": common.months_said(each), "amount": display.money(paid)},
            )
        )
    return lines
