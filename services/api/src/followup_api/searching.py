"""How searches find: each word somewhere, as a part of a word too, whatever the accents and the case."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, bindparam, func, literal_column, true

from followup_api.schemas import Search


def words_of(search: Search) -> tuple[str, ...]:
    """What was typed, word by word, each once."""
    return tuple(dict.fromkeys(search.split()))


def pattern(word: str) -> ColumnElement[str]:
    """SQL of the pattern of LIKE that finds a word in a text that is `searchable`; `%` means itself.

    The word is in the statement's text, quoted: PostgreSQL then plans for it, and not for any word.
    """
    plain = func.searchable(bindparam(None, word, Text(), literal_execute=True))
    escaped = func.regexp_replace(plain, _constant(r"([\\%_])"), _constant(r"\\\1"), _constant("g"))
    return _constant("%") + escaped + _constant("%")


def _constant(value: str) -> ColumnElement[str]:
    return literal_column(f"'{value}'", Text())


def has_words(searchable: ColumnElement[Any], search: Search) -> ColumnElement[bool]:
    """SQL that finds every word of a search in a text.

    Args:
        searchable: SQL of the text, as the function `searchable` of the database makes it.
        search: what was typed.
    """
    return and_(true(), *(searchable.like(pattern(word)) for word in words_of(search)))
