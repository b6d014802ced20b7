"""What people may do with follow-ups here."""

from __future__ import annotations

from typing import Annotated, Any

from annotated_types import Len
from followup_common.settings import Settings
from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from followup_api.roles import Role


def _separated(value: Any) -> Any:
    return [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value


Roles = Annotated[frozenset[Role], NoDecode, BeforeValidator(_separated), Len(1)]


class FollowUpSettings(Settings):
    """Who may delete."""

    delete_roles: Roles = Field(
        frozenset({"manager", "admin"}),
        description="Comma-separated roles that may delete follow-ups, and restore them for 30 days; others "
        "complete them or hand them back.",
    )
