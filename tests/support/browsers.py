"""A browser as those who push to it know it: its keys, and what only it can read (RFC 8291)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class PushedBrowser:
    """A browser that has subscribed.

    Args:
        key: its private key; None: a new one.
        auth: what it shares with those who push.
    """

    def __init__(self, key: EllipticCurvePrivateKey | None = None, auth: bytes = b"sixteen letters.") -> None:
        self._key = key or generate_private_key(SECP256R1())
        self._auth = auth

    @classmethod
    def of(cls, private: str, auth: str) -> PushedBrowser:
        """One with these keys, in base64url."""
        key = derive_private_key(int.from_bytes(decoded(private)), SECP256R1())
        return cls(key, decoded(auth))

    @property
    def keys(self) -> dict[str, str]:
        """As `PushSubscription.toJSON()` has them."""
        return {"p256dh": encoded(_point(self._key.public_key())), "auth": encoded(self._auth)}

    def read(self, body: bytes) -> Any:
        """What a message says that is JSON."""
        return json.loads(self.opened(body))

    def opened(self, body: bytes) -> bytes:
        """What a message says: one record of aes128gcm (RFC 8188)."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        theirs, record = body[21 : 21 + length], body[21 + length :]
        assert len(record) <= size
        secret = self._key.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), theirs))
        info = b"WebPush: info\0" + _point(self._key.public_key()) + theirs
        ikm = _derived(secret, self._auth, info, 32)
        key = _derived(ikm, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(ikm, salt, b"Content-Encoding: nonce\0", 12)
        plain, end, padding = AESGCM(key).decrypt(nonce, record, None).rpartition(b"\x02")
        assert (end, padding.strip(b"\0")) == (b"\x02", b"")
        return plain


def encoded(value: bytes) -> str:
    """As base64url without padding."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """What base64url without padding says."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
