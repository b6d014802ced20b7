"""Pauses after failed log-ins, for tests that must not depend on how long a request takes."""

from __future__ import annotations

from .conftest import World


def hold(world: World) -> None:
    """Let each pause that failures have brought last a minute from now; the first is only a second long."""
    world.execute(
        "UPDATE log_in_failures SET blocked_until = now() + interval '1 minute' "
        "WHERE blocked_until IS NOT NULL"
    )
