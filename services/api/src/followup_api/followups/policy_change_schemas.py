"""What the API says and takes about changes that bring another policy."""

from __future__ import annotations

from pydantic import Field

from followup_api.schemas import Input, Schema, unchanged

ASK = (
    "True: if the change would bring another policy, nothing is changed, and 409 "
    "(`urn:followup:problem:policy-would-change`) names both in `policies`. Then send `restart_clock`."
)
RESTART_CLOCK = (
    "What becomes of the clock where the change brings another policy. True: its steps count from now (one "
    "that was escalated needs a `reason`). False, null: it goes on, and nobody is told again what they know."
)


class ClockChoice(Input):
    """What becomes of the clock of follow-ups that a change brings to another policy."""

    restart_clock: bool | None = Field(None, description=RESTART_CLOCK)
    ask_about_policy: bool = Field(default_factory=unchanged, description=ASK)


class PolicySide(Schema):
    """A version of a policy."""

    policy: str = Field(description="Its name.")
    version: int


class PolicyMove(Schema):
    """From which policy to which follow-ups would move."""

    from_: PolicySide = Field(alias="from")
    to: PolicySide
    follow_ups: int = Field(description="How many.")
