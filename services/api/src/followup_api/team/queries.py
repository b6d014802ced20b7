"""SQL of how people are doing: for each of them some short reads of indexes by assignee."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from followup_common.db import Transaction
from followup_common.db.arrays import int_array
from followup_common.db.tables import BEYOND_THE_ASSIGNEE, Time, follow_ups, users
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Float,
    Integer,
    Select,
    Text,
    column,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
)

from followup_api.fields import as_read
from followup_api.followups.queries import HOURS
from followup_api.followups.working_overdue import working_overdue
from followup_api.ids import among
from followup_api.pagination import Rows, paginate
from followup_api.permissions import Caller
from followup_api.rows import Record
from followup_api.team.periods import Periods
from followup_api.team.schemas import Sort, TeamQuery

u = users.c
SORTED_AT_MOST = 100
"""How many people are put in order by a figure, which takes the figures of all of them."""

FIGURES = text(f"""
    SELECT p.id, p.name, p.email, p.active, as_read(p.name COLLATE "C") AS read_name,
           (SELECT count(*) FROM users r WHERE r.manager_id = p.id) AS reports,
           (SELECT min(a.last_day) FROM absent_now a WHERE a.user_id = p.id) AS away_until,
           o.open, o.overdue, o.oldest, e.escalated, m.moved, m.moves, h.waiting, h.snoozed,
           d.done, d.completed, d.on_time, d.on_time::float8 / nullif(d.completed, 0) AS share
    FROM users p,
    LATERAL (
        SELECT count(*) AS open, count(*) FILTER (WHERE f.due_at <= now()) AS overdue,
               min(f.due_at) FILTER (WHERE f.due_at <= now()) AS oldest
        FROM follow_ups f WHERE f.assignee_id = p.id AND f.is_open
    ) o,
    LATERAL (
        SELECT count(*) AS escalated FROM escalation_states es
        WHERE es.assignee_id = p.id AND es.is_open AND es.{BEYOND_THE_ASSIGNEE}
    ) e,
    LATERAL (
        SELECT count(*) AS moved, COALESCE(sum(f.moved), 0) AS moves
        FROM follow_ups f WHERE f.assignee_id = p.id AND f.is_open AND f.moved > 0
    ) m,
    LATERAL (
        SELECT count(DISTINCT h.follow_up_id) FILTER (WHERE h.kind = 'wait') AS waiting,
               count(DISTINCT h.follow_up_id) FILTER (WHERE h.kind = 'snooze' AND h.run = es.run) AS snoozed
        FROM escalation_states es JOIN holds h ON h.follow_up_id = es.follow_up_id
        WHERE es.assignee_id = p.id AND es.is_open AND es.holds IS NOT NULL
          AND h.ended_at IS NULL AND h.until > now()
    ) h,
    LATERAL (
        SELECT count(*) FILTER (WHERE f.completed_at >= :week) AS done,
               count(*) FILTER (WHERE f.completed_at >= :month) AS completed,
               count(*) FILTER (WHERE f.completed_at >= :month AND f.completed_at <= f.due_at) AS on_time
        FROM follow_ups f
        WHERE f.assignee_id = p.id AND NOT f.is_open AND f.completed_at >= least(:week, :month)
    ) d
    WHERE p.id = ANY(CAST(:people AS bigint[]))
""").columns(
    *(column("id", BigInteger()), column("name", Text()), column("email", Text())),
    *(column("active", Boolean()), column("read_name", Text()), column("reports", Integer())),
    *(column("away_until", Date()), column("open", Integer()), column("overdue", Integer())),
    *(column("oldest", Time), column("escalated", Integer()), column("moved", Integer())),
    *(column("moves", Integer()), column("waiting", Integer()), column("snoozed", Integer())),
    *(column("done", Integer()), column("completed", Integer()), column("on_time", Integer())),
    column("share", Float()),
)
"""The figures of people, by their own follow-ups."""

# By the bounds of the weeks: what is overdue comes with its due time, and goes when it is completed.
TREND = text("""
    SELECT assignee_id, width_bucket(at, CAST(:ends AS timestamptz[])) AS week,
           sum(overdue) AS overdue, sum(done) AS done
    FROM (
        SELECT assignee_id, due_at AS at, 1 AS overdue, 0 AS done
        FROM follow_ups
        WHERE assignee_id = ANY(CAST(:people AS bigint[])) AND is_open AND due_at <= now()
        UNION ALL
        SELECT assignee_id, completed_at, -(completed_at > due_at)::int, 1
        FROM follow_ups
        WHERE assignee_id = ANY(CAST(:people AS bigint[])) AND NOT is_open AND completed_at >= :since
        UNION ALL
        SELECT assignee_id, due_at, 1, 0
        FROM follow_ups
        WHERE assignee_id = ANY(CAST(:people AS bigint[])) AND NOT is_open AND completed_at >= :since
          AND completed_at > due_at
    ) turns GROUP BY 1, 2
