"""The desk's pages of accounts and offices, for administrators: colleagues, their roles, partners."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from socsec.office import queries
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.forms import DateField, ScreenForm
from socsec.office.models import AuditEntry, Office, OutboxMessage, Region, Role, RoleGrant, User
from socsec.office.services import users

from .policy import line
from .runs import TextForm

# Roles are granted in the house's own way; Django's groups would be a second way beside it.
admin.site.unregister(Group)


class StaffForm(ScreenForm):
    username = line(_("User name"), max_length=150)
    name = line(_("Full name"), max_length=60)
    office = forms.ModelChoiceField(
        Office.objects.none(),
        label=_("Office"),
        empty_label=None,
        widget=forms.Select(attrs={"class": "select w-20"}),
    )
    password = ScreenForm.password_field()


class GrantForm(ScreenForm):
    role = forms.ChoiceField(
        label=_("Role"), choices=Role.choices, widget=forms.Select(attrs={"class": "select w-20"})
    )
    until = DateField(
        label=_("Until"), required=False, help_text=_("Leave it empty if there is no end yet.")
    )


@admin.register(User)
class UserAdmin(DeskAdmin):
    read_act = "user.read"
    region_field = "office__region_id"
    change_form_template = "admin/office/user.html"
    list_display: ClassVar = ["username", "first_name", "kind", "office", "is_active", "last_login"]
    list_select_related: ClassVar = ["office"]
    list_filter: ClassVar = ["kind", "is_active"]
    search_fields: ClassVar = ["username__startswith", "first_name__startswith"]
    fields: ClassVar = ["username", "first_name", "kind", "office", "is_active", "last_login"]

    def buttons(self, request: HttpRequest, obj: User | None) -> list[Button]:
        if not may(request.user, "user.manage", obj.region_code if obj else None):
            return []
        if obj is None:
            return [Button(_("Open an account"), reverse("admin:office_user_open"), main=True)]
        if not obj.is_active or obj.kind != User.Kind.STAFF:
            return []
        return [
            Button(_("Grant a role"), reverse("admin:office_user_grant", args=[obj.pk]), main=True),
            Button(
                _("Close the account"), reverse("admin:office_user_close", args=[obj.pk]), stop=True
            ),
        ]

    def context(self, request: HttpRequest, obj: User) -> dict[str, Any]:
        return {
            "account": obj,
            "grants": obj.grants.select_related("granted_by"),
            "today": timezone.localdate(),
            "may_manage": may(request.user, "user.manage", obj.region_code),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("open/", guard(self.open), name="office_user_open"),
            path("<int:pk>/grant/", guard(self.grant), name="office_user_grant"),
            path("<int:pk>/close/", guard(self.close), name="office_user_close"),
            path("grant/<int:pk>/end/", guard(self.end_grant), name="office_grant_end"),
            *super().get_urls(),
        ]

    def open(self, request: HttpRequest) -> HttpResponse:
        by = staff(request)
        made: list[User] = []

        def prepare(form: ScreenForm) -> None:
            form.fields["office"].queryset = Office.objects.filter(  # type: ignore[attr-defined]
                region__in=Region.objects.within(by.region_code or "")
            )

        def do(said: dict[str, Any]) -> str:
            made.append(users.create_staff(by=by, **said))
            return _now("The account is open. It may do nothing until a role is granted.")

        return Deed(
            title=_("Open an account"),
            act="user.manage",
            button=_("Open"),
            do=do,
            form=StaffForm,
            back=list_url(User),
            then=lambda: row_url(made[0]),
            prepare=prepare,
        ).answer(request)

    def deed(self, user: User, **more: Any) -> Deed:
        return Deed(
            act="user.manage",
            back=row_url(user),
            crumbs=[Crumb(_("Users"), list_url(User)), Crumb(user.username, row_url(user))],
            **more,
        )

    def grant(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            users.grant(user=user, role=said["role"], until=said["until"], by=staff(request))
            return _now("Granted from today.")

        return self.deed(
            user, title=_("Grant a role"), button=_("Grant"), do=do, form=GrantForm
        ).answer(request)

    def close(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            users.switch_off(user=user, by=staff(request), reason=said["text"])
            return _now("The account is closed. What was done with it stands.")

        return self.deed(
            user,
            title=_("Close the account"),
            button=_("Close the account"),
            do=do,
            form=TextForm,
            stop=True,
        ).answer(request)

    def end_grant(self, request: HttpRequest, pk: int) -> HttpResponse:
        given = get_object_or_404(RoleGrant.objects.select_related("user"), pk=pk)
        user = get_object_or_404(self.get_queryset(request), pk=given.user_id)

        def do(said: dict[str, Any]) -> str:
            users.revoke(grant_id=given.pk, by=staff(request), reason=said["text"])
            return _now("The role is ended as of today.")

        return self.deed(
            user, title=_("End the role"), button=_("End the role"), do=do, form=TextForm, stop=True
        ).answer(request)


@admin.register(Region)
class RegionAdmin(DeskAdmin):
    read_act = "region.read"
    region_field = "code"
    list_display: ClassVar = ["code", "name_zh", "name_en", "level", "parent"]
    list_select_related: ClassVar = ["parent"]
    list_filter: ClassVar = ["level"]
    search_fields: ClassVar = ["code__startswith", "name_zh__startswith", "name_en__istartswith"]
    fields: ClassVar = ["code", "name_zh", "name_en", "level", "parent"]


@admin.register(Office)
class OfficeAdmin(DeskAdmin):
    read_act = "region.read"
    region_field = "region_id"
    list_display: ClassVar = ["code", "name_zh", "name_en", "region"]
    list_select_related: ClassVar = ["region"]
    fields: ClassVar = ["code", "name_zh", "name_en", "region"]


@admin.register(OutboxMessage)
class OutboxAdmin(DeskAdmin):
    """Text messages as they leave. Where no gateway is set up they stay here, one-time codes and all.

    In an office the text is never shown: whoever read the codes could sign in as anybody.
    """

    read_act = "user.read"
    region_field = None
    list_display: ClassVar = ["created_at", "to_masked", "purpose", "text", "state"]
    list_filter: ClassVar = ["state", "purpose"]
    fields: ClassVar = ["created_at", "to_masked", "purpose", "text", "state", "error"]
    readonly_fields: ClassVar = ["text"]

    @admin.display(description=_("text"))
    def text(self, message: OutboxMessage) -> str:
        return message.body if settings.DEMO else "••••"


@admin.register(AuditEntry)
class AuditAdmin(DeskAdmin):
    """Who did what, when and why. Only the auditor may look, and nobody may change it."""

    read_act = "audit.read"
    list_display: ClassVar = [
        "at",
        "actor",
        "office",
        "act",
        "subject_type",
        "subject_id",
        "person_id",
        "reason",
    ]
    list_select_related: ClassVar = ["actor", "office"]
    search_fields: ClassVar = ["act__startswith", "subject_id"]
    search_help_text = _("Act, or number of the subject")
    fields: ClassVar = [
        "at", "actor", "office", "act", "subject_type", "subject_id", "person_id", "region", "reason", "detail", "txid"
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return queries.audit_trail(staff(request))
