"""What log lines must not show."""

from __future__ import annotations

from typing import Literal

import pytest
import structlog
from followup_common.logging import configure_logging


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
    finally:
        structlog.reset_defaults()
    written = capsys.readouterr().err
    assert "it_failed" in written
    assert "ValueError" in written
    assert "horse battery" not in written


def _fail(password: str) -> None:
    raise ValueError(len(password))
