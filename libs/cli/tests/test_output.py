"""What the command prints: readable in a narrow terminal, and no order to it."""

from __future__ import annotations

from typing import Any

import pytest
from followup_cli import deleted
from followup_cli.output import say

ORDERS = "Call \x1b]0;owned\x07\x1b[2J\x9b31m"
ENTRY: dict[str, Any] = {
    "id": 1204,
    "title": f"{ORDERS} Acme about the renewal of their contract",
    "assignee": {"name": "Amir Patel-Rodríguez"},
    "deleted_by": {"name": "Dana Reyes"},
    "deleted_at": "2026-03-02T09:00:00.123456Z",
    "kept_until": "2026-04-01T09:00:00.123456Z",
}


def test_what_was_deleted_can_be_told_and_named_in_80_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    deleted._show([ENTRY, {**ENTRY, "deleted_by": None}])
    printed = capsys.readouterr().out
    for word in ("1204", "Acme", "Amir", "Dana", "2026-03-02", "2026-04-01"):
        assert word in printed
    assert max(map(len, printed.splitlines())) <= 80


def test_a_title_is_no_order_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    deleted._show([ENTRY])
    say(f"Restored “{ORDERS}”.")
    printed = capsys.readouterr()
    for text in (printed.out, printed.err):
        assert "\\x1b]0;" in text.replace("\n", "")
        assert not {"\x1b", "\x07", "\x9b"} & set(text)
