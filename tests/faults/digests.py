"""What went in digests, against what their mails list: no line is lost, none is repeated, none is of what was
stopped; there is one for each address and time, and nothing beside it that was to go in it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from followup_common.db import Database, Transaction
from sqlalchemy import text

from tests.faults import deliveries
from tests.faults.comments import MENTIONED
from tests.faults.deliveries import OUT_OF_REACH, SEVERITY, Failures, still_stands
from tests.faults.model import MINUTE, Clock, History
from tests.faults.people import People
from tests.support.mail_server import Taken

FULL = 50
"""So many lines has a mail; of more it says how many there are."""
LINE = re.compile(rb"Open it: https://[^\s/]+/followups/(\d+)")

# From some seconds on, each at a time of their own; some each hour.
WANT = text("""
    INSERT INTO notification_rules (user_id, channel, severity, mode, digest_at)
    SELECT u.id, 'email', s, CASE WHEN w.place % 3 = 0 THEN 'hourly' ELSE 'daily' END,
        CASE WHEN w.place % 3 <> 0 THEN CAST(date_trunc('second',
            (now() + interval '2 seconds' * w.place) AT TIME ZONE u.time_zone) AS time) END
    FROM unnest(CAST(:people AS bigint[])) WITH ORDINALITY AS w (id, place)
    JOIN users u ON u.id = w.id
    CROSS JOIN unnest(ARRAY['overdue', 'escalated', 'breach']) s
""")
WHO = text("SELECT DISTINCT user_id FROM notification_rules WHERE user_id IS NOT NULL ORDER BY user_id")

# What somebody does who wants their digest at another time, as the API does it.
MOVE = text("""
    UPDATE notification_rules r SET mode = 'daily',
        digest_at = CAST(date_trunc('second', (now() + :ahead) AT TIME ZONE u.time_zone) AS time)
    FROM users u WHERE u.id = r.user_id AND r.user_id = ANY(:people)
""")
LOOK_AGAIN = text("""
    UPDATE deliveries SET next_at = now()
    WHERE user_id = ANY(:people) AND held_until = next_at AND ended_at IS NULL
""")
# What is held for no time that comes soon.
WAITING = text("""
    SELECT DISTINCT user_id FROM deliveries
    WHERE ended_at IS NULL AND held_until = next_at AND next_at > now() + interval '20 seconds'
""")
SOON = timedelta(seconds=2)

MADE_TWICE = text("""
    SELECT destination_id, kind, ends_at, count(*) AS number FROM digests
    GROUP BY destination_id, kind, ends_at HAVING count(*) > 1 ORDER BY destination_id, ends_at
""")
IN_NONE = text("""
    SELECT m.id, m.digest_id FROM deliveries m
    WHERE m.state = 'digested' AND NOT EXISTS (
        SELECT FROM digests g JOIN deliveries d ON d.digest_id = g.id AND d.notification_id IS NULL
        WHERE g.id = m.digest_id AND g.destination_id = m.destination_id
            AND d.destination_id = m.destination_id)
    ORDER BY m.id
""")
# What people want in digests is the same for the whole round, but for when.
OF_RULES = f"""
    SELECT d.id, d.user_id FROM deliveries d
    JOIN notifications n ON (n.user_id, n.id) = (d.user_id, d.notification_id)
    LEFT JOIN policy_versions v ON v.id = n.policy_version_id
    LEFT JOIN notification_rules r ON r.user_id = d.user_id AND r.severity = {SEVERITY}
"""
BESIDE = text(f"{OF_RULES} WHERE r.id IS NOT NULL AND d.attempts > 0 ORDER BY d.id")
NOT_WANTED = text(f"{OF_RULES} WHERE r.id IS NULL AND d.digest_id IS NOT NULL ORDER BY d.id")
LINES = text("SELECT count(*) FROM deliveries WHERE state = 'digested'")
MAILED = text("""
    SELECT CAST(id AS text) FROM deliveries
    WHERE digest_id IS NOT NULL AND notification_id IS NULL AND channel = 'email'
        AND digest_id IN (SELECT id FROM digests WHERE kind = 'due')
""")

MADE = text("SELECT id, ends_at, pg_xact_commit_timestamp(xmin) AS at FROM digests ORDER BY id")
SENT = text("""
    SELECT d.id, d.digest_id, d.user_id, d.channel, d.state, d.error,
        pg_xact_commit_timestamp(d.xmin) AS ended_at,
        ARRAY(SELECT pg_xact_commit_timestamp(a.xmin) FROM public.fault_attempts a
            WHERE a.delivery_id = d.id ORDER BY a.number) AS begun,
        ARRAY(SELECT a.began FROM public.fault_attempts a WHERE a.delivery_id = d.id) AS choosing
    FROM deliveries d JOIN digests g ON g.id = d.digest_id AND g.kind = 'due'
    WHERE d.notification_id IS NULL ORDER BY d.id
