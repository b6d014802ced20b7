"""The recorded mix as requests to the benchmark's company: who asks, what, and when."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx

from benchmarks.mix.people import PASSWORD, Actor

API = "/api/v1"
RECORDED = Path(__file__).with_name("recorded.json")
SHARES = {"employee": 16, "manager": 3, "admin": 1}
"""Of twenty people at work."""
WORDS = ("contract", "barley", "company 7", "offer", "call 12")
"""What is searched for: what all have, what none has, and what some have."""


@dataclass(frozen=True)
class Recorded:
    """A kind of request that the page makes, and how often in twenty people's day."""

    who: str
    method: str
    route: str
    query: str
    body: str
    times: int

    @property
    def kind(self) -> str:
        """What its figures are called: searches are told from lists, and bulk actions from each other."""
        name = f"{self.method} {self.route}"
        if "q={q}" in self.query:
            return f"{name}?q"
        return f"{name} ({self.body.split(',')[0].partition('=')[2]})" if "action=" in self.body else name


@dataclass(frozen=True)
class Request:
    """A request to be sent.

    Args:
        at: seconds after the beginning.
        kind: of its figures.
        who: whose page makes it.
        head: method, target and headers, as they go over the wire, but for the length of the body.
        body: what follows.
        streams: the answer does not end; its first event is what is waited for.
    """

    at: float
    kind: str
    who: str
    head: str
    body: bytes
    streams: bool = False

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.kind.startswith("GET ")


def mix() -> list[Recorded]:
    """What was recorded, weighed by how many of each role there are."""
    documents = json.loads(RECORDED.read_text())["requests"]
    found = []
    for one in documents:
        method, route = one["request"].split(" ", 1)
        times = one["times"] * SHARES[one["who"]]
        found.append(Recorded(one["who"], method, route, one["query"], one["body"], times))
    return found


class Plan:
    """Requests in the mix, at random times of a given rate; the same ones for the same seed.

    Args:
        address: of the API, for what has to be done before: what is undone was completed.
        actors: who asks, by role.
        subjects: how many leads and clients there are.
        seed: of the random choices.
    """

    def __init__(self, address: str, actors: dict[str, list[Actor]], subjects: int, seed: int) -> None:
        self._address, self._actors, self._subjects = address, actors, subjects
        self._random = random.Random(seed)
        self._sweep = self._started_sweep()

    def requests(self, rate: float, seconds: float) -> Iterator[Request]:
        """So many a second for so long; arrivals do not wait for each other."""
        recorded = mix()
        weights = [one.times for one in recorded]
        at = self._random.expovariate(rate)
        while at < seconds:
            one = self._random.choices(recorded, weights)[0]
            yield self._request(at, one, self._random.choice(self._actors[one.who]))
            at += self._random.expovariate(rate)

    def _request(self, at: float, one: Recorded, actor: Actor) -> Request:
        headers = {"Host": self._address.partition("//")[2], "Accept": "application/json", **actor.headers}
        path, body, more = self._filled(one, actor)
        headers |= more
        if one.route == "/session":
            del headers["Cookie"]  # else the session that it had would end
        sent = b"" if body is None else json.dumps(body).encode()
        if sent:
            headers["Content-Type"] = "application/json"
        query = f"?{self._query(one.query, actor)}" if one.query else ""
        lines = [f"{one.method} {API}{path}{query} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.items())]
        return Request(at, one.kind, one.who, "\r\n".join(lines), sent, one.route.endswith("/stream"))

    def _query(self, query: str, actor: Actor) -> str:
        word = quote(self._random.choice(WORDS))
        whose = str(self._random.choice(actor.reports or [actor.user_id]))
        theirs = dict.fromkeys(("assignee", "assignee_id", "user_id"), whose)
        return query.format(q=word, person=actor.user_id, **theirs)

    def _filled(self, one: Recorded, actor: Actor) -> tuple[str, Any, dict[str, str]]:
        """Path, body and headers of a request of this kind."""
        if one.method == "GET" or "{id}" not in one.route:
            path = one.route.replace("{id}", str(self._read_id(one, actor)))
            return path, self._body(one, actor), self._key(one)
        if one.route == "/notifications/{id}/read":
            return f"/notifications/{self._random.choice(actor.unread)}/read", None, {}
        number, tag = self._completed(actor) if one.route.endswith("/undo") else actor.open_.pop()
        return one.route.replace("{id}", str(number)), self._body(one, actor), {"If-Match": tag}

    def _read_id(self, one: Recorded, actor: Actor) -> int:
        if one.route.startswith("/subjects"):
            return self._random.randrange(1, self._subjects)
        if one.route.startswith("/users"):
            return self._random.randrange(2, 100)
        if one.route.startswith("/sweeps"):
            return self._sweep
        return self._random.choice(actor.completed)

    def _key(self, one: Recorded) -> dict[str, str]:
        creates = one.method == "POST" and one.route in ("/follow-ups", "/sweeps")
        return {"Idempotency-Key": str(uuid4())} if creates else {}

    def _body(self, one: Recorded, actor: Actor) -> Any:
        names = [name for name in one.body.split(",") if name]
        if not names:
            return None
        if one.method == "PATCH" and "due_at" in names:
            names.append("reason")  # here most of what is moved has been escalated
        values = self._values(actor)
        many = [actor.open_.pop() for _ in range(3)] if "ids" in names else []
        values |= {"ids": lambda: [number for number, _ in many], "etags": lambda: [tag for _, tag in many]}
        given = dict(name.split("=") for name in names if "=" in name)
        return given | {name: values[name]() for name in names if name not in given and "=" not in name}

    def _values(self, actor: Actor) -> dict[str, Callable[[], Any]]:
        due = datetime.now(UTC) + timedelta(days=self._random.randrange(1, 14))
        return {
            "email": lambda: actor.email,
            "password": lambda: PASSWORD,
            "title": lambda: "Call about the contract",
            "notes": lambda: "They asked for more.",
            "due_at": due.isoformat,
            "reason": lambda: "The client is away.",
            "assignee_id": lambda: self._random.choice(actor.reports or [actor.user_id]),
            "subject": lambda: {"id": self._random.randrange(1, self._subjects)},
            "kind": lambda: "call",
            "priority": lambda: "normal",
            "tags": list,
            "value": lambda: None,
            "ask_about_policy": lambda: False,  # the answer has been given
            "up_to": lambda: max(actor.unread),
        }

    def _completed(self, actor: Actor) -> tuple[int, str]:
        number, tag = actor.open_.pop()
        answer = self._post(actor, f"/follow-ups/{number}/complete", {"If-Match": tag})
        return number, answer["etag"]

    def _started_sweep(self) -> int:
        return int(self._post(self._actors["admin"][0], "/sweeps", {})["id"])

    def _post(self, actor: Actor, path: str, headers: dict[str, str]) -> Any:
        url = f"{self._address}{API}{path}"
        answer = httpx.post(url, headers={**actor.headers, **headers}, timeout=60)
        answer.raise_for_status()
        return answer.json()
