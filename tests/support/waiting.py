"""Wait for a condition with a deadline, never for a length of time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(check: Callable[[], T], timeout: float = 60, *, interval: float = 0.05, what: str = "") -> T:
    """Call `check` until its answer is true, and return that answer.

    An exception of `check` counts as "not yet"; the last one becomes the cause of the failure.

    Args:
        check: cheap and without side effects; called at least once.
        timeout: seconds from now to the deadline: long, for busy machines; an early answer costs nothing.
        interval: seconds between two calls.
        what: what is waited for, for the failure message.

    Raises:
        AssertionError: the deadline passed.
    """
    deadline = time.monotonic() + timeout
    while True:
        answer, error = _try(check)
        if answer:
            return answer
        if time.monotonic() > deadline:
            last = f"last error: {error!r}" if error else f"last answer: {answer!r}"
            raise AssertionError(f"not within {timeout} s: {what or check!r}; {last}") from error
        time.sleep(interval)


def _try(check: Callable[[], T]) -> tuple[T | None, Exception | None]:
    try:
        return check(), None
    except Exception as error:  # noqa: BLE001 - "not ready" has as many forms as there are clients
        return None, error
