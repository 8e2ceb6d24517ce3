"""The desk's pages of possible duplicates: the queue, two records side by side, merges and their undoing."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import DuplicatePair, Person, PersonLink
from enrollment.models.duplicates import Reason
from enrollment.services.people import merging
from socsec.office import merges, person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, row_url, show_page, staff
from socsec.office.desk_forms import pick, text
from socsec.office.forms import ScreenForm
from socsec.office.models import User

from .papers import person_url

PAGE = 50


class WhyForm(ScreenForm):
    reason = text(_("Reason"), max_length=200)


class MergeForm(ScreenForm):
    survivor = pick(_("Which record stays"), [])
    reason = text(_("Reason"), max_length=200)


def queue_url() -> str:
    return reverse("admin:enrollment_duplicates")


def pair_url(pair: DuplicatePair, verb: str = "") -> str:
    name = "enrollment_duplicate_verb" if verb else "enrollment_duplicate"
    return reverse(f"admin:{name}", args=[pair.person_id, pair.other_id, *([verb] if verb else [])])


def queue(request: HttpRequest) -> HttpResponse:
    """Pairs that nobody has looked at, the strongest first."""
    found = queries.pairs(request.user)
    state = request.GET.get("state", DuplicatePair.State.OPEN)
    if state in DuplicatePair.State.values:
        found = found.filter(state=state)
    reason = request.GET.get("reason", "")
    if reason.isdigit():
        found = found.filter(reason=int(reason))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    numbers = {number for pair in page for number in (pair.person_id, pair.other_id)}
    known = queries.describe(numbers)
    rows = [
        {
            "pair": pair,
            "one": known[pair.person_id],
            "other": known[pair.other_id],
            "url": pair_url(pair),
        }
        for pair in page
    ]
    return show_page(
        request,
        "admin/enrollment/duplicates.html",
        title=_("Possible duplicates"),
        act="duplicate.read",
        buttons=[Button(_("Merges of records"), reverse("admin:enrollment_personlink_changelist"))],
        rows=rows,
        page=page,
        states=DuplicatePair.State.choices,
        reasons=Reason.choices,
        state=state,
        reason=reason,
    )


def _pair(request: HttpRequest, person: int, other: int) -> DuplicatePair:
    found = queries.pairs(request.user).filter(person_id=person, other_id=other).first()
    if found is None:
        raise Http404
    return found


def pair(request: HttpRequest, person: int, other: int) -> HttpResponse:
    """Two records side by side, with what stands under each."""
    found = _pair(request, person, other)
    people = {each.pk: each for each in Person.objects.filter(pk__in=(person, other))}
    sides = [
        {
            "person": people[number],
            "url": person_url(people[number]),
            "stands": merging.what_stands([number]),
            "mine": may(request.user, "person.read", people[number].region),
        }
        for number in (person, other)
    ]
    link = PersonLink.objects.filter(
        absorbed_id__in=(person, other), survivor_id__in=(person, other)
    ).first()
    buttons = []
    if found.state == DuplicatePair.State.OPEN and may(request.user, "duplicate.judge"):
        buttons = [
            Button(_("One person: merge"), pair_url(found, "merge"), main=True),
            Button(_("Two people"), pair_url(found, "distinct")),
        ]
    return show_page(
        request,
        "admin/enrollment/duplicate.html",
        title=_("Possible duplicate"),
        act="duplicate.read",
        crumbs=[Crumb(_("Possible duplicates"), queue_url())],
        buttons=buttons,
        pair=found,
        sides=sides,
        against=merges.conflicts_of(person, other),
        link=link,
        link_url=row_url(link) if link else "",
    )


def verb(request: HttpRequest, person: int, other: int, verb: str) -> HttpResponse:
    """Judge a pair: two people, or one."""
    found = _pair(request, person, other)
    people = {each.pk: each for each in Person.objects.filter(pk__in=(person, other))}
    made: list[PersonLink] = []
    if verb not in ("merge", "distinct"):
        raise Http404

    def prepare(form: ScreenForm) -> None:
        if verb == "merge":
            form.fields["survivor"].choices = [
                (str(each.pk), f"{each.name} · {each.masked_id or '—'} · {each.pk}")
                for each in people.values()
            ]

    def do(said: dict[str, Any]) -> str:
        if verb == "distinct":
            merging.distinct(by=staff(request), pair=found, note=said["reason"])
            return _now("Noted: two people. The pair does not come back.")
        stays = people[int(said["survivor"])]
        goes = next(each for each in people.values() if each.pk != stays.pk)
        made.append(
            merging.propose(by=staff(request), survivor=stays, absorbed=goes, reason=said["reason"])
        )
        return _now("Proposed. A colleague decides now.")

    return Deed(
        title=_("One person: merge") if verb == "merge" else _("Two people"),
        act="duplicate.judge",
        button=_("Propose") if verb == "merge" else _("Two people"),
        do=do,
        form=MergeForm if verb == "merge" else WhyForm,
        prepare=prepare,
        back=pair_url(found),
        then=lambda: row_url(made[0]) if made else queue_url(),
        lead=_(
            "Nothing is rewritten: the records of the other are read under the one that stays, and"
            " the merge can be undone."
        )
        if verb == "merge"
        else "",
        crumbs=[Crumb(_("Possible duplicates"), queue_url()), Crumb(_("Pair"), pair_url(found))],
    ).answer(request)


@admin.register(PersonLink)
class PersonLinkAdmin(DeskAdmin):
    read_act = "duplicate.read"
    region_field = "survivor__region"
    list_display: ClassVar = ["absorbed", "survivor", "state", "maker", "proposed_at", "checker"]
    list_filter: ClassVar = ["state"]
    list_select_related: ClassVar = ["absorbed", "survivor", "maker", "checker"]
    fields: ClassVar = [
        *("absorbed", "survivor", "state", "reason", "maker", "proposed_at", "checker"),
        *("decided_at", "undone_by", "undone_at", "undo_reason"),
    ]
    readonly_fields: ClassVar = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[PersonLink]:
        return queries.links(request.user)

    def get_fields(self, request: HttpRequest, obj: PersonLink | None = None) -> list[str]:
        """What has not come to pass is not asked about."""
        return [name for name in self.fields if obj is None or getattr(obj, name)]

    def context(self, request: HttpRequest, obj: PersonLink) -> dict[str, Any]:
        return {"heading": f"{obj.absorbed.name} → {obj.survivor.name}"}

    def buttons(self, request: HttpRequest, obj: PersonLink | None) -> list[Button]:
        if obj is None:
            return [Button(_("Possible duplicates"), queue_url())]
        return [
            Button(
                label,
                reverse("admin:enrollment_link_verb", args=[obj.pk, slug]),
                main=not stop,
                stop=stop,
            )
            for slug, (act, label, state, stop, _do) in LINK_VERBS.items()
            if obj.state == state and may(request.user, act, obj.survivor.region)
        ]

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/do/<slug:verb>/", guard(link_verb), name="enrollment_link_verb"),
            *super().get_urls(),
        ]


def link_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Agree to a merge, refuse it, or undo it."""
    link = get_object_or_404(queries.links(request.user), pk=pk)
    if verb not in LINK_VERBS:
        raise Http404
    act, label, _state, stop, act_on = LINK_VERBS[verb]

    def do(said: dict[str, Any]) -> str:
        act_on(staff(request), link, said.get("reason", ""))
        return _now("Done. Both records say so.")

    return Deed(
        title=label,
        act=act,
        button=label,
        do=do,
        form=ScreenForm if verb == "approve" else WhyForm,
        stop=stop,
        back=row_url(link),
        lead=_("The records of %(absorbed)s (no. %(number)s) under %(survivor)s (no. %(under)s).")
        % {
            "absorbed": link.absorbed.name,
            "number": link.absorbed_id,
            "survivor": link.survivor.name,
            "under": link.survivor_id,
        },
        crumbs=[Crumb(_("Possible duplicates"), queue_url())],
    ).answer(request)


