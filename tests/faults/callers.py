"""People who work through the real API; when it dies under them, only the database knows what was done."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from random import Random
from typing import Any

import httpx

from tests.faults.planners import Planners
from tests.faults.sequencers import Sequencers

Answer = httpx.Response | None
"""None: there was nothing to do."""

CAN_BE_UNDONE = ("_complete", "_complete_with_next", "_reopen", "_reschedule", "_reassign")

IN_DOUBT = "in doubt"


class Callers:
    """One admin's client of the API.

    Args:
        address: where the API listens.
        token: an admin's.
        assignable: whom the API accepts as assignees.
    """

    def __init__(self, address: str, token: str, assignable: Sequence[int]) -> None:
        self.done: Counter[str] = Counter()
        self._recent: deque[int] = deque(maxlen=5)
        self._deleted: list[int] = []
        self.said: list[str] = []
        """The comments that the API said it has written."""
        self._unsure: tuple[int, str] | None = None
        self._assignable = assignable
        self._all = f"{address}/api/v1/follow-ups"
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.Client(base_url=self._all, headers=headers, timeout=20, trust_env=False)
        self._planners = Planners(self._client, address, assignable, self._recent, self._deleted)
        self._sequencers = Sequencers(self._client, address, assignable, self._recent, self._deleted)

    def act(self, rng: Random, follow_up: int, due_at: datetime) -> None:
        """Change something; what the journal says of it is written by the API's own transaction.

        Args:
            rng: decides what to do.
            follow_up: which one may be changed.
            due_at: a new due time, where one is needed.
        """
        actions: dict[Callable[[Random, int, datetime], Answer], int] = {
            self._complete: 12,
            self._complete_with_next: 8,
            self._reopen: 10,
            self._reschedule: 25,
            self._reassign: 35,
            self._create: 10,
            self._delete: 3,
            self._undo: 20,
            self._restore: 5,
            self._planners.begin_series: 5,
            self._planners.work_on_series: 30,
            self._sequencers.start_sequence: 10,
            self._sequencers.work_on_sequence: 30,
            self._comment: 15,
        }
        action = rng.choices(list(actions), weights=list(actions.values()))[0]
        name = f"api: {action.__name__.strip('_')}"
        try:
            answer = action(rng, follow_up, due_at)
        except httpx.TransportError:
            self.done[f"{name}, {IN_DOUBT}"] += 1
        else:
            if answer is not None:
                self._remember(action.__name__, follow_up, answer)
                outcome = "" if answer.is_success else f", {HTTPStatus(answer.status_code).phrase}"
                self.done[name + outcome] += 1

    def _remember(self, action: str, follow_up: int, answer: httpx.Response) -> None:
        if answer.is_success and action == "_delete":
            self._deleted.append(follow_up)
        elif answer.is_success and action in CAN_BE_UNDONE:
            self._recent.append(follow_up)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _undo(self, rng: Random, _: int, __: datetime) -> Answer:
        """Of something that was changed a moment ago, by this admin or by the others in the same name."""
        return self._client.post(f"/{rng.choice(self._recent)}/undo") if self._recent else None

    def _restore(self, _: Random, __: int, ___: datetime) -> Answer:
        return self._client.post(f"/{self._deleted.pop()}/restore") if self._deleted else None

    def _complete(self, _: Random, follow_up: int, __: datetime) -> Answer:
        return self._client.post(f"/{follow_up}/complete")

    def _complete_with_next(self, _: Random, follow_up: int, due_at: datetime) -> Answer:
        body = {"outcome": "no answer", "note": "Voicemail", "next": {"due_at": due_at.isoformat()}}
        return self._client.post(f"/{follow_up}/complete", json=body)

    def _reopen(self, _: Random, follow_up: int, __: datetime) -> Answer:
        return self._client.post(f"/{follow_up}/reopen")

    def _reschedule(self, _: Random, follow_up: int, due_at: datetime) -> Answer:
        return self._edit(follow_up, due_at=due_at.isoformat(), reason="It can wait")

    def _reassign(self, rng: Random, follow_up: int, _: datetime) -> Answer:
        return self._edit(follow_up, assignee_id=rng.choice(self._assignable))

    def _create(self, rng: Random, _: int, due_at: datetime) -> Answer:
        body = {
            **{"title": "New", "due_at": due_at.isoformat(), "assignee_id": rng.choice(self._assignable)},
            **{"kind": rng.choice(("task", "meeting")), "priority": rng.choice(("normal", "high"))},
        }
        return self._client.post(self._all, json=body)

    def _delete(self, _: Random, follow_up: int, __: datetime) -> Answer:
        return self._client.delete(f"/{follow_up}")

    def _comment(self, rng: Random, follow_up: int, _: datetime) -> Answer:
        """Say something to two who may see it; what is in doubt is sent again, under the same key."""
        if self._unsure is None:
            found = self._client.get(f"/{follow_up}/mentionable")
            people = [each["id"] for each in found.json()["items"]] if found.is_success else []
            if not people:
                return None
            names = " ".join(f"<@{id_}>" for id_ in rng.sample(people, min(len(people), 2)))
            self._unsure = follow_up, f"{rng.getrandbits(64):x} {names}"
        where, body = self._unsure
        key = {"Idempotency-Key": body.split()[0]}
        answer = self._client.post(f"/{where}/comments", json={"body": body}, headers=key)
        if not answer.is_server_error:
            self._unsure = None
        if answer.is_success:
            self.said.append(body)
        return answer

    def _edit(self, follow_up: int, **changes: Any) -> Answer:
        """Change an open follow-up, if it is still as it was read."""
        read = self._client.get(f"/{follow_up}")
        if not read.is_success or read.json()["status"] != "open":
            return None
        return self._client.patch(f"/{follow_up}", json=changes, headers={"If-Match": read.headers["ETag"]})
