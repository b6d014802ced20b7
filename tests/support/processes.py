"""Real processes: start one with its own log file, wait for it, end it politely or with kill -9."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.support.ports import free_port
from tests.support.waiting import eventually

T = TypeVar("T")

REPOSITORY = Path(__file__).parents[2]


@dataclass
class Process:
    """A process that may be started, ended and started again.

    Its id is kept in a file, so that another process of the same test run can end it as well
    (the object may be pickled).

    Args:
        command: what to run.
        log: where its output goes; every start appends.
        environment: its whole environment.
        directory: its working directory.
        user: the account to run under, when this process may choose (root); None: the same.
    """

    command: list[str]
    log: Path
    environment: dict[str, str] = field(repr=False)
    directory: Path = REPOSITORY
    user: str | None = None
    _child: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_child": None}

    @property
    def pid(self) -> int | None:
        """Its id, or None before the first start."""
        with suppress(FileNotFoundError, ValueError):
            return int(self._pid_file.read_text())
        return None

    @property
    def _pid_file(self) -> Path:
        return self.log.with_suffix(".pid")

    @property
    def output(self) -> str:
        """All that it has written so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def start(self) -> None:
        """Start it, in a session of its own: a Ctrl-C for the tests does not reach it first."""
        assert not self.running, f"{self.command} runs already"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command,
                cwd=self.directory,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **as_user(self.user),
            )
        self._pid_file.write_text(str(self._child.pid))

    @property
    def running(self) -> bool:
        """Whether it lives."""
        if self._child is not None:
            return self._child.poll() is None
        return self.pid is not None and _lives(self.pid)

    @property
    def returncode(self) -> int | None:
        """Its exit status, for the process that started it; None while it runs."""
        return None if self._child is None else self._child.poll()

    def wait(self, timeout: float = 10) -> int | None:
        """Wait until it has ended by itself and return its exit status."""
        eventually(lambda: not self.running, timeout, what=f"the end of {self.command}")
        return self.returncode

    def wait_until(self, check: Callable[[], T], timeout: float = 90, *, what: str = "") -> T:
        """Wait until `check` is true; fail at once, with the log, if the process ends before."""

        def check_alive() -> T:
            if not self.running:
                raise _Ended
            return check()

        try:
            return eventually(check_alive, timeout, what=what)
        except (AssertionError, _Ended) as error:
            state = "still runs" if self.running else f"ended with status {self.returncode}"
            tail = self.output[-4000:]
            raise AssertionError(f"{what or error}: {self.command} {state}; its log:\n{tail}") from error

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; nothing happens when it has ended."""
        if self.pid is not None and self.running:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self, timeout: float = 10) -> int | None:
        """End it with SIGTERM and return its exit status.

        Raises:
            AssertionError: it did not end within `timeout` seconds; it is killed then.
        """
        self.signal(signal.SIGTERM)
        try:
            return self.wait(timeout)
        finally:
            self.kill()

    def kill(self) -> None:
        """End it and the children of its session with kill -9."""
        if self.pid is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait()
        self._pid_file.unlink(missing_ok=True)


def service(name: str, environment: Mapping[str, str], folder: Path, *arguments: str) -> Process:
    """One of our services as a process, not started yet: `python -m followup_<name>`.

    Args:
        name: `scheduler`, `escalator`, `notifier` or `api`; any module `followup_<name>`.
        environment: its settings (`FOLLOWUP_...`); those of the tests' own environment do not leak in.
            FOLLOWUP_HEALTH_PORT and FOLLOWUP_PORT are free ports unless they are given.
        folder: where its log `<name>.log` goes.
        arguments: command line arguments.
    """
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("FOLLOWUP_")}
    ports = {"FOLLOWUP_HEALTH_PORT": str(free_port()), "FOLLOWUP_PORT": str(free_port())}
    # What a killed service leaves behind goes with the folder.
    ours = {"PYTHONUNBUFFERED": "1", "TMPDIR": str(folder)}
    return Process(
        command=[sys.executable, "-m", f"followup_{name}", *arguments],
        log=folder / f"{name}.log",
        environment={**inherited, **ours, **ports, **environment},
    )


def as_user(user: str | None) -> dict[str, Any]:
    """The arguments of `subprocess` that run a command under another account."""
    if user is None:
        return {}
    account = pwd.getpwnam(user)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _lives(pid: int) -> bool:
    """Whether a process runs; one that its parent has yet to bury does not."""
    with suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    state = _state(pid)
    return bool(state) and not state.startswith("Z")


def _state(pid: int) -> str:
    status = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        with suppress(FileNotFoundError, ProcessLookupError):
            return status.read_text().rpartition(")")[2].strip()
        return ""
    listing = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listing.stdout.strip()


class _Ended(BaseException):
    """Not an Exception, so that it ends the waiting."""
