"""By which calendars and policies the demo company works, in the form in which the API takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MONDAY_TO_FRIDAY = [1, 2, 3, 4, 5]
EVERYBODYS = "Berlin"
"""The calendar of those who have none of their own."""

CALENDARS: tuple[Mapping[str, Any], ...] = (
    {
        "name": "Berlin",
        "time_zone": "Europe/Berlin",
        "hours": [
            {"days": MONDAY_TO_FRIDAY, "opens": "09:00", "closes": "12:30"},
            {"days": MONDAY_TO_FRIDAY, "opens": "13:30", "closes": "17:30"},
        ],
        "holidays": {"country": "DE", "subdivision": "BE"},
    },
    {
        "name": "New York",
        "time_zone": "America/New_York",
        "hours": [{"days": MONDAY_TO_FRIDAY, "opens": "08:30", "closes": "17:00"}],
        "holidays": {"country": "US", "subdivision": "NY"},
    },
)

POLICIES: tuple[Mapping[str, Any], ...] = (
    {
        "name": "Important",
        "conditions": {
            "any": [
                {"field": "priority", "is": "any_of", "value": ["high"]},
                {"field": "value", "is": "at_least", "value": {"amount": "10000.00", "currency": "EUR"}},
                {"field": "value", "is": "at_least", "value": {"amount": "10000.00", "currency": "USD"}},
            ]
        },
        "steps": [
            {"after": "PT0S", "audience": ["assignee"], "label": "overdue", "severity": "overdue"},
            {
                "working": "PT8H",
                "audience": ["manager", "assignee"],
                "label": "manager",
                "severity": "escalated",
                "repeat": {"every": {"working_days": 1}, "times": 2},
            },
            {"working_days": 4, "audience": ["admins"], "label": "breach", "severity": "breach"},
        ],
    },
    {
        "name": "Meetings",
        "conditions": {"all": [{"field": "kind", "is": "any_of", "value": ["meeting"]}]},
        "steps": [
            {"after": "-PT24H", "audience": ["assignee"], "label": "tomorrow", "severity": "reminder"},
            {"after": "PT0S", "audience": ["assignee"], "label": "missed", "severity": "overdue"},
            {"working_days": 1, "audience": ["manager"], "label": "manager", "severity": "escalated"},
        ],
    },
)
"""In their order, before the standard one."""
