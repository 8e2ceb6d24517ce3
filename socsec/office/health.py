"""`/healthz`: whether PostgreSQL, Redis and a worker answer, for machines that watch."""

import redis
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from socsec.office import pulse

OK = "ok"


def postgresql() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "does not answer"
    return OK


def redis_and_worker() -> tuple[str, str]:
    try:
        return OK, OK if pulse.alive("worker") else f"silent for {pulse.SILENCE} seconds"
    except redis.RedisError:
        return "does not answer", "not known while Redis does not answer"


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when everything answers, else 503, with a word on each part. Tells nothing else."""
    memory, worker = redis_and_worker()
    parts = {"postgresql": postgresql(), "redis": memory, "worker": worker}
    well = all(word == OK for word in parts.values())
    status = OK if well else "failing"
    return JsonResponse({"status": status, **parts}, status=200 if well else 503)
