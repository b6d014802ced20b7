"""People who plan what repeats, through the real API."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from random import Random
from typing import Any

import httpx

from tests.faults.recurring import RULES

Answer = httpx.Response | None


class Planners:
    """One admin's client of the API, for what repeats.

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
        self._series: deque[int] = deque(maxlen=30)
        self._numbers = count(1)

    def begin_series(self, rng: Random, _: int, due_at: datetime) -> Answer:
        """Plan the first one of a series."""
        rule = {**rng.choice(RULES), "closed_days": "keep", "time_zone": "UTC"}
        body = {
            **{"title": "Again", "due_at": due_at.isoformat(), "assignee_id": rng.choice(self._assignable)},
            **{"external_id": f"series-{next(self._numbers)}", "repeats": rule},
        }
        answer = self._client.post(f"{self._api}/follow-ups", json=body)
        if answer.is_success:
            self._series.append(answer.json()["series_id"])
        return answer

    def work_on_series(self, rng: Random, _: int, due_at: datetime) -> Answer:
        """End the open one of a series in one of the ways there are, or change it and the following."""
        if not self._series:
            return None
        series = self._client.get(f"{self._api}/series/{rng.choice(self._series)}")
        if not series.is_success or series.json()["open_id"] is None:
            return None
        ways: dict[Callable[[Random, dict[str, Any]], Answer], int] = {
            self._complete: 8,
            self._complete_many: 3,
            self._import_completed: 4,
            self._delete: 4,
            self._assign_following: 4,
            self._change_rule: 2,
            self._end: 1,
        }
        return rng.choices(list(ways), weights=list(ways.values()))[0](rng, series.json())

    def _complete(self, _: Random, series: dict[str, Any]) -> Answer:
        answer = self._client.post(f"{self._api}/follow-ups/{series['open_id']}/complete")
        if answer.is_success:
            self._recent.append(series["open_id"])
        return answer

    def _complete_many(self, rng: Random, series: dict[str, Any]) -> Answer:
        others = rng.sample([*self._series], min(2, len(self._series)))
        read = [self._client.get(f"{self._api}/series/{number}") for number in others]
        ids = {series["open_id"], *(each.json().get("open_id") for each in read if each.is_success)} - {None}
        body = {"action": "complete", "ids": sorted(ids)}
        answer = self._client.post(f"{self._api}/follow-ups/bulk", json=body)
        if answer.is_success:
            self._recent.extend(answer.json()["done"])
        return answer

    def _import_completed(self, _: Random, series: dict[str, Any]) -> Answer:
        found = self._client.get(f"{self._api}/follow-ups/{series['open_id']}")
        if not found.is_success or found.json()["external_id"] is None:
            return self._complete(_, series)
        one = found.json()
        line = ",".join(
            (one["external_id"], one["title"], one["assignee"]["email"], one["due_at"], "completed")
        )
        return self._client.post(
            f"{self._api}/imports/follow-ups",
            content=f"external_id,title,assignee_email,due_at,status\n{line}\n",
            headers={"Content-Type": "text/csv"},
        )

    def _delete(self, _: Random, series: dict[str, Any]) -> Answer:
        answer = self._client.delete(f"{self._api}/follow-ups/{series['open_id']}")
        if answer.is_success:
            self._deleted.append(series["open_id"])
        return answer

    def _assign_following(self, rng: Random, series: dict[str, Any]) -> Answer:
        return self._patch(series, assignee_id=rng.choice(self._assignable))

    def _change_rule(self, rng: Random, series: dict[str, Any]) -> Answer:
        rule = {**rng.choice(RULES), "closed_days": "keep", "time_zone": "UTC"}
        return self._patch(series, repeats=rule)

    def _patch(self, series: dict[str, Any], **changes: Any) -> Answer:
        headers = {"If-Match": series["etag"]}
        return self._client.patch(f"{self._api}/series/{series['id']}", json=changes, headers=headers)

    def _end(self, _: Random, series: dict[str, Any]) -> Answer:
        return self._client.post(f"{self._api}/series/{series['id']}/end")
