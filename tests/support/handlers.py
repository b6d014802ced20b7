"""Fixtures for tests of handlers: a small company, and handlers run with the rights of their services.

A plugin, as `fixtures.py` is: `tests/promises` and the tests beside the services share it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from followup_common.contracts import EscalationsDelivered, EscalationsRaised, Event, SweepRequested
from followup_common.messaging.handlers import Emitted, Handler
from followup_common.metrics import Measured
from followup_escalator.settings import EscalatorSettings
from followup_escalator.settlement import settle_delivery
from followup_escalator.sweeps import run_sweep
from followup_notifier.escalations import write_inbox
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


def claim(company: Company, run: Run) -> list[Emitted]:
    """One sweep, up to what the escalator emits."""
    return run(run_sweep, SweepRequested(sweep_id=company.new_sweep()))


def announce(run: Run, events: list[Emitted]) -> None:
    """What the notifier and then the escalator do with what was emitted."""
    for event in events:
        if isinstance(event, EscalationsRaised):
            for delivered in run(write_inbox, event):
                assert isinstance(delivered, EscalationsDelivered)
                run(settle_delivery, delivered)


def sweep(company: Company, run: Run) -> None:
    """One sweep, up to what people are told: follow-ups then are where their policy places them."""
    announce(run, claim(company, run))
