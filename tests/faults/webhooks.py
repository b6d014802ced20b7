"""What went to webhooks, against what their receivers have: nothing is lost, only what nobody knows is
repeated, and nothing begins while one is paused or off."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from followup_common.db import Database, Transaction
from followup_common.sealing import Seal
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tests.faults.hooks import KEY, LEAVING, SECRET, Hook, Hooks

Failures = Iterator[tuple[str, int, str]]
"""(kind of failure, how many, what)"""

TYPES = ["escalation.announced", "follow_up.completed"]

# When each attempt was begun, and each webhook switched, is the commit of its row.
CREATE = """
CREATE TABLE public.fault_calls (
    delivery_id uuid NOT NULL,
    number integer NOT NULL,
    webhook_id bigint NOT NULL,
    PRIMARY KEY (delivery_id, number)
);
CREATE TABLE public.fault_switches (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, webhook_id bigint NOT NULL, state text NOT NULL
);
CREATE FUNCTION fault_journal_of_calls() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO public.fault_calls SELECT d.id, NEW.number, d.webhook_id FROM public.deliveries d
    WHERE d.id = NEW.delivery_id AND d.webhook_id IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER fault_journal_of_calls AFTER INSERT ON delivery_attempts
    FOR EACH ROW EXECUTE FUNCTION fault_journal_of_calls();
CREATE FUNCTION fault_journal_of_webhooks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO public.fault_switches (webhook_id, state) VALUES (NEW.id, NEW.state);
    RETURN NULL;
END $$;
CREATE TRIGGER fault_journal_of_webhooks AFTER INSERT OR UPDATE OF state ON webhooks
    FOR EACH ROW EXECUTE FUNCTION fault_journal_of_webhooks();
