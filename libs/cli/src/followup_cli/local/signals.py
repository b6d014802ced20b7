"""Ending in order on a signal."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):
    """Somebody asked the process to end. Not an Exception: nothing on the way out may swallow it."""


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP into `Stopped`; once one came, further ones are ignored."""
    before = {number: signal.signal(number, _stop) for number in ENDING}
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # else started with nohup
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, _hang_up)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(_: int, __: FrameType | None) -> None:
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def _hang_up(_: int, __: FrameType | None) -> None:
    """The terminal was closed. As SIGTERM, which the API's server handles by itself while it runs."""
    signal.raise_signal(signal.SIGTERM)
