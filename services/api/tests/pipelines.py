"""The other services, run in this process on the database of a test."""

from __future__ import annotations

from tests.support.pipeline import Pipeline

from .conftest import World


def swept(world: World) -> None:
    """Let a sweep pass, and everything that waits in the outbox be handled."""
    pipeline = Pipeline(world.engine.url.render_as_string(hide_password=False))
    sweep(pipeline)
    pipeline.close()


def sweep(pipeline: Pipeline) -> None:
    """What the API emitted meanwhile, then one sweep, to the last notification.

    Together, the sweep would now and then pass over what the notifier holds, and leave it to the next one.
    """
    pipeline.publish(pipeline.everything_sent())
    pipeline.work()
    pipeline.request_sweep()
    pipeline.work()
