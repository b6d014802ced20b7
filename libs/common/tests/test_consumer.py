"""What surrounds a handler: the log's context, old ticks, and retries that cannot be put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from typing import Any, NoReturn

import dramatiq
import pytest
import structlog
from followup_common.contracts import Envelope, Event, OutboxTick, SweepRequested, SweepTick, wrap
from followup_common.db import Database
from followup_common.messaging import in_process_broker, outbox, proof
from followup_common.messaging.broker import DeadLettered, SafeRetries, message_of
from followup_common.messaging.consumer import Consumer
from followup_common.messaging.handlers import handles
from followup_common.settings import WorkerSettings
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

Consume = Callable[..., Consumer]


@pytest.fixture
def consume(database_url: str) -> Iterator[Consume]:
    """A consumer whose handler of an event type calls a function."""
    database = Database(database_url)

    def build(event_class: type[Event], function: Callable[[], object], **changes: Any) -> Consumer:
        urls: dict[str, Any] = {
            "database_url": SecretStr(database_url),
            "broker_url": SecretStr("amqp://unused"),
        }
        settings = WorkerSettings(**urls, **changes)

        @handles(event_class)
        def handle(_: Any, __: Any, ___: Any) -> list[Event]:
            function()
            return []

        broker = in_process_broker(settings.retrying)
        consumer = Consumer("escalator", [handle], settings=settings, database=database, broker=broker)
        consumer.handler = handle  # type: ignore[attr-defined]  # only for `deliver`
        return consumer

    yield build
    database.close()


def deliver(consumer: Consumer, envelope: Envelope) -> None:
    consumer.receive(consumer.handler, envelope.model_dump(mode="json"))  # type: ignore[attr-defined]  # by `consume`


def test_what_a_handler_logs_names_its_message_and_what_comes_after_does_not(consume: Consume) -> None:
    seen: list[dict[str, Any]] = []
    consumer = consume(SweepTick, lambda: seen.append(structlog.contextvars.get_contextvars()))
    trace = "0af7651916cd43dd8448eb211c80319c"
    tick = wrap(SweepTick(), source="followup/test", traceparent=f"00-{trace}-b7ad6b7169203331-01")
    deliver(consumer, tick)
    [context] = seen
    assert context["message_id"] == str(tick.id)
    assert context["event_type"] == SweepTick.type
    assert context["correlation_id"] == trace
    assert structlog.contextvars.get_contextvars() == {}


def test_the_context_is_cleared_after_a_failure_as_well(consume: Consume) -> None:
    def fail() -> NoReturn:
        raise RuntimeError

    deliver(consume(SweepTick, fail), wrap(SweepTick(), source="followup/test"))
    assert structlog.contextvars.get_contextvars() == {}


def test_of_ticks_that_piled_up_for_days_one_is_worked_off(consume: Consume) -> None:
    handled: list[None] = []
    consumer = consume(OutboxTick, lambda: handled.append(None))
    tick = wrap(OutboxTick(), source="followup/test")
    old = tick.model_copy(update={"time": tick.time - timedelta(days=2)})
    for _ in range(100):
        deliver(consumer, old)
    assert len(handled) == 1
    deliver(consumer, wrap(OutboxTick(), source="followup/test"))
    deliver(consumer, wrap(OutboxTick(), source="followup/test"))
    assert len(handled) == 3


def test_a_clock_that_is_days_slow_still_brings_a_tick_a_minute(
    consume: Consume, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled: list[None] = []
    consumer = consume(OutboxTick, lambda: handled.append(None))
    tick = wrap(OutboxTick(), source="followup/test")
    for _ in range(3):
        deliver(consumer, tick.model_copy(update={"time": tick.time - timedelta(days=2)}))
        consumer._ticked = {name: at - 50 for name, at in consumer._ticked.items()}  # as if time had passed
    assert len(handled) == 3


def test_a_message_that_cannot_be_put_back_for_a_retry_becomes_a_dead_letter(
    consume: Consume, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dramatiq alone would acknowledge it, and it would be gone."""

    broker = consume(SweepRequested, lambda: None).broker

    def away(*_: object, **__: object) -> NoReturn:
        raise ConnectionError("RabbitMQ is away")

    monkeypatch.setattr(broker, "enqueue", away)
    message: dramatiq.Message[None] = dramatiq.Message("escalator", SweepRequested.type, (), {}, {})
    proxy = dramatiq.MessageProxy(message)
    retries = SafeRetries(max_retries=5, min_backoff=1, max_backoff=1)
    with pytest.raises(ConnectionError):
        retries.after_process_message(broker, proxy, exception=RuntimeError("try again"))
    assert proxy.failed


