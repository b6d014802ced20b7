"""Follow-ups from a file: checked line by line and against the database, written set by set."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from followup_common.addresses import folded_sql
from followup_common.db import Transaction
from followup_common.db.optimistic_insert import OptimisticInsert
from followup_common.db.tables import follow_ups
from followup_common.policy import State
from followup_common.policy.lifecycle import refused_fields
from sqlalchemy import Row, column, select, table, text

from followup_api.choices.lists import KINDS
from followup_api.choices.queries import as_written
from followup_api.enrolments.going_on import settle
from followup_api.followups.announcements import reassigned
from followup_api.followups.queries import NEEDS_NOTE
from followup_api.imports import cells, subjects
from followup_api.imports.cells import Check, checked
from followup_api.imports.files import Records
from followup_api.imports.layouts import FOLLOW_UPS
from followup_api.imports.schemas import ImportQuery, ImportResult
from followup_api.imports.staging import count, load
from followup_api.series.going_on import go_on
from followup_api.unit_of_work import UnitOfWork

SUBJECT = (
    *("subject_kind", "subject_external_id", "subject_name"),
    *("subject_url", "subject_phone", "subject_email"),
)
CHECKS: dict[str, Check] = {
    "external_id": cells.line(required=False),
    "id": cells.identifier,
    "title": cells.line(),
    "assignee_email": cells.email,
    "due_at": cells.due_time(),
    "subject_kind": cells.one_of("lead", "client", default=""),
    "subject_external_id": cells.line(required=False),
    "subject_name": cells.line(required=False),
    "subject_url": cells.link,
    "notes": cells.notes,
    "status": cells.one_of("open", "completed", default=""),
    "kind": cells.one_like(cells.KINDS),  # an import takes those in use here
    "priority": cells.one_like(cells.PRIORITIES),
    "tags": cells.tags,
    "value_amount": cells.amount,
    "value_currency": cells.currency,
    "subject_phone": cells.phone,
    "subject_email": cells.optional_email,
}

# Whose it is already stays so.
ASSIGNABLE = "(u.active AND u.is_person OR f.assignee_id = u.id) IS TRUE"
# A subject without an external id is known by its kind and name, so that importing a file again adds none.
# Of a column that the file lacks (`subject`, `notes`) what is known stays as it is.
PLANNED = f"""
    CREATE TEMPORARY TABLE planned ON COMMIT DROP AS
    SELECT i.line, i.external_id, i.id, i.title, i.assignee_email, i.due_at, i.subject_kind,
           i.subject_external_id, i.subject_name, i.subject_url, i.subject_phone, i.subject_email,
           i.status, {{notes}} AS notes,
           {{kind}} AS kind, {{priority}} AS priority, {{tags}} AS tags,
           {{value_amount}} AS value_amount, {{value_currency}} AS value_currency,
           u.id AS assignee_id, f.id AS known_id, {{subject}} AS subject_id,
           COALESCE(r.first_line, i.line) AS first_line,
           u.name AS assignee_name, u.is_person, {ASSIGNABLE} AS assignable,
           i.valid AND i.line = COALESCE(r.first_line, i.line)
               AND {ASSIGNABLE}
               AND (i.external_id IS NOT NULL OR f.id IS NOT NULL) AS good,
           f.id IS NOT NULL AND (
               (f.title, f.assignee_id, f.due_at, f.notes, f.subject_id)
                   IS DISTINCT FROM (i.title, u.id, i.due_at, {{notes}}, {{subject}})
               OR (f.kind, f.priority, f.tags, f.value_amount, f.value_currency)
                   IS DISTINCT FROM ({{kind}}, {{priority}}, {{tags}}, {{value_amount}}, {{value_currency}})
               OR i.subject_kind IS NOT NULL AND COALESCE(s.id, n.id) IS NULL
               OR f.is_open <> (COALESCE(i.status, CASE WHEN f.is_open THEN 'open' END, '') = 'open')
           ) AS differs
    FROM incoming i
    LEFT JOIN (
        SELECT external_id, min(line) AS first_line FROM incoming
        GROUP BY external_id HAVING count(*) > 1
    ) r ON r.external_id = i.external_id
    LEFT JOIN users u ON {folded_sql("u.email")} = {folded_sql("i.assignee_email")}
    {{known}}
    LEFT JOIN subjects s ON s.kind = i.subject_kind AND s.external_id = i.subject_external_id
    LEFT JOIN (
        SELECT kind, lower(name) AS name,
               COALESCE(min(id) FILTER (WHERE merged_into IS NULL), min(merged_into)) AS id
        FROM subjects WHERE external_id IS NULL GROUP BY 1, 2
    ) n ON i.subject_external_id IS NULL AND n.kind = i.subject_kind AND n.name = lower(i.subject_name)
