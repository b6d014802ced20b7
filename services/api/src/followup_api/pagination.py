"""Keyset pages: every list answers `{"items": [...], "next_cursor": ...}` and never uses OFFSET.

page = paginate(tx, select(users), (users.c.name, users.c.id), query)
return Page(items=[User.model_validate(row) for row in page.rows], next_cursor=page.next_cursor)
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from followup_common.db import Transaction
from pydantic import Field
from sqlalchemy import ColumnElement, Select, and_, literal, or_, tuple_
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import desc_op

from followup_api.problems import Invalid
from followup_api.rows import Record
from followup_api.schemas import MAX_ID, Schema, storable

T = TypeVar("T")

CURSOR = "cursor"


class Page(Schema, Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None = Field(
        description="Pass it as `cursor` to get the next page; null on the last one.",
        examples=["WyJBZGEgTG92ZWxhY2UiLDQyXQ"],
    )


class PageQuery(Schema):
    """Query parameters of a list; a list with filters extends it. Unknown parameters are refused."""

    limit: int = Field(50, ge=1, le=200, description="Entries on a page at the most.")
    cursor: str | None = Field(
        None, max_length=2_000, description="`next_cursor` of the page before; the first page without."
    )


@dataclass(frozen=True)
class Rows:
    """The rows of a page, and the cursor of the next one."""

    rows: Sequence[Record]
    next_cursor: str | None


def paginate(
    tx: Transaction, query: Select[*tuple[Any, ...]], order: Sequence[ColumnElement[Any]], page: PageQuery
) -> Rows:
    """Run a query for one page.

    Args:
        tx: where to run it.
        query: selects the columns of the answer, with every filter; neither ordered nor limited.
        order: what to sort by, such as `(users.c.name, users.c.id.desc())`: never null, and unique together.
        page: limit and cursor as the caller sent them.

    Raises:
        Invalid: the cursor does not come from this list.
    """
    keys = [_Key.of(expression) for expression in order]
    statement = query.add_columns(*(key.column.label(f"_key_{n}") for n, key in enumerate(keys)))
    if page.cursor is not None:
        statement = statement.where(_after(keys, _decode(page.cursor, keys)))
    rows = tx.execute(statement.order_by(*order).limit(page.limit + 1)).all()
    if len(rows) <= page.limit:
        return Rows(rows, None)
    last = rows[page.limit - 1]
    return Rows(rows[: page.limit], _encode(tuple(last)[-len(keys) :]))


@dataclass(frozen=True)
class _Key:
    column: ColumnElement[Any]
    descending: bool

    @classmethod
    def of(cls, expression: ColumnElement[Any]) -> _Key:
        if isinstance(expression, UnaryExpression) and expression.modifier is desc_op:
            return cls(expression.element, descending=True)
        return cls(expression, descending=False)


def _after(keys: Sequence[_Key], values: Sequence[Any]) -> ColumnElement[bool]:
    bound = [literal(value, key.column.type) for key, value in zip(keys, values, strict=True)]
    if len({key.descending for key in keys}) == 1:  # a row comparison can walk an index
        row, last = tuple_(*(key.column for key in keys)), tuple_(*bound)
        return row < last if keys[0].descending else row > last
    later = []
    for n, key in enumerate(keys):
        same = [keys[m].column == bound[m] for m in range(n)]
        beyond = key.column < bound[n] if key.descending else key.column > bound[n]
        later.append(and_(*same, beyond))
    return or_(*later)


def _encode(values: Sequence[Any]) -> str:
    raw = json.dumps([_plain(value) for value in values], ensure_ascii=False, separators=(",", ":")).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _decode(cursor: str, keys: Sequence[_Key]) -> list[Any]:
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        return _values(json.loads(raw), keys)
    except (ValueError, TypeError, RecursionError):
        message = f"{CURSOR} is not one that this list gave: start again without it."
        raise Invalid(CURSOR, message) from None


def _values(values: Any, keys: Sequence[_Key]) -> list[Any]:
    if not isinstance(values, list):
        raise TypeError
    return [_value(value, key) for value, key in zip(values, keys, strict=True)]


def _value(value: Any, key: _Key) -> Any:
    expected = key.column.type.python_type
    if expected is datetime and isinstance(value, str):
        value = datetime.fromisoformat(value)
        if value.tzinfo is None:
            raise ValueError
    if expected is UUID and isinstance(value, str):
        value = UUID(value)
    if type(value) is not expected:
        raise TypeError
    if isinstance(value, int) and abs(value) > MAX_ID:
        raise ValueError
    return storable(value) if isinstance(value, str) else value
