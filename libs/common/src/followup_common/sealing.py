"""Secrets of others, sealed before they are kept: a copy of the database tells none of them.

The key is made of `FOLLOWUP_SECRETS_KEY` by HKDF (RFC 5869); what it seals is a Fernet token.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from contextlib import suppress

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"followup: secrets at rest"


class NotSealedWithThis(Exception):
    """What was sealed cannot be opened with the keys at hand."""

    def __init__(self) -> None:
        super().__init__(
            "a secret was sealed with another key: set FOLLOWUP_SECRETS_KEY or FOLLOWUP_SECRETS_KEY_PREVIOUS "
            "to the key that it was sealed with"
        )


class Seal:
    """Seals secrets and opens them.

    Args:
        key: what `FOLLOWUP_SECRETS_KEY` says; new secrets are sealed with it.
        previous: the key before, whose secrets are opened as well.
    """

    def __init__(self, key: str, previous: str | None = None) -> None:
        self.changes_over = previous is not None
        """Whether a key before opens as well."""
        self._present = _fernet(key)
        self._keys = MultiFernet([self._present, *([_fernet(previous)] if previous else ())])

    def sealed(self, secret: str) -> bytes:
        """A secret as it is kept."""
        return self._keys.encrypt(secret.encode())

    def opened(self, kept: bytes) -> str:
        """The secret that is kept.

        Raises:
            NotSealedWithThis: another key is needed.
        """
        try:
            return self._keys.decrypt(kept).decode()
        except InvalidToken:
            raise NotSealedWithThis from None

    def opens(self, kept: bytes) -> bool:
        """Whether one of the keys opens it."""
        try:
            self._keys.decrypt(kept)
        except InvalidToken:
            return False
        return True

    def sealed_again(self, kept: bytes) -> bytes | None:
        """The secret sealed with the present key; None: it is, or the keys at hand do not open it."""
        try:
            self._present.decrypt(kept)
        except InvalidToken:
            with suppress(InvalidToken):
                return self._keys.rotate(kept)
        return None


def _fernet(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
    return Fernet(urlsafe_b64encode(derived))
