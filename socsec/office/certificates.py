"""The papers that an office answers for, by kind, and how anyone can check one.

A kind is registered by the app that knows what such a paper says. Whatever it says is stored as
facts when it is issued, and drawn from these facts for ever after. Its serial number names it; its
code proves that whoever asks has seen it: a keyed hash of the number and of the digest of the
facts, so that it is written nowhere and no longer fits once either is altered.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .display import chinese
from .pdf import Paper, Proof

Text = str | Promise
Facts = dict[str, Any]

# Crockford's alphabet: no I, L, O, U, which are read as other signs; what is typed for them is read.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_READ = str.maketrans("ILO", "110")
SERIAL = re.compile(r"([A-Z]{2})(\d{4})([0-9A-Z]{8})\Z")
CODE_LENGTH = 10  # 50 bits; only so many tries a minute are answered
MARK_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Issued:
    """A paper as it was issued. `number` is the identity or credit number printed on it.

    `digest` is that of the facts when it was issued, `whole` whether the facts still have it.
    """

    kind: str
    serial: str
    name: str
    number: str
    masked: str
    region: str
    facts: Facts
    digest: str
    whole: bool
    issued_on: date
    valid_until: date | None = None
    revoked_on: date | None = None
    person_id: int | None = None

    @property
    def code(self) -> str:
        """What proves that one has seen the paper: 7KQ4-M2PD-93."""
        code = _code(self.serial, self.digest)
        return f"{code[:4]}-{code[4:8]}-{code[8:]}"

    @property
    def mark(self) -> str:
        """The fingerprint of what the paper says, as it is printed."""
        return self.digest[:MARK_LENGTH].upper()

    @property
    def printed_serial(self) -> str:
        return f"{self.serial[:6]}-{self.serial[6:]}"

    @property
    def url(self) -> str:
        """What the QR code holds: an address that says at once whether the paper is true."""
        code = self.code.replace("-", "")
        return f"{settings.PUBLIC_URL}/verify/?n={self.serial}&c={code}&m={self.mark}"

    @property
    def proof(self) -> Proof:
        page = settings.PUBLIC_URL.partition("://")[2] + "/verify/"
        return Proof(self.url, page, self.printed_serial, self.code)


Write = Callable[[Paper, Issued], None]
Shown = Callable[[Issued], Sequence[tuple[Text, Text]]]


@dataclass(frozen=True, slots=True)
class CertificateKind:
    """A sort of paper.

    `prefix` is two letters that begin its numbers. `write` sets what stands on the paper, between
    its head and its proof; `shown` gives the lines that the public page shows, none of which says
    more than the paper does. `days` is the code of the policy value that says how long it holds,
    "" for one that states a past that does not change. `find` looks a paper up that is not in the
    table of certificates, by its number.
    """

    slug: str
    prefix: str
    label: Text
    write: Write
    shown: Shown
    days: str = ""
    find: Callable[[str], Issued | None] | None = None


_kinds: dict[str, CertificateKind] = {}


def register(*new: CertificateKind) -> None:
    """Called from an app's ready(). Slug and prefix belong to one kind."""
    for kind in new:
        if any(k.prefix == kind.prefix and k.slug != kind.slug for k in _kinds.values()):
            raise ValueError(f"the prefix {kind.prefix} is taken")
        if not re.fullmatch(r"[A-Z]{2}", kind.prefix):
            raise ValueError(f"a prefix is two capital letters, not {kind.prefix!r}")
        _kinds[kind.slug] = kind


def get(slug: str) -> CertificateKind:
    """The kind, or KeyError: a paper of an unknown kind is a mistake of ours."""
    return _kinds[slug]


def by_prefix(prefix: str) -> CertificateKind | None:
    return next((kind for kind in _kinds.values() if kind.prefix == prefix), None)


def choices() -> list[tuple[str, Text]]:
    """Slug and label of each, for filters."""
    return [(kind.slug, kind.label) for kind in _kinds.values()]


def digest(facts: Facts) -> str:
    """The fingerprint of facts: SHA-256 of their JSON in one fixed spelling."""
    said = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def tidy(text: str) -> str:
    """A number or a code as it is compared: capitals, no spaces or strokes, full width read."""
    return "".join(c for c in text.translate(_WIDE).upper() if c.isascii() and c.isalnum())


_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def fits(issued: Issued, code: str) -> bool:
    """Whether this is the code of that paper, in time that tells nothing."""
    typed = tidy(code).translate(_READ)
    return hmac.compare_digest(typed.encode(), _code(issued.serial, issued.digest).encode())


def _code(serial: str, digest: str) -> str:
    return _letters(_keyed("certificate", f"{serial}|{digest}"))[:CODE_LENGTH]


def _keyed(purpose: str, text: str) -> bytes:
    if not settings.BLIND_KEY:
        raise ImproperlyConfigured("BLIND_KEY is empty: set it to a long random text")
    return hmac.new(
        settings.BLIND_KEY.encode(), f"{purpose}:{text}".encode(), hashlib.sha256
    ).digest()


def _letters(raw: bytes) -> str:
    plain = base64.b32encode(raw).decode().rstrip("=")
    return plain.translate(str.maketrans(_BASE32, ALPHABET))


HALF = 20  # bits: numbers up to 2^40 hide in eight letters


def hide(number: int, purpose: str) -> str:
    """A row's number as eight letters that tell nothing of it; `unhide` reads them back."""
    if not 0 <= number < 1 << 2 * HALF:
        raise ValueError("the number does not fit into eight letters")
    left, right = number >> HALF, number & (1 << HALF) - 1
    for turn in range(4):
        left, right = right, left ^ _round(turn, right, purpose)
    hidden = left << HALF | right
    return "".join(ALPHABET[hidden >> 5 * place & 31] for place in range(7, -1, -1))


def unhide(text: str, purpose: str) -> int | None:
    """The number behind eight letters; None if they are no such letters."""
    if len(text) != 8 or any(letter not in ALPHABET for letter in text):
        return None
    hidden = 0
    for letter in text:
        hidden = hidden << 5 | ALPHABET.index(letter)
    left, right = hidden >> HALF, hidden & (1 << HALF) - 1
    for turn in (3, 2, 1, 0):
        left, right = right ^ _round(turn, left, purpose), left
    return left << HALF | right


def _round(turn: int, half: int, purpose: str) -> int:
    raw = _keyed(purpose, f"{turn}:{half}")
    return int.from_bytes(raw[:4]) & (1 << HALF) - 1


def pdf(issued: Issued, language: str) -> bytes:
    """The paper as a PDF: the same bytes whenever it is drawn again in this language."""
    kind = get(issued.kind)
    tongue = "zh" if chinese(language) else "en"
    with translation.override(language):
        paper = Paper(
            title=str(kind.label),
            language=language,
            office=issued.facts["office"][tongue],
            dated=issued.issued_on,
            number=_("No. %(serial)s") % {"serial": issued.printed_serial},
            proof=issued.proof,
        )
        kind.write(paper, issued)
        holds = (
            _("Good until %(day)s.") % {"day": issued.valid_until.isoformat()}
            if issued.valid_until
            else ""
        )
        paper.signed(holds, _("Fingerprint %(mark)s") % {"mark": issued.mark})
        return paper.bytes()
