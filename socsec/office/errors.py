"""What can go wrong, said to people: what happened, why, and what to do.

A service raises one of these and changes nothing. A page shows `message` and `fix`, beside the
field that `field` names where there is one; the API turns the same into problem+json.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.utils.functional import Promise, lazy
from django.utils.translation import get_language, override

from socsec.kernel.errors import KernelError

Text = str | Promise


def say(text: Text, **values: Any) -> Text:
    """A lazy text with its values filled in as lazily: `%` alone would fix the language now."""
    return lazy(lambda: str(text) % values, str)()


def both(text: Text) -> dict[str, str]:
    """A text as it is kept for later readers: {"en": …, "zh": …}."""
    said = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            said[code[:2]] = str(text)
    return said


def pick(kept: dict[str, str] | None) -> str:
    """What `both` kept, in the language of whoever reads it now."""
    kept = kept or {}
    return kept.get((get_language() or "en")[:2]) or kept.get("en", "")


class Problem(Exception):
    """A refusal with a code for programs and sentences, in the reader's language, for people.

    `code` is stable and lower case; `fix` says what to do; `field` names the input to correct;
    `detail` carries whatever a program may want to know besides.
    """

    status: ClassVar[int] = 400
    kind: ClassVar[str] = "problem"

    def __init__(
        self, message: Text, *, code: str = "", fix: Text = "", field: str = "", **detail: Any
    ) -> None:
        super().__init__(code or self.kind)
        self.message = message
        self.code = code or self.kind
        self.fix = fix
        self.field = field
        self.detail = detail

    def __str__(self) -> str:
        gap = "" if str(self.message).endswith(("。", "！", "？")) else " "
        return f"{self.message}{gap}{self.fix}".strip()

    def on(self, field: str) -> "Problem":
        """The same problem, pointing at an input field."""
        self.field = field
        return self


class Denied(Problem):
    """This user may not do this, whatever the input."""

    status = 403
    kind = "denied"


class NotFound(Problem):
    """No such thing, or not for this user: both look the same from outside."""

    status = 404
    kind = "not_found"


class Conflict(Problem):
    """It was done already, or somebody was faster."""

    status = 409
    kind = "conflict"


class Invalid(Problem):
    """The input cannot be read or cannot be true; `field` names it."""

    status = 422
    kind = "invalid"


class Refused(Problem):
    """The input is fine, but law or procedure forbids the act."""

    status = 422
    kind = "refused"


def from_kernel(error: KernelError, field: str = "") -> Invalid:
    """A refusal of the kernel, which knows nothing of Django, in the reader's language."""
    said = lazy(lambda: error.in_language(get_language() or "en"), str)()
    return Invalid(said, code=error.code, field=field)


def words(problem: Problem) -> dict[str, str]:
    """What a problem says, in each language."""
    message, fix = both(problem.message), both(problem.fix)
    return {code: f"{message[code]} {fix[code]}".strip() for code in message}
