"""Composition of the notifier's worker process."""

from followup_common.contracts import EscalationsDelivered, FollowUpReassigned
from followup_common.messaging import worker
from followup_common.settings import load

from followup_notifier import metrics
from followup_notifier.assignments import announce_assignment
from followup_notifier.escalations import write_inbox
from followup_notifier.hand_overs import announce_hand_over
from followup_notifier.holds import tell_of_ended_holds
from followup_notifier.returns import sum_up_absence
from followup_notifier.settings import NotifierSettings

HANDLERS = (write_inbox, announce_assignment, tell_of_ended_holds, sum_up_absence, announce_hand_over)


def set_up() -> None:
    """Called by dramatiq in the worker process."""
    worker.set_up(
        "notifier",
        HANDLERS,
        load(NotifierSettings),
        metrics.METRICS,
        publishes_to=(EscalationsDelivered.queue, FollowUpReassigned.queue),
    )
