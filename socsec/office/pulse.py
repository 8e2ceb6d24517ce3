"""Signs of life in Redis: a worker or the scheduler beats every few seconds, and silence is a fault.

Reading one key is cheap enough for a health check that is asked all the time; asking the workers
themselves takes a second and wakes all of them.
"""

import functools
import logging

import redis
from django.conf import settings

EVERY = 5  # seconds between beats
SILENCE = 4 * EVERY  # seconds after which a part counts as gone
PATIENCE = 2  # seconds to wait for Redis

log = logging.getLogger(__name__)


@functools.lru_cache(maxsize=4)
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


def client() -> redis.Redis:
    """Redis with a short patience. Raises `redis.RedisError` when used, not here."""
    return _client(settings.REDIS_URL)


def key(part: str, node: str = "") -> str:
    return f"socsec:pulse:{part}:{node}" if node else f"socsec:pulse:{part}"


def beat(part: str, node: str) -> None:
    """One beat of a part ("worker", "beat") on a node. A Redis that is away is not its fault."""
    try:
        with client().pipeline(transaction=False) as pipe:
            pipe.set(key(part), node, ex=SILENCE)
            pipe.set(key(part, node), node, ex=SILENCE)
            pipe.execute()
    except redis.RedisError as error:
        log.warning("no pulse written: %s", type(error).__name__)


def end(part: str, node: str) -> None:
    """A part stops in order: it need not be missed first."""
    try:
        last = client().get(key(part))
        client().delete(key(part, node), *([key(part)] if last == node.encode() else []))
    except redis.RedisError as error:
        log.warning("pulse not ended: %s", type(error).__name__)


def alive(part: str, node: str = "") -> bool:
    """Whether any node of a part, or this one, beat lately. Raises `redis.RedisError`."""
    return bool(client().exists(key(part, node)))
