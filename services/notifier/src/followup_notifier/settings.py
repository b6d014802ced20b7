"""Settings of the notifier."""

from followup_common.settings import WorkerSettings


class NotifierSettings(WorkerSettings):
    """What the notifier takes: nothing of its own yet."""
