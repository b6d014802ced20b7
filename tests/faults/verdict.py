"""The database against the model: what was lost, said twice, said after a stop, or said at a wrong level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from followup_common.contracts import EscalationsRaised
from followup_common.db import Transaction
from sqlalchemy import text

from tests.faults import (
    comments,
    deliveries,
    digests,
    enrolled,
    journal,
    reach,
    recurring,
    summaries,
    webhooks,
    your_day,
)
from tests.faults.hooks import Hook
from tests.faults.journal import Change
from tests.faults.judged import Court, Failures, Found, Judged, key
from tests.faults.model import Clock, History, history
from tests.faults.people import People
from tests.faults.pushes import PushService
from tests.faults.reach import Reach
from tests.faults.settings import RunBegan, Settings, read_runs
from tests.support.clock import jumps
from tests.support.mail_server import Taken

EXAMPLES = 5
COMMITTED = "pg_xact_commit_timestamp(xmin) AS committed_at"

# What is summed up later is written again then, so when it was told is in the journal.
TOLD = """
    SELECT n.follow_up_id, n.run, n.step, n.repeat, n.user_id, n.created_at, n.fallback, t.committed_at
    FROM notifications n JOIN (
        SELECT id, max(pg_xact_commit_timestamp(xmin)) AS committed_at FROM public.fault_told GROUP BY id
    ) t USING (id)
    WHERE n.follow_up_id IS NOT NULL AND n.step > -4
"""
QUERIES = {
    "notifications": TOLD,
    "activities": f"SELECT follow_up_id, run, step, repeat, created_at, {COMMITTED} "
    "FROM activities WHERE kind = 'escalated'",
    "attempts": deliveries.ATTEMPTS,
    "suppressed": deliveries.SUPPRESSED,
    "escalations": "SELECT follow_up_id, run, step, repeat, status, raised_at, ended_at FROM escalations",
    "follow_ups": "SELECT s.* FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id",
}

SWEEPS_BEYOND = text("""
    SELECT coalesce(sum(delivered + failed - escalated), 0) FROM sweeps WHERE delivered + failed > escalated
""")
LEFT = text(f"""
    SELECT (SELECT count(*) FROM sweeps WHERE finished_at IS NULL)
         + (SELECT count(*) FROM outbox WHERE handled_at IS NULL AND failed_at IS NULL)
         + (SELECT count(*) FROM absences WHERE ended_at IS NOT NULL AND returned_at IS NULL)
         + ({recurring.WITHOUT_OPEN_ONE}) + ({enrolled.STANDS_STILL}) + ({deliveries.LEFT})
""")
DEAD = text("SELECT id, type, error FROM outbox WHERE failed_at IS NOT NULL ORDER BY id")
REPEATED = text("""
    SELECT payload FROM public.fault_raised WHERE jsonb_typeof(payload -> 'sweep_id') = 'null'
