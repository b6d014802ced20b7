"""What can be wrong with an imported file, gathered line by line."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest

from followup_api.imports.schemas import MAX_ERRORS, LineError
from followup_api.problems import Conflict, NotValid, Problem


class Errors:
    """The errors of one file. Keeps the first by line, and counts the others."""

    def __init__(self) -> None:
        self._kept: list[LineError] = []
        self.count = 0

    def add(self, line: int, field: str, message: str) -> None:
        """Note what is wrong with a field of a line (empty: with the whole line), and the fix."""
        self.count += 1
        self._kept.append(LineError(line=line, field=field, message=message))
        if len(self._kept) > 2 * MAX_ERRORS:
            self._kept = self.first()

    def extend(self, errors: Iterable[tuple[int, str, str]]) -> None:
        """Note several."""
        for error in errors:
            self.add(*error)

    def first(self) -> list[LineError]:
        """Those of the lowest lines, at most `MAX_ERRORS`."""
        return nsmallest(MAX_ERRORS, self._kept, key=lambda error: error.line)

    @property
    def more(self) -> int:
        """How many there are beyond `first()`."""
        return max(0, self.count - MAX_ERRORS)


class NotImported(NotValid):
    """The file has errors, so nothing of it was written."""

    def __init__(self, errors: Errors) -> None:
        first = errors.first()
        number = "one error" if errors.count == 1 else f"{errors.count:,} errors"
        super().__init__(
            f"The file has {number}, so nothing of it was written. Fix it and import it again; "
            f"or import the good lines with partial=true. First: line {first[0].line}: {first[0].message}"
        )
        self.members = {"errors": [error.model_dump() for error in first], "more_errors": errors.more}


def refused(message: str, line: int = 1, field: str = "") -> NotImported:
    """What to raise when one thing is wrong with the file as a whole, so that no line can be understood.

    Args:
        message: what is wrong, and the fix.
        line: where it shows.
        field: the column or parameter, if it is about one.
    """
    errors = Errors()
    errors.add(line, field, message)
    return NotImported(errors)


class NotCsv(Problem):
    """The body is something else than a file to import."""

    status, kind, title = 415, "unsupported-media-type", "Not a file to import"

    def __init__(self) -> None:
        super().__init__(
            "Send the file as it is, with Content-Type: text/csv, or that of an Excel workbook "
            "(application/vnd.openxmlformats-officedocument.spreadsheetml.sheet)."
        )


class ImportRunning(Conflict):
    """Two imports of the same kind would get into each other's way."""

    def __init__(self) -> None:
        super().__init__("Another import of this kind is running: try again when it has ended.")
