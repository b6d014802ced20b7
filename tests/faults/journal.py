"""What people did, written in the same transactions: the input of the model, with exact commit times.

An outage at the moment of a commit leaves the one who asked for it in doubt. A journal inside the
transaction is not: its row is there if and only if the change is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from followup_common.contracts import EscalationsRaised
from followup_common.db import Transaction
from sqlalchemy import text

from tests.faults.settings import PLAIN, Facts

CREATE = """
CREATE TABLE public.fault_journal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    follow_up_id bigint NOT NULL,
    kind text NOT NULL,
    due_at timestamptz,
    assignee_id bigint,
    actor_id bigint,
    step smallint,
    facts jsonb,
    said_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT ON public.fault_journal TO followup_api;
"""

# What the real API does is written by its own transactions: a caller whose connection broke is in doubt,
# the journal is not.
OF_THE_API = """
CREATE FUNCTION fault_journal_of_the_api() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO public.fault_journal (follow_up_id, kind) VALUES (OLD.id, 'deleted');
    ELSIF current_user <> 'followup_api' THEN -- in the function that undoes, or in the one that restores
        INSERT INTO public.fault_journal (follow_up_id, kind)
        VALUES (NEW.id, CASE TG_OP WHEN 'INSERT' THEN 'restored' ELSE 'undone' END);
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO public.fault_journal (follow_up_id, kind, due_at, assignee_id, facts)
        VALUES (NEW.id, 'created', NEW.due_at, NEW.assignee_id, jsonb_build_array(NEW.kind, NEW.priority));
    ELSE
        IF (NEW.completed_at IS NULL) <> (OLD.completed_at IS NULL) THEN
            INSERT INTO public.fault_journal (follow_up_id, kind)
            VALUES (NEW.id, CASE WHEN NEW.completed_at IS NULL THEN 'reopened' ELSE 'completed' END);
        END IF;
        IF NEW.due_at <> OLD.due_at THEN
            INSERT INTO public.fault_journal (follow_up_id, kind, due_at)
            VALUES (NEW.id, 'rescheduled', NEW.due_at);
        END IF;
        IF NEW.assignee_id <> OLD.assignee_id THEN
            INSERT INTO public.fault_journal (follow_up_id, kind, assignee_id, actor_id)
            VALUES (NEW.id, 'reassigned', NEW.assignee_id, CAST(TG_ARGV[0] AS bigint));
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER fault_journal_of_the_api AFTER INSERT OR DELETE
    OR UPDATE OF completed_at, due_at, assignee_id ON follow_ups
    FOR EACH ROW WHEN (current_setting('application_name') = 'followup-api')
    EXECUTE FUNCTION fault_journal_of_the_api({actor_id});
"""

# Each run of each follow-up as it is at a commit, and the moves to another policy: those of publications, and
# those of a reassignment, after which the policy of before may be for others.
# An undo and a restoration begin runs, and take them back.
OF_RUNS = """
CREATE FUNCTION fault_journal_of_runs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO public.fault_runs (follow_up_id, run, policy_version_id)
    SELECT s.follow_up_id, s.run, s.policy_version_id FROM public.escalation_states s
    WHERE s.follow_up_id = NEW.follow_up_id ON CONFLICT DO NOTHING;
    IF TG_OP = 'UPDATE' AND NEW.unplaced AND NEW.run > OLD.run THEN
        INSERT INTO public.fault_journal (follow_up_id, kind) VALUES (NEW.follow_up_id, 'moved');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER fault_journal_of_runs AFTER INSERT OR UPDATE OF run ON escalation_states
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fault_journal_of_runs();
"""

# What was raised, and for which sweep. The outbox forgets at once what was handled by a clock that was days
# ahead, where the host that prunes it is days behind.
OF_RAISED = f"""
CREATE TABLE public.fault_raised (payload jsonb NOT NULL);
CREATE FUNCTION fault_journal_of_raised() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO public.fault_raised (payload) VALUES (NEW.payload);
    RETURN NULL;
