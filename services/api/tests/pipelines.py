"""The other services, run in this process on the database of a test."""

from __future__ import annotations

from tests.support.pipeline import Pipeline

from .conftest import World


def swept(world: World) -> None:
    """Let a sweep pass, and everything that waits in the outbox be handled."""
    pipeline = Pipeline(world.engine.url.render_as_string(hide_password=False))
    pipeline.publish(pipeline.everything_sent())
    pipeline.request_sweep()
    pipeline.work()
    pipeline.close()
