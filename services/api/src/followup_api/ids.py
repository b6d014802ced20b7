"""Many ids as one parameter of a statement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from followup_common.db.arrays import int_array
from sqlalchemy import ColumnElement, Dialect, any_, literal
from sqlalchemy.types import UserDefinedType


class Ids(UserDefinedType[Sequence[int]]):
    """An array of ids, written by one join; psycopg would look at each of a thousand."""

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_: Any) -> str:
        """Its name in SQL."""
        return "BIGINT[]"

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:  # noqa: ARG002 - as SQLAlchemy calls it
        """From ids to what PostgreSQL reads as an array."""
        return int_array

    def literal_processor(self, dialect: Dialect) -> Callable[[Any], str]:  # noqa: ARG002 - as SQLAlchemy calls it
        """The same in the text of a statement."""
        return lambda ids: f"'{int_array(ids)}'"


def among(column: ColumnElement[int], ids: Collection[int], *, in_text: bool = False) -> ColumnElement[bool]:
    """SQL: whether a column is one of many ids.

    Args:
        column: of ids.
        ids: which ones.
        in_text: as a part of the statement: not knowing how many they are, PostgreSQL plans for ten.
    """
    return column == any_(literal(list(ids), Ids(), literal_execute=in_text))
