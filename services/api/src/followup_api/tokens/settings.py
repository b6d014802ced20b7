"""What bounds API tokens."""

from __future__ import annotations

from datetime import timedelta

from followup_common.settings import Settings
from pydantic import Field


class TokenSettings(Settings):
    """How many API tokens a person may have, and how long each may work."""

    tokens_per_person: int = Field(
        50, ge=1, le=1000, description="The most API tokens that work which a person may have."
    )
    token_days: int = Field(
        365,
        ge=1,
        le=3650,
        description="The most days that a new API token works; without an end it gets these.",
    )

    @property
    def token_life(self) -> timedelta:
        """How long a new API token may work at most."""
        return timedelta(days=self.token_days)
