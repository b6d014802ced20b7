"""What log lines must not show."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog
from followup_common.logging import configure_logging


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Other tests of the process keep their logging: what these write to is closed behind each of them."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_shows_no_local_variables(
    log_format: Literal["json", "console"], capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("test", log_format=log_format)
    password = "correct horse " + "battery staple"
    try:
        _fail(password)
    except ValueError:
        structlog.get_logger().exception("it_failed")
    written = capsys.readouterr().err
    assert "it_failed" in written
    assert "ValueError" in written
    assert "horse battery" not in written


def _fail(password: str) -> None:
    raise ValueError(len(password))


ORDERS = "/\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_what_somebody_sends_is_no_order_to_a_terminal(
    log_format: Literal["json", "console"], capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("test", log_format=log_format)
    try:
        structlog.get_logger().warning("request_failed", path=ORDERS)
        int(ORDERS)
    except ValueError:
        structlog.get_logger().exception("it_failed")
    written = capsys.readouterr().err
    assert "owned" in written
    for order in ("\x1b]", "\x07", "\x9b", "\u202e"):
        assert order not in written
