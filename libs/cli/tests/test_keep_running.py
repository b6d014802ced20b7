"""What `make serve` runs each service in."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from followup_cli import keep_running
from followup_cli.keep_running import KeepRunning

from tests.support.waiting import eventually


def counting(folder: Path, *, status: int = 1, then: str = "") -> list[str]:
    """A command that notes each start, and ends with a status or goes on with something else."""
    script = f"open({str(folder / 'starts')!r}, 'a').write('x'); {then or f'raise SystemExit({status})'}"
    return [sys.executable, "-c", script]


def starts(folder: Path) -> int:
    return len((folder / "starts").read_text()) if (folder / "starts").exists() else 0


def test_what_ends_is_started_again_after_twice_the_wait_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(keep_running, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(keep_running, "LONGEST_WAIT_SECONDS", 0.04)
    kept = KeepRunning(counting(tmp_path, status=3))
    thread = threading.Thread(target=kept.run)
    thread.start()
    eventually(lambda: starts(tmp_path) >= 5, what="five starts")
    kept.end()
    thread.join(60)
    said = [line for line in capfd.readouterr().err.splitlines() if "starts again" in line]
    assert said[0] == "It ended with status 3, and starts again in 0.01 s."
    assert [line.split()[-2] for line in said[:4]] == ["0.01", "0.02", "0.04", "0.04"]


def test_what_cannot_start_as_it_is_set_is_left_to_somebody(tmp_path: Path) -> None:
    assert KeepRunning(counting(tmp_path, status=keep_running.WRONG_SETTINGS)).run() == 2
    assert starts(tmp_path) == 1


def test_who_is_told_to_end_passes_it_on_and_starts_nothing_more(tmp_path: Path) -> None:
    kept = KeepRunning(counting(tmp_path, then="import time; time.sleep(60)"))
    ended: list[int] = []
    thread = threading.Thread(target=lambda: ended.append(kept.run()))
    thread.start()
    eventually(lambda: starts(tmp_path) == 1, what="its start")
    kept.end()
    thread.join(60)
    assert ended == [-15]
    assert starts(tmp_path) == 1
