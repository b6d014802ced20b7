"""Which lines of a file of people name a manager who is nobody, or would close a cycle. No database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

LineProblem = tuple[int, str, str]
"""Line, field and message."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Who reports to whom, as one line of the file says."""

    line: int
    email: str
    manager: str | None
    good: bool


def manager_errors(
    entries: Sequence[Entry], managers: Mapping[str, str | None], *, partial: bool
) -> Iterator[LineProblem]:
    """Lines whose manager is nobody, or would make a cycle.

    Args:
        entries: what the file says; a line that is not good changes nothing, and names a person only
            where nothing of such a file is written anyway.
        managers: e-mail address of everybody in the database, with that of their manager.
        partial: only good lines count, and one that is left out can spoil those that need it. Each is
            looked at once for each line that goes before it, not once a round for all of them.
    """
    chart = _Chart([entry for entry in entries if entry.good], managers)
    known = managers.keys() | {entry.email for entry in entries if entry.good or not partial}
    orphans = [entry for entry in chart.lines.values() if entry.manager and entry.manager not in known]
    suspects: Iterable[str] = list(chart.managers)
    while orphans or suspects:
        changed = list(suspects)
        while orphans:
            entry = orphans.pop()
            if entry.email not in chart.lines:
                continue
            yield entry.line, "manager_email", _nobody(entry)
            if partial:
                orphans += chart.leave_out(entry)
                changed.append(entry.email)
        suspects = []
        for entry, cycle in list(chart.cycles(changed)):
            yield entry.line, "manager_email", _cycle(cycle)
            if partial:
                orphans += chart.leave_out(entry)
                suspects.append(entry.email)


class _Chart:
    """Who reports to whom once these lines are written.

    Args:
        lines: good lines of a file, at most one a person.
        before: everybody in the database, with their manager.
    """

    def __init__(self, lines: Sequence[Entry], before: Mapping[str, str | None]) -> None:
        self.lines = {entry.email: entry for entry in lines}
        self.managers = {**before, **{entry.email: entry.manager for entry in lines}}
        self._before = before
        self._reports: dict[str, list[Entry]] = defaultdict(list)
        for entry in lines:
            if entry.manager:
                self._reports[entry.manager].append(entry)

    def leave_out(self, entry: Entry) -> list[Entry]:
        """Take a line back; returns the lines of those whom it leaves without their manager."""
        del self.lines[entry.email]
        if entry.email in self._before:
            self.managers[entry.email] = self._before[entry.email]
            return []
        del self.managers[entry.email]
        return self._reports.pop(entry.email, [])

    def cycles(self, suspects: Iterable[str]) -> Iterator[tuple[Entry, list[str]]]:
        """The lines of everybody who would manage themselves, with the cycle; it holds a suspect."""
        done: set[str] = set()
        for start in suspects:
            above: dict[str, None] = {}  # ordered, and quick to look into
            person: str | None = start
            while person is not None and person not in done and person not in above:
                above[person] = None
                person = self.managers.get(person)
            if person is not None and person in above:
                path = list(above)
                cycle = path[path.index(person) :]
                yield from ((self.lines[member], cycle) for member in cycle if member in self.lines)
            done.update(above)


def _nobody(entry: Entry) -> str:
    return f"manager_email {entry.manager!r} is nobody here and nobody in this file: add or correct it."


def _cycle(cycle: Sequence[str]) -> str:
    shown = [*cycle[:5], "…"] if len(cycle) > 5 else cycle
    drawn = " → ".join([*shown, cycle[0]])
    return f"manager_email would create a reporting cycle ({drawn}): change one of these managers."
