"""What the API says and takes about rules of notification."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.calendars.schemas import TimeOfDay, Weekday
from followup_api.schemas import Input, Schema, examples

Channel = Literal["email"]
SeverityName = Literal["reminder", "overdue", "escalated", "breach"]
ModeName = Literal["at_once", "hourly", "daily", "weekly", "never"]
DayMode = Literal["daily", "never"]

WAY: JsonDict = {"mode": "daily", "at": "08:30", "weekday": None}
RULE: JsonDict = {"channel": "email", "severity": "overdue", **WAY}
AT_ONCE: JsonDict = {"mode": "at_once", "at": None, "weekday": None}
NO_DAY: JsonDict = {"mode": "never", "at": None}
DAY: JsonDict = {"mode": "daily", "at": "08:30"}
SHOWN_DAY: JsonDict = {**DAY, "own": True, "locked": False, "default": NO_DAY}
QUIET: JsonDict = {"begins": "20:00", "ends": "07:30", "days": [1, 2, 3, 4, 5, 6, 7]}
MINE: JsonDict = {"rules": [RULE], "your_day": DAY, "quiet_hours": QUIET, "breaches_pass": True}
SHOWN_RULE: JsonDict = {**RULE, "own": True, "locked": False, "default": AT_ONCE}
SHOWN: JsonDict = {
    **{
        "rules": [SHOWN_RULE],
        "your_day": SHOWN_DAY,
        "quiet_hours": QUIET,
        "breaches_pass": True,
        "breaches_may_pass": True,
    },
    "time_zone": "Europe/Berlin",
}
COMPANY_RULES: list[JsonDict] = [
    {**RULE, **AT_ONCE, "severity": "reminder", "mode": "never", "locked": False},
    {**RULE, "locked": False},
    {**RULE, **AT_ONCE, "severity": "escalated", "locked": False},
    {**RULE, **AT_ONCE, "severity": "breach", "locked": True},
]
COMPANY_DAY: JsonDict = {**DAY, "locked": False}
COMPANY: JsonDict = {"rules": [*COMPANY_RULES], "your_day": COMPANY_DAY, "breaches_pass": True}


class Way(Schema):
    """How one is told: at once, in a digest each hour, day or week, or never."""

    mode: ModeName
    at: TimeOfDay | None = Field(None, description="When a daily or weekly digest comes, on one's own clock.")
    weekday: Weekday | None = Field(None, description="On which a weekly one comes; 1 is Monday.")


class NotificationRule(Way, json_schema_extra=examples(SHOWN_RULE)):
    """How one is told of what is of a severity, by a channel."""

    channel: Channel
    severity: SeverityName
    own: bool = Field(description="Whether it is one's own; else it is the company's.")
    locked: bool = Field(description="Whether nobody may have one of their own.")
    default: Way = Field(description="The company's.")


class Day(Schema):
    """Whether one has a mail each working day with what it brings, and when."""

    mode: DayMode
    at: TimeOfDay | None = Field(None, description="Of a daily one, on one's own clock.")


class MyDay(Day, json_schema_extra=examples(SHOWN_DAY)):
    """Whether one has a mail each working day: what is overdue, what is due, what came in since the last."""

    own: bool = Field(description="Whether one has chosen it; else it is the company's.")
    locked: bool = Field(description="Whether nobody may choose.")
    default: Day = Field(description="The company's.")


class QuietHours(Schema, json_schema_extra=examples(QUIET)):
    """When one is not told, on one's own clock."""

    begins: TimeOfDay
    ends: TimeOfDay = Field(description="On the next day, unless it is later than `begins`.")
    days: list[Weekday] = Field(description="On which they begin; 1 is Monday.")


class NotificationRules(Schema, json_schema_extra=examples(SHOWN)):
    """How and when one is told outside the house. The inbox has everything at once."""

    rules: list[NotificationRule]
    your_day: MyDay
    quiet_hours: QuietHours | None = Field(description="What is due in them is held until they end.")
    breaches_pass: bool = Field(description="Whether one wants breaches in quiet hours all the same.")
    breaches_may_pass: bool = Field(description="Whether the company lets them pass.")
    time_zone: str = Field(description="On whose clocks the times are.")


class RuleInput(Input, json_schema_extra=examples(RULE)):
    """How one is to be told of what is of a severity."""

    channel: Channel = "email"
    severity: SeverityName
    mode: ModeName
    at: TimeOfDay | None = Field(None, description="Of a daily or weekly digest, on one's own clock.")
    weekday: Weekday | None = Field(None, description="Of a weekly digest; 1 is Monday.")


class DayInput(Input, json_schema_extra=examples(DAY)):
    """Whether one is to have a mail each working day with what it brings."""

    mode: DayMode
    at: TimeOfDay | None = Field(None, description="Of a daily one, on one's own clock, such as 08:30.")


class CompanyDay(DayInput, json_schema_extra=examples(COMPANY_DAY)):
    """Whether those have it who have not chosen."""

    locked: bool = Field(False, description="Whether nobody may choose.")


class QuietHoursInput(Input, json_schema_extra=examples(QUIET)):
    """When one is not to be told, on one's own clock."""

    begins: TimeOfDay
    ends: TimeOfDay = Field(description="On the next day, unless it is later than `begins`.")
    days: Annotated[list[Weekday], Field(min_length=1, max_length=7)] = Field(
        [1, 2, 3, 4, 5, 6, 7], description="On which they begin; 1 is Monday."
    )


class NotificationRulesInput(Input, json_schema_extra=examples(MINE)):
    """How and when one is to be told."""

    rules: Annotated[list[RuleInput], Field(max_length=20)] = Field(
        description="Of each severity at most one; for those left out the company's rules hold."
    )
    your_day: DayInput | None = Field(None, description="Null: as the company has it.")
    quiet_hours: QuietHoursInput | None = None
    breaches_pass: bool = Field(True, description="Whether breaches come in quiet hours all the same.")


class CompanyRule(RuleInput, json_schema_extra=examples(COMPANY_RULES[1])):
    """How those are told who have no rule of their own."""

    locked: bool = Field(False, description="Whether nobody may have a rule of their own.")


class _CompanyRules(Input):
    rules: Annotated[list[CompanyRule], Field(max_length=20)] = Field(description="Of each severity one.")
    breaches_pass: bool = Field(
        description="Whether breaches may come in quiet hours; each person decides for themselves too."
    )


class CompanyRulesInput(_CompanyRules, json_schema_extra=examples(COMPANY)):
    """How people are to be told who have not said otherwise."""

    your_day: CompanyDay | None = Field(None, description="Without it, as it is.")


class CompanyRules(_CompanyRules, json_schema_extra=examples(COMPANY)):
    """How people are told who have not said otherwise."""

    your_day: CompanyDay
