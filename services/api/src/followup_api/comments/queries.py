"""Reading comments, and who may be told of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from followup_common.comments import mentioned, said
from followup_common.db import Transaction
from followup_common.db.absences import absent_now
from followup_common.db.tables import comments, follow_ups, notifications, users
from sqlalchemy import BigInteger, Select, Text, bindparam, exists, func, literal, or_, select

from followup_api.comments.problems import CommentNotFound
from followup_api.comments.schemas import Comment, Mentionable, MentionableQuery
from followup_api.followups.schemas import PersonName
from followup_api.followups.scopes import TOLD_BY_NAME, taken_from
from followup_api.ids import among
from followup_api.pagination import Page, PageQuery, paginate
from followup_api.rows import Record
from followup_api.searching import has_words

c, u, n = comments.c, users.c, notifications.c
author, deleter = users.alias("author"), users.alias("deleter")

EDITABLE_FOR = timedelta(hours=24)
"""As long after it was written its author may change a comment."""
COMMENTS = (
    select(
        *(c.id, c.author_id, c.body, c.created_at, c.edited_at, c.deleted_at, c.deleted_by),
        *(author.c.name.label("author"), deleter.c.name.label("deleter")),
        *(c.follow_up_id, c.number, (c.created_at + EDITABLE_FOR > func.now()).label("is_editable")),
    )
    .join(author, author.c.id == c.author_id)
    .join(deleter, deleter.c.id == c.deleted_by, isouter=True)
)

FOLLOW_UP = bindparam("follow_up_id", type_=BigInteger())
_line = (
    select(u.id, u.manager_id, literal(0).label("above"))
    .join(follow_ups, follow_ups.c.assignee_id == u.id)
    .where(follow_ups.c.id == FOLLOW_UP)
    .cte("line", recursive=True)
)
_above = users.alias("above")
LINE = _line.union(  # not all: a cycle that slipped in must end here, and 50 levels are enough
    select(_above.c.id, _above.c.manager_id, _line.c.above + 1)
    .join(_line, _line.c.manager_id == _above.c.id)
    .where(_line.c.above < 50)
)
IS_ON_LINE = u.id.in_(select(LINE.c.id))
MAY_SEE = or_(
    u.role == "admin",
    IS_ON_LINE,
    exists().where(n.follow_up_id == FOLLOW_UP, n.user_id == u.id, TOLD_BY_NAME),
    taken_from(u.id, FOLLOW_UP),
)
"""SQL that holds for people who may see a follow-up: `followups.scopes` from the other side."""


def page(tx: Transaction, follow_up_id: int, query: PageQuery) -> Page[Comment]:
    """The comments on one follow-up, newest first."""
    rows = paginate(tx, COMMENTS.where(c.follow_up_id == follow_up_id), (c.id.desc(),), query)
    return Page[Comment].of(rows, shown(tx, rows.rows))


def row_of(tx: Transaction, follow_up_id: int, comment_id: int) -> Record:
    """One comment.

    Raises:
        CommentNotFound: the follow-up has none with this id.
    """
    found = tx.execute(COMMENTS.where(c.follow_up_id == follow_up_id, c.id == comment_id)).one_or_none()
    if found is None:
        raise CommentNotFound(follow_up_id, comment_id)
    return found


def get(tx: Transaction, follow_up_id: int, comment_id: int) -> Comment:
    """One comment as people read it.

    Raises:
        CommentNotFound: the follow-up has none with this id.
    """
    [comment] = shown(tx, [row_of(tx, follow_up_id, comment_id)])
    return comment


def by_id(tx: Transaction, ids: Collection[int]) -> Mapping[int, Comment]:
    """Comments by their ids."""
    rows = tx.execute(COMMENTS.where(among(c.id, ids))).all() if ids else ()
    return {comment.id: comment for comment in shown(tx, rows)}


def by_number(tx: Transaction, told: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], Comment]:
    """Comments by follow-up and number, as notifications name them."""
    wanted = set(told)
    if not wanted:
        return {}
    rows = tx.execute(
        COMMENTS.where(
            among(c.follow_up_id, {each[0] for each in wanted}), among(c.number, {each[1] for each in wanted})
        )
    ).all()
    return {
        (row.follow_up_id, row.number): comment
        for row, comment in zip(rows, shown(tx, rows), strict=True)
        if (row.follow_up_id, row.number) in wanted
    }


def shown(tx: Transaction, rows: Sequence[Record]) -> list[Comment]:
    """Rows of `COMMENTS` as people read them: those whom they mention by their names of now."""
    wanted = {user_id for row in rows for user_id in mentioned(row.body)}
    named = select(u.id, u.name).where(among(u.id, wanted))
    names: Mapping[int, str] = {row.id: row.name for row in tx.execute(named)} if wanted else {}
    return [
        Comment(
            id=row.id,
            author=PersonName(id=row.author_id, name=row.author),
            body=row.body,
            text=said(row.body, names),
            mentions=[PersonName(id=each, name=names[each]) for each in mentioned(row.body) if each in names],
            created_at=row.created_at,
            edited_at=row.edited_at,
            editable_until=row.created_at + EDITABLE_FOR,
            deleted_at=row.deleted_at,
            deleted_by=row.deleted_by and PersonName(id=row.deleted_by, name=row.deleter),
        )
        for row in rows
    ]


def mentionable(
    tx: Transaction, follow_up_id: int, reader: int, query: MentionableQuery
) -> Sequence[Mentionable]:
    """Whom somebody may mention: the assignee and those above first."""
    wanted: Select[*tuple[Any, ...]] = (
        select(u.id, u.name, u.email, absent_now.c.last_day.label("absent_until"))
        .join(absent_now, absent_now.c.user_id == u.id, isouter=True)
        .where(u.active, u.is_person, u.id != reader, MAY_SEE)
    )
    if query.q:
        wanted = wanted.where(has_words(func.searchable(u.name + " " + u.email, type_=Text()), query.q))
    wanted = wanted.order_by(IS_ON_LINE.desc(), u.name, u.id).limit(query.limit)
    return [Mentionable.model_validate(row) for row in tx.execute(wanted, {"follow_up_id": follow_up_id})]


def people(tx: Transaction, follow_up_id: int, ids: Collection[int]) -> Mapping[int, Record]:
    """Some people by their ids, and whether they may see a follow-up."""
    wanted = select(u.id, u.name, u.active, u.is_person, MAY_SEE.label("may_see")).where(among(u.id, ids))
    rows = tx.execute(wanted, {"follow_up_id": follow_up_id}) if ids else ()
    return {row.id: row for row in rows}
