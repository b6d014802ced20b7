"""Absences from a file: checked line by line and against the database, written set by set."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, BinaryIO

from followup_common.addresses import folded_sql
from followup_common.db import Transaction
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from followup_api.absences.problems import AbsencesOverlap
from followup_api.absences.schemas import MOST_DAYS
from followup_api.imports import cells
from followup_api.imports.cells import Check, checked
from followup_api.imports.files import Records
from followup_api.imports.layouts import ABSENCES
from followup_api.imports.schemas import AbsencesQuery, ImportResult
from followup_api.imports.staging import count, load
from followup_api.problems import constraint_of


def _email(column: str, cell: str) -> str:
    if not cell:
        raise ValueError(f"{column} is empty: each line needs one; say of a calendar whose it is (person)")
    return cells.email(column, cell)


CHECKS: dict[str, Check] = {
    "email": _email,
    "first_day": cells.day,
    "last_day": cells.day,
    "substitute_email": cells.optional_email,
    "note": cells.text(500, required=False),
}
PLANNED = f"""
    CREATE TEMPORARY TABLE planned ON COMMIT DROP AS
    SELECT i.line, i.valid AS good, i.email, i.first_day, i.last_day, i.substitute_email,
           u.id AS user_id, u.active, s.id AS substitute_id, s.active AS substitute_active,
           {{substitute}} AS new_substitute_id, {{note}} AS new_note,
           CAST(timezone(u.time_zone, now()) AS date) AS today, a.id AS known_id,
           a.id IS NOT NULL
               AND (a.substitute_id, a.note) IS DISTINCT FROM ({{substitute}}, {{note}}) AS differs
    FROM incoming i
    LEFT JOIN users u ON {folded_sql("u.email")} = {folded_sql("i.email")}
    LEFT JOIN users s ON {folded_sql("s.email")} = {folded_sql("i.substitute_email")}
    LEFT JOIN absences a ON a.user_id = u.id AND a.first_day = i.first_day AND a.last_day = i.last_day
        AND a.ended_at IS NULL
"""
# What a column that the file lacks leaves as it is.
OPTIONAL = (
    ("substitute_email", "substitute", "s.id", "a.substitute_id"),
    ("note", "note", "COALESCE(i.note, '')", "COALESCE(a.note, '')"),
)
LINES = "SELECT * FROM planned WHERE good ORDER BY line"
# A calendar keeps what is over.
WITHOUT_PAST = "UPDATE planned SET good = false WHERE last_day < today"
# Those that are planned already, and those of earlier lines.
OVERLAPS = """
    SELECT p.line, min(o.first_day) AS first_day, min(o.line) AS other FROM planned p JOIN (
        SELECT user_id, first_day, last_day, id AS absence_id, CAST(NULL AS integer) AS line FROM absences
        WHERE ended_at IS NULL
        UNION ALL SELECT user_id, first_day, last_day, NULL, line FROM planned WHERE good
    ) o ON o.user_id = p.user_id AND o.first_day <= p.last_day AND o.last_day >= p.first_day
        AND o.absence_id IS DISTINCT FROM COALESCE(p.known_id, 0) AND (o.line IS NULL OR o.line < p.line)
    WHERE p.good AND (o.line IS NOT NULL OR o.absence_id <> COALESCE(p.known_id, 0))
    GROUP BY p.line ORDER BY p.line
"""
INSERT = """
    INSERT INTO absences (user_id, first_day, last_day, substitute_id, note, set_by, source)
    SELECT user_id, first_day, last_day, new_substitute_id, new_note, :actor_id, :source
    FROM planned WHERE good AND known_id IS NULL ORDER BY line
"""
UPDATE = """
    UPDATE absences a SET substitute_id = p.new_substitute_id, note = p.new_note
    FROM planned p WHERE a.id = p.known_id AND p.good AND p.differs
"""


def import_absences(tx: Transaction, actor_id: int, file: BinaryIO, query: AbsencesQuery) -> ImportResult:
    """Plan absences, found by person and days, and change the substitute and the note of known ones.

    Raises:
        NotImported: the file has errors, and its good lines were not asked for.
        Invalid: the columns that the query names do not fit the file.
        ImportRunning: another one is under way.
        AbsencesOverlap: somebody has planned one for the same days meanwhile.
    """
    loaded = load(tx, file, ABSENCES, _parse, query)
    tx.execute(text(_planned(loaded.columns)))
    if loaded.kind == "ics":
        tx.execute(text(WITHOUT_PAST))
    loaded.leave_out(tx, [problem for row in tx.execute(text(LINES)) for problem in _problems(row)])
    loaded.leave_out(tx, list(_overlapping(tx)))
    loaded.refuse_errors()
    counts = count(tx)
    if not query.dry_run:
        _write(tx, actor_id, "ics" if loaded.kind == "ics" else "import")
    return loaded.result(counts)


def _write(tx: Transaction, actor_id: int, source: str) -> None:
    try:
        tx.execute(text(INSERT), {"actor_id": actor_id, "source": source})
    except IntegrityError as error:
        if constraint_of(error) != "ex_absences_one_at_a_time":
            raise
        raise AbsencesOverlap from None
    tx.execute(text(UPDATE))


def _planned(columns: Collection[str]) -> str:
    """The statement that plans what a file with these columns does."""
    given = {key: told if column in columns else known for column, key, told, known in OPTIONAL}
    return PLANNED.format(**given)


def _parse(records: Records) -> Sequence[Sequence[Any]]:
    return list(checked(records, CHECKS).values())


def _problems(row: Any) -> Iterator[tuple[int, str, str]]:
    """What is wrong with a line, looked at beside the people that it names: one thing a line."""
    if row.user_id is None or not row.active:
        yield row.line, "email", f"email {row.email!r} is nobody active here: correct it, or add them first."
    elif row.substitute_email and (not row.substitute_active or row.substitute_id == row.user_id):
        message = f"substitute_email {row.substitute_email!r} is nobody else who is active: name another."
        yield row.line, "substitute_email", message
    elif row.last_day < row.first_day:
        yield row.line, "last_day", "last_day lies before first_day: it still belongs to the absence."
    elif (row.last_day - row.first_day).days >= MOST_DAYS:
        yield (
            row.line,
            "last_day",
            f"last_day is more than {MOST_DAYS} days on: hand the work over instead.",
        )
    elif row.last_day < row.today and row.known_id is None:
        yield row.line, "last_day", f"last_day is over: use a day from {row.today} on, or leave the line out."


def _overlapping(tx: Transaction) -> Iterator[tuple[int, str, str]]:
    """Lines whose person is away on some of these days already."""
    for line, first_day, other in tx.execute(text(OVERLAPS)):
        where = f"that of line {other}" if other else f"another absence, from {first_day} on"
        yield line, "first_day", f"first_day to last_day overlaps {where}: choose other days."
