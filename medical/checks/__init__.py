"""Questions that medical insurance asks of its own books."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from funds.models import Branch, Fund, accounts
from funds.queries import control
from medical.checks import bills, cases, clearing, paying, reimbursing
from medical.models import MedicalAccount, MedicalEntry
from medical.services.settling import posting
from socsec.kernel.money import yuan
from socsec.office import oversight
from socsec.office.errors import say
from socsec.office.oversight import Finding

_AGAINST_ENTRIES = f"""
    select a.person_id, a.balance, coalesce(sum(e.amount), 0)::bigint
      from {MedicalAccount._meta.db_table} a
      left join {MedicalEntry._meta.db_table} e on e.person_id = a.person_id
     group by a.person_id
    having a.balance <> coalesce(sum(e.amount), 0) or a.entries <> count(e.seq)
     order by a.person_id limit 20
"""  # noqa: S608
_OVERLAPPING = """
    select a.code, a.region from {table} a
      join {table} b on b.code = a.code and b.region = a.region {kind} and b.id > a.id
       and daterange(a.from_date, a.until, '[]') && daterange(b.from_date, b.until, '[]')
     order by a.code limit 20
"""


def accounts_against_entries() -> Iterator[Finding]:
    """An account holds what its entries add up to, and as many."""
    with connection.cursor() as cursor:
        cursor.execute(_AGAINST_ENTRIES)
        for person_id, balance, add_up in cursor.fetchall():
            yield Finding(
                "medical.account_entries",
                f"person {person_id}",
                say(
                    _("The account holds %(balance)s yuan, its entries add up to %(sum)s yuan."),
                    balance=yuan(balance),
                    sum=yuan(add_up),
                ),
            )


def accounts_against_control() -> Iterator[Finding]:
    """What the accounts of a fund hold is what its control account says, less what the night posts."""
    funds = {each.pk: each for each in Fund.objects.filter(branch=Branch.MEDICAL)}
    held = dict(MedicalAccount.objects.order_by().values_list("fund").annotate(sum=Sum("balance")))
    spent = posting.unposted()
    books = {
        number: amount - spent.get(number, 0)
        for number, amount in control(accounts.INDIVIDUAL_ACCOUNTS).items()
        if number in funds
    }
    for number in sorted({*held, *books}):
        if held.get(number, 0) != books.get(number, 0):
            yield Finding(
                "medical.accounts",
                f"fund {number}",
                say(
                    _("%(fund)s: accounts add up to %(sum)s yuan, the books say %(books)s yuan."),
                    fund=funds[number],
                    sum=yuan(held.get(number, 0)),
                    books=yuan(books.get(number, 0)),
                ),
            )


def catalogues_without_overlap() -> Iterator[Finding]:
    """On every day an item stands once in a region, and so does a diagnosis."""
    for table, kind in (
        ("medical_catalogueitem", "and b.kind = a.kind"),
        ("medical_diagnosis", ""),
    ):
        with connection.cursor() as cursor:
            cursor.execute(_OVERLAPPING.format(table=table, kind=kind))
            for code, region in cursor.fetchall():
                yield Finding(
                    "medical.catalogue",
                    f"{code} {region}",
                    say(_("%(code)s stands twice in the catalogue on the same day."), code=code),
                )


QUESTIONS = {
    "medical.account_entries": (
        _("Medical accounts hold what their entries add up to"),
        accounts_against_entries,
    ),
    "medical.accounts": (
        _("Medical accounts add up to the books of their fund"),
        accounts_against_control,
    ),
    "medical.catalogue": (_("Catalogues hold each item once a day"), catalogues_without_overlap),
}


def register() -> None:
    """Called when the app is ready."""
    for code, (label, ask) in QUESTIONS.items():
        oversight.register(code, label, ask)
    bills.register_bills()
    paying.register_paying()
    cases.register_cases()
    reimbursing.register_reimbursing()
    clearing.register_clearing()
