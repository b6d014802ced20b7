"""How long people wait: the mix of requests that the page makes, at 50 a second, among a million follow-ups.

What the page asks for in a working day was recorded in a browser (`benchmarks.mix.record`). Here as many of
these requests come as some 3,000 people at work make, at random times, whether or not earlier ones have been
answered. A request takes from when it was to be sent until its answer is there.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from benchmarks.api.company import FOLLOW_UPS, PEOPLE, make_company
from benchmarks.bench import Bench
from benchmarks.clients import address_of
from benchmarks.figures import Figure
from benchmarks.mix.load import Answer, send
from benchmarks.mix.people import let_log_in
from benchmarks.mix.requests import Plan

RATE = 50
"""Requests a second."""
SECONDS = 60
"""How long one run takes; the figures are those of all runs together."""
WARM_UP = 15
READ, WRITE = 100, 150
"""Milliseconds within which 99 in 100 requests of every kind have their answer."""
SUBJECTS = PEOPLE * 10


def measure(bench: Bench) -> Iterator[Figure]:
    """All runs in one, after a while in which caches fill."""
    with bench.database() as database_url, bench.broker() as broker_url:
        follow_ups = bench.scaled(FOLLOW_UPS)
        bench.say(f"{follow_ups:,} follow-ups")
        make_company(database_url, follow_ups)
        answers = _answers(bench, database_url, broker_url)
    yield from _figures(bench, answers)


def _answers(bench: Bench, database_url: str, broker_url: str) -> list[Answer]:
    settings = {"FOLLOWUP_RABBITMQ_MANAGEMENT_URL": _management_url(bench)}
    with bench.service("api", database_url, broker_url, **settings) as process:
        address = address_of(process)
        actors = let_log_in(database_url, address)
        _run(address, Plan(address, actors, SUBJECTS, seed=1), WARM_UP)
        before = os.getloadavg()[0]
        answers = _run(address, Plan(address, actors, SUBJECTS, seed=2), SECONDS * bench.runs)
    bench.say(f"load {before:.1f} before, {os.getloadavg()[0]:.1f} after")
    return answers


def _management_url(bench: Bench) -> str:
    rabbitmq = bench.servers.rabbitmq()
    login = urlsplit(rabbitmq.url).netloc.rpartition("@")[0]
    return rabbitmq.management_url.replace("://", f"://{login}@")


def _run(address: str, plan: Plan, seconds: float) -> list[Answer]:
    requests = list(plan.requests(RATE, seconds))
    place = urlsplit(address)
    assert place.hostname
    assert place.port
    answers = send(place.hostname, place.port, requests)
    refused = [answer for answer in answers if answer.status >= 300]
    assert not refused, [(one.request.head.partition("\r\n")[0], one.status, one.text) for one in refused[:5]]
    return answers


def _figures(bench: Bench, answers: Sequence[Answer]) -> Iterator[Figure]:
    kinds: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        kinds[answer.request.kind].append(answer)
    yield Figure("mix.sent", "requests", (len(answers),))
    yield Figure("mix.sent_late", "ms", (_within([one.late for one in answers], 99),))
    for name, reads, bound in (("reads", True, READ), ("writes", False, WRITE)):
        took = [one.took for one in answers if one.request.reads is reads]
        yield Figure(f"mix.{name}", "ms", (_within(took, 99),), goal=bound, at_most=True)
    for kind, some in sorted(kinds.items(), key=lambda item: -len(item[1])):
        took = [one.took for one in some]
        bound = READ if some[0].request.reads else WRITE
        yield Figure(f"mix.{kind}.requests", "requests", (len(some),))
        yield Figure(f"mix.{kind}.p50", "ms", (_within(took, 50),))
        yield Figure(f"mix.{kind}.p95", "ms", (_within(took, 95),))
        yield Figure(f"mix.{kind}.p99", "ms", (_within(took, 99),), goal=bound, at_most=True)
        for who in sorted({one.request.who for one in some}):
            theirs = [one.took for one in some if one.request.who == who]
            p50, p99 = _within(theirs, 50), _within(theirs, 99)
            bench.say(f"{kind:40} {who:9} {len(theirs):5} p50 {p50:6.1f} p99 {p99:7.1f}")


def _within(values: Sequence[float], percent: int) -> float:
    """The value that so many in a hundred do not exceed; the largest where there are fewer than a hundred."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
