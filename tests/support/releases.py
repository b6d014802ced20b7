"""The release before this one, to run beside it."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from tests.support.processes import REPOSITORY

MIGRATIONS = "libs/common/src/followup_common/db/migrations"
FIRST = "0001_first.py"
PARTS = ("libs/common", "services/scheduler", "services/escalator", "services/notifier", "services/api")


def previous_release(folder: Path) -> str:
    """Unpack the code of the release before this one; returns the PYTHONPATH under which it runs.

    That is the code before the newest migration, against which expanding and contracting has to hold. As long
    as the first migration is the only one, it is the newest older commit with that very migration: what runs
    anywhere has the same schema, and events and answers have to be understood on both sides. Where the last
    commit has changed the first migration, nothing older can run, and it is that commit itself. A clone
    without the history gives the oldest commit that it has.
    """
    archive = _git("archive", "--format=tar", _previous(), *PARTS)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return ":".join(str(folder / part / "src") for part in PARTS)


def _previous() -> str:
    known = _git("rev-list", "HEAD").decode().split()
    added = _git("log", "-1", "--diff-filter=A", "--format=%H", "--", f"{MIGRATIONS}/versions/0*.py")
    newest = added.decode().strip()
    if _has_one_migration():
        head, *older = known
        return older[0] if older and _schema(older[0]) == _schema(head) else head
    before = _git("rev-parse", f"{newest}^@").decode().split()
    return next((commit for commit in before if commit in known), newest)


def _has_one_migration() -> bool:
    names = _git("ls-tree", "--name-only", "HEAD", f"{MIGRATIONS}/versions/").decode().split()
    return [name for name in names if "/0" in name] == [f"{MIGRATIONS}/versions/{FIRST}"]


def _schema(commit: str) -> bytes:
    """What the migrations of a commit are."""
    return _git("rev-parse", f"{commit}:{MIGRATIONS}")


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, check=True).stdout
