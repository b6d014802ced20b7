"""`make serve`: what dies comes back and nothing else ends; each instance has a port of its own."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]  # it has no types
import pytest

from tests.support.ports import free_port
from tests.support.processes import Process
from tests.support.system import System, ask
from tests.support.waiting import eventually

BIN = Path(sys.executable).parent
NAMES = ("api", "scheduler", "escalator", "notifier", "dispatcher")


class Served:
    """What honcho runs of our Procfile, with two escalators."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.first_port = free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FOLLOWUP_")}
        self.honcho = Process(
            [str(BIN / "honcho"), "start", "--port", str(self.first_port), "--concurrency", "escalator=2"],
            folder / "serve.log",
            {**kept, "PATH": f"{BIN}:{kept['PATH']}", "PYTHONUNBUFFERED": "1", **settings},
        )

    def port(self, name: str, instance: int = 0) -> int:
        return self.first_port + 100 * NAMES.index(name) + instance

    def ready(self, name: str, instance: int = 0) -> bool:
        address = f"http://127.0.0.1:{self.port(name, instance)}/readyz"
        return httpx.get(address, timeout=10, trust_env=False).status_code == 200

    def all_ready(self) -> bool:
        return all(self.ready(name) for name in NAMES) and self.ready("escalator", 1)

    def on_port(self, port: int) -> psutil.Process:
        """The process that listens on a port, which no other machine reaches."""
        (socket,) = (
            one
            for one in psutil.net_connections("tcp")
            if one.laddr.port == port and one.status == psutil.CONN_LISTEN
        )
        assert socket.laddr.ip == "127.0.0.1"
        return psutil.Process(socket.pid)


@pytest.fixture
def served(tmp_path: Path, database_url: str, broker_url: str) -> Iterator[Served]:
    served = Served(tmp_path, FOLLOWUP_DATABASE_URL=database_url, FOLLOWUP_BROKER_URL=broker_url)
    served.honcho.start()
    yield served
    started = psutil.Process(served.honcho.pid).children(recursive=True) if served.honcho.running else []
    served.honcho.terminate(timeout=60)
    psutil.wait_procs(started, timeout=40)
    for left in [process for process in started if process.is_running()]:
        left.kill()


def test_what_dies_comes_back_and_nothing_else_ends(served: Served) -> None:
    served.honcho.wait_until(served.all_ready, 60, what="all five are ready")
    for deaths, victim in enumerate((served.port("escalator", 1), served.port("scheduler")), start=1):
        ports = {served.port(each): served.on_port(served.port(each)).pid for each in NAMES}
        pid = served.on_port(victim).pid
        ports.pop(victim, None)
        os.killpg(os.getpgid(pid), signal.SIGKILL)  # with its worker processes
        served.honcho.wait_until(served.all_ready, 60, what="it is back")
        assert served.on_port(victim).pid != pid
        assert {port: served.on_port(port).pid for port in ports} == ports
        assert served.honcho.output.count("starts again in 0.5 s") == deaths


def test_a_service_with_wrong_settings_ends_all_with_what_is_wrong(
    tmp_path: Path, database_url: str, broker_url: str
) -> None:
    settings = {"FOLLOWUP_DATABASE_URL": database_url, "FOLLOWUP_BROKER_URL": broker_url}
    served = Served(tmp_path, FOLLOWUP_SWEEP_CRON="often", **settings)
    served.honcho.start()
    eventually(lambda: not served.honcho.running, 60, what="it ends")
    assert served.honcho.returncode == 2
    assert "FOLLOWUP_SWEEP_CRON is wrong" in served.honcho.output
    assert "starts again" not in served.honcho.output


def test_a_second_instance_whose_port_is_taken_says_so(system: System, tmp_path: Path) -> None:
    settings = {"FOLLOWUP_HEALTH_PORT": str(free_port())}
    first = system.start_another("escalator", **settings)
    first.wait_until(lambda: ask(first, "/healthz").status_code == 200, what="the first is up")
    second = system.start_another("escalator", folder=tmp_path / "second", **settings)
    second.wait_until(lambda: "health_port_not_served" in second.output, what="it says so")
    assert "Set FOLLOWUP_HEALTH_PORT to a free port" in second.output
    assert "health_port_not_served" not in first.output
