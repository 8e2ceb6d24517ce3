"""Finds a Chromium for the browser tests; as root on Debian it installs one, with Chinese letters.

`python -m scripts.browser` prints its path. Where there is none it says what to do and exits 1 if
`CI` is set: tests that nobody sees skipped would not be tests.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
PLACES = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
]
PLAYWRIGHT = [
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
]
CHINESE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
# No call home, no first-run pages: a test's browser talks to the test's server only.
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = (
    "No Chromium was found, so the browser tests cannot run. Install chromium or Google Chrome,"
    " or run: .venv/bin/python -m playwright install chromium"
)


def find() -> str | None:
    """The path of a Chromium: the one `CHROMIUM` names, the system's, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    for place in PLACES:
        if os.access(place, os.X_OK):
            return place
    caches = [
        os.environ.get("PLAYWRIGHT_BROWSERS_PATH"),
        Path.home() / ".cache/ms-playwright",
        Path.home() / "Library/Caches/ms-playwright",
    ]
    for cache in caches:
        for pattern in PLAYWRIGHT:
            for path in sorted(Path(cache).glob(pattern) if cache else [], reverse=True):
                return str(path)
    return None


def install() -> None:
    """As root on Debian: installs what is missing of Chromium and a font with Chinese letters."""
    wanted = [] if find() else ["chromium"]
    if not CHINESE.exists():
        wanted.append("fonts-noto-cjk")
    if not wanted or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    sys.stderr.write(f"Installing {' and '.join(wanted)}\n")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *wanted]):
        subprocess.run(
            ["apt-get", "-qq", *command], env=quiet, stdout=subprocess.DEVNULL, check=False
        )


def main() -> int:
    install()
    found = find()
    sys.stdout.write(f"{found or MISSING}\n")
    return 0 if found or not os.environ.get("CI") else 1


if __name__ == "__main__":
    sys.exit(main())
