"""The rules of escalation: pure functions that take `now` and know neither database nor broker."""

from followup_common.policy.audiences import Admins, Audience, OneUser, OnTheLine
from followup_common.policy.calendar import ALWAYS_OPEN, BeyondHorizon, Calendar, NeverOpen, WorkingTime
from followup_common.policy.clock import NOWHERE, Placement, Reached, held_back, passed, place
from followup_common.policy.holds import Held, HoldKind, Holds, holds_of
from followup_common.policy.hours import HoursOverlap, Range, Span, WorkingHours
from followup_common.policy.lifecycle import Command, State
from followup_common.policy.models import HoldRules, Policy, Repeat, Severity, Step, Tell
from followup_common.policy.routing import (
    Absence,
    Directory,
    Fallback,
    Person,
    Recipient,
    calendar_of,
    line,
    recipients,
    sight,
    stand_in,
)

__all__ = [
    "ALWAYS_OPEN",
    "NOWHERE",
    "Absence",
    "Admins",
    "Audience",
    "BeyondHorizon",
    "Calendar",
    "Command",
    "Directory",
    "Fallback",
    "Held",
    "HoldKind",
    "HoldRules",
    "Holds",
    "HoursOverlap",
    "NeverOpen",
    "OnTheLine",
    "OneUser",
    "Person",
    "Placement",
    "Policy",
    "Range",
    "Reached",
    "Recipient",
    "Repeat",
    "Severity",
    "Span",
    "State",
    "Step",
    "Tell",
    "WorkingHours",
    "WorkingTime",
    "calendar_of",
    "held_back",
    "holds_of",
    "line",
    "passed",
    "place",
    "recipients",
    "sight",
    "stand_in",
]
