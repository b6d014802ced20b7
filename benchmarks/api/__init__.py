"""Requests a second of what people read most, against a floor without a framework, and of what they write.

Every request that the page sends when it opens, as an employee, as a manager of half of the company and as an
admin; in turn with the floor, which answers with the same rows of the same SQL.
"""

from __future__ import annotations

import os
import pickle
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from benchmarks.api.company import FOLLOW_UPS, Company, make_company
from benchmarks.api.floor import RECORDED
from benchmarks.api.load import Measured, load
from benchmarks.api.recording import recorded
from benchmarks.bench import Bench
from benchmarks.figures import Figure
from tests.support.ports import free_port
from tests.support.postgres import libpq_url, role_url
from tests.support.processes import Process
from tests.support.waiting import eventually

API = "/api/v1"
VIEWS = ("overdue", "today", "upcoming", "completed", "all")
DEEP_PAGE = 500


@dataclass(frozen=True)
class Case:
    """A request that is measured.

    Args:
        name: of its figures.
        who: employee, manager or admin.
        path: below the API's.
        query: of the address.
        is_list: whether the goal for lists holds.
        seconds: how long it is asked; longer where an answer takes long.
    """

    name: str
    who: str
    path: str
    query: str = ""
    is_list: bool = True
    seconds: int = 1


def measure(bench: Bench) -> Iterator[Figure]:
    """Read in turn with the floor, then write."""
    with bench.database() as database_url, bench.broker() as broker_url:
        company = _filled(bench, database_url)
        api_port, floor_port = free_port(), free_port()
        with bench.service("api", database_url, broker_url, FOLLOWUP_PORT=str(api_port)):
            eventually(lambda: _get(api_port, "/readyz").is_success, 60, what="the API")
            cases = [*_cases(), *_deep(api_port, company)]
            with _floor(database_url, company, cases, floor_port):
                yield from _read(bench, company, cases, {"api": api_port, "floor": floor_port})
            yield from _write(bench, company, api_port)


def _cases() -> Iterator[Case]:
    for who in ("employee", "manager", "admin"):
        for view in VIEWS:
            yield Case(f"{view}.{who}", who, "/follow-ups", f"view={view}")
        yield Case(f"counts.{who}", who, "/follow-ups/counts", is_list=False)
    for who in ("manager", "admin"):
        for level in ("manager", "admin"):
            yield Case(f"escalations_{level}.{who}", who, "/escalations", f"level={level}")
        yield Case(f"summary.{who}", who, "/escalations/summary", is_list=False, seconds=3)
    yield Case("unread_count", "manager", "/notifications/unread-count", is_list=False)
    yield Case("notifications", "manager", "/notifications")


