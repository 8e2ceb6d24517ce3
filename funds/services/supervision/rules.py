"""What looks wrong: rules of supervision, registered by the apps that know the facts.

A rule is one SELECT over indexed facts, so that it is as quick over a million people as over one.
What it finds is a suspicion that a person judges, not a fault of the books: for those there is
`manage.py verify`. They are asked every night and before money is paid.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise

from funds.models import SupervisionFinding
from funds.params import SupervisionParams

Text = str | Promise
Statement = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of supervision.

    `code` as in the handbook ("R1"); `label` says what it finds; `law` what that breaks. `ask` gives
    a SELECT with its parameters, of the columns `key` (text, the same as long as it is the same
    matter), `person_id` (or null), `region`, `amount` (fen at stake, or 0) and `facts` (jsonb, by
    the names in `words`; `month_words` are those of them that are months, `money_words` those that
    are fen). Where `before_payment`, a payroll waits while a finding about somebody in it is open.
    `page` is the address of the person's page, where the app has one.
    """

    code: str
    label: Text
    law: Text
    ask: Callable[[SupervisionParams, date], Statement]
    words: Mapping[str, Text]
    month_words: frozenset[str] = frozenset()
    money_words: frozenset[str] = frozenset()
    before_payment: bool = False
    page: Callable[[SupervisionFinding], str] | None = None


_rules: dict[str, Rule] = {}


def register(rule: Rule) -> Rule:
    """Called from an app's ready(). A code belongs to one rule."""
    known = _rules.get(rule.code)
    if known is not None and known is not rule:
        raise ValueError(f"supervision rule {rule.code} is registered twice")
    _rules[rule.code] = rule
    return rule


def get(code: str) -> Rule | None:
    return _rules.get(code)


def rules() -> list[Rule]:
    """All of them, R2 before R10."""
    return sorted(_rules.values(), key=lambda rule: (len(rule.code), rule.code))
