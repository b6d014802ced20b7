"""People and follow-ups in a database, and the questions that tests ask about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from followup_common.contracts import EscalationKey, EscalationsRaised
from followup_common.messaging.handlers import Emitted
from sqlalchemy import Connection, RowMapping, text

_numbers = count(1)


@dataclass
class Company:
    """A small company behind one connection; time is moved by moving due times, never by waiting."""

    tx: Connection

    def person(
        self, name: str, *, role: str = "employee", manager: int | None = None, active: bool = True
    ) -> int:
        """Add a person; returns the id."""
        email = f"{name.lower().replace(' ', '.')}.{next(_numbers)}@example.com"
        statement = text("""
            INSERT INTO users (email, name, role, manager_id, active)
            VALUES (:email, :name, :role, :manager, :active) RETURNING id
        """)
        values = {"email": email, "name": name, "role": role, "manager": manager, "active": active}
        return int(self.tx.execute(statement, values).scalar_one())

    def away(self, user: int, *, since: int = 1, days: int = 7, substitute: int | None = None) -> int:
        """Let somebody be away.

        Args:
            user: who.
            since: how many days ago it began, by their own time zone; negative: it begins in so many.
            days: how many it lasts.
            substitute: who stands in.

        Returns the id of the absence.
        """
        statement = text("""
            INSERT INTO absences (user_id, first_day, last_day, substitute_id)
            SELECT u.id, today - :since, today - :since + :days - 1, :substitute
            FROM users u CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE u.time_zone)::date AS today) t
            WHERE u.id = :user RETURNING id
        """)
        values = {"user": user, "since": since, "days": days, "substitute": substitute}
        return int(self.tx.execute(statement, values).scalar_one())

    def follow_up(self, assignee: int, *, overdue: timedelta, title: str = "Call back") -> int:
        """Add a follow-up that has been overdue for exactly `overdue` at the transaction's now()."""
        statement = text("""
            INSERT INTO follow_ups (title, due_at, assignee_id) VALUES (:title, now() - :overdue, :assignee)
            RETURNING id
        """)
        values = {"title": title, "overdue": overdue, "assignee": assignee}
        return int(self.tx.execute(statement, values).scalar_one())

    def follow_ups(self, assignee: int, number: int, *, overdue: timedelta) -> None:
        """Add many alike."""
        statement = text("""
            INSERT INTO follow_ups (title, due_at, assignee_id)
            SELECT 'Call ' || i, now() - :overdue, :assignee FROM generate_series(1, :number) i
        """)
        self.tx.execute(statement, {"overdue": overdue, "assignee": assignee, "number": number})

    def let_pass(self, time: timedelta) -> None:
        """Move every open follow-up back in time, with its run untouched: as if `time` had passed.

        What an undo would put back moves along.
        """
        self.tx.execute(
            text(
                """
                ALTER TABLE follow_ups DISABLE TRIGGER follow_ups_keep_rules;
                UPDATE follow_ups SET due_at = due_at - :time WHERE is_open;
                UPDATE escalation_states SET anchor_at = anchor_at - :time, wake_at = wake_at - :time
                WHERE is_open;
                UPDATE holds
                SET starts_at = starts_at - :time, until = until - :time, ended_at = ended_at - :time
                WHERE follow_up_id IN (SELECT id FROM follow_ups WHERE is_open);
                UPDATE undoable_changes c SET
                    was = was || jsonb_build_object(
                        'due_at', CAST(was ->> 'due_at' AS timestamptz) - :time),
                    state = state || jsonb_build_object(
                        'anchor_at', CAST(state ->> 'anchor_at' AS timestamptz) - :time,
                        'wake_at', CAST(state ->> 'wake_at' AS timestamptz) - :time)
                FROM follow_ups f WHERE f.id = c.follow_up_id AND f.is_open;
                ALTER TABLE follow_ups ENABLE TRIGGER follow_ups_keep_rules;
            """.replace(":time", f"interval '{time.total_seconds()} seconds'")
            )
        )

    def get(self, follow_up: int) -> RowMapping:
        """A follow-up's row and that of its state, with `now`."""
        statement = text("""
            SELECT s.*, f.*, now() AS now FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id
            WHERE f.id = :id
        """)
        return self.tx.execute(statement, {"id": follow_up}).mappings().one()

    def set(self, follow_up: int, **columns: Any) -> None:
        """Change a follow-up as the API does."""
        changes = ", ".join(f"{name} = :{name}" for name in columns)
        self.tx.execute(text(f"UPDATE follow_ups SET {changes} WHERE id = :id"), {**columns, "id": follow_up})

    def delete(self, follow_up: int) -> None:
        """Delete a follow-up as the API does."""
        self.tx.execute(text("DELETE FROM follow_ups WHERE id = :id"), {"id": follow_up})

    def told(self, follow_up: int) -> list[tuple[int, int]]:
        """Who was told about a follow-up: (step, user id), in order."""
        statement = text("SELECT step, user_id FROM notifications WHERE follow_up_id = :id ORDER BY 1, 2")
        return [(row.step, row.user_id) for row in self.tx.execute(statement, {"id": follow_up})]

    def activities(self, follow_up: int) -> list[RowMapping]:
        """The escalations in a follow-up's activity log, oldest first."""
        statement = text("""
            SELECT * FROM activities WHERE follow_up_id = :id AND kind = 'escalated' ORDER BY id
        """)
        return list(self.tx.execute(statement, {"id": follow_up}).mappings())

    def escalations(self, follow_up: int) -> dict[int, str]:
        """The recorded steps of a follow-up's current run: {step: status}."""
        statement = text("""
            SELECT e.step, e.status FROM escalations e JOIN escalation_states s
            ON s.follow_up_id = e.follow_up_id AND s.run = e.run WHERE s.follow_up_id = :id
        """)
        return {row.step: row.status for row in self.tx.execute(statement, {"id": follow_up})}

    def count(self, table: str) -> int:
        """Rows of a table; of notifications those of follow-ups, and not what sums them up."""
        where = "WHERE follow_up_id IS NOT NULL" if table == "notifications" else ""
        return int(self.tx.execute(text(f"SELECT count(*) FROM {table} {where}")).scalar_one())

    def new_sweep(self, trigger: str = "manual") -> int:
        """Record a sweep, as the API does; returns its id."""
        statement = text("INSERT INTO sweeps (trigger) VALUES (:trigger) RETURNING id")
        return int(self.tx.execute(statement, {"trigger": trigger}).scalar_one())

    def sweep(self, sweep_id: int) -> RowMapping:
        """A sweep's row."""
        return self.tx.execute(text("SELECT * FROM sweeps WHERE id = :id"), {"id": sweep_id}).mappings().one()


def raised(events: Iterable[Emitted]) -> list[EscalationKey]:
    """The escalations among emitted events, flattened."""
    return [key for event in events if isinstance(event, EscalationsRaised) for key in event.escalations]