"""
KNOWN = "LEFT JOIN follow_ups f ON f.external_id = i.external_id"
# What was made by hand has no external id: an export of ours tells it by its id.
KNOWN_BY_ID = """
    LEFT JOIN follow_ups x ON x.external_id = i.external_id
    LEFT JOIN follow_ups k ON i.external_id IS NULL AND k.id = i.id AND k.external_id IS NULL
    LEFT JOIN follow_ups f ON f.id = COALESCE(x.id, k.id)
"""
WRONG = """
    SELECT line, external_id, id, known_id, first_line, assignee_email, assignee_name, is_person, assignable
    FROM planned
    WHERE external_id IS NOT NULL AND line <> first_line
       OR assignee_email IS NOT NULL AND NOT assignable
       OR external_id IS NULL AND id IS NOT NULL AND known_id IS NULL
"""
ADD_UNNUMBERED_SUBJECTS = """
    INSERT INTO subjects (kind, name, url, phone, email)
    SELECT subject_kind, subject_name, subject_url, subject_phone, subject_email FROM planned
    WHERE line IN (
        SELECT max(line) FROM planned
        WHERE good AND subject_kind IS NOT NULL AND subject_external_id IS NULL AND subject_id IS NULL
        GROUP BY subject_kind, lower(subject_name)
    )
    ORDER BY line
"""
PLAN_UNNUMBERED_SUBJECTS = """
    UPDATE planned p SET subject_id = s.id FROM subjects s
    WHERE p.good AND p.subject_id IS NULL AND p.subject_external_id IS NULL
      AND s.kind = p.subject_kind AND s.external_id IS NULL AND lower(s.name) = lower(p.subject_name)
"""
# Not knowing how many lines it concerns, the planner would look through all subjects for each of them.
ANALYZE_UNNUMBERED_SUBJECTS = "ANALYZE planned (good, subject_id, subject_kind, subject_external_id)"
# New subjects with an external id are joined where they are needed: writing the plan again costs more.
PLAN = """
    planned p LEFT JOIN subjects s
        ON p.subject_id IS NULL AND s.kind = p.subject_kind AND s.external_id = p.subject_external_id
"""
# What the file leaves completed and yet changes, as only an open follow-up may be.
OF_COMPLETED = """
    SELECT p.line, array_remove(ARRAY[
        CASE WHEN f.due_at <> p.due_at THEN 'due_at' END,
        CASE WHEN f.assignee_id <> p.assignee_id THEN 'assignee_id' END
    ], NULL) AS changed
    FROM planned p JOIN follow_ups f ON f.id = p.known_id
    WHERE p.good AND p.differs AND NOT f.is_open AND p.status IS DISTINCT FROM 'open'
"""
PLANNED_LINES = table("planned", *map(column, ("line", "known_id", "status", "good", "differs")))
# What the file completes although its policy asks for a note: a file has none.
WITHOUT_NOTE = (
    select(PLANNED_LINES.c.line)
    .join(follow_ups, follow_ups.c.id == PLANNED_LINES.c.known_id)
    .where(PLANNED_LINES.c.good, PLANNED_LINES.c.differs, PLANNED_LINES.c.status == State.COMPLETED)
    .where(follow_ups.c.is_open, NEEDS_NOTE)
)
# In the order of ids, like everyone who locks several follow-ups: none waits for another for ever.
LOCK = """
    SELECT count(*) FROM (
        SELECT f.id FROM follow_ups f JOIN planned p ON p.known_id = f.id
        WHERE p.good AND p.differs ORDER BY f.id FOR UPDATE OF f
    ) locked
