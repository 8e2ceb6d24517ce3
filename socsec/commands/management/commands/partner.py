"""Register a partner system: `manage.py partner NAME --office CODE` prints its OAuth2 credentials, once."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _
from oauth2_provider.models import Application

from socsec.office.errors import Problem
from socsec.office.models import Office
from socsec.office.services import users


class Command(BaseCommand):
    help = "Register a partner system and print its client id and secret, which are shown once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="user name of the partner, such as city-tax-office")
        parser.add_argument("--office", required=True, help="code of the office that it acts for")

    def handle(self, *args: Any, **options: Any) -> None:
        office = Office.objects.filter(code=options["office"]).first()
        if office is None:
            known = ", ".join(Office.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(
                _("There is no such office; there are %(known)s.") % {"known": known}
            )
        secret = secrets.token_urlsafe(32)
        try:
            with transaction.atomic():
                partner = users.create_partner(username=options["name"], office=office, by=None)
                application = Application.objects.create(
                    name=partner.username,
                    user=partner,
                    client_type=Application.CLIENT_CONFIDENTIAL,
                    authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
                    client_secret=secret,
                )
        except Problem as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"client_id {application.client_id}\nclient_secret {secret}")
