"""One assessment through the API, as a website or a partner asks for it."""

import json
import secrets
import statistics

from django.test import Client

from benchmarks.world import clock
from socsec.kernel import rules
from socsec.kernel.months import parse_month
from socsec.office.services import policy

LABEL = "One assessment through the API"
RULE, REGION, ON = "pensions.employees.old_age", "310000", "2026-02"
FACTS = {
    "months_paid": 287,
    "average_index": "1.5231",
    "account_balance": "307242",
    "age": "50y",
}
A_MINUTE = 50  # calls from one address, within the limit


def calls(count: int) -> dict[str, float]:
    """Seconds: median and 99th percentile through the API, and the median of the rule alone."""
    client = Client(SERVER_NAME="localhost")
    address, body = f"/api/v1/assess/{RULE}?region={REGION}&on={ON}", json.dumps(FACTS)
    law = policy.of(policy.current_edition())
    house = secrets.randbelow(256)  # other addresses each round, since the limit remembers a minute
    through, alone = [], []
    for number in range(-A_MINUTE, count):
        with clock() as asked:
            answer = client.post(
                address,
                body,
                content_type="application/json",
                REMOTE_ADDR=f"10.{house}.{number // A_MINUTE & 255}.9",
            )
        if answer.status_code != 200:
            raise RuntimeError(f"the API answered {answer.status_code}: {answer.content[:300]!r}")
        with clock() as reckoned:
            rules.assess(RULE, dict(FACTS), policy=law, on=parse_month(ON), region=REGION)
        if number >= 0:  # those before are to warm up
            through += asked
            alone += reckoned
    return {
        "calls": count,
        "median": statistics.median(through),
        "p99": sorted(through)[max(0, -(-count * 99 // 100) - 1)],
        "rule": statistics.median(alone),
    }
