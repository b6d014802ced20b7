"""Structured logs: static event names, facts as fields, context bound once per message."""

from __future__ import annotations

import logging
import sys
from io import StringIO
from typing import Literal, TextIO

import structlog

from followup_common.terminal import shown


def configure_logging(
    service: str, *, log_format: Literal["json", "console"] = "json", level: str = "INFO"
) -> None:
    """Send structlog and the standard library's logging to standard error, in one format.

    Args:
        service: bound to every line as `service`.
        log_format: `json` for machines, `console` for people.
        level: the least severe level that is written.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_service(service),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(exception_formatter=_traceback)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info if log_format == "json" else _for_terminals,
            renderer,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It logs, several times and with stacks, what it raises as well; what it raises is logged by us.
    logging.getLogger("pika").setLevel(logging.CRITICAL)


def _for_terminals(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A path or a name that somebody sent is no order to the terminal that shows the log."""
    return {name: shown(value) if isinstance(value, str) else value for name, value in event.items()}


def _traceback(to: TextIO, error: structlog.typing.ExcInfo) -> None:
    """A plain one: the default prints local variables, and with them passwords and tokens."""
    written = StringIO()
    structlog.dev.plain_traceback(written, error)
    to.write(shown(written.getvalue()))


def _add_service(service: str) -> structlog.typing.Processor:
    def add(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["service"] = service
        return event

    return add
