"""Why a log-in through the provider did not succeed. The log-in page has a sentence for each reason."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """What the log-in page is told, as `/login?problem=...`."""

    OFF = "off"
    AWAY = "away"
    ELSEWHERE = "elsewhere"
    CANCELLED = "cancelled"
    NOT_VALID = "not-valid"
    NO_EMAIL = "no-email"
    UNVERIFIED = "unverified"
    UNKNOWN = "unknown"
    INACTIVE = "inactive"
    TAKEN = "taken"
    NO_ROLE = "no-role"
    LAST_ADMIN = "last-admin"
    NOT_FRESH = "not-fresh"


class LogInFailed(Exception):
    """A log-in through the provider did not succeed.

    Args:
        reason: for the log-in page.
        user_id: the person whom it is about, where that is known.
    """

    def __init__(self, reason: Reason, user_id: int | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.user_id = user_id


class ProviderAway(LogInFailed):
    """The provider does not answer, or not as the protocol says."""

    def __init__(self) -> None:
        super().__init__(Reason.AWAY)


class RefusedByProvider(LogInFailed):
    """The provider does not let the person in, or does not take the code."""

    def __init__(self) -> None:
        super().__init__(Reason.CANCELLED)


class NotProven(LogInFailed):
    """What should prove who somebody is does not.

    Args:
        what: is wrong with it, for tests and debugging.
    """

    def __init__(self, what: str) -> None:
        super().__init__(Reason.NOT_VALID)
        self.what = what
