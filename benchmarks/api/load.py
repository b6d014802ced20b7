"""Load in a closed loop, by wrk: it takes a small part of what the servers take."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass

from tests.support.packages import apt_install

CONNECTIONS = 8
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass(frozen=True)
class Measured:
    """Requests a second, and the milliseconds within which half and 99 in 100 of them were answered."""

    rate: float
    p50: float
    p99: float


def load(url: str, token: str, seconds: int, script: str = "") -> Measured:
    """Send requests for so long, each of 8 connections the next one when it has its answer.

    Args:
        url: where to.
        token: API token of who asks.
        script: in Lua, of what to send; without it GET.
    """
    if shutil.which("wrk") is None:
        apt_install("wrk")
    options = [
        f"-c{CONNECTIONS}",
        "-t1",
        f"-d{seconds}",
        "--latency",
        "--timeout=30s",
        "-H",
        f"Authorization: Bearer {token}",
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", *options, *(["-s", file.name] if script else []), url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    failed = [line for line in said.splitlines() if "Non-2xx" in line or "Socket errors" in line]
    assert not failed, f"{url}: {failed}"
    rate = _number(r"Requests/sec:\s+([\d.]+)", said)
    if not rate:  # the machine held its breath, or an answer takes longer than that
        return load(url, token, 5 * seconds, script)
    return Measured(rate, _latency("50%", said), _latency("99%", said))


def _number(pattern: str, said: str) -> float:
    found = re.search(pattern, said)
    assert found, said
    return float(found[1])


def _latency(part: str, said: str) -> float:
    found = re.search(rf"{part}\s+([\d.]+)(us|ms|s|m)\b", said)
    assert found, said
    return float(found[1]) * UNITS[found[2]]
