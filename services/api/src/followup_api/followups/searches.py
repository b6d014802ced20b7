"""Searching follow-ups: every word in the title, the notes, the client, the assignee or an external id.

All of it belongs to the follow-up and shows with it, so nobody finds one by a word that they may not see. A
word that few follow-ups have names them first, by indexes; the rest is looked for among those. When all words
are common, the first page comes early in the order of the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import SEARCHABLE_SUBJECT, follow_up_texts, follow_ups, subjects, users
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    any_,
    func,
    literal_column,
    or_,
    select,
    union,
)

from followup_api.followups.scopes import Scope
from followup_api.ids import among
from followup_api.searching import pattern, words_of

RARE = 10_000
"""A word that at most so many follow-ups have is looked up by indexes first."""
TRIED = 3
"""Words of which one is hoped to be rare: the longest."""
FEW = 20
"""The follow-ups of so few people are read one by one: quicker than a look for a word among everyone's."""

f, t = follow_ups.c, follow_up_texts.c
_SUBJECT: ColumnElement[str] = literal_column(SEARCHABLE_SUBJECT, Text())
_PERSON: ColumnElement[str] = func.searchable(users.c.name, type_=Text())


@dataclass(frozen=True, slots=True)
class Search:
    """A search whose words have been looked up.

    Args:
        words: all of them have to be found.
        among: ids of the follow-ups that have one of the words; None when each word is too common for that.
        of_few: those in scope are so few that their texts are read one by one.
    """

    words: tuple[str, ...]
    among: tuple[int, ...] | None = None
    of_few: bool = False

    def narrowed(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """A query of follow-ups, narrowed to those that have every word."""
        if self.of_few:
            # Not joined: PostgreSQL would count the look-ups of `_has` once a follow-up, and read all texts.
            own = select(t.text).where(t.follow_up_id == f.id).correlate(follow_ups).scalar_subquery()
            return statement.where(*(_has(word, own) for word in self.words))
        statement = statement.join(follow_up_texts, t.follow_up_id == f.id)
        if self.among is not None:
            # Of both tables: PostgreSQL does not conclude the one from the other.
            statement = statement.where(among(f.id, self.among), among(t.follow_up_id, self.among))
        return statement.where(*(_has(word, t.text) for word in self.words))


def looked_up(tx: Transaction, search: str | None, scope: Scope) -> Search | None:
    """What was typed, and where it can be found in a scope; None when it has no word."""
    words = words_of(search or "")
    if not words:
        return None
    if scope.user_ids is not None and len(scope.user_ids) <= FEW:
        return Search(words, of_few=True)
    for word in sorted(words, key=len, reverse=True)[:TRIED]:
        ids = tx.execute(_having(word, RARE + 1)).scalars().all()
        if len(ids) <= RARE:
            return Search(words, tuple(ids))
    return Search(words)


def _has(word: str, own: ColumnElement[str]) -> ColumnElement[bool]:
    """SQL that holds for a follow-up that has a word, in its own text or in a name that shows with it."""
    return or_(
        own.like(pattern(word)),
        f.assignee_id.in_(_people(word).correlate(None)),
        f.subject_id.in_(_named(word).correlate(None)),
    )


def _people(word: str) -> Select[int]:
    return select(users.c.id).where(_PERSON.like(pattern(word)))


def _named(word: str) -> Select[int]:
    return select(subjects.c.id).where(_SUBJECT.like(pattern(word)))


def _having(word: str, limit: int) -> Select[int]:
    """Ids of follow-ups that have a word, no more than a limit: each part from an index of its own."""
    theirs = f.assignee_id == any_(func.array(_people(word).scalar_subquery()))
    parts = (
        select(t.follow_up_id.label("id")).where(t.text.like(pattern(word))),
        select(f.id).where(f.subject_id == any_(func.array(_named(word).scalar_subquery()))),
        select(f.id).where(or_(and_(f.is_open, theirs), and_(~f.is_open, theirs))),
    )
    number = literal_column(str(limit), Integer())
    found = union(*(select(part.limit(number).subquery().c.id) for part in parts)).subquery("found")
    return select(found.c.id).limit(number)
