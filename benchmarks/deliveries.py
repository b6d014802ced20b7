"""Mails: how many a minute, beside a sweep, how soon, and what a domain that hangs does to others."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from followup_common.db import Database
from followup_dispatcher.deliveries import ForPeople
from followup_dispatcher.telling import Delivery
from sqlalchemy import Engine, Executable, create_engine, text

from benchmarks.bench import Bench, timed
from benchmarks.contenders.followup import sweep
from benchmarks.cost import Cost, measured
from benchmarks.data import fill
from benchmarks.figures import Figure, ratio
from benchmarks.footprint import SETTLE_SECONDS, memory
from benchmarks.sink import HANGING, HANGS_SECONDS, Sink
from tests.support.postgres import role_url
from tests.support.processes import Process
from tests.support.waiting import eventually

DUE, WAITING = 100_000, 200_000
PACED_SECONDS = 30
MAILS_A_SECOND = 175
"""A little more than the 10,000 a minute that are to be sent."""
FEEDS_A_SECOND = 7
AT_ONCE = 3_000
"""Mails that are due when the dispatcher starts: how fast it is by itself."""
SWEEPS, STEPS_EACH = 15, 8
OTHERS_A_SECOND = 10
TO_ONE_THAT_HANGS = 10
FEW_DUE, MANY_DUE = 1_000, 100_000
CLAIMS = 300

SETTINGS = {
    "FOLLOWUP_MAIL_FROM": "Followup <followup@example.com>",
    "FOLLOWUP_PUBLIC_URL": "https://followup.example.com",
}
SECRETS = {
    "FOLLOWUP_SECRETS_KEY": "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
    "FOLLOWUP_VAPID_PRIVATE_KEY": "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
    "FOLLOWUP_SLACK_TOKEN": "xoxb-1",
    "FOLLOWUP_BOUNCES_URL": "imap://followup:secret@127.0.0.1:1/INBOX",
}
"""With these every channel is on, and what comes back is looked for."""

# What the dispatcher switches on when it starts.
SWITCH_ON = text("""
    INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true);
    INSERT INTO destinations (user_id, channel, address, by_default, verified_at)
    SELECT id, 'email', email, true, now() FROM users ON CONFLICT DO NOTHING
""")
IS_ON = text("""
    SELECT count(*) = (SELECT count(*) FROM users) FROM destinations d JOIN channels c ON c.name = d.channel
    WHERE c.name = 'email' AND c.is_on
""")
# As the notifier does, of follow-ups whose last step was taken long ago.
TELL = text("""
    INSERT INTO notifications (follow_up_id, run, step, policy_version_id, due_at, user_id, audience)
    SELECT f.id, 1, 3, 1, f.due_at, f.assignee_id, 'assignee'
    FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id
    JOIN users u ON u.id = f.assignee_id
    WHERE s.severity = 'breach' AND (u.email LIKE :address)
        AND NOT EXISTS (
            SELECT FROM notifications n WHERE n.user_id = f.assignee_id AND n.follow_up_id = f.id)
        AND f.id > :behind
    ORDER BY f.id LIMIT :number RETURNING follow_up_id
""")
TOLD = text("""
    SELECT CAST(d.id AS text) AS id, extract(epoch FROM n.created_at) AS at
    FROM deliveries d JOIN notifications n ON (n.user_id, n.id) = (d.user_id, d.notification_id)
    JOIN users u ON u.id = d.user_id
    WHERE n.step = 3 AND n.bundle IS NULL AND u.email NOT LIKE :not_to
""")
COMES_DUE = text("""
    INSERT INTO follow_ups (title, due_at, assignee_id)
    SELECT 'Call', now() - interval '1 hour', id FROM users WHERE role = 'employee'
    ORDER BY id OFFSET :behind LIMIT :number
""")
STEPS = text("""
    SELECT CAST(d.id AS text) AS id, extract(epoch FROM e.raised_at) AS at
    FROM deliveries d JOIN notifications n ON (n.user_id, n.id) = (d.user_id, d.notification_id)
    JOIN escalations e ON (e.follow_up_id, e.run, e.step) = (n.follow_up_id, n.run, n.step)
