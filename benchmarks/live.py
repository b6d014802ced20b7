"""Two thousand open inboxes on one API process while ten thousand notifications a second are written."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from operator import itemgetter
from urllib.parse import SplitResult, urlsplit

from followup_common.db.wakeups import wake_inboxes
from sqlalchemy import create_engine, text

from benchmarks.bench import Bench
from benchmarks.clients import address_of, tokens
from benchmarks.figures import Figure
from benchmarks.footprint import memory as memory_of

STREAMS = 2_000
BATCH = 1_000
BATCHES_A_SECOND = 10
SECONDS = 10
LAST_ARRIVE_WITHIN = 5

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
"""A writer that nobody keeps is closed."""

PEOPLE = text("""
    INSERT INTO users (email, name)
    SELECT i || '@example.com', 'Agent ' || i FROM generate_series(1, :people) i RETURNING id
""")
NOTIFY = text("""
    INSERT INTO notifications (follow_up_id, run, step, policy_version_id, due_at, user_id, audience)
    SELECT :first + i, 1, 1, 1, now(), user_id, 'assignee'
    FROM unnest(CAST(:users AS bigint[])) WITH ORDINALITY AS told (user_id, i)
    RETURNING user_id, id
""")


@dataclass
class Written:
    """When which notification of whom was committed."""

    commits: dict[int, list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))
    seconds: float = 0
    count: int = 0


def measure(bench: Bench) -> Iterator[Figure]:
    """Once: it takes long, and its figures are made of thousands of arrivals."""
    streams = bench.scaled(STREAMS)
    with bench.database() as url, bench.service("api", url, "amqp://localhost:1/") as process:
        address = address_of(process)
        idle = memory_of(process)
        people = _people(url, streams)
        with _Listeners(address, people) as listeners:
            opened = memory_of(process)
            written = _write(url, list(people))
            arrivals = listeners.stop()
    delays = sorted(_delays(written, arrivals))
    bench.say(f"{written.count / written.seconds:,.0f} notifications/s, {len(delays):,} arrivals")
    yield Figure("live.written", "notifications/s", (written.count / written.seconds,), goal=9_500)
    yield Figure("live.delay_p50", "ms", (1_000 * statistics.median(delays),))
    yield Figure("live.delay_p99", "ms", (1_000 * delays[int(len(delays) * 0.99)],), goal=1_000, at_most=True)
    per_stream = (opened - idle) * 1_024 / streams
    yield Figure("live.memory_per_stream", "KiB", (per_stream,), goal=100_000 / 1_024, at_most=True)


def _people(url: str, number: int) -> dict[int, str]:
    engine = create_engine(url)
    with engine.begin() as tx:
        user_ids = list(tx.execute(PEOPLE, {"people": number}).scalars())
    engine.dispose()
    return tokens(url, user_ids)


def _write(url: str, user_ids: list[int]) -> Written:
    """Write as the notifier does, a batch a transaction, at an even pace."""
    written = Written()
    engine = create_engine(url)
    rng = random.Random(1)
    begun = time.time()
    for number in range(SECONDS * BATCHES_A_SECOND):
        time.sleep(max(0, begun + number / BATCHES_A_SECOND - time.time()))
        told = [rng.choice(user_ids) for _ in range(BATCH)]
        with engine.begin() as tx:
            rows = tx.execute(NOTIFY, {"first": number * BATCH, "users": told}).all()
            wake_inboxes(tx, set(told))
        committed = time.time()
        for user_id, newest in dict(sorted(map(tuple, rows), key=itemgetter(1))).items():
            written.commits[user_id].append((committed, newest))
        written.count += BATCH
    written.seconds = max(time.time() - begun, SECONDS)
    engine.dispose()
    return written


def _delays(written: Written, arrivals: dict[int, list[tuple[float, int]]]) -> Iterator[float]:
    """From each commit to the first event that knows of it."""
    for user_id, commits in written.commits.items():
        events = iter(arrivals[user_id])
        arrived, known = next(events)
        for committed, newest in commits:
            while known < newest:
                arrived, known = next(events)  # StopIteration: a stream never heard of it
            yield max(0.0, arrived - committed)


class _Listeners:
    """The streams' other ends, in a process of their own."""

    def __init__(self, address: str, people: dict[int, str]) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_listen, args=(theirs, address, people))

    def __enter__(self) -> _Listeners:
        self._process.start()
        assert self._pipe.poll(120), "the streams did not open within 120 s"
        self._pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()

    def stop(self) -> dict[int, list[tuple[float, int]]]:
        """Let the last events arrive; returns when which state of whose inbox arrived."""
        time.sleep(LAST_ARRIVE_WITHIN)
        self._pipe.send("stop")
        arrivals: dict[int, list[tuple[float, int]]] = self._pipe.recv()
        return arrivals


def _listen(pipe: Pipe, address: str, people: dict[int, str]) -> None:
    asyncio.run(_listen_to_all(pipe, urlsplit(address), people))


async def _listen_to_all(pipe: Pipe, address: SplitResult, people: dict[int, str]) -> None:
    arrivals: dict[int, list[tuple[float, int]]] = {user_id: [] for user_id in people}
    at_once = asyncio.Semaphore(50)
    opening = (_open(address, token, at_once) for token in people.values())
    streams = dict(zip(people, await asyncio.gather(*opening), strict=True))
    for user_id, stream in streams.items():
        await _event(stream, arrivals[user_id])  # each begins with the state of the inbox
    pipe.send("opened")
    tasks = [asyncio.create_task(_read(stream, arrivals[user_id])) for user_id, stream in streams.items()]
    await asyncio.to_thread(pipe.recv)
    for task in tasks:
        task.cancel()
    pipe.send(arrivals)


async def _open(address: SplitResult, token: str, at_once: asyncio.Semaphore) -> Stream:
    async with at_once:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        head = f"GET /api/v1/notifications/stream HTTP/1.1\r\nHost: {address.netloc}\r\n"
        writer.write(f"{head}Authorization: Bearer {token}\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        return reader, writer


async def _read(stream: Stream, arrived: list[tuple[float, int]]) -> None:
    while True:
        await _event(stream, arrived)


async def _event(stream: Stream, arrived: list[tuple[float, int]]) -> None:
    await stream[0].readuntil(b"data: ")
    state = json.loads(await stream[0].readline())
    arrived.append((time.time(), state["newest_id"] or 0))
