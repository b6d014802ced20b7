"""Whether Slack has sent a request: https://docs.slack.dev/authentication/verifying-requests-from-slack."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pydantic import SecretStr

VERSION = "v0"
MOST_AGE = timedelta(minutes=5)
"""Of a signature: what somebody has overheard is of no use later."""
TIMESTAMP = re.compile(r"[0-9]{1,11}")


class Fault(StrEnum):
    """Why Slack has not sent a request like this, or not now."""

    WRONG = "signature"
    OLD = "timestamp"


def fault(secret: SecretStr, headers: Mapping[str, str], body: bytes, now: datetime) -> Fault | None:
    """What is wrong with the signature of a request; None: Slack has sent it, lately.

    Args:
        secret: the signing secret of the app.
        headers: of the request, whatever their case.
        body: as it came.
        now: when (aware).
    """
    said = headers.get("x-slack-request-timestamp", "")
    given = headers.get("x-slack-signature", "").encode("latin-1", "replace")
    if not TIMESTAMP.fullmatch(said):
        return Fault.WRONG
    signed = f"{VERSION}:{said}:".encode() + body
    digest = hmac.new(secret.get_secret_value().encode(), signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given, f"{VERSION}={digest}".encode()):
        return Fault.WRONG
    age = now - datetime.fromtimestamp(int(said), UTC)
    return Fault.OLD if abs(age) > MOST_AGE else None
