"""The public estimator: the rules of law, asked over HTTP. Stores nothing, limited in rate."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from socsec.kernel import rules
from socsec.kernel.months import parse_month
from socsec.kernel.regions import NATION, known
from socsec.kernel.rules import UnknownRule
from socsec.office.errors import Invalid, NotFound
from socsec.office.services import policy


class AssessThrottle(AnonRateThrottle):
    """Counted in the shared cache, so that the limit holds across workers."""

    scope = "assess"


class OpenView(APIView):
    """Anyone may ask; nobody is known."""

    authentication_classes: ClassVar = []
    permission_classes: ClassVar = [AllowAny]
    throttle_classes: ClassVar = [AssessThrottle]


class RuleList(OpenView):
    @extend_schema(
        operation_id="rules_list",
        tags=["assess"],
        summary="Rules and the facts that each wants",
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        return Response(
            {"results": [rules.describe(rules.RULES[code]) for code in sorted(rules.RULES)]}
        )


class Assess(OpenView):
    @extend_schema(
        operation_id="assess",
        tags=["assess"],
        summary="Apply a rule to the facts of one case",
        description="Facts in natural units: yuan and rates as decimal strings, months as YYYY-MM.",
        parameters=[
            OpenApiParameter("on", str, description="Month whose law applies, as YYYY-MM"),
            OpenApiParameter("region", str, description="Six digits of the pooling region"),
        ],
        request=dict,
        responses={200: dict, 404: dict, 422: dict, 429: dict},
    )
    def post(self, request: Request, rule: str) -> Response:
        if not isinstance(request.data, dict):
            raise Invalid(_("Send one JSON object of facts."), code="not_an_object")
        on = request.query_params.get("on")
        region = request.query_params.get("region", NATION)
        if not known(region):
            raise Invalid(
                _("There is no such region; it is six digits, such as 110000."),
                code="region",
                field="region",
            )
        try:
            found = rules.assess(
                rule,
                dict(request.data),
                policy=policy.of(policy.current_edition()),
                on=parse_month(on) if on else None,
                region=region,
            )
        except UnknownRule as unknown:
            raise NotFound(
                _("There is no rule of that name."),
                code="unknown_rule",
                fix=_("GET /api/v1/rules/ lists them."),
            ) from unknown
        return Response(_facing(found.as_json()))


@extend_schema(exclude=True)
class AssessPlain(Assess):
    """The same without the stroke at the end of the address."""


def _facing(said: dict[str, Any]) -> dict[str, Any]:
    """An estimate is not a decision, and says so."""
    return {**said, "estimate": True}
