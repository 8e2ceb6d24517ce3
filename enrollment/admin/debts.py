"""What a payer owes, at the desk: debts month by month, and everything that is done about them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import (
    Agreement,
    DemandNote,
    Employer,
    Measure,
    Person,
    Remittance,
    Waiver,
    WithholdingMandate,
)
from enrollment.queries import ageing, debts
from enrollment.services import agreements, demand, demand_paper, surcharge, waivers, withholding
from enrollment.services.spreading import today
from funds.models import Branch
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of
from socsec.office import figures, person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, show_page, staff
from socsec.office.display import day_plain, moment
from socsec.office.forms import (
    BankCardField,
    DateField,
    MonthField,
    ScreenForm,
    WholeField,
)
from socsec.office.models import Region, User
from socsec.office.services import audit

from . import forms
from .tables import Row, Table, facts

# At how many months the next bucket of arrears begins.
BOUNDS = [1, 3, 6, 12, 24]
BUCKETS = [
    _("this month"),
    _("1–2 months"),
    _("3–5 months"),
    _("6–11 months"),
    _("1 year"),
    _("2 years and more"),
]
SHOWN = 100  # payers of the list of arrears


class WaiveForm(ScreenForm):
    kind = forms.pick(_("What shall be let off?"), Waiver.Kind.choices)
    branch = forms.pick(_("Branch"), [("", _("every one")), *Branch.choices], required=False)
    first_month = MonthField(label=_("First month"))
    last_month = MonthField(label=_("Last month"))
    reason = forms.text(_("Reason"), max_length=200)
    document = forms.text(_("Document"), max_length=120)


class AgreeForm(ScreenForm):
    last_month = MonthField(label=_("For debts up to month"))
    parts = WholeField(label=_("Number of monthly instalments"), least=2, most=60)
    first_due = DateField(label=_("First instalment due on"))
    guarantee = forms.text(_("Guarantee"), max_length=200, required=False)


class MeasureForm(ScreenForm):
    kind = forms.pick(_("Measure"), Measure.Kind.choices)
    on = DateField(label=_("Date"))
    document = forms.text(_("Document"), max_length=120)
    note = forms.text(_("Note"), max_length=200, required=False)


class MandateForm(ScreenForm):
    holder = forms.text(_("Account holder"), max_length=120)
    bank = forms.text(_("Bank"), max_length=60)
    account = BankCardField(label=_("Account number"))


class MonthForm(ScreenForm):
    month = MonthField(label=_("Up to month"))


class NothingForm(ScreenForm):
    """Nothing to ask: the page says what will happen."""


# verb: act, label, form, lead, for employers only
VERBS: dict[str, tuple[str, Any, type[ScreenForm], Any, bool]] = {
    "note": (
        "demand.draw",
        _("Draw a demand note"),
        MonthForm,
        _("It says what is owed, branch by branch, and replaces the note before."),
        False,
    ),
    "count": (
        "surcharge.count",
        _("Count the surcharge up to today"),
        NothingForm,
        _("0.05 % of what is open for each day late. Counting again adds nothing twice."),
        True,
    ),
    "agree": (
        "agreement.propose",
        _("Propose an instalment agreement"),
        AgreeForm,
        _("The instalments add up to what is owed today. A second person decides."),
        False,
    ),
    "waive": (
        "waiver.propose",
        _("Propose a waiver or write-off"),
        WaiveForm,
        _("Everything open of these months is let off once a second person agrees."),
        False,
    ),
    "measure": (
        "measure.enter",
        _("Note a measure of the law"),
        MeasureForm,
        _("Social Insurance Law, article 63."),
        True,
    ),
    "mandate": (
        "withholding.mandate",
        _("Enter a withholding mandate"),
        MandateForm,
        _("The bank account is charged with what is owed, from the next file on."),
        False,
    ),
}


def payer_url(payer: Employer | Person) -> str:
    kind = "person" if isinstance(payer, Person) else "employer"
    return reverse("admin:enrollment_debts", args=[kind, payer.pk])


def file_url(payer: Employer | Person) -> str:
    return reverse(f"admin:enrollment_{payer._meta.model_name}_change", args=[payer.pk])


@admin.register(DemandNote)
class DemandNoteAdmin(DeskAdmin):
    read_act = "debt.read"
    change_form_template = "admin/enrollment/collected.html"
    list_display: ClassVar = ["number_", "who", "until", "total_", "due_on", "issued_on", "state"]
    list_filter: ClassVar = ["state"]
    list_select_related: ClassVar = ["employer", "person"]

    @admin.display(description=_("number"), ordering="pk")
    def number_(self, note: DemandNote) -> str:
        return note.number

    @admin.display(description=_("payer"))
    def who(self, note: DemandNote) -> str:
        return str(note.payer)

    @admin.display(description=_("up to month"), ordering="month")
    def until(self, note: DemandNote) -> str:
        return format_month(note.month)

    @admin.display(description=_("total"))
    def total_(self, note: DemandNote) -> str:
        return yuan(note.total)

    def buttons(self, request: HttpRequest, obj: DemandNote | None) -> list[Button]:
        if obj is None:
            return [Button(_("Arrears by age"), reverse("admin:enrollment_ageing"))]
        pdf = reverse("admin:enrollment_demandnote_pdf", args=[obj.pk])
        return [Button(_("Print"), pdf, main=True)]

    def context(self, request: HttpRequest, obj: DemandNote) -> dict[str, Any]:
        return {
            "heading": obj.number,
            "facts": facts(
                (_("Payer"), obj.payer, payer_url(obj.payer)),
                (_("State"), obj.get_state_display()),
                (_("Up to month"), format_month(obj.month)),
                (_("Contributions"), yuan(obj.contributions)),
                (_("Surcharge"), yuan(obj.surcharge)),
                (_("Issued on"), day_plain(obj.issued_on)),
                (_("Due on"), day_plain(obj.due_on)),
            ),
            "tables": [
                Table(
                    _("What is owed"),
                    [_("Month"), _("Branch"), _("People"), _("Contributions"), _("Surcharge")],
                    [
                        Row(
                            [
                                format_month(line.month),
                                Branch(line.branch).label,
                                line.heads,
                                yuan(line.contributions),
                                yuan(line.surcharge),
                            ]
                        )
                        for line in obj.lines.all()
                    ],
                    _("Nothing is owed."),
                    (2, 3, 4),
                ),
                Table(
                    _("Reminders"),
                    [_("Stage"), _("Sent"), _("Still owed")],
                    [
                        Row([each.stage, day_plain(each.sent_on), yuan(each.open)])
                        for each in obj.reminders.all()
                    ],
                    _("No reminder was needed so far."),
                    (2,),
                ),
            ],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/pdf/", guard(self.pdf), name="enrollment_demandnote_pdf"),
            path("ageing/", guard(age), name="enrollment_ageing"),
            path("payer/<slug:kind>/<int:pk>/", guard(payer_page), name="enrollment_debts"),
            path(
                "payer/<slug:kind>/<int:pk>/<slug:verb>/",
                guard(payer_verb),
                name="enrollment_debts_verb",
            ),
            *super().get_urls(),
        ]

    def pdf(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not may(request.user, self.read_act):
            raise PermissionDenied
        note = get_object_or_404(self.get_queryset(request), pk=pk)
        content = demand_paper.write(note, get_language() or "zh-hans")
        answer = HttpResponse(content, content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{note.number}.pdf"'
        return answer


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
            reason=_now("Debts and collection"),
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
        tables=[_owed_table(owed), *_done_tables(payer, who)],
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
        if (owed or verb == "mandate")
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
        initial={"month": month_of(today()), "last_month": month_of(today())},
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


def _done_tables(payer: Employer | Person, who: dict[str, Any]) -> list[Table]:
    found = [
        Table(
            _("Money that came in"),
            [_("Reference"), _("Day received"), _("Way"), _("Amount"), _("Not used yet")],
            [
                Row(
                    [
                        each.reference,
                        day_plain(each.received_on),
                        each.get_channel_display(),
                        yuan(each.amount),
                        yuan(sum(part.credit for part in each.receipts.all())),
                    ],
                    url=row_url(each.receipts.all()[0]) if each.receipts.all() else "",
                )
                for each in Remittance.objects.filter(**who).prefetch_related("receipts")[:12]
            ],
            _("Nothing received yet."),
            (3, 4),
        ),
        Table(
            _("Demand notes"),
            [_("Number"), _("Issued on"), _("Due on"), _("Amount"), _("State")],
            [
                Row(
                    [
                        each.number,
                        day_plain(each.issued_on),
                        day_plain(each.due_on),
                        yuan(each.total),
                        each.get_state_display(),
                    ],
                    url=row_url(each),
                )
                for each in DemandNote.objects.filter(**who)[:12]
            ],
            _("No demand note was drawn."),
            (3,),
        ),
        Table(
            _("Agreements, waivers, write-offs"),
            [_("What"), _("Since"), _("Amount"), _("State")],
            [
                *(
                    Row(
                        [
                            _("Instalment agreement"),
                            moment(each.made_at),
                            yuan(each.total),
                            each.get_state_display(),
                        ],
                        url=row_url(each),
                    )
                    for each in Agreement.objects.filter(**who)[:12]
                ),
                *(
                    Row(
                        [
                            each.get_kind_display(),
                            moment(each.made_at),
                            yuan(each.amount),
                            each.get_state_display(),
                        ],
                        url=row_url(each),
                    )
                    for each in Waiver.objects.filter(**who)[:12]
                ),
            ],
            _("None."),
            (2,),
        ),
    ]
    if isinstance(payer, Employer):
        found.append(
            Table(
                _("Measures of the law"),
                [_("Measure"), _("Date"), _("Document"), _("Note")],
                [
                    Row([each.get_kind_display(), day_plain(each.on), each.document, each.note])
                    for each in payer.measures.all()
                ],
                _("None."),
            )
        )
    return found


def age(request: HttpRequest) -> HttpResponse:
    """Arrears of the user's region by age: by region, by branch, and who owes most."""
    if not may(request.user, "debt.read"):
        raise PermissionDenied
    region, month = staff(request).region_code or "", month_of(today())
    by_branch = ageing.aged(region, month, "branch", BOUNDS)
    by_region = ageing.aged(region, month, "region", BOUNDS)
    payers = ageing.aged(region, month, "employer_id", BOUNDS)[:SHOWN]
    employers = Employer.objects.in_bulk([each.key for each in payers if each.key])
    places = Region.objects.in_bulk([each.key for each in by_region])
    for each in by_branch:
        each.name = str(Branch(each.key).label)
    for each in by_region:
        each.name = str(places.get(each.key, each.key))
    for each in payers:
        each.name = str(employers.get(each.key) or _now("own-account workers together"))
        each.url = payer_url(employers[each.key]) if each.key in employers else ""
    sums = [sum(each.amounts[place] for each in by_branch) for place in range(len(BUCKETS))]
    picture = {
        "chart": figures.bar_chart(BUCKETS, [figures.Series(_("open"), sums)]),
        "title": _("Open by age, in yuan"),
        "head": [_("Age"), _("Still owed")],
        "table": [[label, yuan(amount)] for label, amount in zip(BUCKETS, sums, strict=True)],
    }
    head = [_("Who"), *BUCKETS, _("Together")]
    numbers = tuple(range(1, len(head)))
    return show_page(
        request,
        "admin/enrollment/debts.html",
        title=_("Arrears by age"),
        act="debt.read",
        crumbs=[Crumb(_("Demand notes"), list_url(DemandNote)), Crumb(_("Arrears by age"))],
        picture=picture if any(sums) else None,
        facts=[],
        tables=[
            Table(
                title,
                head,
                [
                    Row(
                        [
                            each.name,
                            *(yuan(a) if a else "—" for a in each.amounts),
                            yuan(each.total),
                        ],
                        url=each.url,
                    )
                    for each in aged
                ],
                _("Nothing is owed."),
                numbers,
            )
            for title, aged in (
                (_("By branch"), by_branch),
                (_("By region"), by_region),
                (_("By employer"), payers),
            )
        ],
    )


def offered(user: User, person_id: int) -> list[Button]:
    """On a person's page: the way to what they owe."""
    if not may(user, "debt.read"):
        return []
    url = reverse("admin:enrollment_debts", args=["person", person_id])
    return [Button(_("Debts and collection"), url)]


person_file.buttons("debts", offered)
