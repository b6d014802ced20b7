"""The keys with which the provider signs."""

from __future__ import annotations

import time
from typing import Any

import jwt

RETRY_SECONDS = 5
"""A provider that was away is not asked again before, so that requests do not queue up for it."""


class PublishedKeys(jwt.PyJWKClient):
    """PyJWT's client, which keeps keys for 5 minutes and looks for an unknown one twice a minute at most.

    It does not mind being asked while the provider is away: each caller would wait for a timeout.
    """

    _away_until = 0.0

    def key_of(self, token: str) -> jwt.PyJWK:
        """The key that a token names.

        Raises:
            jwt.PyJWKClientConnectionError: the provider is away.
            jwt.PyJWTError: the token is no JWT, or names no key of the provider's.
        """
        return self.get_signing_key(str(jwt.get_unverified_header(token).get("kid")))

    def fetch_data(self) -> Any:
        """Fetch the keys, unless that has just failed."""
        if time.monotonic() < self._away_until:
            raise jwt.PyJWKClientConnectionError("the keys could not be fetched a moment ago")
        try:
            return super().fetch_data()
        except (jwt.PyJWTError, ValueError) as error:
            self._away_until = time.monotonic() + RETRY_SECONDS
            raise jwt.PyJWKClientConnectionError(str(error)) from None
