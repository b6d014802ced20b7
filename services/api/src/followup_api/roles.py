"""The roles that people have."""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal["employee", "manager", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""Each may do what those before it may."""