"""
VALUE = """CASE WHEN {0}.value_amount IS NOT NULL THEN jsonb_build_object(
    'amount', {0}.value_amount::text, 'currency', {0}.value_currency) END"""
UPDATE = f"""
    WITH changed AS (
        UPDATE follow_ups f
        SET title = p.title, assignee_id = p.assignee_id, due_at = p.due_at, notes = p.notes,
            subject_id = COALESCE(p.subject_id, s.id), kind = p.kind, priority = p.priority, tags = p.tags,
            value_amount = p.value_amount, value_currency = p.value_currency,
            completed_at = CASE p.status WHEN 'open' THEN NULL
                WHEN 'completed' THEN COALESCE(old.completed_at, now()) ELSE old.completed_at END
        FROM {PLAN}, follow_ups old
        WHERE f.id = p.known_id AND old.id = f.id AND p.good AND p.differs
        RETURNING f.id, f.is_open, f.assignee_id, f.assignment, old.assignee_id AS old_assignee_id,
            to_jsonb(old) || jsonb_build_object('value', {VALUE.format("old")}) AS was,
            to_jsonb(f) || jsonb_build_object('value', {VALUE.format("f")}) AS became
    ), logged AS (
        INSERT INTO activities (follow_up_id, kind, actor_id, details)
        SELECT c.id, 'imported', :actor_id, jsonb_build_object('changes', (
            SELECT COALESCE(
                jsonb_object_agg(name, jsonb_build_object('from', was -> name, 'to', became -> name)), '{{}}')
            FROM unnest(CAST(:columns AS text[])) name WHERE was -> name IS DISTINCT FROM became -> name
        )) || CASE WHEN was -> 'due_at' IS DISTINCT FROM became -> 'due_at'
            THEN jsonb_build_object('reason', 'import') ELSE '{{}}' END FROM changed c
    )
    SELECT id, assignee_id, assignment FROM changed
    WHERE is_open AND assignee_id <> old_assignee_id ORDER BY id
"""
ENDED = """
    SELECT DISTINCT f.series_id FROM follow_ups f JOIN planned p ON p.known_id = f.id
    WHERE p.good AND p.differs AND f.series_id IS NOT NULL AND NOT f.is_open
"""
STEPS = """
    SELECT DISTINCT m.enrolment_id FROM enrolment_steps m JOIN planned p ON p.known_id = m.follow_up_id
    WHERE p.good AND p.differs
