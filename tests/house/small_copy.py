"""The launcher with small stand-ins for web, worker and beat, to be started and ended by its tests.

Run with the stand-ins' bodies as arguments: Python for the worker, or nothing for one that waits.
"""

import sys

from scripts import run

WEB = """
import http.server, json, sys
class Well(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b'{"status": "ok"}')
    def log_message(self, *said): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Well).serve_forever()
"""
WAIT = "import time; time.sleep(600)"


class SmallCopy(run.Launcher):
    patience = 2

    def prepare(self, *, skippable: bool) -> None:
        """Nothing to prepare: the stand-ins use no database."""

    def commands(self) -> dict[str, list[str]]:
        worker = sys.argv[1] if len(sys.argv) > 1 else WAIT
        return {
            "Web": [sys.executable, "-c", WEB, str(self.port)],
            "Worker": [sys.executable, "-c", worker],
            "Beat": [sys.executable, "-c", WAIT],
        }


if __name__ == "__main__":
    run.Launcher = SmallCopy  # type: ignore[misc]
    sys.exit(run.main())
