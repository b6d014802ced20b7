"""What Slack sends: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload."""

from __future__ import annotations

from urllib.parse import parse_qs

from pydantic import BaseModel, ValidationError

from followup_api.slack.problems import NotOfSlack

MOST_FIELDS = 10


class Team(BaseModel):
    """A workspace."""

    id: str


class Member(BaseModel):
    """Who has clicked."""

    id: str
    team_id: str | None = None


class Option(BaseModel):
    """What was chosen."""

    value: str


class Clicked(BaseModel):
    """What was clicked, and what it carries."""

    action_id: str
    value: str | None = None
    selected_option: Option | None = None


class Interaction(BaseModel):
    """Somebody does something with a message."""

    type: str
    user: Member
    team: Team | None = None
    actions: list[Clicked] = []

    @property
    def team_id(self) -> str | None:
        """Where they do it; of an app that a whole organisation has installed their own workspace."""
        return self.team.id if self.team else self.user.team_id


def interaction(body: bytes) -> Interaction:
    """What a form says.

    Raises:
        NotOfSlack: it is none of Slack's.
    """
    try:
        [payload] = parse_qs(body.decode(), max_num_fields=MOST_FIELDS)["payload"]
        return Interaction.model_validate_json(payload)
    except (ValidationError, ValueError, KeyError):
        raise NotOfSlack from None
