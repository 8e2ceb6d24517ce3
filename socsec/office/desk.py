"""Ground of the desk, the browser admin for caseworkers: lists that hide what is not yours, and pages for verbs.

Nothing on the desk is edited in place. A list or a file shows; a button leads to a page that asks
what a service must know, calls that one service, and says what happened. Who may press it is
asked of `access`, and the service asks again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.text import capfirst
from unfold.admin import ModelAdmin

from .access import may, scope
from .desk_parts import Button, Crumb
from .errors import Problem
from .forms import ScreenForm
from .models import User

Text = str | Promise


class DeskAdmin(ModelAdmin):
    """A list of rows and a page for each, both for looking.

    `read_act` is what a user must be allowed to see it; `region_field` leads to the region whose
    subtree decides which rows exist for that user, None for rows that belong to no region.
    """

    read_act: ClassVar[str]
    region_field: ClassVar[str | None] = "region"
    change_form_template = "admin/desk/show.html"
    change_list_template = "admin/desk/list.html"
    empty_value_display = "—"
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    list_filter_submit = True
    list_fullwidth = True

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)
        return scope(rows, request.user, self.region_field) if self.region_field else rows

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, self.read_act)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def buttons(self, request: HttpRequest, obj: Any | None) -> list[Button]:
        """The verbs offered on the page of a row, or above the list where `obj` is None."""
        return []

    def context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """What the page of a row shows besides its fields."""
        return {}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {
            "title": capfirst(self.opts.verbose_name_plural),
            "desk_buttons": self.buttons(request, None),
            **(extra_context or {}),
        }
        return super().changelist_view(request, extra)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        extra: dict[str, Any] = {}
        if found is not None and self.has_view_permission(request, found):
            extra = {"desk_buttons": self.buttons(request, found), **self.context(request, found)}
        return super().change_view(request, object_id, form_url, {**extra, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Adds `facts`, the fields of the row as labels and values, for pages that draw no other."""
        shown = [each for part in context["adminform"] for line in part for each in line]
        facts = [(capfirst(each.field["label"]), self.fact(request, each)) for each in shown]
        return super().render_change_form(request, {"facts": facts, **context}, *args, **kwargs)

    def fact(self, request: HttpRequest, shown: Any) -> str:
        """A field in words; another row is a link for those only who may open it."""
        said: str = shown.contents()
        name = shown.field["field"]
        found = {each.name: each.related_model for each in self.opts.get_fields()}.get(name)
        page = admin.site.get_model_admin(found) if found in admin.site._registry else None
        return said if page is None or page.has_view_permission(request) else strip_tags(said)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """What was done is in the audit, which this list of edits would only pretend to be."""
        raise PermissionDenied


def show_page(
    request: HttpRequest,
    template: str,
    *,
    title: Text,
    act: str,
    crumbs: list[Crumb] | None = None,
    buttons: list[Button] | None = None,
    status: int = 200,
    **context: Any,
) -> TemplateResponse:
    """A page of the desk that is no list of a model, for those who may do `act`."""
    if not may(request.user, act):
        raise PermissionDenied
    return TemplateResponse(
        request,
        template,
        {
            **admin.site.each_context(request),
            "title": title,
            "crumbs": crumbs or [],
            "desk_buttons": buttons or [],
            **context,
        },
        status=status,
    )


@dataclass(slots=True)
class Deed:
    """One verb of a service, as a page: ask, do, say what happened, go on.

    `do` takes the cleaned answers, calls one service and returns the sentence to show; a Problem
    that the service raises comes back on the page, by its field, with the answers kept.
    """

    title: Text
    act: str
    button: Text
    do: Callable[[dict[str, Any]], Text]
    back: str
    form: type[ScreenForm] = ScreenForm
    lead: Text = ""
    warning: Text = ""
    stop: bool = False
    then: str | Callable[[], str] = ""
    initial: dict[str, Any] = field(default_factory=dict)
    crumbs: list[Crumb] = field(default_factory=list)
    template: str = "admin/desk/deed.html"
    prepare: Callable[[ScreenForm], None] | None = None
    context: dict[str, Any] = field(default_factory=dict)

    def answer(self, request: HttpRequest) -> HttpResponse:
        if not may(request.user, self.act):
            raise PermissionDenied
        sent = request.method == "POST"
        form = self.form(
            request.POST if sent else None, request.FILES if sent else None, initial=self.initial
        )
        if self.prepare:
            self.prepare(form)
        if sent and form.is_valid():
            try:
                said = self.do(form.cleaned_data)
            except Problem as trouble:
                form.add_error(
                    trouble.field if trouble.field in form.fields else None, str(trouble)
                )
            else:
                messages.success(request, str(said))
                return redirect((self.then() if callable(self.then) else self.then) or self.back)
        return show_page(
            request,
            self.template,
            title=self.title,
            act=self.act,
            crumbs=self.crumbs,
            status=422 if sent else 200,
            deed=self,
            form=form,
            **self.context,
        )


__all__ = [
    "Button",
    "Crumb",
    "Deed",
    "DeskAdmin",
    "desk_path",
    "list_url",
    "row_url",
    "show_page",
    "staff",
]

View = Callable[..., HttpResponse]


def desk_path(route: str, view: View, name: str) -> URLPattern:
    """An address of the desk outside the lists of models; asks for a sign-in of staff."""
    return path(route, admin.site.admin_view(view), name=name)


def list_url(model: type[models.Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def row_url(row: models.Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def seen_url(user: Any, row: models.Model | None, act: str, region: str = "") -> str:
    """The page of a row for who may see it there; else, and for no row, "": no link leads to a refusal."""
    return row_url(row) if row is not None and may(user, act, region or None) else ""


def staff(request: HttpRequest) -> User:
    """The signed-in member of staff; whoever else came this far is turned away."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