""")

OLDEST = text(f"""
    SELECT follow_ups.*, 'open' AS status, pv.calendar_id AS policy_calendar_id, {HOURS} AS hours_overdue
    FROM unnest(CAST(:people AS bigint[])) p (id), LATERAL (
        SELECT id, due_at, assignee_id FROM follow_ups
        WHERE assignee_id = p.id AND is_open AND due_at <= now() ORDER BY due_at, id LIMIT 1
    ) follow_ups
    JOIN escalation_states es ON es.follow_up_id = follow_ups.id
    JOIN policy_versions pv ON pv.id = es.policy_version_id
""")

FIGURE_OF: Mapping[Sort, str] = {Sort.ON_TIME: "share", Sort.AWAY: "away_until"}
"""The columns of those figures that are called otherwise."""


def members(caller: Caller, ids: Collection[int] | None, *, direct: bool) -> Select[*tuple[Any, ...]]:
    """Ids of the people of a team; who left is among them as long as they have open work.

    Args:
        caller: who asks; not a member themselves.
        ids: everyone below somebody; None: the company.
        direct: of the company only those who report to nobody or to the caller.
    """
    open_work = exists().where(follow_ups.c.assignee_id == u.id, follow_ups.c.is_open)
    wanted: list[ColumnElement[bool]] = [u.id != caller.user_id, (u.active & u.is_person) | open_work]
    if ids is not None:
        wanted.append(among(u.id, ids))
    elif direct:
        wanted.append(or_(u.manager_id.is_(None), u.manager_id == caller.user_id))
    return select(u.id).where(*wanted)


def direct_reports(tx: Transaction, user_id: int) -> frozenset[int]:
    """Those who report to somebody."""
    return frozenset(tx.execute(select(u.id).where(u.manager_id == user_id)).scalars())


def number_of(tx: Transaction, team: Select[*tuple[Any, ...]]) -> int:
    """How many people there are."""
    return int(tx.execute(select(func.count()).select_from(team.subquery())).scalar_one())


def page_by_name(tx: Transaction, team: Select[*tuple[Any, ...]], query: TeamQuery, during: Periods) -> Rows:
    """A page of a team of any size, by name: figures are computed for its people only."""
    name = as_read(u.name)
    order = (name, u.id) if query.order == "asc" else (name.desc(), u.id.desc())
    found = paginate(tx, team.add_columns(name), order, query)
    ids = [row.id for row in found.rows]
    rows = {row.id: row for row in tx.execute(FIGURES, figure_values(ids, during))}
    return Rows([rows[id_] for id_ in ids], found.next_cursor)


def page_by_figure(
    tx: Transaction, team: Select[*tuple[Any, ...]], query: TeamQuery, during: Periods
) -> Rows:
    """A page of a small team in the order of a figure; who has none comes last."""
    ids = list(tx.execute(team).scalars())
    figures = FIGURES.bindparams(**figure_values(ids, during)).subquery("figures")
    figure = figures.c[FIGURE_OF.get(query.sort, query.sort.value)]
    missing, value = figure.is_(None).cast(Integer), func.coalesce(figure, _stand_in(figure))
    order = (missing, value if query.order == "asc" else value.desc(), figures.c.read_name, figures.c.id)
    return paginate(tx, select(*figures.c), order, query)


def trends(tx: Transaction, ids: Sequence[int], during: Periods) -> Mapping[int, list[tuple[int, int]]]:
    """How many were completed in each week, and were overdue at its end, by person."""
    ends = during.ends
    values = {"people": int_array(ids), "since": during.weeks[0], "ends": list(ends)}
    turns: dict[int, dict[int, Record]] = defaultdict(dict)
    for row in tx.execute(TREND, values):
        turns[row.assignee_id][row.week] = row
    return {id_: _weeks(turns[id_], len(ends)) for id_ in ids}


def oldest(tx: Transaction, ids: Sequence[int]) -> Mapping[int, dict[str, Any]]:
    """What of each person has been overdue for longest, by person."""
    rows = tx.execute(OLDEST, {"people": int_array(ids)}).all()
    by_calendar = working_overdue(tx, rows)
    return {
        row.assignee_id: {
            **{name: row._mapping[name] for name in ("id", "due_at", "hours_overdue")},
            "working_overdue": by_calendar.get(row.id),
        }
        for row in rows
    }


def figure_values(ids: Sequence[int], during: Periods) -> dict[str, Any]:
    """The bind parameters of `FIGURES`."""
    return {"people": int_array(ids), "week": during.week, "month": during.month}


def _stand_in(figure: ColumnElement[Any]) -> ColumnElement[Any]:
    """What an order has in the place of a figure that is missing, the same on each page."""
    word = "'epoch'" if isinstance(figure.type, (Date, DateTime)) else "0"
    return literal_column(word).cast(figure.type)


def _weeks(turns: Mapping[int, Record], number: int) -> list[tuple[int, int]]:
    overdue, weeks = 0, []
    for week in range(number):
        turn = turns.get(week)
        overdue += turn.overdue if turn else 0
        weeks.append((turn.done if turn else 0, overdue))
    return weeks
