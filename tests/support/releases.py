"""The release before this one, to run beside it."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from tests.support.processes import REPOSITORY

MIGRATIONS = "libs/common/src/followup_common/db/migrations/versions"
PARTS = ("libs/common", "services/scheduler", "services/escalator", "services/notifier", "services/api")


def previous_release(folder: Path) -> str:
    """Unpack the code before the newest migration; returns the PYTHONPATH under which it runs.

    That is the release against which expanding and contracting has to hold. A clone without the history
    gives the oldest commit that it has.
    """
    archive = _git("archive", "--format=tar", _before_newest_migration(), *PARTS)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return ":".join(str(folder / part / "src") for part in PARTS)


def _before_newest_migration() -> str:
    newest = _git("log", "-1", "--diff-filter=A", "--format=%H", "--", f"{MIGRATIONS}/0*.py").decode().strip()
    known = set(_git("rev-list", "HEAD").decode().split())
    before = _git("rev-parse", f"{newest}^@").decode().split()
    return next((commit for commit in before if commit in known), newest)


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, check=True).stdout
