"""The one form of every message of a provider: read, done once under its number, answered."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from medical.models import Encounter, Provider
from medical.queries.providers import provider_of
from medical.services.settling import messages
from socsec.office.api import PROBLEM, ApiView
from socsec.office.api.idempotency import fingerprint
from socsec.office.errors import Denied, NotFound
from socsec.office.models import User

Shape = type[serializers.Serializer[Any]]
# What is done to a visit: who asks, the visit (None where one begins), what was said.
Done = tuple[Any, Encounter]


class ProviderView(ApiView):
    """For the system of one hospital, clinic or pharmacy; the visits of others do not exist for it."""

    def provider(self, request: Request) -> Provider:
        found = provider_of(request.user)
        if found is None:
            raise Denied(
                _("This account speaks for no hospital, clinic or pharmacy."),
                code="no_provider",
                fix=_("The office links the account of a provider to its agreement."),
            )
        return found

    def visit(self, provider: Provider, public_id: Any) -> Encounter:
        rows = Encounter.objects.select_related("provider", "previous", "person")
        found = rows.filter(provider=provider, public_id=public_id, handed_in=False).first()
        if found is None:
            raise NotFound(_("There is no such visit at this provider."), code="no_such_visit")
        return found


class Message(ProviderView):
    """What a provider asks to be done to a visit, under its own number; `message` says the rest."""

    scopes: ClassVar = {"POST": "bills:write"}
    act: ClassVar[str]
    reads: ClassVar[Shape]
    status: ClassVar[int]

    def post(self, request: Request, public_id: Any = None) -> Response:
        said = read(self.reads, request.data)
        provider = self.provider(request)
        visit = None if public_id is None else self.visit(provider, public_id)

        def do() -> tuple[int, Any, Encounter]:
            answer, of_visit = self.do(request.user, visit or provider, said)  # type: ignore[arg-type]
            return self.status, answer, of_visit

        (status, answer), old = messages.once(
            provider=provider,
            msgid=said["msgid"],
            act=self.act,
            digest=fingerprint(request),
            do=do,
        )
        return Response(answer, status=status, headers={"Message-Replayed": "true"} if old else {})

    def do(self, by: User, subject: Any, said: dict[str, Any]) -> Done:
        """The act itself, on a visit, or on a provider where a visit begins: answer and visit."""
        raise TypeError(f"{type(self).__name__} does nothing")


def message(
    act: str, operation_id: str, summary: str, *, reads: Shape, answers: Shape, status: int = 200
) -> Callable[[type[Message]], type[Message]]:
    """Names an act, what it reads and answers, and writes its page of the document."""

    def named(view: type[Message]) -> type[Message]:
        view.act, view.reads, view.status = act, reads, status
        there = {} if operation_id == "visits_admit" else {404: PROBLEM}
        described = extend_schema(
            operation_id=operation_id,
            tags=["medical"],
            summary=summary,
            description="Sent again under the same `msgid`, it is answered again and not done twice.",
            request=reads,
            responses={status: answers, 403: PROBLEM, **there, 409: PROBLEM, 422: PROBLEM},
        )
        return extend_schema_view(post=described)(view)

    return named


def read(shape: Shape, data: Any) -> dict[str, Any]:
    """What was sent, in its shape; a `ValidationError` names what is not."""
    asked = shape(data=data)
    asked.is_valid(raise_exception=True)
    said: dict[str, Any] = asked.validated_data
    return said
