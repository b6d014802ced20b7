"""How many escalations are open, in all and by reporting line, from their index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import escalation_states, escalations, follow_ups, users
from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    and_,
    func,
    literal_column,
    select,
    union_all,
)

from followup_api.escalations.filters import narrowed_by
from followup_api.escalations.lines import Person, by_line
from followup_api.escalations.queries import IS_ESCALATED, OF_SEVERITY, ORDER
from followup_api.escalations.schemas import EscalationCounts, EscalationFilters
from followup_api.followups.counts import LOOKED_THROUGH
from followup_api.followups.scopes import Scope
from followup_api.followups.searches import Search, looked_up
from followup_api.pagination import in_text

f, u, e, es = follow_ups.c, users.c, escalations.c, escalation_states.c


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is counted beside whose it is."""

    search: Search | None = None
    conditions: Sequence[ColumnElement[bool]] = ()

    def of(self, counted: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """A query of escalation states, narrowed."""
        return self.found(counted.where(*self.conditions), es.follow_up_id)

    def found(
        self, counted: Select[*tuple[Any, ...]], follow_up_id: ColumnElement[int]
    ) -> Select[*tuple[Any, ...]]:
        """A query narrowed to what the search alone finds, by its column of the follow-up's id."""
        if self.search is None:
            return counted
        return self.search.narrowed(counted.join(follow_ups, f.id == follow_up_id))

    def __bool__(self) -> bool:
        """Whether it leaves anything out."""
        return self.search is not None or bool(self.conditions)


EVERYTHING = Narrowing()


def narrowing_to(tx: Transaction, scope: Scope, filters: EscalationFilters) -> Narrowing:
    """What filters leave of a scope."""
    return Narrowing(looked_up(tx, filters.q, scope), narrowed_by(filters))


def counts(
    tx: Transaction, scope: Scope, filters: EscalationFilters, top: int | None, *, quick: bool = False
) -> EscalationCounts:
    """Count the open escalations that a list with the same filters shows.

    Args:
        tx: where to count.
        scope: whose.
        filters: what else they are narrowed to.
        top: the person whose direct reports are told apart; None: those who report to nobody.
        quick: look for the words of a common search among the most overdue `LOOKED_THROUGH` only.
    """
    narrowing = narrowing_to(tx, scope, filters)
    some = None
    if quick and narrowing.search and narrowing.search.is_wide:
        narrowing = replace(narrowing, search=narrowing.search.in_few())
        some = _most_overdue(scope, narrowing)
    counted = _states(scope, narrowing).subquery() if some is None else some
    found = by_line(_people(tx, narrowing, counted), top)
    return EscalationCounts(
        manager=sum(line.manager for line in found.lines) + found.others.manager,
        admin=sum(line.admin for line in found.lines) + found.others.admin,
        unroutable=unroutable(tx, scope, narrowing),
        below=found.below,
        by_line=found.lines,
        others=found.others,
        at_least=some is not None and _is_full(tx, some),
    )


def unroutable(tx: Transaction, scope: Scope, narrowing: Narrowing = EVERYTHING) -> int:
    """Steps of open follow-ups that wait until somebody can be told."""
    waiting = (
        select(func.count())
        .select_from(escalations)
        .join(escalation_states, and_(es.follow_up_id == e.follow_up_id, es.run == e.run, es.is_open))
        .where(e.status == literal_column("'unroutable'"), scope.condition(es.assignee_id))
    )
    return int(tx.execute(narrowing.of(waiting)).scalar_one())


def _people(tx: Transaction, narrowing: Narrowing, counted: FromClause) -> Sequence[Person]:
    """Everyone who has open escalations, and everyone above them."""
    own = _own(narrowing, counted)
    line = select(u.id, u.manager_id).where(u.id.in_(select(own.c.assignee_id))).cte("line", recursive=True)
    line = line.union(select(u.id, u.manager_id).join(line, u.id == line.c.manager_id))  # ends in a cycle
    reports = users.alias("reports")
    statement = (
        select(
            *(u.id, u.name, u.manager_id),
            select(reports.c.id).where(reports.c.manager_id == u.id).exists().label("has_reports"),
            *(func.coalesce(own.c[name], 0).label(name) for name in OF_SEVERITY),
        )
        .select_from(line)
        .join(users, u.id == line.c.id)
        .join(own, own.c.assignee_id == u.id, isouter=True)
    )
    return [Person(*row) for row in tx.execute(statement)]


def _states(scope: Scope, narrowing: Narrowing) -> Select[*tuple[Any, ...]]:
    """The open escalations of a scope, whatever is searched for."""
    wanted = (*IS_ESCALATED, scope.condition(es.assignee_id), *narrowing.conditions)
    return select(es.follow_up_id, es.assignee_id, es.severity).where(*wanted)


def _most_overdue(scope: Scope, narrowing: Narrowing) -> FromClause:
    """The first of them, of each severity in the order of its index."""
    states = _states(scope, narrowing).order_by(*ORDER).limit(in_text(LOOKED_THROUGH))
    each = (states.where(es.severity == word).subquery() for word in OF_SEVERITY.values())
    return union_all(*(select(some) for some in each)).subquery()


def _is_full(tx: Transaction, some: FromClause) -> bool:
    """Whether there may be more of a severity."""
    number = select(func.count()).select_from(some).group_by(some.c.severity)
    return LOOKED_THROUGH in tx.execute(number).scalars()


def _own(narrowing: Narrowing, states: FromClause) -> CTE:
    """Each person's own, by severity."""
    s = states.c
    numbers = [func.count().filter(s.severity == word).label(name) for name, word in OF_SEVERITY.items()]
    counted = select(s.assignee_id, *numbers).select_from(states).group_by(s.assignee_id)
    return narrowing.found(counted, s.follow_up_id).cte("own")