def _deep(port: int, company: Company) -> Iterator[Case]:
    """The same lists from page 500 on; of less data, from the last page but one."""
    for who in ("manager", "admin"):
        cursor = None
        for _ in range(DEEP_PAGE * 50 // 200):
            query = f"view=overdue&limit=200{f'&cursor={cursor}' if cursor else ''}"
            page = _get(port, f"{API}/follow-ups?{query}", company.tokens[who]).json()
            if page["next_cursor"] is None:
                break
            cursor = page["next_cursor"]
        yield Case(f"page_{DEEP_PAGE}.{who}", who, "/follow-ups", f"view=overdue&cursor={cursor}")


def _read(bench: Bench, company: Company, cases: list[Case], ports: dict[str, int]) -> Iterator[Figure]:
    runs: dict[tuple[str, str], list[Measured]] = defaultdict(list)
    for number in range(bench.runs + 1):  # the first to warm up
        for case in cases:
            for contender, port in ports.items():
                url = f"http://127.0.0.1:{port}{API}{case.path}?{case.query}"
                runs[contender, case.name].append(load(url, company.tokens[case.who], case.seconds))
        bench.say(f"run {number} of {bench.runs}: {len(cases)} requests")
    for case in cases:
        ours, floors = (runs[contender, case.name][1:] for contender in ("api", "floor"))
        bench.say(f"{case.name:26} {_said(ours)}   floor {_said(floors)}")
        yield from _figures(case.name, ours)
        pairs = list(zip(ours, floors, strict=True))
        rates = tuple(our.rate / floor.rate for our, floor in pairs)
        yield Figure(f"api.{case.name}.ratio_to_floor", "ratio", rates)
        if case.is_list:
            p99s = tuple(our.p99 / floor.p99 for our, floor in pairs)
            yield Figure(f"api.{case.name}.p99_to_floor", "ratio", p99s, goal=3, at_most=True)
    for who in ("manager", "admin"):
        deep, first = (runs["api", f"{name}.{who}"][1:] for name in (f"page_{DEEP_PAGE}", "overdue"))
        ratios = tuple(late.p50 / early.p50 for late, early in zip(deep, first, strict=True))
        yield Figure(f"api.page_{DEEP_PAGE}_to_first.{who}", "ratio", ratios, goal=1.25, at_most=True)


def _write(bench: Bench, company: Company, port: int) -> Iterator[Figure]:
    due = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    create = f"""
        wrk.method = "POST"
        wrk.headers["Content-Type"] = "application/json"
        wrk.body = '{{"title": "Call back", "due_at": "{due}", "notes": "Ask how the trial went."}}'
    """
    next_id = company.last_follow_up
    for name, path in (("create", "/follow-ups"), ("complete", "/follow-ups")):
        measured = []
        for _ in range(bench.runs):
            complete = f"""
                id = {next_id}
                request = function()
                    id = id - 1
                    return wrk.format("POST", "{API}/follow-ups/" .. id .. "/complete")
                end
            """
            script = create if name == "create" else complete
            url = f"http://127.0.0.1:{port}{API}{path}"
            measured.append(load(url, company.tokens["admin"], 1, script))
            next_id -= round(measured[-1].rate * 2)  # never one twice
        bench.say(f"{name:26} {_said(measured)}")
        yield from _figures(name, measured)


def _figures(name: str, measured: list[Measured]) -> Iterator[Figure]:
    yield Figure(f"api.{name}.rate", "requests/s", tuple(one.rate for one in measured))
    yield Figure(f"api.{name}.p50", "ms", tuple(one.p50 for one in measured))
    yield Figure(f"api.{name}.p99", "ms", tuple(one.p99 for one in measured))


def _said(measured: list[Measured]) -> str:
    best = max(measured, key=lambda one: one.rate)
    return f"{best.rate:6,.0f}/s, p50 {best.p50:6.1f} ms, p99 {best.p99:6.1f} ms"


def _filled(bench: Bench, database_url: str) -> Company:
    follow_ups = bench.scaled(FOLLOW_UPS)
    bench.say(f"{follow_ups:,} follow-ups")
    return make_company(database_url, follow_ups)


@contextmanager
def _floor(database_url: str, company: Company, cases: list[Case], port: int) -> Iterator[None]:
    url = role_url(database_url, "followup_api")
    requests = [(API + case.path, case.query, company.tokens[case.who]) for case in cases]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recorded"
        plain = libpq_url(url) + "%20-cjit%3Doff%20-ctimezone%3DUTC"  # as the API's connections are
        file.write_bytes(pickle.dumps((plain, recorded(url, requests))))
        process = Process(
            command=[
                *(sys.executable, "-m", "uvicorn", "--factory", "benchmarks.api.floor:app"),
                *("--port", str(port), "--no-access-log", "--log-level", "warning", "--lifespan", "off"),
            ],
            log=Path(folder) / "floor.log",
            environment={**os.environ, RECORDED: str(file)},
        )
        process.start()
        try:
            first = requests[0]
            address = f"{first[0]}?{first[1]}"
            eventually(lambda: _get(port, address, first[2]).is_success, 60, what="the floor")
            yield
        finally:
            process.terminate(timeout=30)


def _get(port: int, path: str, token: str = "none") -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"http://127.0.0.1:{port}{path}", headers=headers, timeout=60)
