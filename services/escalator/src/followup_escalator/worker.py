"""Composition of the escalator's worker process."""

from followup_common.contracts import BatchRequested, EscalationsRaised
from followup_common.messaging import worker
from followup_common.settings import load

from followup_escalator import metrics
from followup_escalator.housekeeping import look_after_outbox
from followup_escalator.replacing import move_open, place_again
from followup_escalator.settings import EscalatorSettings
from followup_escalator.settlement import settle_delivery
from followup_escalator.sweeps import continue_sweep, open_sweep, run_sweep

HANDLERS = (open_sweep, run_sweep, continue_sweep, settle_delivery, look_after_outbox, place_again, move_open)


def set_up() -> None:
    """Called by dramatiq in the worker process."""
    worker.set_up(
        "escalator",
        HANDLERS,
        load(EscalatorSettings),
        metrics.METRICS,
        publishes_to=(BatchRequested.queue, EscalationsRaised.queue),
    )
