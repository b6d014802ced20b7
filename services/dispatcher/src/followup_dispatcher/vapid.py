"""Who sends web pushes, as push services know it: a key and its signature (VAPID, RFC 8292)."""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Self

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY_BYTES = 32
LIFE = timedelta(hours=12)
"""How long a signature holds; a push service takes none that holds for more than a day."""


class WrongKey(ValueError):
    """It is no key; the message says what one is, to put after the name of the setting."""

    def __init__(self) -> None:
        super().__init__("is no key: give it 32 random bytes in base64, as openssl rand -base64 32 does")


class Vapid:
    """The key that pushes are signed with.

    Args:
        key: its private part.
        contact: a `mailto:` or `https:` address at which a push service reaches an operator, if there is one.
    """

    def __init__(self, key: EllipticCurvePrivateKey, contact: str | None) -> None:
        self._key = key
        self._contact = contact
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = encoded(point)

    @classmethod
    def of(cls, secret: str, contact: str | None) -> Self:
        """Read what `FOLLOWUP_VAPID_PRIVATE_KEY` says.

        Raises:
            WrongKey: it is something else.
        """
        try:
            number = decoded(secret)
            if len(number) != KEY_BYTES:
                raise WrongKey
            return cls(derive_private_key(int.from_bytes(number), SECP256R1()), contact)
        except ValueError:
            raise WrongKey from None

    def headers(self, origin: str, now: datetime) -> Mapping[str, str]:
        """What a push service checks.

        Args:
            origin: of the push service; nothing signed for it is of use for another.
            now: when it is signed.
        """
        claims: dict[str, object] = {"aud": origin, "exp": int((now + LIFE).timestamp())}
        if self._contact is not None:
            claims["sub"] = self._contact
        token = jwt.encode(claims, self._key, algorithm="ES256")
        return {"authorization": f"vapid t={token}, k={self.public_key}"}


def decoded(text: str) -> bytes:
    """What base64 says, in either alphabet and with or without its padding.

    Raises:
        ValueError: it is none.
    """
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    return b64decode(plain + "=" * (-len(plain) % 4), validate=True)


def encoded(value: bytes) -> str:
    """As base64url without padding."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()
