"""Every error as `application/problem+json` (RFC 9457), in the language of Accept-Language."""

import uuid
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from socsec.kernel.errors import KernelError
from socsec.office.errors import Problem


class ProblemRenderer(JSONRenderer):
    media_type = "application/problem+json"
    format = "problem"


def body(
    status: int,
    code: str,
    title: str,
    detail: str = "",
    errors: list[dict[str, str]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The members of a problem: `type` names it for good, `title` and `detail` are for people.

    `errors` lists each input that must be corrected, with a JSON pointer.
    """
    said: dict[str, Any] = {
        "type": f"/api/v1/problems/{code}/",
        "title": title,
        "status": status,
        "code": code,
        "trace_id": uuid.uuid4().hex,
    }
    if detail:
        said["detail"] = detail
    if errors:
        said["errors"] = errors
    return {**said, **more}


def response(said: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    found = Response(said, status=said["status"], headers=headers)
    found.content_type = "application/problem+json"
    return found


def pointers(detail: Any, at: str = "") -> list[dict[str, str]]:
    """The field errors of a serializer, flat, each with a JSON pointer."""
    if isinstance(detail, dict):
        return [e for name, inner in detail.items() for e in pointers(inner, _step(at, name))]
    if isinstance(detail, list) and detail and isinstance(detail[0], dict | list):
        return [e for i, inner in enumerate(detail) for e in pointers(inner, _step(at, i))]
    each = detail if isinstance(detail, list) else [detail]
    return [
        {"pointer": at or "/", "code": str(getattr(e, "code", "invalid")), "message": str(e)}
        for e in each
    ]


def _step(at: str, name: object) -> str:
    return at if name == "non_field_errors" else f"{at}/{name}"


def handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turns whatever a view raised into a problem; what it does not know stays a server error."""
    set_rollback()
    if isinstance(exc, Problem):
        errors = [{"pointer": f"/{exc.field}", "code": exc.code, "message": str(exc.message)}]
        detail = str(exc.fix) if exc.fix else ""
        return response(
            body(exc.status, exc.code, str(exc.message), detail, errors if exc.field else None)
        )
    if isinstance(exc, KernelError):
        said = exc.in_language(get_language() or "en")
        field = getattr(exc, "fact", "") or getattr(exc, "field", "")
        place = [{"pointer": f"/{field}", "code": exc.code, "message": said}] if field else None
        return response(body(HTTPStatus.UNPROCESSABLE_ENTITY, exc.code, said, errors=place))
    if isinstance(exc, RequestDataTooBig):
        most = {"most": settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 2**20}
        title = _("A message has at most %(most).1f MB.") % most
        return response(
            body(413, "body_too_large", title, _("Divide it among several; nothing was taken."))
        )
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if isinstance(exc, exceptions.ValidationError):
        title = _("Some of the input cannot be used. Correct what is listed and send it again.")
        return response(body(422, "invalid", title, errors=pointers(exc.detail)))
    if isinstance(exc, exceptions.APIException):
        headers = {}
        if challenge := getattr(exc, "auth_header", None):
            headers["WWW-Authenticate"] = challenge
        if (wait := getattr(exc, "wait", None)) is not None:
            headers["Retry-After"] = str(int(wait) + 1)
        code = exc.get_codes() if isinstance(exc.get_codes(), str) else exc.default_code
        return response(body(exc.status_code, str(code), str(exc.detail)), headers)
    return None