""")


@dataclass(frozen=True)
class Arrived:
    """What has left the house, as those have it to whom it went.

    Args:
        mails: what the mail server has taken.
        hooks: the receivers of webhooks.
        pushes: the push service, with its browsers.
        said: the comments that the API said it has written.
    """

    mails: Sequence[Taken]
    hooks: Mapping[str, Hook]
    pushes: PushService
    said: Sequence[str] = ()


@dataclass
class Verdict:
    """How many of each kind of failure, with a few examples of each."""

    lost: int = 0
    duplicated: int = 0
    after_stop: int = 0
    wrong_level: int = 0
    dead_letters: int = 0
    announced: int = 0
    notified: int = 0
    skipped: int = 0
    already_told: int = 0
    mailed: int = 0
    in_digests: int = 0
    days: int = 0
    pushed: int = 0
    called: int = 0
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        failures = (self.lost, self.duplicated, self.after_stop, self.wrong_level, self.dead_letters)
        return not any(failures)

    def add(self, failure: str, count: int, example: str) -> None:
        """Count a failure."""
        if count > 0:
            setattr(self, failure, getattr(self, failure) + count)
            kept = self.examples.setdefault(failure, [])
            if len(kept) < EXAMPLES:
                kept.append(example)


def judge(tx: Transaction, people: People, arrived: Arrived) -> Verdict:
    """Compare everything; to be called when nothing moves any more.

    Args:
        tx: where the database is.
        people: as they were at first.
        arrived: what has left the house.
    """
    verdict = Verdict()
    for row in tx.execute(DEAD):
        verdict.add("dead_letters", 1, f"event {row.id} ({row.type}): {row.error}")
    now: datetime = tx.execute(text("SELECT now()")).scalar_one()
    found = _read(tx, arrived.mails)
    days = your_day.read(tx, arrived.mails)
    court = Court(Settings.read(tx, people), Clock(jumps(tx)), repeated(tx), days)
    runs = read_runs(tx, court.settings)
    for follow_up_id, changes in journal.read(tx).items():
        began = runs[follow_up_id]
        played = _played(changes, began)
        judged = Judged(follow_up_id, played, began, found.pop(follow_up_id, Found()), court, now)
        failures = judged.every_failure()
        if failures:
            late = replace(judged, history=_played(changes, began, late=True))
            failures = min(failures, late.every_failure(), key=len)
        for failure, count, example in failures:
            told = "; ".join(f"{change.kind} {change.at:%M:%S.%f}" for change in changes)
            verdict.add(failure, count, f"follow-up {follow_up_id}: {example} ({told})")
        verdict.announced += len(judged.found.activities)
        verdict.notified += len(judged.found.notifications)
        verdict.skipped += sum(row["status"] == "skipped" for row in judged.found.escalations.values())
        verdict.already_told += judged.silent
    for follow_up_id in found:
        verdict.add("after_stop", 1, f"follow-up {follow_up_id} is in no journal")
    said = comments.failures(tx, arrived.said)
    for failure, count, example in (
        *summaries.failures(tx),
        *recurring.failures(tx),
        *enrolled.failures(tx),
        *said,
    ):
        verdict.add(failure, count, example)
    for failure, count, example in _of_what_left(tx, arrived, court.clock):
        verdict.add(failure, count, example)
    verdict.mailed = len(arrived.mails)
    verdict.in_digests = tx.execute(digests.LINES).scalar_one()
    verdict.days = sum(len(day.copies) for day in days)
    verdict.pushed = arrived.pushes.taken.total()
    verdict.called = sum(hook.taken.total() for hook in arrived.hooks.values())
    left, beyond = tx.execute(LEFT).scalar_one(), tx.execute(SWEEPS_BEYOND).scalar_one()
    verdict.add(
        "lost", left, f"{left} sweeps, events, returns, series, sequences and deliveries never came to an end"
    )
    verdict.add("duplicated", beyond, f"sweeps counted {beyond} deliveries more than they had escalations")
    return verdict


def _of_what_left(tx: Transaction, arrived: Arrived, clock: Clock) -> Failures:
    """Everything that is wrong with what has left the house."""
    off = Reach.read(tx)
    yield from deliveries.failures(tx, arrived.mails, arrived.pushes.taken, off)
    yield from reach.failures(tx, off)
    yield from your_day.failures(tx)
    yield from digests.failures(tx, arrived.mails)
    yield from digests.made_early(tx, clock)
    yield from webhooks.failures(tx, arrived.hooks)
    yield from webhooks.attempts_while_off(tx)
    forged = arrived.pushes.forged
    yield "lost", forged, f"browsers could not read {forged} messages, or nobody had signed them"


def _played(changes: Sequence[Change], runs: Mapping[int, RunBegan], *, late: bool = False) -> History:
    return history(changes, {run: each.version for run, each in runs.items()}, late=late)


def _read(tx: Transaction, mails: Sequence[Taken]) -> dict[int, Found]:
    found: defaultdict[int, Found] = defaultdict(Found)
    for name, query in QUERIES.items():
        for row in tx.execute(text(query)).mappings():
            entry = found[row["follow_up_id"]]
            if name == "follow_ups":
                entry.row = row
            elif name == "escalations":
                entry.escalations[key(row)] = row
            else:
                getattr(entry, name).append(row)
    for follow_up_id, listed in digests.of_follow_ups(tx, mails).items():
        found[follow_up_id].listed = listed
    return dict(found)


def repeated(tx: Transaction) -> set[tuple[int, int, int, int]]:
    """What was raised in an event of no sweep: id, run, step, repeat."""
    payloads = tx.execute(REPEATED).scalars()
    events = map(EscalationsRaised.model_validate, payloads)
    return {entry for e in events for entry in zip(e.follow_up_ids, e.runs, e.steps, e.repeats, strict=True)}
