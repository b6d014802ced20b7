"""Packages that tests need: Debian's, installed without starting a service, and our own, built by uv."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LOCK = Path(tempfile.gettempdir()) / "followup-apt.lock"


class CannotInstall(Exception):
    """A package could not be installed here.

    Args:
        package: its name.
        reason: for people to read.
    """

    def __init__(self, package: str, reason: str) -> None:
        super().__init__(f"{package}: {reason}")
        self.package = package


def apt_install(package: str) -> None:
    """Install a Debian package, but do not let it start a service; waits while another test run installs.

    Raises:
        CannotInstall: this is no Debian, we are not root, or apt-get failed.
    """
    apt = shutil.which("apt-get")
    if apt is None or os.getuid() != 0:
        raise CannotInstall(package, "only root can, and only where there is apt-get")
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install(apt, package)


def _install(apt: str, package: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _NoServiceStart():
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", package]):
            command = [apt, "-qq", *arguments]
            finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if finished.returncode != 0:
                raise CannotInstall(package, f"{' '.join(command)}: {finished.stderr}")


class _NoServiceStart:
    """Debian's way to install a server without starting it: a policy that forbids it meanwhile."""

    policy = Path("/usr/sbin/policy-rc.d")

    def __enter__(self) -> None:
        self.ours = not self.policy.exists()
        if self.ours:
            self.policy.write_text("#!/bin/sh\nexit 101\n")
            self.policy.chmod(0o755)

    def __exit__(self, *_: object) -> None:
        if self.ours:
            self.policy.unlink()


def plain_environment() -> dict[str, str]:
    """Without our settings, and without a way for this environment's packages to leak in."""
    leaks = ("FOLLOWUP_", "PYTHON", "VIRTUAL_ENV", "UV_PROJECT")
    return {key: value for key, value in os.environ.items() if not key.startswith(leaks)}


def uv() -> str:
    """The uv that set this environment up."""
    found = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    assert found, "run `make setup`: uv is missing"
    return found
