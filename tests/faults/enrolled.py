"""Sequences: each that goes on has an open follow-up, and each step is made once, in its turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from followup_common.db import Transaction
from sqlalchemy import text

STEPS: tuple[tuple[dict[str, Any], ...], ...] = (
    ({"offset": 0}, {"offset": 2}, {"offset": 5, "waits": True}),
    ({"offset": 1}, {"offset": 0, "waits": True}, {"offset": 1}, {"offset": 3, "waits": True}),
    ({"offset": 0}, {"offset": 0}, {"offset": 4}),
)
"""Of the sequences that people define."""
STOPS_ON = "not interested"

# What was known when a step was made. What somebody opens again in SQL, at that moment, waits for no lock.
CREATE = """
CREATE TABLE public.fault_steps (
    enrolment_id bigint NOT NULL,
    step smallint NOT NULL,
    follow_up_id bigint NOT NULL,
    due_at timestamptz NOT NULL,
    ended boolean NOT NULL,
    stopped boolean NOT NULL,
    open_before boolean NOT NULL,
    said_at timestamptz NOT NULL DEFAULT now()
);
CREATE FUNCTION fault_journal_of_steps() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO public.fault_steps (enrolment_id, step, follow_up_id, due_at, ended, stopped, open_before)
    SELECT e.id, NEW.step, NEW.follow_up_id, made.due_at, e.ended_because IN ('outcome', 'stopped') IS TRUE,
        EXISTS (SELECT FROM public.enrolment_steps m JOIN public.follow_ups f ON f.id = m.follow_up_id
                WHERE m.enrolment_id = e.id AND f.outcome = ANY (e.stops_on)),
        EXISTS (SELECT FROM public.enrolment_steps m JOIN public.follow_ups f ON f.id = m.follow_up_id
                WHERE m.enrolment_id = e.id AND f.is_open AND m.made_at < now() AND NOT EXISTS (
                    SELECT FROM public.fault_journal j
                    WHERE j.follow_up_id = f.id AND j.kind IN ('reopened', 'restored', 'undone')))
    FROM public.enrolments e, public.follow_ups made
    WHERE e.id = NEW.enrolment_id AND made.id = NEW.follow_up_id;
    RETURN NULL;
END $$;
CREATE TRIGGER fault_journal_of_steps AFTER INSERT ON enrolment_steps
    FOR EACH ROW EXECUTE FUNCTION fault_journal_of_steps();
"""
STANDS_STILL = """
    SELECT count(*) FROM enrolments e WHERE e.ended_at IS NULL AND NOT EXISTS (
        SELECT FROM enrolment_steps m JOIN follow_ups f ON f.id = m.follow_up_id
        WHERE m.enrolment_id = e.id AND f.is_open)
"""
# What somebody opened again, or restored, after it was stopped stays open.
STATES = text("""
    SELECT e.id, e.ended_because, jsonb_array_length(e.steps) AS steps, max(m.step) + 1 AS made,
        count(*) FILTER (WHERE f.is_open) AS open,
        count(*) FILTER (WHERE f.is_open AND NOT EXISTS (
            SELECT FROM public.fault_journal j
            WHERE j.follow_up_id = f.id AND j.kind IN ('reopened', 'restored', 'undone'))) AS left_open
    FROM enrolments e LEFT JOIN enrolment_steps m ON m.enrolment_id = e.id
    LEFT JOIN follow_ups f ON f.id = m.follow_up_id GROUP BY e.id ORDER BY e.id
""")
# A follow-up that was taken back is deleted, and may be restored: then it is of no sequence any more.
TWICE = text("""
    SELECT s.enrolment_id, s.step, count(*) - 1 AS number
    FROM public.fault_steps s JOIN follow_ups f ON f.id = s.follow_up_id
    WHERE NOT EXISTS (SELECT FROM public.fault_journal j
                      WHERE j.follow_up_id = s.follow_up_id AND j.kind = 'restored')
    GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 1, 2
""")
MADE = text("SELECT * FROM public.fault_steps ORDER BY said_at, enrolment_id, step")


def failures(tx: Transaction) -> Iterator[tuple[str, int, str]]:
    """Everything that is wrong with sequences: (kind of failure, how many, what)."""
    for row in tx.execute(STATES):
        what = f"enrolment {row.id}"
        if row.ended_because is None:
            yield "lost", int(not row.open), f"{what} goes on, and none of it is open"
        elif row.ended_because == "finished":
            yield "lost", row.steps - (row.made or 0), f"{what} is finished, with steps that were not made"
            yield "lost", row.left_open, f"{what} is finished, and {row.left_open} of it are open"
        else:
            yield "after_stop", row.left_open, f"{what} was stopped, and {row.left_open} of it are open"
    for row in tx.execute(TWICE):
        yield "duplicated", row.number, f"enrolment {row.enrolment_id} has step {row.step} again"
    for row in tx.execute(MADE):
        what = f"follow-up {row.follow_up_id}, step {row.step} of enrolment {row.enrolment_id},"
        yield "after_stop", int(row.ended or row.stopped), f"{what} came after its end"
        yield "wrong_level", int(row.open_before), f"{what} came before those that it waits for were done"
        yield "wrong_level", int(row.due_at <= row.said_at), f"{what} was due before it was made"
