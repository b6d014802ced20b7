"""The memory of services, from /proc; elsewhere than on Linux nothing is known."""

from __future__ import annotations

import re
from pathlib import Path

KIB = 1024
MIB = 1024 * KIB
MEASURABLE = Path("/proc/self/status").exists()


def resident(pid: int) -> int:
    """Bytes that a process holds in memory now."""
    return _status(pid, "VmRSS")


def peak(pid: int) -> int:
    """The most bytes that a process ever held in memory."""
    return _status(pid, "VmHWM")


def _status(pid: int, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found, f"process {pid} has no {name}"
    return int(found[1]) * KIB
