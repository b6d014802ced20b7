"""What can be wrong with links by which people set a password."""

from __future__ import annotations

from followup_api.problems import Conflict, Invalid, NotFound


class LinkUnusable(NotFound):
    """The link sets no password, for whatever reason: the answer does not say which."""

    kind, title = "link-unusable", "This link cannot be used"

    detail = (
        "This link was used already, is out of date, was replaced by a newer one, or is not complete. If you "
        "have set your password with it, log in; else ask an admin for a new link."
    )


class InactivePerson(Conflict):
    """Somebody who may not log in gets no link."""

    def __init__(self, user_id: int) -> None:
        super().__init__(f"User {user_id} is not active: activate them first.")
        self.user_id = user_id


class HasPassword(Conflict):
    """An invitation is for somebody who cannot log in yet."""

    def __init__(self, user_id: int) -> None:
        super().__init__(f"User {user_id} has a password: make a password reset for them instead.")
        self.user_id = user_id


class NotInvitable(Invalid):
    """Some of those who are named need no invitation."""

    def __init__(self, user_ids: list[int]) -> None:
        named = ", ".join(map(str, user_ids[:5])) + (", ..." if len(user_ids) > 5 else "")
        super().__init__(
            "user_ids",
            f"user_ids has {named}, who cannot be invited: they are not there or not active, or can log in "
            "already. Leave them out.",
        )