""")
LEFT = text("SELECT count(*) FROM deliveries WHERE ended_at IS NULL")
HANG = text(
    "UPDATE users SET email = 'agent' || id || '@' || :domain WHERE id % 20 = 0 AND role = 'employee'"
)


def measure(bench: Bench) -> Iterator[Figure]:
    """Each by itself, the sweeps with and without mails in turn."""
    yield from _idle(bench)
    yield from _claims(bench)
    yield from _alone(bench)
    yield from _beside_a_sweep(bench)
    yield from _delays(bench)
    yield from _hanging(bench)


def _idle(bench: Bench) -> Iterator[Figure]:
    """Memory of a dispatcher with every channel on."""
    used = []
    for _ in range(bench.runs):
        with bench.database() as url, Sink() as sink, _dispatcher(bench, url, sink, **SECRETS) as process:
            time.sleep(SETTLE_SECONDS)
            used.append(memory(process))
    yield Figure("deliveries.idle_memory", "MiB", tuple(used), goal=120, at_most=True)


def _claims(bench: Bench) -> Iterator[Figure]:
    """Milliseconds of taking one, its commit included, in turn where few and where many are due."""
    with ExitStack() as stack:
        queues = {
            name: stack.enter_context(_waiting(bench, number))
            for name, number in {"1k": FEW_DUE, "100k": bench.scaled(MANY_DUE)}.items()
        }
        runs = [
            {name: _claim(queue, CLAIMS // bench.runs) for name, queue in queues.items()}
            for _ in range(bench.runs)
        ]
    taken = {
        name: Figure(f"deliveries.claim_{name}", "ms", tuple(run[name] for run in runs)) for name in queues
    }
    yield from taken.values()
    yield ratio("deliveries.claim_many_to_few", taken["100k"], taken["1k"], goal=1.5, at_most=True)


@contextmanager
def _waiting(bench: Bench, number: int) -> Iterator[Database]:
    """A database as the dispatcher sees it, where so many mails are due."""
    with bench.database() as url:
        fill(url, escalated=number)
        owner = create_engine(url)
        _switch_on(owner)
        _tell(owner, number)
        with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        owner.dispose()
        database = Database(role_url(url, "followup_dispatcher"))
        yield database
        database.close()


def _claim(database: Database, number: int) -> float:
    queue = ForPeople("email", timedelta(days=7), unsubscribes=True)

    def take() -> None:
        with database.transaction() as tx:
            assert isinstance(queue.take(tx), Delivery)

    return 1_000 * statistics.median(timed(take) for _ in range(number))


def _alone(bench: Bench) -> Iterator[Figure]:
    """How fast mails go that are all due, while nothing else goes on."""
    costs = []
    number = bench.scaled(AT_ONCE)
    with bench.database() as filled:
        fill(filled, escalated=number)
        for run in range(1, bench.runs + 1):
            with bench.copy(filled) as url, Sink() as sink:
                owner = create_engine(url)
                _switch_on(owner)
                with _dispatcher(bench, url, sink):
                    cost = measured(bench, url, number, partial(_tell_and_send, owner, number))
                owner.dispose()
                costs.append(cost)
                bench.say(
                    f"run {run}: {60 * cost.rate:,.0f} mails/min, {cost.processor_microseconds:,.0f} µs each"
                )
    yield Figure("deliveries.alone", "mails/min", tuple(60 * cost.rate for cost in costs), goal=10_000)
    used = tuple(cost.processor_microseconds for cost in costs)
    yield Figure("deliveries.alone.processors", "µs", used)


def _tell_and_send(owner: Engine, number: int) -> None:
    _tell(owner, number)
    _all_sent(owner)


def _beside_a_sweep(bench: Bench) -> Iterator[Figure]:
    """Sweeps of the same data, without mails and while more than 10,000 a minute are told and sent."""
    rates: dict[str, list[float]] = {"without": [], "with": []}
    sent = []
    with bench.database() as filled:
        mails = bench.scaled(PACED_SECONDS * MAILS_A_SECOND)
        fill(filled, due=bench.scaled(DUE), waiting=bench.scaled(WAITING), escalated=mails)
        for number in range(1, bench.runs + 1):
            with bench.copy(filled) as url:
                rates["without"].append(_sweep(bench, url).rate)
            with bench.copy(filled) as url, Sink() as sink:
                cost, a_minute = _sweep_while_sending(bench, url, sink)
                rates["with"].append(cost.rate)
                sent.append(a_minute)
            without, beside = (f"{each[-1]:,.0f}" for each in rates.values())
            bench.say(f"run {number}: {without} follow-ups/s, {beside} beside {sent[-1]:,.0f} mails/min")
    figures = {
        name: Figure(f"deliveries.sweep_{name}", "follow-ups/s", tuple(each)) for name, each in rates.items()
    }
    yield from figures.values()
    yield ratio("deliveries.sweep_ratio", figures["with"], figures["without"], goal=0.9)
    yield Figure("deliveries.while_sweeping", "mails/min", tuple(sent), goal=10_000)


def _sweep(bench: Bench, url: str) -> Cost:
    with ExitStack() as stack:
        broker_url = _pipeline(bench, stack, url)
        return measured(bench, url, bench.scaled(DUE), lambda: sweep(url, broker_url))


def _sweep_while_sending(bench: Bench, url: str, sink: Sink) -> tuple[Cost, float]:
    with ExitStack() as stack:
        broker_url = _pipeline(bench, stack, url)
        stack.enter_context(_dispatcher(bench, url, sink))
        owner = create_engine(url)
        stack.callback(owner.dispose)
        feeder = _Feeder(owner, MAILS_A_SECOND, PACED_SECONDS * bench.scale)
        feeder.start()
        eventually(sink.arrivals, 30, what="a mail")
        cost = measured(bench, url, bench.scaled(DUE), lambda: sweep(url, broker_url))
        feeder.join()
        told = dict(_rows(owner, TOLD, not_to=""))
        at = eventually(partial(_arrived, sink, set(told)), 240, interval=0.5, what="every mail")
        return cost, 60 * len(told) / (max(at) - min(told.values()))


def _delays(bench: Bench) -> Iterator[Figure]:
    """From a step to the mail's acceptance, sweep by sweep, while nothing else is due."""
    with bench.database() as url, Sink() as sink, ExitStack() as stack:
        fill(url)
        broker_url = _pipeline(bench, stack, url)
        stack.enter_context(_dispatcher(bench, url, sink))
        owner = create_engine(url)
        stack.callback(owner.dispose)
        for number in range(SWEEPS):
            with owner.begin() as tx:
                tx.execute(COMES_DUE, {"behind": number * STEPS_EACH, "number": STEPS_EACH})
            sweep(url, broker_url)
            time.sleep(number / SWEEPS)  # at another moment of the second in which the dispatcher looks
        raised = dict(_rows(owner, STEPS))
        assert len(raised) == SWEEPS * STEPS_EACH
        eventually(partial(_arrived, sink, set(raised)), 60, what="every mail")
        delays = sorted(1_000 * (each.at - raised[each.id]) for each in sink.arrivals())
    yield Figure("deliveries.delay_p50", "ms", (statistics.median(delays),))
    yield Figure("deliveries.delay_p99", "ms", (delays[int(len(delays) * 0.99)],), goal=5_000, at_most=True)