"""

LISTEN = text(
    "INSERT INTO webhooks (url, event_types, owner_id, secret) VALUES (:url, :types, :owner, :secret)"
)

# What waits for its next try is tried at once, and what has rested goes on; see `deliveries.HASTEN`. No wait
# of the schedule is longer; what a clock that was days ahead has written is left to the dispatcher.
HASTEN = (
    text("""
        UPDATE deliveries d SET next_at = now()
        WHERE webhook_id IS NOT NULL AND ended_at IS NULL AND next_at > now()
            AND next_at < now() + interval '28 hours'
            AND (state <> 'sending' OR EXISTS (
                SELECT FROM fault_calls a WHERE a.delivery_id = d.id AND a.number = d.attempts
                    AND pg_xact_commit_timestamp(a.xmin) < pg_catalog.now() - interval '20 seconds'))
    """),
    text("""
        UPDATE webhooks w SET free_at = now()
        WHERE free_at > now() AND free_at < now() + interval '28 hours' AND NOT EXISTS (
            SELECT FROM deliveries d WHERE d.webhook_id = w.id AND d.state = 'sending' AND d.next_at > now())
    """),
)

SWITCH = text("UPDATE webhooks SET state = :state, off_because = NULL WHERE url LIKE :path")
MOVE = text("UPDATE webhooks SET url = replace(url, :old, :new) WHERE url LIKE :path")

SAID = """
    WITH said AS MATERIALIZED (
        SELECT CAST(f #>> '{activity,id}' AS bigint) AS id FROM webhook_events e
        CROSS JOIN LATERAL jsonb_array_elements(e.data -> 'follow_ups') f
    )
"""
NOT_SAID = text(f"""
    {SAID} SELECT a.id, a.kind FROM activities a
    WHERE webhook_event_type(a.kind, a.details) = ANY(:types)
        AND NOT EXISTS (SELECT FROM said WHERE said.id = a.id)
    ORDER BY a.id
""")
SAID_TWICE = text(f"{SAID} SELECT id, count(*) AS times FROM said GROUP BY id HAVING count(*) > 1")
NOT_PLANNED = text("""
    SELECT e.id, w.url FROM webhook_events e CROSS JOIN webhooks w
    WHERE w.url NOT LIKE :leaving AND e.type = ANY(w.event_types)
        AND NOT EXISTS (SELECT FROM deliveries d WHERE d.event_id = e.id AND d.webhook_id = w.id)
""")
# One that has wanted nothing more is sent nothing more; all others get everything, but for what they refused
# ten times.
GIVEN_UP = text("""
    SELECT d.id, d.state, d.error FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id
    WHERE d.state = 'suppressed' AND w.url NOT LIKE :leaving
        OR d.state = 'failed' AND w.url NOT LIKE :leaving AND d.attempts < 10
""")
ACCOUNTS = text("""
    SELECT d.id, d.event_id, d.state, w.url, count(a.number) FILTER (WHERE a.outcome = 'sent') AS sent,
        count(*) FILTER (WHERE a.outcome = 'unknown') AS unknown
    FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id
    LEFT JOIN delivery_attempts a ON a.delivery_id = d.id
    GROUP BY d.id, d.event_id, d.state, w.url ORDER BY d.id
""")
CALLED = text("SELECT webhook_id, delivery_id, pg_xact_commit_timestamp(xmin) AS at FROM fault_calls")
SWITCHED = text(
    "SELECT webhook_id, state, pg_xact_commit_timestamp(xmin) AS at FROM fault_switches ORDER BY id"
)


def listen(tx: Transaction, owner_id: int, ports: Mapping[str, int]) -> None:
    """An admin makes the webhooks.

    Args:
        tx: where the database is.
        owner_id: the admin.
        ports: by which the dispatcher reaches each receiver.
    """
    tx.execute(text(CREATE))
    secret = Seal(KEY).sealed(SECRET)
    for name, port in ports.items():
        url = f"http://127.0.0.1:{port}/{name}"
        tx.execute(LISTEN, {"url": url, "types": TYPES, "owner": owner_id, "secret": secret})


def hasten(owner: Database) -> None:
    """Let what waits for its next try be tried now: nobody has hours. Where PostgreSQL is away, a round that
    settles asks again."""
    with suppress(SQLAlchemyError), owner.transaction() as tx:
        hasten_in(tx)


def hasten_in(tx: Transaction) -> None:
    """The same, in a transaction."""
    for statement in HASTEN:
        tx.execute(statement)


def switch(owner: Database, name: str, state: str) -> None:
    """An admin pauses a webhook, or switches it on."""
    with owner.transaction() as tx:
        tx.execute(SWITCH, {"path": _path(name), "state": state})


def move(owner: Database, name: str, old: str, new: str) -> None:
    """An admin changes the URL of a webhook."""
    with owner.transaction() as tx:
        tx.execute(MOVE, {"path": _path(name), "old": old, "new": new})


def behave(owner: Database, hooks: Hooks) -> None:
    """Undo what a fault that failed half-way may have left."""
    hooks.behave()
    for name in hooks.by_name:
        move(owner, name, "https://", "http://")
        switch(owner, name, "on")


def failures(tx: Transaction, hooks: Mapping[str, Hook]) -> Failures:
    """Everything that is wrong with what went to webhooks.

    Args:
        tx: where the database is.
        hooks: the receivers, by their name.
    """
    yield from _planned(tx)
    yield from _arrived(tx, hooks)


def attempts_while_off(tx: Transaction) -> Failures:
    """Attempts that began while their webhook was paused or off; needs the times of commits."""
    return begun_while_off(tx.execute(SWITCHED).tuples(), tx.execute(CALLED).tuples())


def begun_while_off(
    switched: Iterable[tuple[int, str, datetime]], called: Iterable[tuple[int, UUID, datetime]]
) -> Failures:
    """Attempts that began while their webhook was not on.

    Args:
        switched: each webhook, its state, and from when on, in order.
        called: for each attempt its webhook, its delivery, and when it began.
    """
    states: dict[int, list[tuple[datetime, str]]] = {}
    for webhook_id, state, at in switched:
        states.setdefault(webhook_id, []).append((at, state))
    for webhook_id, delivery_id, at in called:
        known = states[webhook_id]
        _, state = known[bisect_right(known, at, key=lambda each: each[0]) - 1]
        if state != "on":
            yield "after_stop", 1, f"an attempt of {delivery_id} began while its webhook was {state}"


def _planned(tx: Transaction) -> Failures:
    leaving = {"leaving": _path(LEAVING)}
    for row in tx.execute(NOT_SAID, {"types": TYPES}):
        yield "lost", 1, f"activity {row.id} ({row.kind}) is in no event"
    for row in tx.execute(SAID_TWICE):
        yield "duplicated", row.times - 1, f"activity {row.id} is in {row.times} events"
    for row in tx.execute(NOT_PLANNED, leaving):
        yield "lost", 1, f"event {row.id} was never to be sent to {row.url}"
    for row in tx.execute(GIVEN_UP, leaving):
        yield "lost", 1, f"delivery {row.id} to a webhook is {row.state}: {row.error}"


def _arrived(tx: Transaction, hooks: Mapping[str, Hook]) -> Failures:
    arrived = {
        (name, id_): times for name, hook in hooks.items() for id_, times in hook.taken.items() if times
    }
    for row in tx.execute(ACCOUNTS):
        number = arrived.pop((urlsplit(row.url).path.strip("/"), str(row.event_id)), 0)
        said = (
            f"delivery {row.id} to {row.url} is {row.state}, was sent {row.sent} and perhaps "
            f"{row.unknown} times, and arrived {number} times"
        )
        if number < row.sent or (row.state == "sent" and not number):
            yield "lost", 1, said
        if number > row.sent + row.unknown or row.sent > 1:
            yield "duplicated", 1, said
    for (name, id_), number in arrived.items():
        yield "duplicated", number, f"nobody has sent event {id_} to {name}"
    for name, hook in hooks.items():
        yield (
            "lost",
            hook.forged,
            f"{name} could not verify {hook.forged} requests, or they said another thing",
        )


def _path(name: str) -> str:
    return f"%/{name}"
