"""What can be wrong with a request about people."""

from __future__ import annotations

from followup_api.problems import Conflict, NotFound, Stale
from followup_api.users.schemas import User


class UserNotFound(NotFound):
    """There is no such person."""

    def __init__(self, user_id: int) -> None:
        super().__init__(f"There is no user {user_id}.")
        self.user_id = user_id


class EmailTaken(Conflict):
    """Somebody else has this e-mail address."""

    def __init__(self, email: str | None) -> None:
        message = f"email {email} belongs to somebody else: change theirs, or use another address."
        super().__init__(message, errors=[("email", message)])
        self.email = email


class LastAdmin(Conflict):
    """Nobody could manage people any more."""

    def __init__(self, field: str) -> None:
        message = f"{field} would leave no active admin: make another person admin first."
        super().__init__(message, errors=[(field, message)])


class WorkLeft(Conflict):
    """Nobody has said what becomes of the open follow-ups of somebody who is deactivated. The answer carries
    how many there are."""

    def __init__(self, name: str, count: int) -> None:
        follow_ups = "one open follow-up" if count == 1 else f"{count:,} open follow-ups"
        message = (
            f'open_work is missing: {name} has {follow_ups}. Say who gets them ({{"hand_over_to": 7}}; null: '
            'their manager), or {"stays": true} to leave them with the people above.'
        )
        super().__init__(message, errors=[("open_work", message)], count=count)
        self.count = count


class UserStale(Stale):
    """Somebody has changed the person since the caller read them."""

    def __init__(self, current: User) -> None:
        super().__init__(f"User {current.id}", current, current.etag)