def test_the_outbox_says_how_long_an_event_has_been_failing(database_url: str) -> None:
    database = Database(database_url)
    with database.transaction() as tx:
        [stored] = outbox.store(tx, [SweepRequested(sweep_id=1)], source="followup/test")
        assert outbox.record_error(tx, stored.id, "first") == outbox.History(0, timedelta(0))
        tx.exec_driver_sql("UPDATE outbox SET first_failed_at = now() - interval '3 hours', attempts = 2")
        assert outbox.record_error(tx, stored.id, "again") == outbox.History(2, timedelta(hours=3))
    database.close()


def away() -> NoReturn:
    raise OperationalError("SELECT 1", {}, RuntimeError("the database is away"))


@pytest.mark.parametrize("retries", [0, 2])
def test_a_handler_is_tried_again_as_often_as_its_settings_say(consume: Consume, retries: int) -> None:
    tries: list[None] = []

    def fail() -> NoReturn:
        tries.append(None)
        away()

    quick: dict[str, Any] = {"handler_backoff_seconds": 0.001, "handler_backoff_max_seconds": 0.001}
    consumer = consume(SweepRequested, fail, handler_retries=retries, **quick)
    with consumer.database.transaction() as tx:
        [event] = outbox.store(tx, [SweepRequested(sweep_id=1)], source="followup/test")
    consumer.broker.enqueue(message_of(event))
    worker = dramatiq.Worker(consumer.broker, worker_timeout=10, worker_threads=1)
    worker.start()
    consumer.broker.join("escalator", timeout=20_000)
    worker.join()
    worker.stop()
    assert len(tries) == retries + 1
    with consumer.database.transaction() as tx:
        left = tx.exec_driver_sql("SELECT error, handled_at, failed_at FROM outbox").one()
    assert left == ("RuntimeError: the database is away", None, None)


@pytest.mark.parametrize(("attempts", "dead"), [(2, False), (3, True)])
def test_an_event_is_given_up_after_as_many_redrives_as_the_settings_say(
    consume: Consume, attempts: int, dead: bool
) -> None:
    consumer = consume(SweepRequested, away, redrive_attempts=3)
    with consumer.database.transaction() as tx:
        [event] = outbox.store(tx, [SweepRequested(sweep_id=1)], source="followup/test")
        tx.exec_driver_sql(f"UPDATE outbox SET attempts = {attempts}")
    with pytest.raises(DeadLettered) if dead else nullcontext():
        deliver(consumer, event)  # which is its last try, for no message says otherwise
    with consumer.database.transaction() as tx:
        assert tx.exec_driver_sql("SELECT failed_at IS NOT NULL FROM outbox").scalar_one() is dead


def test_retries_wait_as_long_as_the_settings_say(consume: Consume) -> None:
    changes: dict[str, Any] = {
        "handler_backoff_seconds": 2.5,
        "handler_backoff_max_seconds": 10,
        "handler_retries": 3,
    }
    broker = consume(SweepRequested, away, **changes).broker
    [retries] = [middleware for middleware in broker.middleware if isinstance(middleware, SafeRetries)]
    assert (retries.max_retries, retries.min_backoff, retries.max_backoff) == (3, 2_500, 10_000)


def test_a_try_whether_rabbitmq_takes_a_message_reaches_no_handler(consume: Consume) -> None:
    handled: list[str] = []
    consumer = consume(SweepTick, lambda: handled.append("it"))
    deliver(consumer, wrap(SweepTick(), source=proof.SOURCE))
    assert handled == []
    deliver(consumer, wrap(SweepTick(), source="followup/scheduler"))
    assert handled == ["it"]


def test_an_event_of_a_newer_release_becomes_a_dead_letter_itself(consume: Consume) -> None:
    """Replayed once the service is upgraded, it is handled; what only quotes it could not be."""
    consumer = consume(SweepRequested, away)
    newer = wrap(SweepRequested(sweep_id=1), source="test").model_copy(
        update={"type": "followup.sweep.requested.v9"}
    )
    with consumer.database.transaction() as tx:
        tx.execute(
            text("INSERT INTO outbox (id, type, source, payload) VALUES (:id, :type, 'test', '{}')"),
            {"id": newer.id, "type": newer.type},
        )
    with pytest.raises(DeadLettered):
        deliver(consumer, newer)
    with consumer.database.transaction() as tx:
        [(type_, error)] = tx.execute(
            text("SELECT type, error FROM outbox WHERE failed_at IS NOT NULL AND handled_at IS NULL")
        ).all()
    assert type_ == newer.type
    assert "version" in error


def test_a_tick_that_fails_is_dropped_and_the_next_one_comes(consume: Consume) -> None:
    def fail() -> NoReturn:
        raise ValueError("broken")

    consumer = consume(SweepTick, fail)
    deliver(consumer, wrap(SweepTick(), source="test"))
    deliver(consumer, wrap(SweepTick(), source="test"))
