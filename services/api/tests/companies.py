"""A small company for tests of follow-ups: who manages whom, and follow-ups at any age."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from followup_common.policy.models import STANDARD
from httpx import Response

if TYPE_CHECKING:
    from .conftest import Person, World

API = "/api/v1"
DUE = "2026-03-02T09:00:00Z"
"""Long ago."""


class Company:
    """Ada (admin) manages Dana; Dana manages Mia; Mia manages Amir. Otto stands alone."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ada = world.person("Ada Admin", "admin")
        self.dana = world.person("Dana Reyes", "manager", self.ada)
        self.mia = world.person("Mia Middle", "manager", self.dana)
        self.amir = world.person("Amir Patel", "employee", self.mia)
        self.otto = world.person("Otto Other")

    def ask(self, who: Person, method: str, path: str, **more: Any) -> Response:
        """Send a request as somebody."""
        answer: Response = self.world.client(who).request(method, API + path, **more)
        return answer

    def get(self, who: Person, path: str, **parameters: Any) -> Any:
        """What somebody reads; it must succeed."""
        answer = self.ask(who, "GET", path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def titles(self, who: Person, path: str, **parameters: Any) -> list[str]:
        """The titles of the follow-ups on somebody's list."""
        return [entry["title"] for entry in self.get(who, path, **parameters)["items"]]

    def follow_up(
        self,
        assignee: Person,
        title: str = "Call back",
        *,
        overdue: timedelta = timedelta(hours=1),
        **more: Any,
    ) -> int:
        """Add a follow-up that has been overdue for so long (negative: is due in so long)."""
        columns = {"title": title, "assignee_id": assignee.id, **more}
        names, values = ", ".join(columns), ", ".join(f":{name}" for name in columns)
        statement = (
            f"INSERT INTO follow_ups (due_at, {names}) VALUES (now() - :overdue, {values}) RETURNING id"
        )
        [(follow_up_id,)] = self.world.execute(statement, overdue=overdue, **columns)
        return int(follow_up_id)

    def reaches(self, follow_up_id: int, step: int) -> None:
        """Bring a follow-up to a step of the standard policy, as the escalator does."""
        self.world.execute(
            "UPDATE escalation_states SET step = :step, severity = :severity WHERE follow_up_id = :id",
            step=step,
            severity=STANDARD.severity(step),
            id=follow_up_id,
        )

    def create(self, who: Person, **more: Any) -> dict[str, Any]:
        """Plan a follow-up as somebody, through the API."""
        answer = self.ask(who, "POST", "/follow-ups", json={"title": "Call Acme", "due_at": DUE, **more})
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def calendar(self, **more: Any) -> dict[str, Any]:
        """Add a calendar of an office in Berlin, open from 9 to 17 on weekdays, through the API."""
        hours = [{"days": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "17:00"}]
        body = {"name": f"Berlin {uuid4()}", "time_zone": "Europe/Berlin", "hours": hours, **more}
        answer = self.ask(self.ada, "POST", "/calendars", json=body)
        assert answer.status_code == 201, answer.text
        added: dict[str, Any] = answer.json()
        return added

    def policy(self, **more: Any) -> dict[str, Any]:
        """Add a policy for calls, with a draft that is not published, through the API."""
        conditions = {"all": [{"field": "kind", "is": "any_of", "value": ["call"]}]}
        steps = [{"after": "PT0S", "audience": ["assignee"], "label": "overdue", "severity": "overdue"}]
        body = {"name": f"Calls {uuid4()}", "conditions": conditions, "steps": steps, **more}
        answer = self.ask(self.ada, "POST", "/policies", json=body)
        assert answer.status_code == 201, answer.text
        added: dict[str, Any] = answer.json()
        return added

    def tell(self, person: Person, number: int) -> list[int]:
        """Put notifications about one follow-up into somebody's inbox; returns their ids, oldest first."""
        rows = self.world.execute(
            "INSERT INTO notifications (user_id, follow_up_id, run, step, repeat, policy_version_id, "
            "due_at, audience) SELECT :user, :follow_up, 1, 1, i, 1, now(), 'assignee' "
            "FROM generate_series(1, :number) i RETURNING id",
            user=person.id,
            follow_up=self.follow_up(self.amir),
            number=number,
        )
        return sorted(row.id for row in rows)

    def activities(self, follow_up_id: int) -> list[str]:
        """The kinds of a follow-up's activities, oldest first."""
        rows = self.world.execute(
            "SELECT kind FROM activities WHERE follow_up_id = :id ORDER BY id", id=follow_up_id
        )
        return [row.kind for row in rows]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The payloads of the events of a type in the outbox, oldest first."""
        rows = self.world.execute(
            "SELECT payload FROM outbox WHERE type LIKE :kind ORDER BY id", kind=f"%{kind}%"
        )
        return [row.payload for row in rows]
