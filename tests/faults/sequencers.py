"""People who start sequences on leads, and work on them, through the real API."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from random import Random
from typing import Any

import httpx

from tests.faults.enrolled import STEPS, STOPS_ON

Answer = httpx.Response | None


class Sequencers:
    """One admin's client of the API, for sequences.

    Args:
        client: theirs.
        address: of the API.
        assignable: whom it accepts as assignees.
        recent: what was changed a moment ago, and may be undone.
        deleted: what was deleted, and may be restored.
    """

    def __init__(
        self,
        client: httpx.Client,
        address: str,
        assignable: Sequence[int],
        recent: deque[int],
        deleted: list[int],
    ) -> None:
        self._client = client
        self._api = f"{address}/api/v1"
        self._assignable = assignable
        self._recent = recent
        self._deleted = deleted
        self._sequences: list[int] = []
        self._started: deque[int] = deque(maxlen=30)
        self._numbers = count(1)

    def start_sequence(self, rng: Random, _: int, __: datetime) -> Answer:
        """Define those that there are, then start one on a new lead."""
        if len(self._sequences) < len(STEPS):
            return self._define(STEPS[len(self._sequences)])
        lead = self._post("subjects", kind="lead", name=f"Lead {next(self._numbers)}")
        if not lead.is_success:
            return lead
        answer = self._post(
            "enrolments",
            sequence_id=rng.choice(self._sequences),
            subject_id=lead.json()["id"],
            assignee_id=rng.choice(self._assignable),
        )
        if answer.is_success:
            self._started.append(answer.json()["id"])
        return answer

    def work_on_sequence(self, rng: Random, _: int, __: datetime) -> Answer:
        """End what is open of one in one of the ways there are."""
        if not self._started:
            return None
        found = self._client.get(f"{self._api}/enrolments/{rng.choice(self._started)}")
        if not found.is_success:
            return found
        enrolment = found.json()
        open_ones = [step["follow_up_id"] for step in enrolment["steps"] if step["state"] == "open"]
        if not open_ones:
            return None
        ways: dict[Callable[[Random, list[int], dict[str, Any]], Answer], int] = {
            self._complete: 10,
            self._complete_all: 5,
            self._complete_to_stop: 4,
            self._delete: 3,
            self._stop: 1,
        }
        return rng.choices(list(ways), weights=list(ways.values()))[0](rng, open_ones, enrolment)

    def _define(self, steps: Sequence[dict[str, Any]]) -> Answer:
        named = [{"title": f"Step {number}", **step} for number, step in enumerate(steps, 1)]
        name = f"Sequence {self._assignable[0]}-{id(self)}-{len(self._sequences)}"
        answer = self._post("sequences", name=name[:60], steps=named, stops_on=[STOPS_ON])
        if answer.is_success:
            self._sequences.append(answer.json()["id"])
        elif answer.status_code == httpx.codes.CONFLICT:  # it is there, and its answer did not come through
            found = self._client.get(f"{self._api}/sequences", params={"limit": 100}).json()["items"]
            self._sequences += [each["id"] for each in found if each["name"] == name]
        return answer

    def _complete(self, rng: Random, open_ones: list[int], _: dict[str, Any]) -> Answer:
        return self._done(rng.choice(open_ones))

    def _complete_to_stop(self, rng: Random, open_ones: list[int], _: dict[str, Any]) -> Answer:
        return self._done(rng.choice(open_ones), outcome=STOPS_ON)

    def _complete_all(self, rng: Random, open_ones: list[int], _: dict[str, Any]) -> Answer:
        answer = self._post(
            "follow-ups/bulk",
            action="complete",
            ids=open_ones,
            outcome=rng.choices(("done", STOPS_ON), (5, 1))[0],
        )
        if answer.is_success:
            self._recent += answer.json()["done"]
        return answer

    def _delete(self, rng: Random, open_ones: list[int], _: dict[str, Any]) -> Answer:
        gone = rng.choice(open_ones)
        answer = self._client.delete(f"{self._api}/follow-ups/{gone}")
        if answer.is_success:
            self._deleted.append(gone)
        return answer

    def _stop(self, _: Random, __: list[int], enrolment: dict[str, Any]) -> Answer:
        headers = {"If-Match": enrolment["etag"]}
        return self._client.post(f"{self._api}/enrolments/{enrolment['id']}/stop", headers=headers)

    def _done(self, follow_up: int, **body: Any) -> Answer:
        answer = self._post(f"follow-ups/{follow_up}/complete", **body)
        if answer.is_success:
            self._recent.append(follow_up)
        return answer

    def _post(self, path: str, **body: Any) -> httpx.Response:
        return self._client.post(f"{self._api}/{path}", json=body)
