"""What has left the house, against what the mail server has: none is lost, none begins after a stop, and only
what nobody knows is repeated, under the same id."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from followup_common.db import Database, Transaction
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tests.faults.model import History
from tests.faults.reach import Reach
from tests.support.mail_server import Taken

Failures = Iterator[tuple[str, int, str]]
"""(kind of failure, how many, what)"""
Arrival = tuple[str, str]
"""The id of a delivery, and where it went."""


# When each attempt was begun is the commit of its row, which is changed when it ends. A digest tells of many
# notifications, so its own names none.
CREATE = """
CREATE TABLE public.fault_attempts (
    delivery_id uuid NOT NULL,
    number integer NOT NULL,
    follow_up_id bigint,
    run integer,
    step smallint,
    repeat integer,
    user_id bigint,
    began timestamptz NOT NULL DEFAULT pg_catalog.now(),
    shown timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (delivery_id, number)
);
CREATE FUNCTION fault_journal_of_attempts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO public.fault_attempts
    SELECT NEW.delivery_id, NEW.number, n.follow_up_id, n.run, n.step, n.repeat, n.user_id
    FROM public.deliveries d
    LEFT JOIN public.notifications n ON (n.user_id, n.id) = (d.user_id, d.notification_id)
    WHERE d.id = NEW.delivery_id AND d.user_id IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER fault_journal_of_attempts AFTER INSERT ON delivery_attempts
    FOR EACH ROW EXECUTE FUNCTION fault_journal_of_attempts();
"""

# As a dispatcher does when it starts: from the first notification on, all are to be sent.
SWITCH_ON = """
INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true), ('push', true, false);
INSERT INTO destinations (user_id, channel, address, by_default, verified_at)
SELECT id, 'email', email, true, now() FROM users ON CONFLICT DO NOTHING;
"""

ATTEMPTS = """
    SELECT follow_up_id, run, step, repeat, user_id, pg_xact_commit_timestamp(xmin) AS committed_at
    FROM fault_attempts WHERE follow_up_id IS NOT NULL AND step > -4
"""

# What was told and is not to be sent any more, each when that was decided.
SUPPRESSED = """
    SELECT d.follow_up_id, d.id, d.error, n.run, n.read_at IS NULL AS is_unread, t.committed_at AS told_at,
        pg_xact_commit_timestamp(d.xmin) AS committed_at,
        EXISTS (
            SELECT FROM notifications later
            WHERE later.follow_up_id = n.follow_up_id AND later.run = n.run AND later.user_id = n.user_id
                AND (later.step, later.repeat) > (n.step, n.repeat)) AS is_overtaken
    FROM deliveries d
    JOIN notifications n ON (n.user_id, n.id) = (d.user_id, d.notification_id)
    JOIN (
        SELECT id, max(pg_xact_commit_timestamp(xmin)) AS committed_at FROM public.fault_told GROUP BY id
    ) t ON t.id = n.id
    WHERE d.state = 'suppressed' AND d.digest_id IS NULL AND d.follow_up_id IS NOT NULL
        AND EXISTS (SELECT FROM destinations t WHERE t.id = d.destination_id)
"""
OUT_OF_REACH = ("inactive", "switched off")
"""Why somebody is told nothing, whatever stands."""

MESSAGE_ID = re.compile(rb"^Message-ID: <([^@>]+)@", re.MULTILINE)

LEFT = "SELECT count(*) FROM deliveries WHERE ended_at IS NULL"
NEVER_OFF = Reach()

# What waits for its next try is tried at once; what was begun long ago had a process that was killed. What is
# further ahead than any wait was written while the clock was ahead, and is left to the dispatcher. What is
# held for a digest waits for its time.
HASTEN = text("""
    UPDATE deliveries d SET next_at = now()
    WHERE ended_at IS NULL AND next_at > now() AND next_at < now() + interval '70 minutes'
        AND held_until IS DISTINCT FROM next_at
        AND (state <> 'sending' OR EXISTS (
            SELECT FROM fault_attempts a WHERE a.delivery_id = d.id AND a.number = d.attempts
                AND pg_xact_commit_timestamp(a.xmin) < pg_catalog.now() - interval '20 seconds'))
""")

# What is assigned, mentions somebody or is no longer on hold is as grave as what is overdue; a comment on
# one's own is no graver than a reminder.
SEVERITY = """
    COALESCE(NULLIF(n.details ->> 'severity', 'assigned'),
        CASE WHEN n.step > 0 THEN v.steps -> (n.step - 1) ->> 'severity' WHEN n.step = -5 THEN 'reminder' END,
        'overdue')
"""

# Nobody reads anything in a round: what is unread, and is no reminder, was to be sent to each address.
NOT_PLANNED = text(f"""
    SELECT n.user_id, n.id, t.id AS destination_id, t.address
    FROM notifications n
    JOIN destinations t ON t.user_id = n.user_id
    LEFT JOIN policy_versions v ON v.id = n.policy_version_id
    WHERE n.read_at IS NULL AND (n.summary_of IS NULL OR n.audience = 'bundle') AND {SEVERITY} <> 'reminder'
        AND NOT EXISTS (
            SELECT FROM deliveries d WHERE d.notification_id = n.id AND d.destination_id = t.id)
    ORDER BY n.id, t.id
