"""What can be wrong with a request about notifications."""

from __future__ import annotations

from followup_api.problems import NotFound


class NotificationNotFound(NotFound):
    """The caller has no notification with this id."""

    def __init__(self, notification_id: int) -> None:
        super().__init__(f"You have no notification {notification_id}.")
