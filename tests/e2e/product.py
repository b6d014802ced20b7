"""A running product, and what the tests ask it for through its API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx

from tests.support.waiting import eventually

PASSWORD = "a password for tests"


@dataclass(frozen=True)
class Person:
    """Somebody who can log in."""

    id: int
    name: str
    email: str


@dataclass
class Product:
    """`followup run`, seen by its admin.

    Args:
        url: where it listens.
        token: an API token of an admin.
    """

    url: str
    token: str = field(repr=False)
    _numbers: count[int] = field(default_factory=lambda: count(1), repr=False)

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        self.api = httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=60)

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """Call the API as its admin; anything but success fails the test."""
        answer = self.api.request(method, path, **arguments)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def person(
        self,
        name: str,
        role: str = "employee",
        *,
        manager: Person | None = None,
        time_zone: str = "Europe/Berlin",
    ) -> Person:
        """Add a person of a test's own."""
        email = f"{name.lower().replace(' ', '.')}.{next(self._numbers)}@example.com"
        body = {
            "name": name,
            "email": email,
            "role": role,
            "manager_id": manager.id if manager else None,
            "time_zone": time_zone,
            "password": PASSWORD,
        }
        return Person(self.call("POST", "/users", json=body)["id"], name, email)

    def follow_up(
        self, assignee: Person, title: str, *, due: timedelta | datetime, **more: Any
    ) -> dict[str, Any]:
        """Plan a follow-up.

        Args:
            assignee: whose it is.
            title: what is to be done.
            due: from now on; negative: overdue by so much. Or a moment.
            more: further fields of the body.
        """
        at = due if isinstance(due, datetime) else datetime.now(UTC) + due
        body = {"title": title, "assignee_id": assignee.id, "due_at": at.isoformat(), **more}
        created: dict[str, Any] = self.call("POST", "/follow-ups", json=body)
        return created

    def sweep(self) -> dict[str, Any]:
        """Run a sweep to its end."""
        started = self.call("POST", "/sweeps")["id"]

        def ended() -> dict[str, Any] | None:
            sweep: dict[str, Any] = self.call("GET", f"/sweeps/{started}")
            return sweep if sweep["finished_at"] else None

        done = eventually(ended, 120, what=f"the end of sweep {started}")
        assert done is not None
        return done


def hours(amount: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=amount)
