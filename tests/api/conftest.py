"""Partners of the village: each with an application, and a client that fetches its own tokens."""

import base64
import json
import uuid
from dataclasses import dataclass

import pytest
from django.core.cache import cache
from django.test import Client
from oauth2_provider.models import Application

from socsec.office.models import Office
from socsec.office.services import users
from tests import people

SECRET = "a partner's secret of the tests"


@dataclass
class Partner:
    """Asks the API as a partner system does: over HTTP, with a token for the scopes named."""

    client: Client
    application: Application

    def token(self, *scopes: str) -> str:
        basic = base64.b64encode(f"{self.application.client_id}:{SECRET}".encode()).decode()
        answer = self.client.post(
            "/oauth/token/",
            {"grant_type": "client_credentials", "scope": " ".join(scopes)},
            headers={"Authorization": f"Basic {basic}"},
        )
        assert answer.status_code == 200, answer.content
        return answer.json()["access_token"]

    def ask(
        self, method, path, body=None, *, scopes=(), key=None, purpose=None, language="en", **more
    ):
        headers = {"Accept-Language": language}
        if scopes:
            headers["Authorization"] = f"Bearer {self.token(*scopes)}"
        if key:
            headers["Idempotency-Key"] = key
        if purpose:
            headers["X-Purpose"] = purpose
        if body is not None and "content_type" not in more:
            body, more["content_type"] = json.dumps(body), "application/json"
        return getattr(self.client, method)(path, data=body, headers=headers, **more)


def partner(office: str, name: str) -> Partner:
    user = users.create_partner(username=name, office=Office.objects.get(code=office), by=None)
    application = Application.objects.create(
        name=name,
        user=user,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=SECRET,
    )
    return Partner(Client(), application)


@pytest.fixture(autouse=True)
def _no_memory_of_other_tests():
    cache.clear()


@pytest.fixture
def village(db):
    return people.settle()


@pytest.fixture
def mill(village):
    """A partner of Shanghai."""
    return partner("SH", "hudong-payroll")


@pytest.fixture
def stranger(village):
    """A partner of Sichuan, for whom Shanghai does not exist."""
    return partner("SC", "jinchuan-payroll")


@pytest.fixture
def key():
    return uuid.uuid4().hex
