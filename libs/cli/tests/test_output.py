"""What the command prints: readable in a narrow terminal, and no order to it."""

from __future__ import annotations

from typing import Any

import pytest
from followup_cli import dead_letters, deleted
from followup_cli.local.demo.company import people
from followup_cli.local.demo.log_ins import show_log_ins
from followup_cli.local.demo.passwords import random_password
from followup_cli.local.demo.seed import DemoState
from followup_cli.output import console, say

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


@pytest.mark.parametrize("columns", ["80", None])
def test_passwords_that_are_shown_once_are_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: str | None
) -> None:
    """In a narrow terminal, and in a container's log, which has no width."""
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns:
        monkeypatch.setenv("COLUMNS", columns)
    passwords = {person.email: random_password() for person in people() if person.active}
    show_log_ins(DemoState(present=True, passwords=passwords), console())
    lines = capsys.readouterr().out.splitlines()
    for email, password in passwords.items():
        assert any(email in line and password in line for line in lines)


def test_no_table_is_cut_on_its_way_to_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    keys = ("last_failed_at", "id", "type", "subject", "attempts", "reason")
    entry = {key: f"{key} {'x' * 60} end" for key in keys}
    dead_letters._show([entry])
    printed = capsys.readouterr().out
    for text in entry.values():
        assert text in printed
