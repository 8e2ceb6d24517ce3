"""What the house promises, and who checks it: apps register questions, `manage.py verify` asks them.

As Django's system checks look at code, these look at data. A question yields a finding for each
thing that is not as promised; silence means that all is well.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as promised. `subject` names it: "case YL202611130001", "seal 7"."""

    code: str
    subject: str
    message: Text


@dataclass(frozen=True, slots=True)
class Question:
    code: str
    label: Text
    ask: Callable[[], Iterable[Finding]]


_questions: dict[str, Question] = {}


def register(code: str, label: Text, ask: Callable[[], Iterable[Finding]]) -> None:
    """Called from an app's ready(); `code` is "app.what"."""
    _questions[code] = Question(code, label, ask)


def questions() -> list[Question]:
    return sorted(_questions.values(), key=lambda question: question.code)


def run(codes: Iterable[str] | None = None) -> Iterator[tuple[Question, list[Finding]]]:
    """Ask every question, or those named, one after the other."""
    wanted = None if codes is None else set(codes)
    for question in questions():
        if wanted is None or question.code in wanted:
            yield question, list(question.ask())
