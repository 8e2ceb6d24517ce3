"""What one payer owes, at the desk: month by month, and everything that is done about it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from enrollment import queries
from enrollment.models import (
    Employer,
    Person,
    WithholdingMandate,
)
from enrollment.queries import debts
from enrollment.services.collection import agreements, demand, surcharge, waivers, withholding
from enrollment.services.collection.spreading import today
from enrollment.services.revision import deferrals
from funds.models import Branch
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of
from socsec.office import person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, row_url, show_page, staff
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.tables import Row, Table, facts

from .done import done_tables
from .forms import VERBS, file_url, payer_url


def find_payer(request: HttpRequest, kind: str, pk: int) -> Employer | Person:
    """The payer, within the user's region."""
    if not may(request.user, "debt.read"):
        raise PermissionDenied
    if kind == "person":
        return get_object_or_404(queries.people(request.user), pk=pk)
    return get_object_or_404(queries.employers(request.user), pk=pk)


def payer_page(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Everything that is owed by one payer, and what was done about it."""
    payer = find_payer(request, kind, pk)
    if isinstance(payer, Person):
        audit.read(
            by=staff(request),
            person_id=payer.pk,
            reason=gettext_noop("Debts and collection"),
            region=payer.region,
        )
    owed = debts.owed(payer)
    who = {kind: payer}
    mandate = WithholdingMandate.objects.filter(until__isnull=True, **who).first()
    return show_page(
        request,
        "admin/enrollment/debts.html",
        title=_("%(name)s: debts and collection") % {"name": payer},
        act="debt.read",
        crumbs=[Crumb(str(payer), file_url(payer))],
        buttons=_offered(request, payer, owed),
        facts=facts(
            (_("Owed in all"), yuan(sum(debt.open for debt in owed))),
            (_("Contributions"), yuan(sum(debt.contributions for debt in owed))),
            (_("Surcharge"), yuan(sum(debt.surcharge for debt in owed))),
            (_("Bank withholding"), mandate and f"{mandate.bank} ····{mandate.last_four}"),
        ),
        tables=[_owed_table(owed), *done_tables(payer, who)],
    )


def _offered(
    request: HttpRequest, payer: Employer | Person, owed: list[debts.Debt]
) -> list[Button]:
    kind = "person" if isinstance(payer, Person) else "employer"
    return [
        Button(
            label,
            reverse("admin:enrollment_debts_verb", args=[kind, payer.pk, verb]),
            main=verb == "note",
        )
        for verb, (act, label, _form, _lead, employers) in VERBS.items()
        if (owed or verb in ("mandate", "later"))
        and may(request.user, act, payer.region)
        and not (employers and kind == "person")
    ]


def payer_verb(request: HttpRequest, kind: str, pk: int, verb: str) -> HttpResponse:
    payer = find_payer(request, kind, pk)
    if verb not in VERBS:
        raise PermissionDenied
    act, label, form, lead, _employers = VERBS[verb]
    after: list[str] = []

    def do(said: dict[str, Any]) -> str:
        by = staff(request)
        if verb == "note":
            after.append(row_url(demand.draw(by=by, payer=payer, month=said["month"])))
        elif verb == "count":
            added = surcharge.count_up(by=by, payer=payer)
            return _now("%(amount)s yuan were added.") % {"amount": yuan(added)}
        elif verb == "agree":
            after.append(row_url(agreements.propose(by=by, payer=payer, **said)))
        elif verb == "waive":
            said["branch"] = int(said["branch"]) if said["branch"] else None
            after.append(row_url(waivers.propose(by=by, payer=payer, **said)))
        elif verb == "later" and isinstance(payer, Employer):
            said["branch"] = int(said["branch"])
            after.append(row_url(deferrals.ask(by=by, employer=payer, **said)))
        elif verb == "measure" and isinstance(payer, Employer):
            agreements.enter_measure(by=by, employer=payer, **said)
        else:
            withholding.give_mandate(by=by, payer=payer, **said)
        return _now("Done: %(what)s.") % {"what": label}

    return Deed(
        title=label,
        act=act,
        button=label,
        do=do,
        form=form,
        lead=lead,
        back=payer_url(payer),
        then=lambda: after[0] if after else "",
        initial={
            "month": month_of(today()),
            "first_month": month_of(today()),
            "last_month": month_of(today()),
        },
        crumbs=[Crumb(str(payer), file_url(payer)), Crumb(_("Debts"), payer_url(payer))],
    ).answer(request)


def _owed_table(owed: list[debts.Debt]) -> Table:
    return Table(
        _("What is owed"),
        [_("Month"), _("Branch"), _("People"), _("Contributions"), _("Surcharge"), _("Together")],
        [
            Row(
                [
                    format_month(debt.month),
                    Branch(debt.branch).label,
                    debt.heads,
                    yuan(debt.contributions),
                    yuan(debt.surcharge),
                    yuan(debt.open),
                ]
            )
            for debt in owed
        ],
        _("Nothing is owed."),
        (2, 3, 4, 5),
    )


def offered(user: User, person_id: int) -> list[Button]:
    """On a person's page: the way to what they owe."""
    if not may(user, "debt.read"):
        return []
    url = reverse("admin:enrollment_debts", args=["person", person_id])
    return [Button(_("Debts and collection"), url)]


person_file.buttons("debts", offered, person_file.Noun.CONTRIBUTIONS, after_death=True)
