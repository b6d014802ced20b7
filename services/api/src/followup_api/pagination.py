"""Keyset pages: every list answers `{"items": [...], "next_cursor": ...}` and never uses OFFSET.

rows = paginate(tx, select(users), (users.c.name, users.c.id), query)
return Page[User].of(rows)
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, Self, TypeVar

from followup_common.db import Transaction
from pydantic import AfterValidator, AwareDatetime, Field, TypeAdapter
from pydantic_core import to_json
from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, literal_column, or_, tuple_
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import desc_op

from followup_api.problems import Invalid
from followup_api.rows import Record
from followup_api.schemas import MAX_ID, Parameters, Schema, storable

T = TypeVar("T")

CURSOR = "cursor"
IN_CURSORS: dict[type, Any] = {
    int: Annotated[int, Field(ge=-MAX_ID, le=MAX_ID)],
    str: Annotated[str, AfterValidator(storable)],
    datetime: AwareDatetime,
}


class Page(Schema, Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None = Field(
        description="Pass it as `cursor` to get the next page; null on the last one.",
        examples=["WyJBZGEgTG92ZWxhY2UiLDQyXQ"],
    )

    @classmethod
    def of(cls, found: Rows, items: Iterable[Any] | None = None) -> Self:
        """The page that some rows are.

        Args:
            found: the rows.
            items: what is shown of each; the rows themselves, if they have what an entry has.
        """
        shown = found.rows if items is None else list(items)
        return cls.model_validate({"items": shown, "next_cursor": found.next_cursor})


class PageQuery(Parameters):
    """Query parameters of a list; a list with filters extends it. Unknown parameters are refused."""

    limit: int = Field(50, ge=1, le=200, description="Entries on a page at most.")
    cursor: str | None = Field(
        None, max_length=2_000, description="`next_cursor` of the page before; the first page without."
    )


@dataclass(frozen=True)
class Rows:
    """The rows of a page, and the cursor of the next one."""

    rows: Sequence[Record]
    next_cursor: str | None


PageCondition = Callable[[Sequence[ColumnElement[bool]], ColumnElement[int]], ColumnElement[bool]]
"""From what holds for all rows after the cursor, and a limit, to a condition that only the page's rows meet.

For lists whose indexes find the page in a better way than sorting does, see `followups.top_n`.
"""


class PagedQuery:
    """A list query. Its statements, for the first page and for later ones, are built once.

    Building one of thirty columns, and its key in SQLAlchemy's cache, takes up to 0.3 ms each time.

    Args:
        query: selects the columns of the answer, with every filter; neither ordered nor limited. What a
            request brings are bind parameters.
        order: what to sort by, such as `(users.c.name, users.c.id.desc())`: never null, and unique together.
        condition: of the rows of a page; without it, that they come after the cursor.
    """

    def __init__(
        self,
        query: Select[*tuple[Any, ...]],
        order: Sequence[ColumnElement[Any]],
        condition: PageCondition | None = None,
    ) -> None:
        self._keys = [_Key.of(expression) for expression in order]
        labelled = (key.column.label(f"key_{n}") for n, key in enumerate(self._keys))
        self._query, self._order, self._condition = query.add_columns(*labelled), order, condition
        self._statements: dict[tuple[int, bool], Select[*tuple[Any, ...]]] = {}

    def page(self, tx: Transaction, page: PageQuery, **values: Any) -> Rows:
        """Run it for one page.

        Args:
            tx: where to run it.
            page: limit and cursor as the caller sent them.
            values: of the query's bind parameters.

        Raises:
            Invalid: the cursor does not come from this list.
        """
        after = () if page.cursor is None else _decode(page.cursor, self._keys)
        values |= {f"after_{n}": value for n, value in enumerate(after)}
        rows = tx.execute(self.statement(page.limit + 1, later=bool(after)), values).all()
        if len(rows) <= page.limit:
            return Rows(rows, None)
        return Rows(rows[: page.limit], _encode(rows[page.limit - 1][-len(self._keys) :]))

    def statement(self, limit: int, *, later: bool) -> Select[*tuple[Any, ...]]:
        """What a page runs."""
        if (limit, later) not in self._statements:
            self._statements[limit, later] = self._built(limit, later=later)
        return self._statements[limit, later]

    def _built(self, limit: int, *, later: bool) -> Select[*tuple[Any, ...]]:
        bounds = [bindparam(f"after_{n}", type_=key.column.type) for n, key in enumerate(self._keys)]
        after = [_after(self._keys, bounds)] if later else []
        number = in_text(limit)
        condition = [self._condition(after, number)] if self._condition else after
        return self._query.where(*condition).order_by(*self._order).limit(number)


def paginate(
    tx: Transaction,
    query: Select[*tuple[Any, ...]],
    order: Sequence[ColumnElement[Any]],
    page: PageQuery,
    condition: PageCondition | None = None,
) -> Rows:
    """One page of a query that is built for one request; arguments and errors as `PagedQuery`."""
    return PagedQuery(query, order, condition).page(tx, page)


def in_text(limit: int) -> ColumnElement[int]:
    """SQL of a limit, as a part of the statement: not knowing it, PostgreSQL plans for more rows."""
    return literal_column(str(limit), Integer())


@dataclass(frozen=True)
class _Key:
    column: ColumnElement[Any]
    descending: bool

    @classmethod
    def of(cls, expression: ColumnElement[Any]) -> _Key:
        if isinstance(expression, UnaryExpression) and expression.modifier is desc_op:
            return cls(expression.element, descending=True)
        return cls(expression, descending=False)

    @property
    def value(self) -> Any:
        """The type of its value in a cursor."""
        type_ = self.column.type.python_type
        return IN_CURSORS.get(type_, type_)


def _after(keys: Sequence[_Key], bound: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
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
    raw = to_json(list(values))
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(cursor: str, keys: Sequence[_Key]) -> tuple[Any, ...]:
    of_keys: Any = tuple(key.value for key in keys)
    values: TypeAdapter[Any] = TypeAdapter(tuple[of_keys])
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        return tuple(values.validate_json(raw, strict=True))
    except ValueError:
        message = f"{CURSOR} is not one that this list gave: start again without it."
        raise Invalid(CURSOR, message) from None
