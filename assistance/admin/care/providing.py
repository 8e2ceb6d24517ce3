"""The desk's pages of providers of care, their beds, and who waits for one."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assistance.models import Bed, BedWait, CareProvider, CareState, WaitState
from assistance.queries import care as queries
from assistance.rules.care_services import CareService, Setting
from assistance.services.care import beds, providers
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, row_url, staff
from socsec.office.desk_forms import PlainForm, within
from socsec.office.display import day_plain, word
from socsec.office.places import place
from socsec.office.queues import Queue
from socsec.office.tables import Row, Table, facts

from .forms import AccountForm, BedForm, OnForm, OutForm, ProviderForm, ReasonForm
from .needing import VERBS, level_word

FREE, OFFERED, TAKEN, CLOSED = "free", "offered", "taken", "closed"
BED_STATES = {FREE: _("Free"), OFFERED: _("Offered"), TAKEN: _("Taken"), CLOSED: _("Closed")}


def bed_state(bed: Any) -> str:
    """In which state a bed of `queries.beds` is."""
    if bed.taken:
        return TAKEN
    if bed.offered:
        return OFFERED
    gone = bed.closed_on is not None and bed.closed_on < timezone.localdate()
    return CLOSED if gone else FREE


@admin.register(CareProvider)
class CareProviderAdmin(Queue):
    read_act = "care.read"
    list_display: ClassVar = ["name", "where", "from_date", "until", "insured", "state"]
    list_filter: ClassVar = ["state", "insured"]
    search_fields: ClassVar = ["name__icontains", "credit_code__startswith"]
    search_help_text = _("A part of the name, or the credit code")
    verbs: ClassVar = VERBS | {
        "bed": ("care.bed", _("Add a bed"), (CareState.IN_FORCE,), BedForm, "", False),
        "account": (
            "care.approve",
            _("Open an account"),
            (CareState.IN_FORCE,),
            AccountForm,
            _("For the provider's own system. The secret is shown once."),
            False,
        ),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[CareProvider]:
        return queries.providers(request.user)

    @admin.display(description=_("region"), ordering="region")
    def where(self, row: CareProvider) -> str:
        return place(row.region)

    def buttons(self, request: HttpRequest, obj: CareProvider | None) -> list[Button]:
        if obj is None:
            url = reverse("admin:assistance_careprovider_propose")
            offered = [Button(_("Enter a provider"), url, main=True)]
            return [
                *(offered if may(request.user, "care.provider") else []),
                Button(_("Beds"), list_url(Bed)),
            ]
        unfit = {
            "bed": Setting.INSTITUTION not in obj.settings,
            "account": obj.user_id is not None,
        }
        hidden = {reverse(self.name(verb), args=[obj.pk]) for verb, no in unfit.items() if no}
        return [each for each in super().buttons(request, obj) if each.url not in hidden]

    def context(self, request: HttpRequest, obj: CareProvider) -> dict[str, Any]:
        own = queries.beds(request.user).filter(provider=obj)
        waits = queries.waits(request.user).filter(
            provider=obj, state__in=[WaitState.WAITING, WaitState.OFFERED]
        )
        return {
            "heading": obj.name,
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Unified social credit code"), obj.credit_code),
                (_("Region"), place(obj.region)),
                (_("Agreement"), obj.document),
                (_("From"), day_plain(obj.from_date)),
                (_("Until"), day_plain(obj.until)),
                (_("What it gives"), " · ".join(word(CareService.read(s)) for s in obj.services)),
                (_("Where care is given"), " · ".join(word(Setting.read(s)) for s in obj.settings)),
                (
                    _("Settles with the insurance of long-term care"),
                    _("Yes") if obj.insured else _("No"),
                ),
                (_("Bank"), f"{obj.bank} · ···· {obj.account[-4:]}"),
                (_("Address"), obj.address),
                (_("Phone"), obj.phone),
                (_("Account"), obj.user),
                (_("Entered by"), obj.maker),
                (_("Decided by"), obj.checker),
            ),
            "tables": [_beds(own), _waits(waits)] if Setting.INSTITUTION in obj.settings else [],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("propose/", guard(self.propose), name="assistance_careprovider_propose"),
            *super().get_urls(),
        ]

    def propose(self, request: HttpRequest) -> HttpResponse:
        """Enter a provider with its agreement."""
        made: list[CareProvider] = []

        def do(said: dict[str, Any]) -> str:
            said |= {name: [int(each) for each in said[name]] for name in ("services", "settings")}
            made.append(providers.propose(by=staff(request), **said))
            return _now("Entered. A colleague must approve it.")

        return Deed(
            title=_("Enter a provider"),
            act="care.provider",
            button=_("Enter"),
            do=do,
            form=ProviderForm,
            prepare=lambda form: within(form, staff(request).region_code or ""),
            back=list_url(CareProvider),
            then=lambda: row_url(made[0]),
            crumbs=[Crumb(_("Providers of care"), list_url(CareProvider))],
        ).answer(request)

    def do_approve(self, request: HttpRequest, row: CareProvider, said: Any) -> None:
        providers.decide(by=staff(request), provider=row, approve=True)

    def do_reject(self, request: HttpRequest, row: CareProvider, said: dict[str, Any]) -> None:
        providers.decide(by=staff(request), provider=row, approve=False, **said)

    def do_account(self, request: HttpRequest, row: CareProvider, said: dict[str, Any]) -> str:
        made, secret = providers.open_account(by=staff(request), provider=row, **said)
        return _now("Account %(name)s. Its secret, shown only now: %(secret)s") % {
            "name": made.username,
            "secret": secret,
        }

    def do_bed(self, request: HttpRequest, row: CareProvider, said: dict[str, Any]) -> None:
        providers.add_bed(by=staff(request), provider=row, **said)


def _beds(rows: QuerySet[Bed]) -> Table:
    return Table(
        _("Beds"),
        [_("Bed"), _("State")],
        [Row([each.label, BED_STATES[bed_state(each)]], row_url(each)) for each in rows],
        _("None yet."),
    )


def _waits(rows: QuerySet[BedWait]) -> Table:
    return Table(
        _("Waiting list"),
        [_("Person"), _("Level of care"), _("Asked"), _("State")],
        [
            Row(
                [
                    each.person.name,
                    level_word(each.level),
                    day_plain(each.asked_on),
                    each.get_state_display(),
                ],
                row_url(each),
            )
            for each in rows
        ],
        _("Nobody waits."),
    )


@admin.register(Bed)
class BedAdmin(Queue):
    read_act = "care.read"
    region_field = "provider__region"
    list_display: ClassVar = ["label", "provider", "since", "standing"]
    list_filter: ClassVar = []
    search_fields: ClassVar = ["provider__name__icontains", "label__startswith"]
    search_help_text = _("A part of the provider's name, or the bed")
    verbs: ClassVar = {
        "offer": (
            "care.bed",
            _("Offer this bed"),
            (FREE,),
            PlainForm,
            _("It goes to whoever comes first: the greatest need, then the longest wait."),
            False,
        ),
        "out": ("care.bed", _("Moved out"), (TAKEN,), OutForm, "", True),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Bed]:
        return queries.beds(request.user)

    def state(self, row: Bed) -> str:
        return bed_state(row)

    @admin.display(description=_("state"))
    def standing(self, row: Bed) -> Any:
        return BED_STATES[bed_state(row)]

    def context(self, request: HttpRequest, obj: Bed) -> dict[str, Any]:
        stays = obj.stays.select_related("person")
        return {
            "heading": str(obj),
            "facts": facts(
                (_("State"), BED_STATES[bed_state(obj)]),
                (_("Provider of care"), obj.provider, row_url(obj.provider)),
                (_("From"), day_plain(obj.since)),
                (_("Closed"), day_plain(obj.closed_on) if obj.closed_on else None),
            ),
            "tables": [
                Table(
                    _("Who lay here"),
                    [_("Person"), _("From"), _("Until"), _("Reason")],
                    [
                        Row(
                            [
                                each.person.name,
                                day_plain(each.from_date),
                                day_plain(each.until) if each.until else "—",
                                each.reason or "—",
                            ],
                            row_url(each.person),
                        )
                        for each in stays
                    ],
                    _("Nobody yet."),
                )
            ],
        }

    def asking(self, verb: str, request: HttpRequest, row: Bed) -> dict[str, Any]:
        return {"initial": {"on": timezone.localdate()}}

    def do_offer(self, request: HttpRequest, row: Bed, said: Any) -> str:
        made = beds.offer(by=staff(request), bed=row)
        return _now("Offered to %(name)s. The letter is on its way.") % {"name": made.person.name}

    def do_out(self, request: HttpRequest, row: Bed, said: dict[str, Any]) -> None:
        stay = row.stays.get(until__isnull=True)
        beds.move_out(by=staff(request), stay=stay, **said)


@admin.register(BedWait)
class BedWaitAdmin(Queue):
    read_act = "care.read"
    list_display: ClassVar = ["person", "provider", "level_", "asked_on", "state", "answer_by"]
    list_filter: ClassVar = ["state", "level"]
    search_fields: ClassVar = ["person__name__startswith", "provider__name__icontains"]
    search_help_text = _("Name, or a part of the provider's name")
    verbs: ClassVar = {
        "accept": ("care.order", _("Moved in"), (WaitState.OFFERED,), OnForm, "", False),
        "decline": (
            "care.order",
            _("Bed declined"),
            (WaitState.OFFERED,),
            ReasonForm,
            _("The bed goes to the next; the person waits on from today."),
            False,
        ),
        "leave": (
            "care.order",
            _("Take off the list"),
            (WaitState.WAITING, WaitState.OFFERED),
            ReasonForm,
            "",
            True,
        ),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[BedWait]:
        return queries.waits(request.user)

    @admin.display(description=_("level of care"), ordering="level")
    def level_(self, row: BedWait) -> str:
        return level_word(row.level)

    def context(self, request: HttpRequest, obj: BedWait) -> dict[str, Any]:
        return {
            "heading": f"{obj.person.name} · {obj.provider}",
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Place on the list"), queries.place_of(obj) or None),
                (_("Person"), obj.person.name, row_url(obj.person)),
                (_("Institution"), obj.provider, _provider_url(request, obj)),
                (_("Level of care"), level_word(obj.level)),
                (_("Asked"), day_plain(obj.asked_on)),
                (_("Bed"), obj.bed.label if obj.bed else None),
                (_("Answer by"), day_plain(obj.answer_by) if obj.answer_by else None),
                (_("Offers declined"), obj.declined or None),
                (_("Reason"), obj.reason),
            ),
        }

    def asking(self, verb: str, request: HttpRequest, row: BedWait) -> dict[str, Any]:
        return {"initial": {"on": timezone.localdate()}}

    def do_accept(self, request: HttpRequest, row: BedWait, said: dict[str, Any]) -> None:
        beds.accept(by=staff(request), wait=row, **said)

    def do_decline(self, request: HttpRequest, row: BedWait, said: dict[str, Any]) -> None:
        beds.decline(by=staff(request), wait=row, **said)

    def do_leave(self, request: HttpRequest, row: BedWait, said: dict[str, Any]) -> None:
        beds.leave(by=staff(request), wait=row, **said)


def _provider_url(request: HttpRequest, wait: BedWait) -> str:
    """A provider of a region above is known by name only."""
    return row_url(wait.provider) if may(request.user, "care.read", wait.provider.region) else ""
