"""What people do with comments: write, change and delete them. Who is mentioned is told in the same
transaction, by a trigger."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from followup_common.comments import mentioned
from followup_common.db import Transaction
from followup_common.db.tables import comment_recipients, comments, follow_ups, users
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from followup_api.comments import queries
from followup_api.comments.problems import CommentSettled, NotMentionable, NotTheAuthor, TooManyComments
from followup_api.followups import activities
from followup_api.followups.problems import FollowUpNotFound
from followup_api.followups.queries import get
from followup_api.followups.scopes import scope_of
from followup_api.permissions import Caller
from followup_api.rows import Record

c, r, f, u = comments.c, comment_recipients.c, follow_ups.c, users.c
MOST = 10_000
"""So many comments a follow-up takes."""


def write(tx: Transaction, caller: Caller, follow_up_id: int, body: str) -> int:
    """Write a comment: tell those whom it mentions, and the assignee. Returns its id.

    Raises:
        FollowUpNotFound: there is none, or the caller may not see it.
        NotMentionable: somebody whom it mentions may not see it.
        TooManyComments: it has as many as it takes.
    """
    assignee_id = _hold(tx, caller, follow_up_id)
    told = mentioned(body)
    _check(tx, follow_up_id, told)
    last = select(func.coalesce(func.max(c.number), 0)).where(c.follow_up_id == follow_up_id)
    number: int = tx.execute(last).scalar_one() + 1
    if number > MOST:
        raise TooManyComments(follow_up_id, MOST)
    values = {"follow_up_id": follow_up_id, "number": number, "author_id": caller.user_id, "body": body}
    comment_id: int = tx.execute(insert(comments).values(values).returning(c.id)).scalar_one()
    _tell(tx, comment_id, told, mentions=True)
    if assignee_id not in told and _is_active(tx, assignee_id):
        _tell(tx, comment_id, [assignee_id], mentions=False)
    _log(tx, caller, follow_up_id, "commented", comment_id)
    return comment_id


def edit(tx: Transaction, caller: Caller, follow_up_id: int, comment_id: int, body: str) -> None:
    """Change what one said: those who are mentioned now, and were not told of that before, are told.

    Raises:
        FollowUpNotFound, CommentNotFound: there is none, or the caller may not see it.
        NotTheAuthor: somebody else wrote it.
        CommentSettled: it was deleted, or is too old.
        NotMentionable: somebody whom it mentions now may not see it.
    """
    _hold(tx, caller, follow_up_id)
    row = queries.row_of(tx, follow_up_id, comment_id)
    if row.author_id != caller.user_id:
        raise NotTheAuthor(row.author, deletes=False)
    if row.deleted_at is not None:
        raise CommentSettled(comment_id, f"comment {comment_id} was deleted.")
    if not row.is_editable:
        hours = int(queries.EDITABLE_FOR.total_seconds() // 3600)
        raise CommentSettled(comment_id, f"comment {comment_id} is older than {hours} hours.")
    if body == row.body:
        return
    before = mentioned(row.body)
    told = [user_id for user_id in mentioned(body) if user_id not in before]
    _check(tx, follow_up_id, told)
    tx.execute(update(comments).values(body=body, edited_at=func.now()).where(c.id == comment_id))
    _tell(tx, comment_id, told, mentions=True)
    _log(tx, caller, follow_up_id, "comment_edited", comment_id)


def delete(tx: Transaction, caller: Caller, follow_up_id: int, comment_id: int) -> Record | None:
    """Delete a comment, its text and what people were told of it; it keeps its place. None: it was before.

    Raises:
        FollowUpNotFound, CommentNotFound: there is none, or the caller may not see it.
        NotTheAuthor: somebody else wrote it, and the caller is no admin.
    """
    _hold(tx, caller, follow_up_id)
    row = queries.row_of(tx, follow_up_id, comment_id)
    if row.author_id != caller.user_id and caller.role != "admin":
        raise NotTheAuthor(row.author, deletes=True)
    if row.deleted_at is not None:
        return None
    gone = {"body": "", "deleted_at": func.now(), "deleted_by": caller.user_id}
    tx.execute(update(comments).values(gone).where(c.id == comment_id))
    _log(tx, caller, follow_up_id, "comment_deleted", comment_id)
    return row


def _hold(tx: Transaction, caller: Caller, follow_up_id: int) -> int:
    """Keep others from changing, deleting or commenting it before this transaction ends; returns whose it is.

    Raises:
        FollowUpNotFound: there is none, or the caller may not see it.
    """
    row = tx.execute(
        select(f.assignee_id).where(f.id == follow_up_id).with_for_update(key_share=True)
    ).first()
    if row is None:
        raise FollowUpNotFound(follow_up_id)
    get(tx, follow_up_id, scope_of(tx, caller), reader=caller.user_id)
    return int(row.assignee_id)


def _is_active(tx: Transaction, user_id: int) -> bool:
    return bool(tx.execute(select(u.active).where(u.id == user_id)).scalar())


def _check(tx: Transaction, follow_up_id: int, told: Collection[int]) -> None:
    if reasons := list(_unmentionable(tx, follow_up_id, told)):
        raise NotMentionable(reasons)


def _unmentionable(tx: Transaction, follow_up_id: int, told: Collection[int]) -> Iterator[str]:
    """Why some people cannot be mentioned, and what one can do."""
    found = queries.people(tx, follow_up_id, told)
    for user_id in told:
        person = found.get(user_id)
        if person is None:
            yield f"There is no person {user_id}: take <@{user_id}> out, or mention somebody else."
        elif not person.active:
            yield f"{person.name} is inactive, and would not read it: mention somebody else."
        elif not person.is_person:
            yield f"{person.name} is an account for commands: mention a person."
        elif not person.may_see:
            yield (
                f"{person.name} may not see this follow-up, and cannot be mentioned: mention its assignee, "
                "somebody above them or an admin, or have it handed to somebody whose work they see."
            )


def _tell(tx: Transaction, comment_id: int, told: Collection[int], *, mentions: bool) -> None:
    """Tell people of a comment, each once."""
    if not told:
        return
    rows: list[dict[str, Any]] = [
        {"comment_id": comment_id, "user_id": user_id, "mentioned": mentions} for user_id in sorted(told)
    ]
    statement = insert(comment_recipients).values(rows)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=[r.comment_id, r.user_id], set_={"mentioned": True}, where=~r.mentioned
        )
    )


def _log(tx: Transaction, caller: Caller, follow_up_id: int, kind: str, comment_id: int) -> None:
    activities.record(tx, caller.user_id, [(follow_up_id, kind, {"comment_id": comment_id})])
