"""Takes the pictures of the README anew, from a demo of its own: `make pictures`.

Serves the village on a free port with data that is thrown away, signs in as its people do, and
writes `docs/pictures/*.png`. Needs a Chromium (`scripts.browser`).
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from scripts import browser

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
SIZE = {"width": 1280, "height": 900}
PASSWORD = "village-2026-demo"  # noqa: S105 - of invented people, printed by `make run`
INSURED = "310115196608250332"  # who may claim a pension soon
PATIENCE = 300  # seconds until the demo serves


@contextmanager
def demo() -> Iterator[str]:
    """The address of a fresh demo; it is gone afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = tempfile.mkdtemp(prefix="socsec-pictures-")
    environment = {**os.environ, "PORT": str(port), "DATA_DIR": data}
    serving = subprocess.Popen(
        [sys.executable, "-m", "scripts.run"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + PATIENCE
        while not serves(port):
            if serving.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"The demo does not serve; its logs are in {data}/logs.")
            time.sleep(0.5)
        yield f"http://localhost:{port}"
    finally:
        serving.send_signal(signal.SIGINT)
        serving.wait()
    shutil.rmtree(data, ignore_errors=True)


def serves(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def visitor(chromium: Browser, base: str) -> Page:
    """Somebody with a browser of their own, who reads English."""
    context = chromium.new_context(base_url=base, locale="en-GB", viewport=SIZE)  # type: ignore[arg-type]
    return context.new_page()


def clerk(chromium: Browser, base: str, name: str) -> Page:
    page = visitor(chromium, base)
    page.goto("/admin/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("#login-form button[type=submit]")
    page.wait_for_load_state()
    return page


def insured(chromium: Browser, base: str, auditor: Page) -> Page:
    """Signs in with number, password and the code, which the demo keeps in its outbox."""
    page = visitor(chromium, base)
    page.goto("/sign-in/")
    page.locator("main input.input").first.fill(INSURED)
    page.fill("input[type=password]", PASSWORD)
    page.locator("main form button.btn").first.click()
    auditor.goto("/admin/office/outboxmessage/")
    code = re.search(r"\b(\d{6})\b", auditor.inner_text("tbody tr:first-child"))
    if code is None:
        raise SystemExit("No code was sent.")
    page.fill("main input.code-input", code[1])
    page.locator("main form button.btn").first.click()
    page.wait_for_load_state()
    return page


def take(page: Page, name: str) -> None:
    page.screenshot(path=str(PICTURES / f"{name}.png"))
    sys.stdout.write(f"{PICTURES / name}.png\n")


def main() -> None:
    found = browser.find()
    if found is None:
        raise SystemExit(browser.MISSING)
    with demo() as base, sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=found, args=browser.OPTIONS)
        reviewer = clerk(chromium, base, "reviewer")
        take(reviewer, "desk")
        reviewer.locator("a", has_text="Monthly pension payroll").first.click()
        reviewer.wait_for_load_state()
        take(reviewer, "run")
        person = insured(chromium, base, clerk(chromium, base, "auditor"))
        for name, address in (("estimate", "/my-estimate/"), ("record", "/record/")):
            person.goto(address)
            take(person, name)
        chromium.close()


if __name__ == "__main__":
    main()
