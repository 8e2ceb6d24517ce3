"""A partner is registered on the command line and signs in with what that prints."""

import base64
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from socsec.office.models import User
from tests import people

pytestmark = pytest.mark.django_db


def test_a_registered_partner_gets_a_token_for_its_office(client):
    village = people.settle()
    out = StringIO()
    call_command("partner", "tax-office", "--office", "SH", stdout=out)
    said = dict(line.split() for line in out.getvalue().splitlines())
    basic = base64.b64encode(f"{said['client_id']}:{said['client_secret']}".encode()).decode()
    answer = client.post(
        "/oauth/token/",
        {"grant_type": "client_credentials", "scope": "people:read"},
        headers={"Authorization": f"Basic {basic}"},
    )
    assert answer.status_code == 200
    partner = User.objects.get(username="tax-office")
    assert partner.kind == User.Kind.PARTNER
    assert partner.office_id == village.by("intake").office_id


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["tax", "--office", "XX"], "no such office"),
        (["intake", "--office", "SH"], "such an account already"),
    ],
)
def test_no_such_office_and_a_name_in_use_register_nobody(arguments, why):
    people.settle()
    before = User.objects.count()
    with pytest.raises(CommandError, match=why):
        call_command("partner", *arguments, stdout=StringIO())
    assert User.objects.count() == before
