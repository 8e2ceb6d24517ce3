"""A real browser for the tests that need one: `page` against pytest-django's `live_server`."""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)

from scripts import browser as chromium

LOCAL = re.compile(r"^(https?://(localhost|127\.0\.0\.1|\[::1\])[:/]|data:|blob:|about:)")
# A page that was answered with an error says so in the console; tests of refusals see it in the answer.
EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a worker. Without one: a failure where CI is set, else a skip."""
    program = chromium.find()
    if not program:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(chromium.MISSING)
    # Playwright's sync interface leaves an event loop running in this thread for the whole session;
    # Django would refuse the ORM there, though nothing of ours is asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=program, args=chromium.OPTIONS)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page as a visitor of one's own: `visit(locale="zh-CN", java_script_enabled=False, …)`.

    Takes what Playwright's `new_context` takes. At the end of the test, a request to anywhere but
    the test's own server, an error in a script, or a refusal by the content security policy is a
    failure.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def asked(request: Request) -> None:
        if not LOCAL.match(request.url):
            faults.append(f"asked for {request.url}")

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED.search(message.text):
            faults.append(f"console: {message.text}")

    def opened(**options: Any) -> Page:
        options = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}} | options
        context = browser.new_context(**options)
        context.set_default_timeout(15_000)
        context.on("request", asked)
        context.on("console", said)
        context.on("weberror", lambda error: faults.append(f"script: {error.error}"))
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def page(visit: Callable[..., Page]) -> Page:
    """A page of an English-speaking visitor on a wide screen."""
    return visit()