def _hanging(bench: Bench) -> Iterator[Figure]:
    """The longest delay of mails to others, while the mail server hangs at each of one domain, and before."""
    seconds = HANGS_SECONDS + 3
    with bench.database() as url, Sink() as sink, ExitStack() as stack:
        fill(url, escalated=5_000)
        owner = create_engine(url)
        stack.callback(owner.dispose)
        with owner.begin() as tx:
            tx.execute(HANG, {"domain": HANGING})
        stack.enter_context(_dispatcher(bench, url, sink))
        without = _longest_delay(owner, sink, seconds // 3)
        _tell(owner, TO_ONE_THAT_HANGS, to=f"%@{HANGING}")
        with_it = _longest_delay(owner, sink, seconds)
    bench.say(f"others waited {without:,.0f} ms at most, {with_it:,.0f} while one hung")
    yield Figure("deliveries.added_by_one_that_hangs", "ms", (with_it - without,), goal=1_000, at_most=True)


def _longest_delay(owner: Engine, sink: Sink, seconds: float) -> float:
    """Milliseconds, of mails to others that are told meanwhile."""
    begun = time.time()
    feeder = _Feeder(owner, OTHERS_A_SECOND, seconds, to="%@example.com")
    feeder.start()
    feeder.join()
    told = {id_: at for id_, at in _rows(owner, TOLD, not_to=f"%@{HANGING}") if at > begun - 1}
    eventually(partial(_arrived, sink, set(told)), 2 * HANGS_SECONDS + 30, what="every mail to others")
    return max(1_000 * (each.at - told[each.id]) for each in sink.arrivals() if each.id in told)


@dataclass
class _Feeder(threading.Thread):
    """Tells people at an even pace.

    Args:
        owner: of the database.
        a_second: how many.
        seconds: for how long.
        to: whom, as LIKE has it.
    """

    owner: Engine
    a_second: int
    seconds: float
    to: str = "%"
    behind: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        begun = time.monotonic()
        for number in range(round(self.seconds * FEEDS_A_SECOND)):
            time.sleep(max(0.0, begun + number / FEEDS_A_SECOND - time.monotonic()))
            self.behind = _tell(self.owner, self.a_second // FEEDS_A_SECOND, self.to, self.behind)


def _tell(owner: Engine, number: int, to: str = "%", behind: int = 0) -> int:
    """Tell of so many follow-ups; returns the last one."""
    with owner.begin() as tx:
        told = tx.execute(TELL, {"number": number, "address": to, "behind": behind}).scalars().all()
    assert len(told) == number, f"there are only {len(told)} of {number} left to tell of"
    return int(max(told))


def _switch_on(owner: Engine) -> None:
    with owner.begin() as tx:
        tx.execute(SWITCH_ON)


def _all_sent(owner: Engine) -> None:
    eventually(lambda: not _one(owner, LEFT), 600, interval=0.1, what="every mail is sent")


def _arrived(sink: Sink, ids: set[str]) -> Sequence[float]:
    """When each of these arrived; nothing before all have."""
    at = {each.id: each.at for each in sink.arrivals() if each.id in ids}
    return list(at.values()) if len(at) == len(ids) else []


def _pipeline(bench: Bench, stack: ExitStack, url: str) -> str:
    """What raises and announces, ready; returns the broker's URL."""
    broker_url = stack.enter_context(bench.broker())
    for name in ("escalator", "notifier"):
        stack.enter_context(bench.service(name, url, broker_url))
    bench.await_consumers(broker_url, "escalator", "notifier")
    return broker_url


@contextmanager
def _dispatcher(bench: Bench, url: str, sink: Sink, **settings: str) -> Iterator[Process]:
    """A dispatcher that has switched mail on."""
    given = {**SETTINGS, "FOLLOWUP_SMTP_URL": sink.url, **settings}
    owner = create_engine(url)
    with bench.service("dispatcher", url, **given) as process:
        eventually(lambda: _one(owner, IS_ON), 60, what="mail is on")
        owner.dispose()
        yield process


def _rows(owner: Engine, statement: Executable, **values: object) -> list[tuple[str, float]]:
    with owner.begin() as tx:
        return [(row.id, float(row.at)) for row in tx.execute(statement, values)]


def _one(owner: Engine, statement: Executable) -> object:
    with owner.begin() as tx:
        return tx.execute(statement).scalar()
