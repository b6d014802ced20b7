"""Searching follow-ups: every word in the title, the notes, the client, the assignee or an external id.

All of it belongs to the follow-up and shows with it, so nobody finds one by a word that they may not see. A
word that few follow-ups have names them first, by indexes; the rest is looked for among those. When all words
are common, the first page comes early in the order of the list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import SEARCHABLE_SUBJECT, follow_up_texts, follow_ups, subjects, users
from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    case,
    func,
    literal_column,
    or_,
    select,
    union,
)

from followup_api.followups.scopes import Scope
from followup_api.ids import among
from followup_api.pagination import in_text
from followup_api.searching import pattern, words_of

RARE = 10_000
"""A word that at most so many follow-ups have is looked up by indexes first."""
NAMED = 2_000
"""A word that more leads and clients have is not rare: their follow-ups are not looked up."""
TRIED = 3
"""Words of which one is hoped to be rare: the longest."""
FEW = 20
"""The follow-ups of so few people are read one by one: quicker than a look for a word among everyone's. And a
word in the names of more people is not rare."""

f, t = follow_ups.c, follow_up_texts.c
_SUBJECT: ColumnElement[str] = literal_column(SEARCHABLE_SUBJECT, Text())
_PERSON: ColumnElement[str] = func.searchable(users.c.name, type_=Text())


@dataclass(frozen=True, slots=True)
class Search:
    """A search whose words have been looked up.

    Args:
        words: all of them have to be found.
        among: ids of the follow-ups that have one of the words; None when each word is too common for that.
        one_by_one: what is asked about is so little that its texts are read one after another.
    """

    words: tuple[str, ...]
    among: tuple[int, ...] | None = None
    one_by_one: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether it has to look into the text of one follow-up after another, of very many."""
        return self.among is None and not self.one_by_one

    def in_few(self) -> Search:
        """The same for few follow-ups."""
        return replace(self, one_by_one=True)

    def narrowed(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """A query of follow-ups, narrowed to those that have every word."""
        if self.one_by_one:
            # Not joined: PostgreSQL would count the look-ups once a follow-up, and read all texts.
            return statement.where(*(_shows(word) for word in self.words))
        statement = statement.join(follow_up_texts, t.follow_up_id == f.id)
        if self.among is not None:
            # Of both tables: PostgreSQL does not conclude the one from the other.
            statement = statement.where(among(f.id, self.among), among(t.follow_up_id, self.among))
        return statement.where(*(_has(word) for word in self.words))


def looked_up(tx: Transaction, search: str | None, scope: Scope) -> Search | None:
    """What was typed, and where it can be found in a scope; None when it has no word."""
    words = words_of(search or "")
    if not words:
        return None
    if scope.user_ids is not None and len(scope.user_ids) <= FEW:
        return Search(words, one_by_one=True)
    for word in sorted(words, key=len, reverse=True)[:TRIED]:
        ids = tx.execute(_having(word)).scalar_one()
        if ids is not None:
            return Search(words, tuple(ids))
    return Search(words)


def _has(word: str) -> ColumnElement[bool]:
    """SQL that holds for a follow-up that has a word, in its own text or in a name that shows with it."""
    return or_(
        t.text.like(pattern(word)),
        f.assignee_id.in_(_people(word).correlate(None)),
        f.subject_id.in_(_named(word).correlate(None)),
    )


def _shows(word: str) -> ColumnElement[bool]:
    """The same, read for each follow-up by itself: of few that is quicker than to look through all names."""
    text = select(t.text).where(t.follow_up_id == f.id)
    person = select(_PERSON).where(users.c.id == f.assignee_id)
    subject = select(_SUBJECT).where(subjects.c.id == f.subject_id)
    shown = (one.correlate(follow_ups).scalar_subquery() for one in (text, person, subject))
    return or_(*(one.like(pattern(word)) for one in shown))


def _people(word: str) -> Select[int]:
    return select(users.c.id).where(_PERSON.like(pattern(word)))


def _named(word: str) -> Select[int]:
    return select(subjects.c.id).where(_SUBJECT.like(pattern(word)))


def _having(word: str) -> Select[Any]:
    """Ids of the follow-ups that have a word, NULL if it is not rare: each part from an index of its own."""
    people = _people(word).limit(in_text(FEW + 1)).cte("people")
    named = _named(word).limit(in_text(NAMED + 1)).cte("named")
    is_rare = and_(_number(people) <= FEW, _number(named) <= NAMED)
    theirs, about = f.assignee_id == any_(_ids(people)), f.subject_id == any_(_ids(named))
    parts = (
        select(t.follow_up_id.label("id")).where(is_rare, t.text.like(pattern(word))),
        select(f.id).where(is_rare, about),
        select(f.id).where(is_rare, or_(and_(f.is_open, theirs), and_(~f.is_open, theirs))),
    )
    limited = (part.limit(in_text(RARE + 1)).subquery() for part in parts)
    found = union(*(select(part.c.id) for part in limited)).subquery("found")
    ids = func.coalesce(func.array_agg(found.c.id), literal_column("'{}'"))
    return select(case((and_(is_rare, func.count() <= RARE), ids))).select_from(found)


def _number(found: CTE) -> ColumnElement[int]:
    return select(func.count()).select_from(found).scalar_subquery()


def _ids(found: CTE) -> ColumnElement[Any]:
    return func.array(select(found.c.id).scalar_subquery())