def _approve(by: User, link: PersonLink, reason: str) -> None:
    merging.approve(by=by, link=link)


def _reject(by: User, link: PersonLink, reason: str) -> None:
    merging.reject(by=by, link=link, reason=reason)


def _undo(by: User, link: PersonLink, reason: str) -> None:
    merging.undo(by=by, link=link, reason=reason)


# verb: act, label, the state in which it is offered, whether it ends something, what it does.
LINK_VERBS: dict[str, tuple[str, Any, str, bool, Callable[[User, PersonLink, str], None]]] = {
    "approve": ("merge.approve", _("Agree to the merge"), "proposed", False, _approve),
    "reject": ("merge.approve", _("Decline"), "proposed", True, _reject),
    "undo": ("merge.undo", _("Undo the merge"), "active", True, _undo),
}


def _panel(user: User, person_id: int) -> dict[str, Any] | None:
    under = queries.link_of(person_id)
    merged = [
        {"link": link, "url": row_url(link), "person": person_url(link.absorbed)}
        for link in queries.links_into(person_id)
    ]
    if under is None and not merged:
        return None
    return {
        "under": under,
        "under_url": person_url(under.survivor) if under else "",
        "merged": merged,
        "stands": merging.taken_over(person_id),
    }


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.panel(
        person_file.FilePanel(
            "merged",
            0,
            _("Merged records"),
            "duplicate.read",
            "admin/enrollment/_merged.html",
            _panel,
        )
    )


def urls(guard: Any) -> list[URLPattern]:
    """Pages that hang below those of people."""
    return [
        path("duplicates/", guard(queue), name="enrollment_duplicates"),
        path("duplicates/<int:person>/<int:other>/", guard(pair), name="enrollment_duplicate"),
        path(
            "duplicates/<int:person>/<int:other>/<slug:verb>/",
            guard(verb),
            name="enrollment_duplicate_verb",
        ),
    ]
