"""Policies and calendars for tests, as the API writes them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from followup_common.policy import Policy
from sqlalchemy import text

from tests.support.company import Company

STEP = {"after": "PT0S", "audience": ["assignee"], "label": "x", "severity": "overdue"}


def publish(company: Company, *steps: dict[str, Any], calendar: int | None = None) -> int:
    """Publish another version of the standard policy, as the API does."""
    policy = Policy.model_validate({"steps": steps})
    statement = text("""
        INSERT INTO policy_versions (policy, version, steps, lead_seconds, calendar_id)
        SELECT 'standard', max(version) + 1, CAST(:steps AS jsonb), :lead, :calendar FROM policy_versions
        RETURNING id
    """)
    values = {"steps": json.dumps(steps), "lead": policy.lead_seconds, "calendar": calendar}
    return int(company.tx.execute(statement, values).scalar_one())


def open_for(company: Company, **spans: tuple[timedelta, timedelta]) -> int:
    """A calendar that is open in the given spans, from now; it is worked out for 400 days around now."""
    [(name, span)] = spans.items()
    calendar = company.tx.execute(
        text("""
            INSERT INTO calendars (name, time_zone, first_day, last_day)
            VALUES (:name, 'UTC', current_date - 200, current_date + 200) RETURNING id
        """),
        {"name": name},
    ).scalar_one()
    company.tx.execute(
        text("INSERT INTO calendar_spans VALUES (:id, now() + :starts, now() + :ends)"),
        {"id": calendar, "starts": span[0], "ends": span[1]},
    )
    return int(calendar)


def give(company: Company, person: int | None, calendar: int) -> None:
    """Give a person, or the organisation, a calendar."""
    table, where = ("users", "WHERE id = :id") if person else ("organisation", "")
    company.tx.execute(
        text(f"UPDATE {table} SET calendar_id = :calendar {where}"), {"calendar": calendar, "id": person}
    )