END $$;
CREATE TRIGGER fault_journal_of_raised AFTER INSERT ON outbox
    FOR EACH ROW WHEN (NEW.type = '{EscalationsRaised.type}') EXECUTE FUNCTION fault_journal_of_raised();
"""

# When somebody was told: what is summed up later is written again then. What a restoration writes again is
# there twice.
OF_TOLD = """
CREATE TABLE public.fault_told (id bigint NOT NULL);
CREATE INDEX ON public.fault_told (id);
CREATE FUNCTION fault_journal_of_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO public.fault_told (id) SELECT id FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER fault_journal_of_told AFTER INSERT ON notifications
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION fault_journal_of_told();
"""

ALL = (CREATE, OF_RUNS, OF_RAISED, OF_TOLD)
"""All that needs nobody's name."""

WRITE = text("""
    INSERT INTO public.fault_journal (follow_up_id, kind, due_at, assignee_id, actor_id, step, facts)
    VALUES (:follow_up_id, :kind, :due_at, :assignee_id, :actor_id, :step, CAST(:facts AS jsonb))
""")

READ = text("""
    SELECT follow_up_id, kind, due_at, assignee_id, actor_id, step, facts, said_at,
        pg_xact_commit_timestamp(xmin) AS at
    FROM public.fault_journal ORDER BY id
""")


class Kind(StrEnum):
    """What can happen to a follow-up."""

    CREATED_STANDARD = "created under the standard policy"
    CREATED = "created"
    COMPLETED = "completed"
    REOPENED = "reopened"
    RESCHEDULED = "rescheduled"
    REASSIGNED = "reassigned"
    GIVEN_BACK = "given back"
    """By the undo of a hand-over, of which nobody is told."""
    DELETED = "deleted"
    UNDONE = "undone"
    """The change before it, which was the last one."""
    RESTORED = "restored"
    WAITS = "waits"
    """Until its `due_at`."""
    ACKNOWLEDGED = "acknowledged"
    """By its actor, at a step, until its `due_at`."""
    SNOOZED = "snoozed"
    """By its actor, at a step, until its `due_at`."""
    RESUMED = "resumed"
    """Whatever its actor held of it, and a wait."""
    MOVED = "moved"
    """To another version of a policy: by a publication, or because a reassignment chooses again."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one follow-up, and when it was committed."""

    at: datetime
    kind: Kind
    due_at: datetime | None = None
    assignee_id: int | None = None
    actor_id: int | None = None
    step: int | None = None
    facts: Facts = PLAIN
    said_at: datetime | None = None
    """What PostgreSQL's clock showed; None: what the real one did."""

    @property
    def clock(self) -> datetime:
        """The time that it was by PostgreSQL's clock."""
        return self.said_at or self.at


def write(
    tx: Transaction,
    follow_up_id: int,
    kind: Kind,
    *,
    due_at: datetime | None = None,
    assignee_id: int | None = None,
    actor_id: int | None = None,
    step: int | None = None,
    facts: Facts | None = None,
) -> None:
    """Note a change in its own transaction, while its row is locked: ids follow commits."""
    values: dict[str, Any] = {"due_at": due_at, "assignee_id": assignee_id, "actor_id": actor_id}
    values["step"] = step
    values["facts"] = json.dumps(facts) if facts else None
    tx.execute(WRITE, {"follow_up_id": follow_up_id, "kind": kind, **values})


def read(tx: Transaction) -> dict[int, list[Change]]:
    """Every follow-up's changes, in order."""
    changes: dict[int, list[Change]] = {}
    for row in tx.execute(READ):
        facts = Facts(*row.facts) if row.facts else PLAIN
        who = row.assignee_id, row.actor_id, row.step
        change = Change(row.at, Kind(row.kind), row.due_at, *who, facts, row.said_at)
        changes.setdefault(row.follow_up_id, []).append(change)
    return changes
