"""`python -m followup_cli.keep_running COMMAND ...`: starts it again when it ends, for `make serve`."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
WELL_AFTER_SECONDS = 60.0
"""What ran for this long had started well: the next wait is the first one again."""
WRONG_SETTINGS = 2
"""The exit status of a service that cannot start as it is: somebody has to read what it says."""


class KeepRunning:
    """A command that is started again, each time after twice the wait, until this process is told to end.

    Args:
        command: what to run; it gets a session of its own, and the signal that ends us once.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._told = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None

    def end(self, number: int = signal.SIGTERM, _: FrameType | None = None) -> None:
        """Pass a signal on, and start nothing any more."""
        self._told.set()
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(number)

    def run(self) -> int:
        """Run it until `end`, or until its settings are wrong; returns its last exit status."""
        wait = FIRST_WAIT_SECONDS
        while True:
            started = time.monotonic()
            status = self._run_once()
            if self._told.is_set() or status == WRONG_SETTINGS:
                return status
            if time.monotonic() - started > WELL_AFTER_SECONDS:
                wait = FIRST_WAIT_SECONDS
            print(f"It ended with status {status}, and starts again in {wait:g} s.", file=sys.stderr)
            if self._told.wait(wait):
                return status
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    def _run_once(self) -> int:
        self._child = subprocess.Popen(self._command, start_new_session=True)  # noqa: S603 - as the Procfile says
        if self._told.is_set():  # while it was being started, so that `end` has not seen it
            self._child.terminate()
        return self._child.wait()


def main() -> int:
    """The command line."""
    kept = KeepRunning(sys.argv[1:])
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, kept.end)
    return kept.run()


if __name__ == "__main__":
    sys.exit(main())