"""
FIELDS = {"due_at": "due_at", "assignee_id": "assignee_email"}
"""Columns of the file, by what they change."""
REOPEN = "{0} of a completed follow-up stays as it is: reopen it with status open, or leave {0} as it was."
NOTE = (
    "status completed needs a note here, as its policy says: complete it on the page or through the API, or "
    "leave status open."
)
CHANGEABLE = [
    "title",
    "assignee_id",
    "due_at",
    "notes",
    "subject_id",
    "completed_at",
    "kind",
    "priority",
    "tags",
    "value",
]
# A follow-up that somebody makes with the same external id at this very moment is brought up to date.
# Returns the series of those that are completed by that.
INSERT = OptimisticInsert(
    f"""
    WITH added AS (
        INSERT INTO follow_ups (external_id, title, assignee_id, due_at, notes, subject_id, completed_at,
                                kind, priority, tags, value_amount, value_currency)
        SELECT p.external_id, p.title, p.assignee_id, p.due_at, p.notes, COALESCE(p.subject_id, s.id),
               CASE p.status WHEN 'completed' THEN now() END,
               p.kind, p.priority, p.tags, p.value_amount, p.value_currency
        FROM {PLAN}
        WHERE p.good AND p.known_id IS NULL ORDER BY p.line
        {{or_bring_up_to_date}}
        RETURNING id, series_id, is_open
    ), logged AS (
        INSERT INTO activities (follow_up_id, kind, actor_id) SELECT id, 'imported', :actor_id FROM added
    )
    SELECT DISTINCT series_id FROM added WHERE series_id IS NOT NULL AND NOT is_open
    """,
    or_bring_up_to_date="""
        ON CONFLICT (external_id) DO UPDATE
        SET title = excluded.title, assignee_id = excluded.assignee_id, due_at = excluded.due_at,
            notes = excluded.notes, subject_id = excluded.subject_id, completed_at = excluded.completed_at,
            kind = excluded.kind, priority = excluded.priority, tags = excluded.tags,
            value_amount = excluded.value_amount, value_currency = excluded.value_currency
    """,
)


def import_follow_ups(work: UnitOfWork, file: BinaryIO, query: ImportQuery, actor_id: int) -> ImportResult:
    """Create and update follow-ups by `external_id`; new assignees of open ones are told.

    Raises:
        NotImported: the file has errors, and its good lines were not asked for.
        Invalid: the columns that the query names do not fit the file.
        ImportRunning: another one is under way.
    """
    tx = work.tx
    own = as_written(tx, KINDS)
    in_use = {spelling: name for spelling, name in cells.KINDS.items() if name in own.values()} | own
    checks = {**CHECKS, "due_at": cells.due_time(query.zone), "kind": cells.one_like(in_use)}
    parse = _Parsing(checks)
    loaded = load(tx, file, FOLLOW_UPS, parse, query)
    tx.execute(text(_planned(loaded.columns)))
    loaded.errors.extend(_wrong(tx))
    counts = count(tx)
    if counts.updated and (refused := _refused(tx, lock=not query.dry_run)):
        loaded.leave_out(tx, refused)
        counts = count(tx)
    loaded.refuse_errors()
    about = subjects.plan(tx)
    if not query.dry_run:
        subjects.write(tx, about, actor_id)  # of unchanged follow-ups too: their client's name may be news
        _write(work, actor_id, counts)
    return loaded.result(counts, subjects_changed=about.known)


def _planned(columns: Collection[str]) -> str:
    """The statement that plans what a file with these columns does."""
    return PLANNED.format(
        known=KNOWN_BY_ID if "id" in columns else KNOWN,
        notes="i.notes" if "notes" in columns else "COALESCE(f.notes, '')",
        **_facts(columns),
        subject="COALESCE(s.merged_into, s.id, n.id)" if "subject_kind" in columns else "f.subject_id",
    )


def _facts(columns: Collection[str]) -> dict[str, str]:
    """SQL of each of these columns: what the file says; else what is known; else what is usual. An empty cell
    of a kind or a priority says nothing."""
    known = {"value_amount": "f.value_amount", "value_currency": "f.value_currency"}
    for name, usual in (("kind", "'task'"), ("priority", "'normal'"), ("tags", "'{}'::text[]")):
        known[name] = f"COALESCE(f.{name}, {usual})"
    said = {"tags": "COALESCE(i.tags, '{}')", "kind": f"COALESCE(i.kind, {known['kind']})"}
    said["priority"] = f"COALESCE(i.priority, {known['priority']})"
    return {name: said.get(name, f"i.{name}") if name in columns else known[name] for name in known}


class _Parsing:
    """From records to the columns of the temporary table.

    Args:
        checks: of each column.
    """

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._lines: dict[int, int] = {}
        """Of each id that stands for an external id, the first line that has it."""

    def __call__(self, records: Records) -> Sequence[Sequence[Any]]:
        values = checked(records, self._checks)
        self._check_identity(records, values["external_id"], values["id"])
        worth = zip(records.lines, values["value_amount"], values["value_currency"], strict=True)
        for line, amount, currency in worth:
            if (amount is None) != (currency is None) and line not in records.bad:
                lacking = "value_amount" if amount is None else "value_currency"
                records.refuse(
                    line, lacking, f"{lacking} is empty: a value needs its amount and its currency."
                )
        about = zip(records.lines, *(records.column(column) for column in SUBJECT), strict=True)
        for line, kind, external_id, name, *others in about:
            if kind and not name:
                records.refuse(line, "subject_name", "subject_name is empty: a subject needs its name.")
            elif not kind and (external_id or name or any(others)):
                message = "subject_kind is empty: say whether the subject is a lead or a client."
                records.refuse(line, "subject_kind", message)
        return list(values.values())

    def _check_identity(self, records: Records, external_ids: Sequence[Any], ids: Sequence[Any]) -> None:
        """A follow-up is told by its external id, or else by its id, which is in the file once."""
        if None not in external_ids:
            return
        for line, external_id, number in zip(records.lines, external_ids, ids, strict=True):
            if external_id is not None:
                continue
            if number is None:
                records.refuse(line, "external_id", "external_id is empty: every line needs one.")
            elif (first := self._lines.setdefault(number, line)) != line:
                message = f"id {number} is on line {first} already: keep one of the two."
                records.refuse(line, "id", message)


def _wrong(tx: Transaction) -> Iterator[tuple[int, str, str]]:
    for row in tx.execute(text(WRONG)):
        line, external_id, number, found, first_line, email, name, is_person, assignable = row
        if line != first_line and external_id is not None:
            message = f"external_id {external_id!r} is on line {first_line} already: keep one of the two."
            yield line, "external_id", message
        if external_id is None and number is not None and found is None:
            message = (
                f"id {number} is no follow-up without an external_id here: give the line an external_id."
            )
            yield line, "id", message
        if email is not None and name is None:
            message = f"assignee_email {email!r} belongs to nobody here: add the person first, or correct it."
            yield line, "assignee_email", message
        elif email is not None and not assignable and not is_person:
            message = (
                f"assignee_email {email!r}: {name} is an account for commands, and nobody reads what it is "
                "told: name a person."
            )
            yield line, "assignee_email", message
        elif email is not None and not assignable:
            message = f"assignee_email {email!r}: {name} is inactive: name somebody active, or activate them."
            yield line, "assignee_email", message


def _refused(tx: Transaction, *, lock: bool) -> list[tuple[int, str, str]]:
    """What is wrong with the lines that change what must stay as it is in a completed follow-up, or complete
    one without the note that its policy asks for.

    Args:
        tx: where the plan is.
        lock: whether to keep others from completing and reopening what the file changes.
    """
    if lock:
        tx.execute(text(LOCK))
    fixed = [
        (row.line, FIELDS[field], REOPEN.format(FIELDS[field]))
        for row in tx.execute(text(OF_COMPLETED))
        for field in refused_fields(State.COMPLETED, row.changed)
    ]
    return [*fixed, *((line, "status", NOTE) for line in tx.execute(WITHOUT_NOTE).scalars())]


def _write(work: UnitOfWork, actor_id: int, counts: Row[Any]) -> None:
    """What there is to do: a statement that finds nothing reads the whole plan all the same."""
    if counts.created or counts.updated:
        _add_unnumbered_subjects(work.tx)
    if counts.updated:
        for row in work.tx.execute(text(UPDATE), {"actor_id": actor_id, "columns": CHANGEABLE}):
            work.emit(reassigned(row, actor_id))
        go_on(work.tx, work.tx.execute(text(ENDED)).scalars().all(), actor_id)
        settle(work.tx, work.tx.execute(text(STEPS)).scalars().all(), actor_id)
    if counts.created:
        go_on(work.tx, INSERT(work.tx, {"actor_id": actor_id}).scalars().all(), actor_id)


def _add_unnumbered_subjects(tx: Transaction) -> None:
    if tx.execute(text(ADD_UNNUMBERED_SUBJECTS)).rowcount:
        tx.execute(text(ANALYZE_UNNUMBERED_SUBJECTS))
        tx.execute(text(PLAN_UNNUMBERED_SUBJECTS))
