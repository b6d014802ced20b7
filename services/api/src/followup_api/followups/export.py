"""Follow-ups as a file for spreadsheets, which runs nothing there: CSV, or a workbook (XLSX)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from followup_api.followups.schemas import Format
from followup_api.formulas import harmless
from followup_api.problems import Invalid
from followup_api.rows import Record

AT_MOST = 100_000
IN_MEMORY = 1024 * 1024
COLUMNS = (
    *("id", "external_id", "title", "assignee_name", "assignee_email", "due_at", "status", "completed_at"),
    *("hours_overdue", "level", "level_label", "sla_breach"),
    *("subject_kind", "subject_external_id", "subject_name", "subject_url", "notes"),
    *("kind", "priority", "tags", "value_amount", "value_currency"),
    *("waiting_until", "snoozed"),
    *("subject_phone", "subject_email"),
)


class TooMany(Invalid):
    """More follow-ups than one file takes."""

    def __init__(self) -> None:
        super().__init__(
            "view",
            f"view holds more than {AT_MOST:,} follow-ups: narrow it down, such as with assignee, subject_id "
            "or q.",
        )


def written(rows: Iterable[Record], kind: Format) -> IO[bytes]:
    """A file with a header and a line for each row; the caller closes it.

    It is written before the answer begins: a failure halfway is an error, and not a file that ends early.

    Raises:
        TooMany: there are more rows than `AT_MOST`.
    """
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    try:
        WRITERS[kind](file, _up_to_the_limit(rows))
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _up_to_the_limit(rows: Iterable[Record]) -> Iterator[list[Any]]:
    for number, row in enumerate(rows):
        if number == AT_MOST:
            raise TooMany
        yield [*(row._mapping[name] for name in COLUMNS[:-7]), *_facts(row), *_held(row), *_contact(row)]


def _facts(row: Record) -> tuple[Any, ...]:
    """Tags with semicolons between them, the amount and the currency."""
    value = row.value or {}
    return "; ".join(row.tags), value.get("amount"), value.get("currency")


def _held(row: Record) -> tuple[datetime | None, int]:
    """Until when it waits, and how often it was snoozed."""
    return row.waits_until, (row.holds_kept or {}).get("snoozed", 0)


def _contact(row: Record) -> tuple[str | None, str | None]:
    """How its lead or client is reached: the last two columns."""
    return row.subject_phone, row.subject_email


def _write_csv(file: IO[bytes], rows: Iterable[Sequence[Any]]) -> None:
    file.write("\ufeff".encode())  # or Excel takes it for something else than UTF-8
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows(map(_cell, row) for row in rows)
    text.detach()  # or it would close the file together with itself


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else value


def _write_xlsx(file: IO[bytes], rows: Iterable[Sequence[Any]]) -> None:
    from followup_api.followups.workbook import write  # what it is made of is for those who ask

    write(file, COLUMNS, rows)


MEDIA_TYPES = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WRITERS: dict[Format, Callable[[IO[bytes], Iterable[Sequence[Any]]], None]] = {
    Format.CSV: _write_csv,
    Format.XLSX: _write_xlsx,
}
