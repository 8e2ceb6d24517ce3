"""Every address and method of the API: closed without a token, and with a token for anything else."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLResolver
from django.utils import timezone
from oauth2_provider.models import AccessToken

# Open to everybody, each for a reason.
OPEN = {
    "api_schema": "the description",
    "api_docs": "the description, drawn",
    "api_rules": "the public estimator",
    "api_assess": "the public estimator, which stores nothing",
    "api_problem": "the page that an error names",
    "api_event_docs": "the description of events",
    "api_event_kinds": "the description of events",
}
SAMPLES = {
    "uuid": "0190b3f4-0000-7000-8000-000000000000",
    "int": "2025",
    "str": "CB2026-00000001",
    "slug": "none",
}


def resources(patterns=None, prefix="/"):
    """Name, address and view class of everything under /api/."""
    for each in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from resources(each.url_patterns, route)
        elif route.startswith("/api/"):
            address = re.sub(r"<(\w+):\w+>", lambda found: SAMPLES[found[1]], route)
            yield each.name, address, getattr(each.callback, "view_class", None)


CLOSED = [
    (name, address, method, view.scopes.get(method), view.parser_classes[0].media_type)
    for name, address, view in resources()
    if name not in OPEN and hasattr(view, "scopes")
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    if hasattr(view, method.lower())
]


def test_every_address_of_the_api_is_closed_or_open_for_a_reason():
    names = {name for name, _address, _view in resources() if name}
    assert {name for name, *_rest in CLOSED} | set(OPEN) == names
    assert all(scope for *_rest, scope, _body in CLOSED)


def test_nothing_answers_without_a_token(db):
    for _name, address, method, _scope, kind_of_body in CLOSED:
        answer = Client().generic(method, address, "{}", content_type=kind_of_body)
        assert answer.status_code == 401, (method, address, answer.status_code)


def test_nothing_answers_to_a_token_that_holds_every_scope_but_the_one(mill):
    everything = set(settings.OAUTH2_PROVIDER["SCOPES"])
    for _name, address, method, scope, kind_of_body in CLOSED:
        assert scope in everything, scope
        token = AccessToken.objects.create(
            application=mill.application,
            user=mill.application.user,
            token=f"{method}{address}"[:250],
            scope=" ".join(everything - {scope}),
            expires=timezone.now() + timedelta(hours=1),
        )
        answer = Client().generic(
            method,
            address,
            "{}",
            content_type=kind_of_body,
            headers={"Authorization": f"Bearer {token.token}"},
        )
        assert answer.status_code == 403, (method, address, answer.status_code)
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("kind", ["staff", "insured"])
def test_an_account_of_the_desk_or_of_the_portal_is_no_partner(client, village, kind):
    user = village.by("admin") if kind == "staff" else village.portal["lin"]
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for _name, address, method, _scope, kind_of_body in CLOSED:
        answer = client.generic(method, address, "{}", content_type=kind_of_body)
        assert answer.status_code in (401, 403), (method, address, answer.status_code)
