"""Partners sign in by OAuth2 client credentials; a token carries scopes, and each view names the one it needs."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from socsec.office.errors import Invalid
from socsec.office.models import User
from socsec.settings.api import SCOPES


class Partner(OAuth2Authentication):
    """The partner behind a token: the account that its registered application belongs to."""

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        found = super().authenticate(request)
        if found is None:
            return None
        token = found[1]
        owner = token.application.user_id if token.application else None
        # With the office, since whatever the partner asks for is looked up in its region.
        user = User.objects.select_related("office").filter(pk=owner).first()
        if user is None or user.kind != User.Kind.PARTNER or not user.is_active:
            raise AuthenticationFailed(
                _(
                    "This application belongs to no active partner. Ask the office that registered it."
                )
            )
        return user, token


class Scoped(BasePermission):
    """A view maps methods to scopes; a method without one is closed."""

    message = _("The token lacks the scope that this needs. Ask for a token with it.")

    def has_permission(self, request: Request, view: Any) -> bool:
        scope = view.scopes.get(request.method)
        token = request.auth
        return bool(scope and token is not None and token.is_valid([scope]))


class Purpose(models.TextChoices):
    """Why a partner reads a person's file; shown to that person in the access log."""

    ENROLMENT = "enrolment", _("Enrolment and contributions")
    BENEFIT = "benefit", _("Determining a benefit")
    MEDICAL = "medical", _("Settling medical costs")
    ASSISTANCE = "assistance", _("Means test for social assistance")
    AUDIT = "audit", _("Audit and supervision")


def purpose(request: Request) -> str:
    """The X-Purpose header, which every read of a person's file must state."""
    stated = request.headers.get("X-Purpose", "")
    if stated not in Purpose.values:
        raise Invalid(
            _("Say why you read this person's file."),
            code="purpose_missing",
            fix=_("Send the header X-Purpose with one of: %(known)s.")
            % {"known": ", ".join(Purpose.values)},
        )
    return stated


class PartnerScheme(OpenApiAuthenticationExtension):
    """How the documentation says that a token is needed."""

    target_class = Partner
    name = "oauth2"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        flow = {
            "tokenUrl": "/oauth/token/",
            "scopes": {name: str(said) for name, said in SCOPES.items()},
        }
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        scope = auto_schema.view.scopes.get(auto_schema.method)
        return {self.name: [scope] if scope else []}