""")
# What sums up many stands for each of them.
MEMBERS = text("""
    WITH told AS (
        SELECT id, max(pg_xact_commit_timestamp(xmin)) AS committed_at FROM public.fault_told GROUP BY id
    ), members AS (
        SELECT m.digest_id, m.state = 'digested' AS is_digested, n.* FROM deliveries m
        JOIN notifications n ON (n.user_id, n.id) = (m.user_id, m.notification_id)
        WHERE m.digest_id IS NOT NULL
    ), all_of_them AS (
        SELECT digest_id, id, follow_up_id, run, step, user_id, is_digested, read_at IS NULL AS is_unread
        FROM members WHERE follow_up_id IS NOT NULL
        UNION ALL
        SELECT m.digest_id, n.id, n.follow_up_id, n.run, n.step, n.user_id, false, m.read_at IS NULL
        FROM members m JOIN notifications n ON n.user_id = m.user_id AND n.bundle = m.summary_of
        WHERE m.audience = 'bundle' AND n.follow_up_id IS NOT NULL
    )
    SELECT a.*, t.committed_at
    FROM all_of_them a JOIN told t ON t.id = a.id
""")


@dataclass(frozen=True)
class Sent:
    """A digest.

    Args:
        id: of its delivery.
        begun: when each attempt was begun.
        ended_at: when it came to its end.
        copies: of each mail that arrived, the follow-ups that it lists; none of one that nobody reads.
        choosing: when the transaction of each attempt, which chooses them, set out.
    """

    id: UUID
    state: str
    error: str | None
    begun: tuple[datetime, ...]
    ended_at: datetime
    copies: tuple[Counter[int], ...] = ()
    choosing: tuple[datetime, ...] = ()

    @property
    def moments(self) -> tuple[datetime, ...]:
        """When what it lists was chosen."""
        return self.begun if self.state == "sent" else (*self.begun, self.ended_at)


@dataclass(frozen=True)
class Member:
    """A notification that went into a digest, by itself or with others that are summed up.

    Args:
        is_digested: whether its delivery says that a digest has told of it.
        committed_at: when somebody was told.
    """

    run: int
    step: int
    user_id: int
    is_unread: bool
    is_digested: bool
    committed_at: datetime


@dataclass
class Listed:
    """What a digest has to do with one follow-up.

    Args:
        members: notifications of the follow-up that went into it.
    """

    digest: Sent
    members: list[Member] = field(default_factory=list)


def want(tx: Transaction, people: People) -> None:
    """Every second one of those who are no admins wants digests."""
    wanting = [id_ for place, id_ in enumerate(people.by_id) if place % 2 and id_ not in people.admins]
    tx.execute(WANT, {"people": wanting})


def move(tx: Transaction, rng: Random) -> None:
    """Somebody wants their digests in some seconds, from now on."""
    _move(tx, [rng.choice(tx.execute(WHO).scalars().all())], timedelta(seconds=rng.uniform(1, 6)))


def hasten(owner: Database) -> None:
    """Let people want their digests soon who wait for them, and let these go: nobody has hours."""
    with owner.transaction() as tx:
        hasten_in(tx)
        deliveries.hasten_in(tx)


def hasten_in(tx: Transaction) -> None:
    """The same for those who wait, in a transaction."""
    if waiting := list(tx.execute(WAITING).scalars()):
        _move(tx, waiting, SOON)


def failures(tx: Transaction, taken: Sequence[Taken]) -> Failures:
    """Everything that is wrong with digests as a whole.

    Args:
        tx: where the database is.
        taken: what the mail server has.
    """
    for row in tx.execute(MADE_TWICE):
        yield "duplicated", row.number - 1, f"address {row.destination_id} has {row.number} of {row.ends_at}"
    for row in tx.execute(IN_NONE):
        yield "lost", 1, f"delivery {row.id} went in digest {row.digest_id}, which nobody sends there"
    for row in tx.execute(BESIDE):
        yield "wrong_level", 1, f"{row.user_id} was told of delivery {row.id} beside their digest"
    for row in tx.execute(NOT_WANTED):
        yield "wrong_level", 1, f"delivery {row.id} went in a digest, and {row.user_id} wants it at once"
    for id_, copies in copies_of(tx, taken).items():
        for lines in copies:
            yield "duplicated", lines.total() - len(lines), f"digest {id_} lists something twice"


def made_early(tx: Transaction, clock: Clock) -> Failures:
    """Digests that were made before their time had come; needs the times of commits."""
    for row in tx.execute(MADE):
        if clock.latest(row.at - MINUTE, row.at) < row.ends_at:
            yield "wrong_level", 1, f"digest {row.id} of {row.ends_at} was made at {row.at}"


def copies_of(tx: Transaction, taken: Iterable[Taken]) -> Mapping[str, Sequence[Counter[int]]]:
    """By the id of each digest that goes by mail, how often each copy that arrived lists each follow-up."""
    found: dict[str, list[Counter[int]]] = {id_: [] for id_ in tx.execute(MAILED).scalars()}
    for mail in taken:
        if (copies := found.get(deliveries.id_of(mail))) is not None:
            copies.append(Counter(map(int, LINE.findall(mail.content))))
    return found


def of_follow_ups(tx: Transaction, taken: Iterable[Taken]) -> dict[int, list[Listed]]:
    """What digests have to do with each follow-up; needs the times of commits."""
    copies = copies_of(tx, taken)
    found: defaultdict[int, dict[UUID, Listed]] = defaultdict(dict)
    sent = {
        row.digest_id: Sent(
            *(row.id, row.state, row.error, tuple(row.begun), row.ended_at),
            copies=tuple(copies.get(str(row.id), ())),
            choosing=tuple(row.choosing),
        )
        for row in tx.execute(SENT)
    }
    for digest in sent.values():
        for follow_up_id in {id_ for lines in digest.copies for id_ in lines}:
            found[follow_up_id][digest.id] = Listed(digest)
    for row in tx.execute(MEMBERS):
        if its := sent.get(row.digest_id):
            listed = found[row.follow_up_id].setdefault(its.id, Listed(its))
            listed.members.append(
                Member(row.run, row.step, row.user_id, row.is_unread, row.is_digested, row.committed_at)
            )
    return {follow_up_id: list(by_digest.values()) for follow_up_id, by_digest in found.items()}


def failures_of(follow_up_id: int, history: History, listed: Iterable[Listed]) -> Failures:
    """Lines of one follow-up that are missing, or that should not be there.

    Args:
        follow_up_id: which one.
        history: of it.
        listed: what digests have to do with it.
    """
    for each in listed:
        digest, members = each.digest, each.members
        with_it = sum(follow_up_id in lines for lines in digest.copies)
        if history.deleted:  # what told of it is gone, too
            stood = not with_it or any(history.stay(at) for at in digest.begun)
            yield "after_stop", 0 if stood else with_it, f"digest {digest.id} lists it, and it was deleted"
        elif with_it and not members:
            yield "duplicated", with_it, f"digest {digest.id} lists it, and nothing of it went in there"
        elif with_it and not any(_stood(history, m, at) for m in members for at in digest.begun):
            yield "after_stop", with_it, f"digest {digest.id} was begun at {digest.begun} after a stop"
        kept = [m for m in members if _leaves_out(follow_up_id, digest, m) and _stays(history, m, digest)]
        if kept:
            yield "lost", 1, f"digest {digest.id} ({digest.state}: {digest.error}) leaves out {kept}"


def _leaves_out(follow_up_id: int, digest: Sent, member: Member) -> bool:
    """Whether somebody who should have read of it has not: what was told since a mail chose its lines, it
    may be without."""
    if digest.state == "suppressed" and not digest.begun:
        return digest.error not in OUT_OF_REACH
    without = sum(follow_up_id not in lines and len(lines) < FULL for lines in digest.copies)
    return without > sum(at < member.committed_at for at in digest.choosing)


def _stood(history: History, member: Member, at: datetime) -> bool:
    """Whether what somebody was told was so at a moment; what was said stays so."""
    if member.step <= MENTIONED:
        return True
    stay = history.stay(at)
    if stay is None or stay.run != member.run:
        return False
    return member.step != 0 or stay.assignee_id == member.user_id


def _stays(history: History, member: Member, digest: Sent) -> bool:
    """Whether it had to be listed: it is said to be, or nothing at all has happened since it was told."""
    if member.is_digested:
        return True
    return member.is_unread and still_stands(history, member.run, member.committed_at, digest.moments)


def _move(tx: Transaction, people: Sequence[int], ahead: timedelta) -> None:
    tx.execute(MOVE, {"people": people, "ahead": ahead})
    tx.execute(LOOK_AGAIN, {"people": people})
