"""Asked by a container engine whether the part in this container is well: `healthcheck.py web|worker|beat`."""

import os
import socket
import sys
import urllib.error
import urllib.request


def web() -> bool:
    """The whole system through the web server, under a name that it serves."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    asked = urllib.request.Request("http://127.0.0.1:8000/healthz", headers={"Host": host})
    try:
        with urllib.request.urlopen(asked, timeout=8) as answer:  # noqa: S310 - our own address
            return answer.status == 200
    except urllib.error.HTTPError as error:
        sys.stdout.write(error.read().decode("utf-8", "replace"))
        return False


def pulse(part: str) -> bool:
    """A worker or the scheduler of this container: whether it beat in Redis lately."""
    import redis

    node = socket.gethostname() if part == "beat" else f"celery@{socket.gethostname()}"
    client = redis.Redis.from_url(
        os.environ["REDIS_URL"], socket_timeout=4, socket_connect_timeout=4
    )
    return bool(client.exists(f"socsec:pulse:{part}:{node}"))


def main() -> int:
    part = sys.argv[1]
    try:
        well = web() if part == "web" else pulse(part)
    except Exception as error:
        sys.stdout.write(f"{type(error).__name__}: {error}")
        well = False
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
