"""A small company in a transaction of its own, and handlers run as their services' roles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from followup_common.contracts import Event
from followup_common.messaging.handlers import Emitted, Handler
from followup_common.metrics import Measured
from followup_escalator.settings import EscalatorSettings
from followup_notifier.settings import NotifierSettings
from sqlalchemy import Connection, text

from tests.support.company import Company
from tests.support.pipeline import Pipeline

Run = Callable[..., list[Emitted]]


@pytest.fixture
def company(tx: Connection) -> Company:
    return Company(tx)


@contextmanager
def acting_as(tx: Connection, role: str) -> Iterator[None]:
    """Do something with the rights of a service."""
    tx.execute(text(f"SET LOCAL ROLE {role}"))
    yield
    tx.execute(text("RESET ROLE"))


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> EscalatorSettings:
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", "postgresql://unused")
    monkeypatch.setenv("FOLLOWUP_BROKER_URL", "amqp://unused")
    return EscalatorSettings()


@pytest.fixture
def run(tx: Connection, settings: EscalatorSettings) -> Run:
    """Run a handler in the test's transaction, with its service's rights; returns what it emits."""

    def run_handler(handler: Handler[Event, object], event: Event, **changes: object) -> list[Emitted]:
        service = handler.function.__module__.split(".")[0]
        own = settings if service == "followup_escalator" else NotifierSettings()
        with acting_as(tx, service):
            given_back = handler(event, tx, own.model_copy(update=changes))
            return [entry for entry in given_back if not isinstance(entry, Measured)]

    return run_handler


@pytest.fixture
def pipeline(database_url: str) -> Iterator[Pipeline]:
    """Escalator and notifier on a database of the test's own."""
    pipeline = Pipeline(database_url, redrive_after_seconds=0)
    yield pipeline
    pipeline.close()
