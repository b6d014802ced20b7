"""Simulations as they are asked for: all at once, or as events that say how far they are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from fastapi.concurrency import contextmanager_in_threadpool, iterate_in_threadpool
from followup_common.db import Transaction

from followup_api.dependencies import AppContext
from followup_api.followups.scopes import Scope
from followup_api.permissions import Caller
from followup_api.policies.candidates import Candidate
from followup_api.policies.comparison import Progress, compare
from followup_api.policies.schemas import Replay, Simulation, Window
from followup_api.policies.simulation import simulate
from followup_api.unit_of_work import reading

EVENT_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "How far it is, and at last what was found.",
        "content": {
            "text/event-stream": {
                "schema": {
                    "type": "object",
                    "description": "Each event.",
                    "properties": {
                        "event": {"type": "string", "enum": ["progress", "result"]},
                        "data": {"type": "string", "contentMediaType": "application/json"},
                    },
                },
                "example": {"event": "progress", "data": '{"done": 2000, "total": 84210}'},
            }
        },
    }
}
ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "application/json": {
                "example": {
                    **{"window": "now", "since": "2026-02-02T09:00:00Z", "until": "2026-02-02T09:00:00Z"},
                    **{"follow_ups": 84, "uncounted": 0, "problems": [], "moves": 12, "tells": 1},
                    **{"people": 1, "at_once": {"tells": 1, "people": 1}},
                    "by_moving": {"tells": 1, "people": 1},
                    "by_day": [{"date": "2026-02-02", "count": 1}],
                    "by_step": [
                        {
                            **{"policy": "Key accounts", "step": 2, "label": "manager"},
                            **{"severity": "escalated", "count": 1},
                        }
                    ],
                    "by_person": [
                        {
                            "user": {"id": 2, "name": "Dana Reyes"},
                            "count": 1,
                            "by_day": [{"date": "2026-02-02", "count": 1}],
                        }
                    ],
                }
            }
        }
    }
}


class Asked(NamedTuple):
    """A simulation that somebody asks for.

    Attributes:
        candidates: the policies in their order; the last one is for everything.
        window: how far to look.
        scope: whose follow-ups.
        time_zone: whose days are counted by.
    """

    candidates: list[Candidate]
    window: Window
    scope: Scope
    time_zone: str

    def found(self, tx: Transaction) -> Simulation | Replay:
        """What it finds."""
        *_, found = self.steps(tx)
        assert not isinstance(found, Progress)  # noqa: S101 - the last one is the result
        return found

    def steps(self, tx: Transaction) -> Iterator[Progress | Simulation | Replay]:
        """How far it is, from time to time; at last what it finds."""
        if self.window is Window.LAST_90_DAYS:
            yield from compare(tx, self.candidates, self.scope)
        else:
            yield simulate(tx, self.candidates, self.window, self.scope, self.time_zone)


def place(app: AppContext, caller: Caller, window: Window) -> AbstractContextManager[None]:
    """Looks back keep a processor busy for long: one of each person at a time, and few of all.

    Raises:
        ReplayRunning, ReplaysFull: there is no place when the context is entered.
    """
    return app.replays.one(caller.user_id) if window is Window.LAST_90_DAYS else nullcontext()


async def events(app: AppContext, asked: Asked) -> AsyncIterator[str]:
    """A simulation as server-sent events, on a connection of its own."""
    async with app.threads.place(), contextmanager_in_threadpool(reading(app.database)) as work:
        async for found in iterate_in_threadpool(asked.steps(work.tx)):
            if isinstance(found, Progress):
                yield f'event: progress\ndata: {{"done": {found.done}, "total": {found.total}}}\n\n'
            else:
                yield f"event: result\ndata: {found.model_dump_json()}\n\n"
