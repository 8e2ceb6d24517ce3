"""The portal's shell: start page, language, large text, errors, and what every page is given.

Apps add their pages through `home.py` (sections of the navigation, parts of the home page); the
shell knows none of them by name.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template import loader
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from socsec.kernel.rules import RULES

from .acting import who
from .display import chinese
from .errors import Problem
from .models import User
from .shell import Section, Tile, section, sections, tile

View = Callable[..., HttpResponse]

YEAR = 365 * 24 * 3600
LANGUAGES = {code for code, _name in settings.LANGUAGES}


def signed_in(request: HttpRequest) -> bool:
    """Whether an insured person uses the portal now. Staff who open it are visitors."""
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated and user.kind == User.Kind.INSURED)


def person_only(view: View) -> View:
    """A page for a signed-in insured person; others are asked to sign in and come back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not signed_in(request):
            return redirect(f"{reverse('sign_in')}?next={request.get_full_path()}")
        try:
            return view(request, *args, **kwargs)
        except Problem as problem:
            return problem_page(request, problem)

    return guarded


def limited(*, per_minute: int, name: str = "") -> Callable[[View], View]:
    """A page that works for anyone, but only so often a minute for one address.

    Counted in the shared cache, so that the limit holds across workers. A GET counts where its
    address has the parameter `name`, for pages that answer by one."""

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" or (name and name in request.GET):
                minute = int(timezone.now().timestamp() // 60)
                key = f"limit:{view.__name__}:{request.META.get('REMOTE_ADDR', '')}:{minute}"
                cache.add(key, 0, timeout=120)
                if cache.incr(key) > per_minute:
                    return too_many(request)
            return view(request, *args, **kwargs)

        return counted

    return decorate


def hang() -> None:
    """Hang the office's own pages into the portal; called once, when the app is ready."""
    section(
        Section(1, "home", _("Home"), "home"),
        Section(3, "cases", _("My cases"), "file"),
    )
    tile(
        Tile(6, "letters", "letter", _("Letters"), _("what we wrote to you")),
        Tile(7, "access_log", "eye", _("Who saw my data"), _("and why")),
        Tile(8, "rules", "scales", _("Law and formulas"), _("how amounts are worked out")),
    )


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what base.html needs on every page of the portal."""
    if request.path.startswith(("/admin/", "/api/")) or not signed_in(request):
        return {}
    return {
        "signed_in": True,
        "sections": sections(request),
        "who": who(request),
        "session_ends": timezone.now() + timedelta(seconds=settings.PORTAL_SESSION_SECONDS),
    }


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, if it was sent: an empty one was sent too, and is checked."""
    return request.POST if request.method == "POST" else None


def safe_next(request: HttpRequest, otherwise: str = "/") -> str:
    """Where a form wants to go back to, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else otherwise


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The language switch: remembered for a year, and for the account while signed in."""
    response = redirect(safe_next(request))
    language = request.POST.get("language", "")
    if language in LANGUAGES:
        translation.activate(language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=YEAR,
            samesite="Lax",
            secure=request.is_secure(),
        )
    return response


@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """The large-text switch."""
    response = redirect(safe_next(request))
    if request.POST.get("text") == "large":
        response.set_cookie(
            "text", "large", max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    else:
        response.delete_cookie("text", samesite="Lax")
    return response


@require_GET
def stay(request: HttpRequest) -> HttpResponse:
    """Keeps a session alive; the middleware has already made it longer."""
    if not signed_in(request):
        return JsonResponse({}, status=401)
    return JsonResponse({"seconds": settings.PORTAL_SESSION_SECONDS})


def plain(template: str) -> View:
    """A page of words alone."""

    @require_safe
    def page(request: HttpRequest) -> HttpResponse:
        return render(request, template)

    return page


@require_safe
def law(request: HttpRequest) -> HttpResponse:
    """Every rule that the system applies, what it asks, and its article of law."""
    rules = sorted(RULES.values(), key=lambda rule: rule.code)
    column = 0 if chinese() else 1
    shown = [
        {
            "code": rule.code,
            "label": rule.label[column],
            "help": rule.help[column],
            "law": rule.law,
            "facts": [spec.label[column] for spec in rule.facts.specs().values()],
        }
        for rule in rules
    ]
    return render(request, "portal/office/rules.html", {"rules": shown})


def problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A refusal as a page: what happened, and what to do."""
    return render(request, "portal/problem.html", {"problem": problem}, status=problem.status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or that did not come from our page."""
    return render(request, "403_csrf.html", status=403)


def too_many(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Too many tries; also what django-axes shows when it locks an account."""
    return render(request, "429.html", status=429)


def fault(request: HttpRequest) -> HttpResponse:
    """The fault is ours. Drawn without context processors: they may be what failed."""
    page = loader.get_template("500.html").render({"request": request})
    return HttpResponse(page, status=500)
