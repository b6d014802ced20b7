"""What escalator and notifier run finds its rows by an index, at 100,000 rows.

Plans can be asserted; times cannot. Each statement is explained right before a handler runs it, with
its own parameters and settings, so that a new one is held to the same without being listed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from followup_common.contracts import EscalationKey, EscalationsDelivered, OutboxTick, SweepRequested
from followup_common.messaging import outbox
from followup_common.messaging.handlers import Emitted
from followup_escalator.batches import claim_batch
from followup_escalator.housekeeping import look_after_outbox
from followup_escalator.settings import EscalatorSettings
from followup_escalator.settlement import settle_delivery
from followup_escalator.sweeps import run_sweep
from followup_notifier.escalations import write_inbox
from followup_notifier.settings import NotifierSettings
from pydantic import SecretStr
from sqlalchemy import Connection, create_engine, event, text

from tests.support.servers import Servers

ROWS = 100_000
LARGE = {"follow_ups", "escalation_states", "escalations", "notifications", "activities", "outbox"}
NO_SERVERS = {"database_url": SecretStr("postgresql://unused"), "broker_url": SecretStr("amqp://unused")}
ESCALATOR, NOTIFIER = EscalatorSettings(**NO_SERVERS), NotifierSettings(**NO_SERVERS)  # type: ignore[arg-type]

# A third of the follow-ups is due, a third waits for its time, a third has taken its last step.
FILL = f"""
    INSERT INTO users (email, name, role) VALUES ('ada@example.com', 'Ada', 'admin');
    INSERT INTO users (email, name, manager_id) VALUES ('eve@example.com', 'Eve', 1);
    INSERT INTO follow_ups (title, due_at, assignee_id)
        SELECT 'Call', now() - i * interval '1 minute', 2 FROM generate_series(1, {ROWS}) i;
    UPDATE escalation_states SET wake_at = now() + interval '1 day' WHERE follow_up_id % 3 = 1;
    UPDATE escalation_states SET step = 3, severity = 'breach', wake_at = NULL WHERE follow_up_id % 3 = 2;
    INSERT INTO escalations (follow_up_id, run, step, policy_version_id, severity)
        SELECT id, 2, 1, 1, 'overdue' FROM follow_ups;
    INSERT INTO sweeps (trigger, status, finished_at)
        SELECT 'manual', 'completed', now() FROM generate_series(1, 1000) i;
    INSERT INTO sweeps (trigger) VALUES ('manual');
    INSERT INTO outbox (id, type, source, subject, payload, available_at, handled_at)
        SELECT ('0' || to_hex((extract(epoch FROM now()) * 1000)::bigint) || right(md5(i::text), 20))::uuid,
               'followup.escalations.raised.v1', 't', 'sweeps/' || i / 100, '{{}}', now(),
               CASE WHEN i % 1000 > 0 THEN now() END
        FROM generate_series(1, {ROWS}) i;
    ANALYZE;
"""

PLANNED_FOR_ALL = text("""
    SELECT statement FROM pg_prepared_statements WHERE generic_plans > 0 AND parameter_types <> '{}'
