"""Which channels are configured, and who is told by them without having asked for it."""

from __future__ import annotations

from collections.abc import Sequence

from followup_common.db import Transaction
from sqlalchemy import text

from followup_dispatcher.channels import AnyChannel

SWITCH_ON = text("""
    INSERT INTO channels (name, is_on, everybody) VALUES (:name, true, :everybody)
    ON CONFLICT (name) DO UPDATE SET is_on = true, everybody = EXCLUDED.everybody
    WHERE NOT channels.is_on OR channels.everybody <> EXCLUDED.everybody
""")

SWITCH_OFF = text("""
    UPDATE channels SET is_on = false, problem = NULL, problem_since = NULL
    WHERE is_on AND name <> ALL(CAST(:names AS text[]))
""")

# Those who were there before the channel was. The trigger of `users` adds those who come.
ADD = text("""
    INSERT INTO destinations (user_id, channel, address, by_default, verified_at)
    SELECT u.id, :name, u.email, true, now() FROM users u
    WHERE NOT EXISTS (
        SELECT FROM destinations d WHERE d.user_id = u.id AND d.channel = :name AND d.by_default)
    ON CONFLICT (user_id, channel) WHERE by_default DO NOTHING
""")

NOTE = text("""
    UPDATE channels SET problem = :problem,
        problem_since = CASE WHEN CAST(:problem AS text) IS NOT NULL THEN COALESCE(problem_since, now()) END
    WHERE name = :name AND problem IS DISTINCT FROM CAST(:problem AS text)
""")


def switch(tx: Transaction, channels: Sequence[AnyChannel]) -> None:
    """Say which channels are configured; for the others nothing is planned any more."""
    tx.execute(SWITCH_OFF, {"names": [channel.name for channel in channels]})
    for channel in channels:
        tx.execute(SWITCH_ON, {"name": channel.name, "everybody": channel.everybody})
        add_everybody(tx, channel)


def add_everybody(tx: Transaction, channel: AnyChannel) -> None:
    """Let the address that each person logs in with be a destination, where the channel is for everybody."""
    if channel.everybody:
        tx.execute(ADD, {"name": channel.name})


def note_problem(tx: Transaction, channel: AnyChannel, problem: str | None) -> None:
    """Keep why a channel's server cannot be reached, and since when; None: it can."""
    tx.execute(NOTE, {"name": channel.name, "problem": problem})
