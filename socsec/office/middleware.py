"""What every page of the portal carries: a session that ends after rest, and headers that let
nothing run or load but what the project serves itself."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Respond = Callable[[HttpRequest], HttpResponse]

# The desk's framework evaluates expressions in attributes, and like the API's documentation it
# writes styles into the page. Scripts inside the page run nowhere.
LOOSER = ("/admin/", "/api/")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
POLICY_LOOSER = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'self'; frame-ancestors 'none'; object-src 'none'"
)


class Portal:
    """Ends a portal session after PORTAL_SESSION_SECONDS without a page, and sets the headers."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        looser = request.path.startswith(LOOSER)
        if not looser and request.user.is_authenticated:
            request.session.set_expiry(settings.PORTAL_SESSION_SECONDS)
        response = self.respond(request)
        response.headers.setdefault("Content-Security-Policy", POLICY_LOOSER if looser else POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
        )
        if not looser and request.user.is_authenticated:
            # A page about a person is kept neither by proxies nor by the next user of the machine.
            response.headers.setdefault("Cache-Control", "no-store")
        return response