""")

# No round takes three days.
GIVEN_UP = text("""
    SELECT id, state, error FROM deliveries
    WHERE state = 'expired' OR (state IN ('failed', 'suppressed') AND COALESCE(error, '') = '') ORDER BY id
""")

ACCOUNTS = text("""
    SELECT d.id, d.state, d.destination_id, t.address, count(a.number) AS attempts,
        count(*) FILTER (WHERE a.outcome = 'sent') AS sent,
        count(*) FILTER (WHERE a.outcome = 'unknown') AS unknown
    FROM deliveries d LEFT JOIN delivery_attempts a ON a.delivery_id = d.id
    LEFT JOIN destinations t ON t.id = d.destination_id
    WHERE d.destination_id IS NOT NULL
    GROUP BY d.id, d.state, t.address ORDER BY d.id
""")


# What was left alone is tried again; so is what somebody tries who was killed, where nobody sends any more.
LET_PASS = (
    text("""
        UPDATE circuits SET retry_at = now()
        WHERE retry_at > now() AND retry_at < now() + interval '40 minutes'
    """),
    text("""
        UPDATE circuits c SET probing_until = now()
        WHERE probing_until > now() AND probing_until < now() + interval '40 minutes' AND NOT EXISTS (
            SELECT FROM deliveries d
            WHERE d.channel = c.channel AND d.ended_at IS NULL AND d.state = 'sending' AND d.next_at > now())
    """),
)


def hasten(owner: Database) -> None:
    """Let what waits for its next try be tried now: nobody has minutes. Where PostgreSQL is away, a round
    that settles asks again."""
    with suppress(SQLAlchemyError), owner.transaction() as tx:
        hasten_in(tx)


def hasten_in(tx: Transaction) -> None:
    """The same, in a transaction."""
    tx.execute(HASTEN)
    for statement in LET_PASS:
        tx.execute(statement)


def begun_after_a_stop(history: History, attempts: Iterable[Mapping[Any, Any]]) -> Failures:
    """Each attempt began while its follow-up was open, in the run that it tells of; that it is somebody's, as
    long as it was.

    Args:
        history: of the follow-up.
        attempts: to deliver what notifies of it, each when its beginning was committed.
    """
    for attempt in attempts:
        stay = history.stay(attempt["committed_at"])
        if stay is None or stay.run != attempt["run"]:
            yield "after_stop", 1, f"an attempt began after a stop: {dict(attempt)}"
        elif attempt["step"] == 0 and stay.assignee_id != attempt["user_id"]:
            yield "after_stop", 1, f"an attempt began after it was handed on: {dict(attempt)}"


def stopped_for_nothing(history: History, suppressed: Iterable[Mapping[Any, Any]]) -> Failures:
    """Each that was not sent was read or overtaken, or something has happened to its follow-up.

    Args:
        history: of the follow-up.
        suppressed: deliveries of what notifies of it, each when it was decided not to send it.
    """
    for row in suppressed:
        is_open = row["is_unread"] and not row["is_overtaken"] and row["error"] not in OUT_OF_REACH
        if is_open and still_stands(history, row["run"], row["told_at"], [row["committed_at"]]):
            yield "lost", 1, f"nothing has stopped a delivery: {dict(row)}"


def still_stands(history: History, run: int, told_at: datetime, moments: Iterable[datetime]) -> bool:
    """Whether nothing at all has happened to a follow-up between what was told of a run and some moments."""
    told = history.stay(told_at)
    if told is None or told.run != run or told.pauses or told.held:
        return False
    return all(told_at < at and history.stay(at) is told for at in moments)


def failures(
    tx: Transaction, taken: Sequence[Taken], pushed: Mapping[Arrival, int], reach: Reach = NEVER_OFF
) -> Failures:
    """Everything else that is wrong with deliveries.

    Args:
        tx: where the database is.
        taken: what the mail server has.
        pushed: how often each is in a browser.
        reach: when destinations were off.
    """
    for row in tx.execute(NOT_PLANNED).all():
        if reach.explains(tx, row.destination_id, row.id):
            continue
        yield "lost", 1, f"notification {row.id} of {row.user_id} was never to be sent to {row.address}"
    for row in tx.execute(GIVEN_UP):
        yield "lost", 1, f"delivery {row.id} is {row.state}: {row.error}"
    arrived = Counter(pushed)
    arrived.update(_key(mail) for mail in taken)
    for row in tx.execute(ACCOUNTS):
        address = row.address or reach.gone[row.destination_id]
        number = arrived.pop((str(row.id), address), 0)
        said = f"delivery {row.id} is {row.state}, was sent {row.sent} and perhaps {row.unknown} times, "
        if number < row.sent or (row.state == "sent" and not number):
            yield "lost", 1, f"{said}and arrived {number} times"
        if number > row.sent + row.unknown or row.sent > 1:
            yield "duplicated", 1, f"{said}and arrived {number} times"
    for (id_, address), number in arrived.items():
        yield "duplicated", number, f"nobody has sent {id_} to {address}"


def id_of(mail: Taken) -> str:
    """Of the delivery of a mail. To read all of each would take long."""
    found = MESSAGE_ID.search(mail.content)
    assert found
    return found[1].decode()


def _key(mail: Taken) -> Arrival:
    [recipient] = mail.recipients
    return id_of(mail), recipient
