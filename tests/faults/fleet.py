"""The services of a round as processes, and the supervisor that starts again what ended."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.faults.switches import Switches
from tests.support.processes import Process, service

LOOK_SECONDS = 0.2
GRACE_SECONDS = 12
CONSUMERS = ("escalator", "notifier")
API = "api"
DISPATCHER = "dispatcher"


class Fleet:
    """Processes by name, such as `escalator`, each with its switches.

    Args:
        folder: for logs and switches.
        environments: the settings of each service, by its name in the fleet; `scheduler-2` is
            another scheduler.
    """

    def __init__(self, folder: Path, environments: Mapping[str, Mapping[str, str]]) -> None:
        self.switches: dict[str, Switches] = {}
        self.exits: Counter[str] = Counter()
        self._processes: dict[str, Process] = {}
        self._held: set[str] = set()
        self._locks: dict[str, threading.Lock] = {}
        self._stopping = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor", daemon=True)
        for name, environment in environments.items():
            self._add(name, environment, folder)

    def start(self, *, without: frozenset[str] = frozenset()) -> None:
        """Start all but some, and keep them running."""
        self._held |= without
        self._supervisor.start()

    def stop(self) -> None:
        """End everything."""
        self._stopping.set()
        self._supervisor.join(30)
        for process in self._processes.values():
            process.kill()

    def let_run(self, name: str) -> None:
        """Start a service that `start` left out."""
        self._held.discard(name)

    def hold(self, name: str) -> None:
        """End a service for good."""
        with self._locks[name]:
            self._held.add(name)
            self._processes[name].kill()

    def pid(self, name: str) -> int | None:
        """The id of a service's first process."""
        return self._processes[name].pid

    def address(self, name: str) -> str:
        """Where a service serves HTTP; the same after a restart."""
        return f"http://127.0.0.1:{self._processes[name].environment['FOLLOWUP_PORT']}"

    def workers(self, name: str) -> list[int]:
        """The ids of a service's worker processes (Linux; elsewhere none is found)."""
        children = Path(f"/proc/{self.pid(name)}/task/{self.pid(name)}/children")
        with suppress(OSError):
            return [int(child) for child in children.read_text().split()]
        return []

    def kill(self, name: str) -> None:
        """Kill -9 of all processes of a service."""
        with self._locks[name]:
            self._processes[name].kill()

    def terminate(self, name: str) -> None:
        """SIGTERM; what has not ended after a while gets kill -9, as deployments do."""
        with self._locks[name], suppress(AssertionError):
            self._processes[name].terminate(GRACE_SECONDS)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to all processes of a service."""
        if pid := self.pid(name):
            with suppress(ProcessLookupError):
                os.killpg(pid, number)

    def restart_with(self, name: str, **environment: str) -> None:
        """Kill a service, and let it live on with other settings."""
        with self._locks[name]:
            self._processes[name].kill()
            self._processes[name].environment.update(environment)

    def _add(self, name: str, environment: Mapping[str, str], folder: Path) -> None:
        switches = folder / f"{name}.switches"
        switches.mkdir(parents=True)
        self.switches[name] = Switches(switches)
        self._locks[name] = threading.Lock()
        process = service(name, {**environment, "FAULTS_FOLDER": str(switches)}, folder)
        process.command = [sys.executable, "-m", "tests.faults.service", name.partition("-")[0]]
        self._processes[name] = process

    def _supervise(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            for name in self._processes:
                if self._locks[name].acquire(blocking=False):
                    try:
                        if name not in self._held:
                            self._keep_running(name)
                    finally:
                        self._locks[name].release()

    def _keep_running(self, name: str) -> None:
        process = self._processes[name]
        if process.running:
            return
        if process.returncode not in (None, 0, -signal.SIGKILL):
            self.exits[f"{name}: {process.returncode}"] += 1
        process.kill()  # its children, if it died alone
        process.start()