""")


@dataclass
class Plans:
    """Everything that was run, and how PostgreSQL went about it."""

    nodes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def add(self, statement: str, plan: dict[str, Any]) -> None:
        self.nodes.append((statement, plan))
        for child in plan.get("Plans", []):
            self.add(statement, child)

    @property
    def indexes(self) -> set[str]:
        return {node["Index Name"] for _, node in self.nodes if "Index Name" in node}

    @property
    def read_whole(self) -> list[tuple[str, str]]:
        """Large tables that a statement reads from one end to the other, be it along a key."""
        return [
            (node["Relation Name"], statement)
            for statement, node in self.nodes
            if node.get("Relation Name") in LARGE
            and "Index Cond" not in node
            and (node["Node Type"] == "Seq Scan" or node.get("Index Name", "").startswith(("pk_", "uq_")))
        ]


@pytest.fixture(scope="module")
def filled(servers: Servers) -> Iterator[Connection]:
    """One transaction on a company with a history, for all tests of this file; none of it is committed."""
    url = servers.new_database()
    engine = create_engine(url)
    with engine.connect() as connection:
        transaction = connection.begin()
        connection.execute(text(FILL))
        yield connection
        transaction.rollback()
    engine.dispose()
    servers.postgres().drop_database(url)


@contextmanager
def explained(tx: Connection) -> Iterator[Plans]:
    """Explain what is run in this block, and undo it."""
    plans = Plans()

    def explain(connection: Connection, _: Any, statement: str, parameters: Any, __: Any, many: bool) -> None:
        if "SAVEPOINT" in statement:
            return
        cursor = connection.connection.cursor()
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters[0] if many else parameters)
        [(answer,)] = cursor.fetchall()
        plans.add(statement, answer[0]["Plan"])

    with tx.begin_nested() as savepoint:
        event.listen(tx, "before_cursor_execute", explain)
        try:
            yield plans
        finally:
            event.remove(tx, "before_cursor_execute", explain)
            savepoint.rollback()


def sweep(tx: Connection) -> Iterable[Emitted]:
    return run_sweep(SweepRequested(sweep_id=1), tx, ESCALATOR)


def settle(tx: Connection) -> Iterable[Emitted]:
    keys = [EscalationKey(follow_up_id=i, run=2, step=1) for i in range(1, 1_000)]
    answer = EscalationsDelivered(sweep_id=1, delivered=999, notified=1, superseded=tuple(keys))
    return settle_delivery(answer, tx, ESCALATOR)


def look_after(tx: Connection) -> Iterable[Emitted]:
    return look_after_outbox(OutboxTick(), tx, ESCALATOR)


@pytest.mark.parametrize(
    ("work", "indexes"),
    [
        (
            sweep,
            {
                "ix_escalation_states_wake_at",
                "pk_escalation_states",
                "ix_escalations_unroutable",
                "pk_sweeps",
            },
        ),
        (settle, {"pk_escalations", "pk_sweeps"}),
        (look_after, {"ix_outbox_unhandled", "ix_outbox_failed", "pk_outbox"}),
    ],
)
def test_the_escalator_reads_by_index(
    filled: Connection, work: Callable[[Connection], Iterable[Emitted]], indexes: set[str]
) -> None:
    with explained(filled) as plans:
        assert isinstance(list(work(filled)), list)
    assert plans.read_whole == []
    assert plans.indexes >= indexes


@pytest.mark.parametrize("size", [10, 1_000, 10_000])
def test_claiming_and_announcing_a_batch_of_any_size_reads_by_index(filled: Connection, size: int) -> None:
    with explained(filled) as plans:
        batch = claim_batch(filled, 1, size)
        assert len(batch.reached) == size
        list(write_inbox(batch.raised(1), filled, NOTIFIER))
    assert plans.read_whole == []
    assert plans.indexes >= {"ix_escalation_states_wake_at", "pk_escalation_states"}


def test_a_duplicate_is_noticed_by_index(filled: Connection) -> None:
    with explained(filled) as plans:
        [stored] = outbox.store(filled, [SweepRequested(sweep_id=1)], source="t")
        assert [outbox.claim(filled, stored) for _ in range(2)] == [True, False]
    assert plans.read_whole == []
    assert plans.indexes >= {"pk_outbox"}


def test_each_batch_gets_a_plan_for_its_own_size(filled: Connection) -> None:
    """After five executions PostgreSQL would plan for all: for arrays of ten, whatever a batch has."""
    with filled.begin_nested() as savepoint:
        for _ in range(12):
            batch = claim_batch(filled, 1, 10)
            list(write_inbox(batch.raised(1), filled, NOTIFIER))
        assert not filled.execute(PLANNED_FOR_ALL).scalars().all()
        savepoint.rollback()
