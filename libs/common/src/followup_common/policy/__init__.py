"""The rules of escalation: pure functions that take `now` and know neither database nor broker."""

from followup_common.policy.levels import Position, level_at, position
from followup_common.policy.routing import Directory, Fallback, Person, Recipient, line, recipients, sight
from followup_common.policy.steps import Audience, Policy, Step

__all__ = [
    "Audience",
    "Directory",
    "Fallback",
    "Person",
    "Policy",
    "Position",
    "Recipient",
    "Step",
    "level_at",
    "line",
    "position",
    "recipients",
    "sight",
]
