"""What can be wrong with a request about comments."""

from __future__ import annotations

from collections.abc import Sequence

from followup_api.problems import Conflict, Forbidden, Invalid, NotFound


class CommentNotFound(NotFound):
    """The follow-up has none with this id."""

    def __init__(self, follow_up_id: int, comment_id: int) -> None:
        super().__init__(f"Follow-up {follow_up_id} has no comment {comment_id}.")
        self.comment_id = comment_id


class NotMentionable(Invalid):
    """A comment mentions somebody who would not see it."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("body", " ".join(reasons))


class NotTheAuthor(Forbidden):
    """Somebody wants to change what another one said."""

    def __init__(self, author: str, *, deletes: bool) -> None:
        who = f"{author} or an admin" if deletes else f"Only {author}"
        what = "may delete this comment" if deletes else "may change this comment"
        super().__init__(f"{who} {what}, as they wrote it: write one of your own instead.")


class CommentSettled(Conflict):
    """A comment stays as it is."""

    def __init__(self, comment_id: int, reason: str) -> None:
        super().__init__(f"Nothing was changed: {reason} Write another comment instead.")
        self.comment_id = comment_id


class TooManyComments(Conflict):
    """A follow-up takes no more."""

    def __init__(self, follow_up_id: int, most: int) -> None:
        super().__init__(f"Follow-up {follow_up_id} has {most:,} comments, and takes no more.")
        self.follow_up_id = follow_up_id
