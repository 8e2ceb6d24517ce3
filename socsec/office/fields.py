"""Columns that are ciphertext at rest, and the keyed index that finds a row by a hidden number.

Identity numbers, bank accounts and phones are encrypted with AES-256-GCM. The first key of
`FIELD_KEYS` encrypts, every key in the list decrypts, and each ciphertext begins with the short
name of its key, so that `manage.py rotate_keys` finds what an old key still holds. A ciphertext
is bound to nothing but its key, so a statement may copy it from column to column as it is.

Ciphertexts of one number all differ. To find a row, its blind index is stored beside it: an HMAC
under `BLIND_KEY`, which needs the key to compute and tells nothing without it.
"""

import base64
import functools
import hashlib
import hmac
import os
import unicodedata
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from socsec.kernel.ids import mask, mask_bank_card, mask_mobile, mask_resident_id

__all__ = [
    "BlindIndexField",
    "EncryptedBytesField",
    "EncryptedField",
    "Unreadable",
    "blind_index",
    "decrypt",
    "encrypt",
    "is_current",
    "mask",
    "mask_bank_card",
    "mask_mobile",
    "mask_resident_id",
    "rotate",
]

NONCE = 12  # bytes, as NIST SP 800-38D recommends for GCM
NAME = 6  # bytes of a key's name


class Unreadable(Exception):
    """A ciphertext that no configured key opens, or that was changed."""


class Ring:
    """The keys in force: the first encrypts, all decrypt."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        if not keys:
            raise ImproperlyConfigured(
                "FIELD_KEYS is empty: set it to one or more base64 keys of 32 bytes, newest first"
            )
        raw = [base64.b64decode(key, altchars=b"-_", validate=True) for key in keys]
        if any(len(key) != 32 for key in raw):
            raise ImproperlyConfigured("each of FIELD_KEYS must be 32 bytes in base64")
        self.ciphers = {hashlib.sha256(key).digest()[:NAME]: AESGCM(key) for key in raw}
        self.current = next(iter(self.ciphers))

    def encrypt(self, plain: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return self.current + nonce + self.ciphers[self.current].encrypt(nonce, plain, None)

    def decrypt(self, sealed: bytes) -> bytes:
        cipher = self.ciphers.get(sealed[:NAME])
        if cipher is None:
            raise Unreadable("encrypted with a key that FIELD_KEYS does not hold")
        try:
            return cipher.decrypt(sealed[NAME : NAME + NONCE], sealed[NAME + NONCE :], None)
        except (InvalidTag, ValueError) as error:
            raise Unreadable("the ciphertext was changed") from error


@functools.lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> Ring:
    return Ring(keys)


def ring() -> Ring:
    """The keys of the settings. Asked for each time, so that tests may change them."""
    return _ring(tuple(settings.FIELD_KEYS))


def encrypt(plain: str) -> str:
    """Ciphertext of a text, as the column holds it: base64 of key name, nonce, sealed text."""
    return base64.b64encode(ring().encrypt(plain.encode())).decode()


def decrypt(sealed: str) -> str:
    """The text behind a ciphertext, or `Unreadable`."""
    try:
        raw = base64.b64decode(sealed, validate=True)
    except ValueError as error:
        raise Unreadable("not a ciphertext") from error
    return ring().decrypt(raw).decode()


def current_prefix() -> str:
    """What every text encrypted with the first key begins with: a key's name is whole in base64."""
    return base64.b64encode(ring().current).decode()


def is_current(sealed: str) -> bool:
    return sealed.startswith(current_prefix())


def rotate(sealed: str) -> str:
    """The same text under the first key."""
    return sealed if is_current(sealed) else encrypt(decrypt(sealed))


def blind_index(value: str, purpose: str) -> str:
    """A keyed fingerprint of 22 letters; the same for the same value and purpose, and only then.

    `purpose` keeps columns apart ("resident_id", "bank_account", "mobile"): a phone and an
    account of the same digits have nothing in common. Full width and spaces are tidied away.
    """
    if not settings.BLIND_KEY:
        raise ImproperlyConfigured("BLIND_KEY is empty: set it to a long random text")
    tidy = "".join(unicodedata.normalize("NFKC", value).split()).upper()
    digest = hmac.new(settings.BLIND_KEY.encode(), f"{purpose}:{tidy}".encode(), hashlib.sha256)
    # 128 bits: among 1.4 billion numbers, two alike are a chance of 3 in 10^21.
    return base64.urlsafe_b64encode(digest.digest()[:16]).decode().rstrip("=")


class EncryptedField(models.TextField):
    """A text that the database holds only as ciphertext, and that Python reads as plain text.

    It cannot be searched, only asked whether it is NULL: give the model a `BlindIndexField` for
    that. An empty text stays empty. `Model.objects.values_list` decrypts too; raw SQL does not.
    """

    def get_prep_value(self, value: Any) -> str | None:
        value = super().get_prep_value(value)
        return encrypt(value) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> Any:
        return None


class EncryptedBytesField(models.BinaryField):
    """The same for a file."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = ring().encrypt(bytes(value)) if value else value
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        return ring().decrypt(bytes(value)) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


class BlindIndexField(models.CharField):
    """The blind index of another field of the same row, written whenever the row is saved.

    `source` names the `EncryptedField`, `purpose` the sort of number. Find a row by
    `Model.objects.filter(phone_index=blind_index(phone, "mobile"))`. An empty source gives NULL,
    so that a unique index leaves those rows alone.
    """

    def __init__(self, *args: Any, source: str = "", purpose: str = "", **kwargs: Any) -> None:
        self.source = source
        self.purpose = purpose
        kwargs["max_length"] = 22
        kwargs["null"] = True
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "null", "editable"):
            kwargs.pop(fixed, None)
        if self.source:
            kwargs["source"] = self.source
        if self.purpose:
            kwargs["purpose"] = self.purpose
        return name, path, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        if not self.source:
            return super().pre_save(model_instance, add)
        plain = getattr(model_instance, self.source)
        value = blind_index(plain, self.purpose) if plain else None
        setattr(model_instance, self.attname, value)
        return value
