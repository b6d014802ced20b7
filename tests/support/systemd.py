"""systemd's own check of our units: `python -m tests.support.systemd`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.packages import CannotInstall, apt_install
from tests.support.processes import REPOSITORY

UNITS = REPOSITORY / "deploy/systemd"
PYTHON = "/opt/followup/bin/python"
MOST_EXPOSED = 15
"""Of 100 on systemd's scale; most services of a fresh system have about 90."""
HOW_TO_INSTALL = """\
The units are checked with systemd-analyze, and it was not found.
  - Debian, Ubuntu:  apt-get install systemd"""


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze, which needs no systemd that runs.

    Raises:
        RuntimeError: it is not there, with what to install.
    """
    if shutil.which("systemd-analyze") is None:
        try:
            apt_install("systemd")
        except CannotInstall as error:
            raise RuntimeError(f"{error}\n{HOW_TO_INSTALL}") from error
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def problems(units: Path = UNITS) -> list[str]:
    """What systemd says about units: syntax, unknown settings, programs, and how exposed a service is."""
    with tempfile.TemporaryDirectory() as folder:
        instances = list(_instances(units, Path(folder)))
        verified = analyze("verify", *map(str, instances))
        found = verified.stderr.splitlines()
        for unit in instances:
            if unit.suffix == ".service":
                looked = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(unit))
                found += [] if looked.returncode == 0 else [looked.stdout.strip().splitlines()[-1]]
    return found


def _instances(units: Path, folder: Path) -> list[Path]:
    """The units with a Python that is there; a template also as its instance 0."""
    made = []
    for unit in units.iterdir():
        text = unit.read_text(encoding="utf-8").replace(PYTHON, sys.executable)
        for name in {unit.name, unit.name.replace("@.", "@0.")}:
            (folder / name).write_text(text, encoding="utf-8")
        made.append(folder / unit.name.replace("@.", "@0."))
    return made


if __name__ == "__main__":
    said = problems()
    print("\n".join(said) or f"{len(list(UNITS.iterdir()))} systemd units, 0 problems")
    sys.exit(1 if said else 0)
