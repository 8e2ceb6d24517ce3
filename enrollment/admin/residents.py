"""The desk's pages of residents: what waits, a person's years and the verbs for them, payments."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import (
    DoubleEnrolment,
    LegacyImport,
    Payer,
    Person,
    ResidentReceipt,
    ResidentRefund,
    SponsorBill,
    SponsorMembership,
    UnmatchedPayment,
)
from enrollment.queries import resident_desk
from enrollment.queries.residents import open_of, sponsorships
from enrollment.services.residents import enrolment, receipts, refunds, sponsors, taxfile
from enrollment.services.residents.twice import KIND
from funds.models import Branch
from socsec.kernel.errors import KernelError
from socsec.kernel.money import yuan
from socsec.office import kinds, menu, person_file
from socsec.office.access import may
from socsec.office.desk import (
    Button,
    Crumb,
    Deed,
    DeskAdmin,
    list_url,
    row_url,
    show_page,
    staff,
)
from socsec.office.errors import NotFound, Problem, from_kernel
from socsec.office.forms import ScreenForm
from socsec.office.models import User

from . import resident_forms as forms
from .forms import within

SHOWN = 50  # of who has not paid


def home() -> str:
    return reverse("admin:enrollment_residents")


def crumb() -> Crumb:
    return Crumb(_("Residents' insurance"), home())


def overview(request: HttpRequest) -> HttpResponse:
    """What waits, when one may enrol, and how many are enrolled and covered."""
    user = staff(request)
    counts = resident_desk.queue_counts(user)
    queues = [
        (_("Payments that fit nobody"), counts["unmatched"], list_url(UnmatchedPayment)),
        (_("Bills to be sent"), counts["bills"], list_url(SponsorBill)),
        (_("Refunds to be approved"), counts["refunds"], list_url(ResidentRefund)),
        (_("Double enrolments to be looked at"), counts["doubles"], list_url(DoubleEnrolment)),
        (_("Older schemes to be carried over"), counts["legacy"], list_url(LegacyImport)),
    ]
    today = timezone.localdate()
    windows = []
    for year in (today.year, today.year + 1):
        try:
            found = enrolment.window(user.region_code or "000000", year)
        except Problem:
            continue
        windows.append((found, found.way(today)))
    buttons = [
        Button(_("Sponsored people"), list_url(SponsorMembership)),
        Button(_("Bills to sponsors"), list_url(SponsorBill)),
        Button(_("Money that came in"), list_url(ResidentReceipt)),
    ]
    if may(user, "resident.receive"):
        buttons.insert(
            0,
            Button(
                _("Take a file of payments"), reverse("admin:enrollment_resident_file"), main=True
            ),
        )
    return show_page(
        request,
        "admin/enrollment/residents.html",
        title=_("Residents' insurance"),
        act="resident.read",
        buttons=buttons,
        queues=queues,
        windows=windows,
        years=resident_desk.year_counts(user),
        waiting=resident_desk.waiting(user, SHOWN),
    )


# ---------------------------------------------------------------- the page of a person


def offered(user: User, person_id: int) -> Iterator[Button]:
    if may(user, "resident.enroll"):
        for branch, label in (
            ("medical", _("Enrol as a resident: medical")),
            ("pension", _("Enrol as a resident: old age")),
        ):
            yield Button(
                label, reverse("admin:enrollment_resident_enrol", args=[person_id, branch])
            )
    if may(user, "sponsor.change"):
        yield Button(
            _("Is paid for as…"), reverse("admin:enrollment_resident_join", args=[person_id])
        )


def shown(user: User, person_id: int) -> dict[str, Any] | None:
    """The years of a person as a resident, and what may be done with each."""
    years = queries.resident_years(person_id)
    groups = list(sponsorships(person_id))
    legacy = person_legacy(person_id)
    if not (years or groups or legacy):
        return None
    carried = sum(row.amount for row in queries.carried_balances(person_id))
    rows = []
    for each in years:
        acts: list[tuple[Any, str]] = []
        if each.enrolment.cancelled_on is None:
            for slug, (act, label, fits, _make) in VERBS.items():
                if fits(each) and may(user, act, each.enrolment.region):
                    args = [person_id, each.enrolment.branch, each.year, slug]
                    acts.append((label, reverse("admin:enrollment_resident_year", args=args)))
        rows.append({"each": each, "paid": each.money.paid.get(Payer.PERSON, 0), "acts": acts})
    return {"years": rows, "groups": groups, "legacy": legacy, "carried": carried}


def person_legacy(person_id: int) -> int:
    """How many years of older schemes count for the person."""
    return queries.legacy_years(person_id).count()


def _file(person: Person) -> str:
    return reverse("admin:enrollment_person_change", args=[person.pk])


def _find(request: HttpRequest, person_id: int) -> Person:
    return get_object_or_404(queries.people(request.user), pk=person_id)


def enrol(request: HttpRequest, person_id: int, branch: str) -> HttpResponse:
    """Enrol somebody at the counter."""
    person = _find(request, person_id)
    medical = branch == "medical"
    if branch not in ("medical", "pension"):
        raise Http404
    today = timezone.localdate()

    def prepare(form: ScreenForm) -> None:
        within(form, staff(request).region_code or "")
        if not medical:
            form.fields["tier"].choices = _tiers(person.region, today.year)  # type: ignore[attr-defined]

    def do(said: dict[str, Any]) -> str:
        said = {name: value for name, value in said.items() if value not in (None, "")}
        if not medical:
            said["tier"] = int(said["tier"])
        made = enrolment.enroll(
            by=staff(request),
            person=person,
            branch=Branch.MEDICAL if medical else Branch.PENSION,
            **said,
        )
        due = open_of(person.pk, made.branch, made.year).open()
        if made.wait:
            return _now("Enrolled: %(due)s yuan to pay, cover after %(months)s months.") % {
                "due": yuan(due),
                "months": made.wait,
            }
        return _now("Enrolled: %(due)s yuan to pay.") % {"due": yuan(due)}

    opens = enrolment.window(person.region, today.year + 1).opens
    return Deed(
        title=_("Enrol %(name)s as a resident") % {"name": person.name},
        act="resident.enroll",
        button=_("Enrol"),
        do=do,
        form=forms.MedicalForm if medical else forms.PensionForm,
        back=_file(person),
        prepare=prepare,
        lead=_("Medical insurance, for one year. The page that follows says what it costs.")
        if medical
        else _("Old-age insurance. A higher tier brings a higher subsidy, and a higher pension."),
        initial={
            "year": today.year + 1 if medical and today >= opens else today.year,
            "region": person.region,
        },
        crumbs=[Crumb(person.name, _file(person)), Crumb(_("Enrol"))],
    ).answer(request)


def _tiers(region: str, year: int) -> list[tuple[int, str]]:
    return [
        (
            tier,
            _now("%(tier)s yuan, subsidy %(subsidy)s")
            % {"tier": yuan(tier), "subsidy": yuan(subsidy)},
        )
        for tier, subsidy in enrolment.tiers(region, year)
    ]


def join(request: HttpRequest, person_id: int) -> HttpResponse:
    """The person belongs to a group that is paid for."""
    person = _find(request, person_id)

    def do(said: dict[str, Any]) -> str:
        said["group"] = int(said["group"])
        sponsors.join(by=staff(request), person=person, **said)
        return _now("Noted. It counts for what is assessed from now on.")

    return Deed(
        title=_("%(name)s is paid for") % {"name": person.name},
        act="sponsor.change",
        button=_("Note down"),
        do=do,
        form=forms.JoinForm,
        back=_file(person),
        prepare=lambda form: within(form, staff(request).region_code or ""),
        initial={"region": person.region, "from_": timezone.localdate()},
        crumbs=[Crumb(person.name, _file(person))],
    ).answer(request)


Made = tuple[type[ScreenForm], Any, Callable[[dict[str, Any]], str], Any]


def _pay(request: HttpRequest, person: Person, year: Any) -> Made:
    due = year.money.open()

    def do(said: dict[str, Any]) -> str:
        receipts.pay(
            by=staff(request),
            person=person,
            branch=year.enrolment.branch,
            year=year.year,
            amount=due,
            **said,
        )
        return _now("Received: %(amount)s yuan.") % {"amount": yuan(due)}

    return forms.CounterForm, _("%(due)s yuan are to be paid.") % {"due": yuan(due)}, do, None


def _tier(request: HttpRequest, person: Person, year: Any) -> Made:
    def prepare(form: ScreenForm) -> None:
        form.fields["tier"].choices = _tiers(year.enrolment.region, year.year)  # type: ignore[attr-defined]

    def do(said: dict[str, Any]) -> str:
        enrolment.choose_tier(
            by=staff(request), person=person, year=year.year, tier=int(said["tier"])
        )
        return _now("The tier is changed.")

    return forms.TierForm, _("Until it is paid the tier may be changed."), do, prepare


def _cancel(request: HttpRequest, person: Person, year: Any) -> Made:
    def do(said: dict[str, Any]) -> str:
        enrolment.cancel(
            by=staff(request), person=person, branch=year.enrolment.branch, year=year.year
        )
        return _now("The enrolment is taken back.")

    return ScreenForm, _("Nothing was paid, so nothing goes back."), do, None


def _refund(request: HttpRequest, person: Person, year: Any) -> Made:
    def do(said: dict[str, Any]) -> str:
        refunds.ask(by=staff(request), person=person, branch=year.enrolment.branch, year=year.year)
        return _now("Asked for. A colleague must approve it now.")

    return (
        ScreenForm,
        _("What was paid goes back by the way it came, before the insured year begins."),
        do,
        None,
    )


# verb: act, label, whether it fits a year, the page.
VERBS: dict[str, tuple[str, Any, Callable[[Any], bool], Callable[..., Made]]] = {
    "pay": ("resident.receive", _("Take the payment"), lambda y: y.money.open() > 0, _pay),
    "tier": (
        "resident.enroll",
        _("Change the tier"),
        lambda y: y.enrolment.branch == Branch.PENSION and not y.money.account,
        _tier,
    ),
    "cancel": (
        "resident.enroll",
        _("Take back"),
        lambda y: not y.money.paid.get(Payer.PERSON, 0),
        _cancel,
    ),
    "refund": (
        "resident.refund",
        _("Refund"),
        lambda y: (
            y.money.paid.get(Payer.PERSON, 0) > 0
            and y.enrolment.branch == Branch.MEDICAL
            and y.year > timezone.localdate().year
        ),
        _refund,
    ),
}


def year_verb(
    request: HttpRequest, person_id: int, branch: int, year: int, verb: str
) -> HttpResponse:
    """One verb for one year of a person."""
    person = _find(request, person_id)
    found = next(
        (each for each in queries.resident_years(person.pk, branch) if each.year == year), None
    )
    if found is None or verb not in VERBS:
        raise Http404
    act, label, _fits, make = VERBS[verb]
    form, lead, do, prepare = make(request, person, found)
    return Deed(
        title=f"{label} · {found.enrolment.get_branch_display()} {year}",
        act=act,
        button=label,
        do=do,
        form=form,
        lead=lead,
        prepare=prepare,
        stop=verb == "cancel",
        back=_file(person),
        crumbs=[Crumb(person.name, _file(person))],
    ).answer(request)


# ---------------------------------------------------------------- payments


def take_file(request: HttpRequest) -> HttpResponse:
    """A file of the tax authority."""
    made: list[ResidentReceipt] = []

    def do(said: dict[str, Any]) -> str:
        said["branch"] = int(said["branch"])
        made.append(taxfile.take(by=staff(request), **said))
        receipt = made[0]
        return _now("%(count)s payments, %(amount)s yuan; %(left)s yuan fit nobody yet.") % {
            "count": receipt.count,
            "amount": yuan(receipt.amount),
            "left": yuan(receipt.unmatched),
        }

    return Deed(
        title=_("Take a file of payments"),
        act="resident.receive",
        button=_("Book the file"),
        do=do,
        form=forms.TaxFileForm,
        back=home(),
        then=lambda: row_url(made[0]),
        prepare=lambda form: within(form, staff(request).region_code or ""),
        initial={"region": staff(request).region_code, "received_on": timezone.localdate()},
        lead=_("Columns: identity number, name, year, amount. The same file is booked once."),
        crumbs=[crumb()],
    ).answer(request)


@admin.register(ResidentReceipt)
class ResidentReceiptAdmin(DeskAdmin):
    read_act = "resident.read"
    change_form_template = "admin/enrollment/resident.html"
    list_display: ClassVar = ["reference", "branch", "channel", "received_on", "money", "left"]
    list_filter: ClassVar = ["branch", "channel"]
    search_fields: ClassVar = ["reference"]
    search_help_text = _("Reference")
    fields: ClassVar = ["reference"]

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, row: ResidentReceipt) -> str:
        return yuan(row.amount)

    @admin.display(description=_("not matched yet"), ordering="unmatched")
    def left(self, row: ResidentReceipt) -> str:
        return yuan(row.unmatched)

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("overview/", guard(overview), name="enrollment_residents"),
            path("file/", guard(take_file), name="enrollment_resident_file"),
            path(
                "of/<int:person_id>/enrol/<slug:branch>/",
                guard(enrol),
                name="enrollment_resident_enrol",
            ),
            path("of/<int:person_id>/join/", guard(join), name="enrollment_resident_join"),
            path(
                "of/<int:person_id>/<int:branch>/<int:year>/<slug:verb>/",
                guard(year_verb),
                name="enrollment_resident_year",
            ),
            *super().get_urls(),
        ]

    def context(self, request: HttpRequest, obj: ResidentReceipt) -> dict[str, Any]:
        lines = obj.unmatched_lines.all()[:SHOWN]
        return {
            "shown": [
                (_("Branch"), obj.get_branch_display()),
                (_("Paid by"), obj.get_payer_display()),
                (_("Channel"), obj.get_channel_display()),
                (_("Received"), obj.received_on.isoformat()),
                (_("Payments"), obj.count),
                (_("Amount"), yuan(obj.amount)),
                (_("Fits nobody yet"), yuan(obj.unmatched)),
            ],
            "table": {
                "title": _("Lines that fit nobody"),
                "head": [_("Row"), _("Year"), _("Reason"), _("State"), _("Amount")],
                "right": [4],
                "rows": [
                    (
                        row.row,
                        row.year,
                        receipts.REASONS.get(row.reason, row.reason),
                        row.get_state_display(),
                        yuan(row.amount),
                    )
                    for row in lines
                ],
                "empty": _("Every payment was taken for somebody's year."),
            },
        }


@admin.register(UnmatchedPayment)
class UnmatchedPaymentAdmin(DeskAdmin):
    read_act = "resident.read"
    change_form_template = "admin/enrollment/resident.html"
    list_display: ClassVar = ["receipt", "row", "name", "year", "money", "why", "state"]
    list_filter: ClassVar = ["state"]
    list_select_related: ClassVar = ["receipt"]
    fields: ClassVar = ["row"]

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, row: UnmatchedPayment) -> str:
        return yuan(row.amount)

    @admin.display(description=_("reason"))
    def why(self, row: UnmatchedPayment) -> str:
        return str(receipts.REASONS.get(row.reason, row.reason))

    def buttons(self, request: HttpRequest, obj: UnmatchedPayment | None) -> list[Button]:
        if obj is None or obj.state != UnmatchedPayment.State.OPEN:
            return []
        offered = []
        if may(request.user, "resident.receive", obj.region):
            url = reverse("admin:enrollment_unmatched_match", args=[obj.pk])
            offered.append(Button(_("Take it for somebody's year"), url, main=True))
        if may(request.user, "resident.refund_check", obj.region):
            url = reverse("admin:enrollment_unmatched_back", args=[obj.pk])
            offered.append(Button(_("Send it back"), url, stop=True))
        return offered

    def context(self, request: HttpRequest, obj: UnmatchedPayment) -> dict[str, Any]:
        return {
            "shown": [
                (_("Receipt"), obj.receipt.reference),
                (_("Name"), obj.name or "—"),
                (_("Year"), obj.year),
                (_("Amount"), yuan(obj.amount)),
                (_("Why it was not taken"), receipts.REASONS.get(obj.reason, obj.reason)),
                (_("State"), obj.get_state_display()),
            ]
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/match/", guard(self.match), name="enrollment_unmatched_match"),
            path("<int:pk>/back/", guard(self.back), name="enrollment_unmatched_back"),
            *super().get_urls(),
        ]

    def match(self, request: HttpRequest, pk: int) -> HttpResponse:
        line = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            try:
                person = queries.search_number(request.user, said["resident_id"])
            except KernelError as error:
                raise from_kernel(error, "resident_id") from error
            if person is None:
                raise NotFound(_("There is no such person in your region."), field="resident_id")
            receipts.match(by=staff(request), line=line, person=person, year=said["year"])
            return _now("Taken for %(name)s, %(year)s.") % {
                "name": person.name,
                "year": said["year"],
            }

        return Deed(
            title=_("Take it for somebody's year"),
            act="resident.receive",
            button=_("Take it"),
            do=do,
            form=forms.MatchForm,
            initial={"year": line.year},
            back=row_url(line),
            lead=_("%(amount)s yuan; at most what is open of that year.")
            % {"amount": yuan(line.amount)},
            crumbs=[crumb(), Crumb(_("Payments that fit nobody"), list_url(UnmatchedPayment))],
        ).answer(request)

    def back(self, request: HttpRequest, pk: int) -> HttpResponse:
        line = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            receipts.send_back(by=staff(request), line=line, **said)
            return _now("Sent back: %(amount)s yuan.") % {"amount": yuan(line.amount)}

        return Deed(
            title=_("Send it back"),
            act="resident.refund_check",
            button=_("Send it back"),
            do=do,
            form=forms.ReasonForm,
            stop=True,
            back=row_url(line),
            lead=_("The money goes back by the way it came."),
            crumbs=[crumb(), Crumb(_("Payments that fit nobody"), list_url(UnmatchedPayment))],
        ).answer(request)


def hang() -> None:
    """Tell the office about the case of a double enrolment, and hang the pages into the desk."""
    kinds.register(
        kinds.CaseKind(
            slug=KIND,
            prefix="CF",
            label=_("Double enrolment"),
            days="enrollment.residents.double_days",
            law="人社部发〔2014〕17号第六条",
            url=lambda case: f"/admin/office/case/{case.pk}/change/",
        )
    )
    person_file.buttons("residents", offered)
    person_file.panel(
        person_file.FilePanel(
            "residents",
            4,
            _("Residents' insurance"),
            "resident.read",
            "admin/enrollment/_resident.html",
            shown,
        )
    )
    menu.place(
        menu.Place(
            "residents",
            menu.Group.PEOPLE,
            21,
            _("Residents' insurance"),
            "admin:enrollment_residents",
            "groups",
            "resident.read",
        ),
        menu.Place(
            "doubles",
            menu.Group.PEOPLE,
            22,
            _("Double enrolment"),
            "admin:enrollment_doubleenrolment_changelist",
            "difference",
            "resident.read",
        ),
        menu.Place(
            "legacy",
            menu.Group.PEOPLE,
            23,
            _("Older schemes"),
            "admin:enrollment_legacyimport_changelist",
            "history",
            "legacy.read",
        ),
    )
