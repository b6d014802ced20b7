"""CSV files for imports, and what an import says of them."""

from __future__ import annotations

from typing import Any

from httpx import Response

from .companies import DUE, Company

USERS = "email,name,role,manager_email,time_zone,active\n"
FOLLOW_UPS = (
    "external_id,title,assignee_email,due_at,subject_kind,subject_external_id,subject_name,subject_url,"
    "notes,status\n"
)
AMIR = "amir.patel@example.com"
PLAIN = f"{AMIR},{DUE},,,,,,"
"""A follow-up's line after its external id and title."""


def send(company: Company, kind: str, content: str | bytes, **query: bool | str) -> Response:
    body = content.encode() if isinstance(content, str) else content
    headers = {"Content-Type": "text/csv; charset=utf-8"}
    return company.ask(
        company.ada, "POST", f"/imports/{kind}", content=body, headers=headers, params={**query}
    )


def imported(company: Company, kind: str, content: str | bytes, **query: bool | str) -> tuple[int, int, int]:
    """Import a file without errors: created, updated, unchanged."""
    answer = send(company, kind, content, **query)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["errors"], body["more_errors"]) == ([], 0)
    return body["created"], body["updated"], body["unchanged"]


def wrong(answer: Response) -> list[tuple[int, str]]:
    """Check that nothing was written for these errors; their lines and fields."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return [(error["line"], error["field"]) for error in answer.json()["errors"]]


def follow_up_rows(company: Company) -> list[Any]:
    return company.world.execute(
        "SELECT s.run, s.step, f.* FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id "
        "ORDER BY f.external_id"
    )
