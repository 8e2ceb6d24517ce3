"""The statement of an individual account (个人账户对账单), as it is printed at the portal and the desk.

Every entry stands on it, with what each year brought; the yearly statement of the whole record has
only its sums.
"""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from enrollment.models import Person
from funds.models import Fund
from pensions import queries
from pensions.models import AccountEntry, AccountState, Side
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office import display
from socsec.office.pdf import Column, Paper
from socsec.office.places import place


def write(person: Person, language: str) -> bytes:
    """The accounts of a person as a PDF in one language, as they stand today."""
    with override(language):
        paper = Paper(
            title=_("Statement of the individual account"),
            language=language,
            office=place(person.region),
            dated=timezone.localdate(),
        )
        paper.greet(person.name)
        accounts = list(queries.accounts(person.pk))
        paper.heading(
            _("%(amount)s yuan stand on the account") % {"amount": yuan(queries.balance(person.pk))}
        )
        if not accounts:
            paper.text(_("Nothing has been credited yet."))
        else:
            paper.text(
                _(
                    "The own share of every contribution, with interest. It is the person's own "
                    "and can be inherited."
                )
            )
            _years(paper, person.pk)
        for account in accounts:
            _entries(paper, account.person_id, account.fund_id, account.state)
        return paper.bytes()


def _years(paper: Paper, person_id: int) -> None:
    paper.section(_("Year by year, in yuan"))
    paper.table(
        [
            Column(_("Year")),
            *(
                Column(name, figures=True)
                for name in (_("Credited"), _("Interest"), _("Rate"), _("Paid out"))
            ),
        ],
        [
            [
                str(year.year),
                yuan(year.credited),
                yuan(year.interest),
                display.rate(year.rate) if year.rate is not None else "—",
                yuan(year.drawn) if year.drawn else "—",
            ]
            for year in queries.account_years(person_id)
        ],
    )


def _entries(paper: Paper, person_id: int, fund_id: int, state: int) -> None:
    rows = queries.statement(person_id, fund_id).order_by("seq")
    paper.section(f"{Fund.objects.get(pk=fund_id)} · {AccountState(state).label}")
    paper.table(
        [
            Column(_("For the month")),
            Column(_("What"), 2.2),
            Column(_("Bears from")),
            Column(_("Amount"), figures=True),
            Column(_("Balance"), figures=True),
        ],
        [
            [
                format_month(row.month),
                _what(row),
                format_month(row.bears_from),
                display.change_plain(row.amount),
                yuan(row.balance),
            ]
            for row in rows
        ],
    )


def _what(row: AccountEntry) -> str:
    said = [str(row.words)]
    if row.side != Side.WHOLE:
        said.append(str(row.get_side_display()))
    if row.rate is not None:
        said.append(display.rate(row.rate))
    return " · ".join(said)
