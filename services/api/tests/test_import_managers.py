"""Which lines of people are refused for their managers."""

from __future__ import annotations

import pytest
from followup_api.imports.managers import Entry, manager_errors
from hypothesis import given
from hypothesis import strategies as st

from tests.support.work import lines_run

PEOPLE = st.integers(0, 7)


@given(file=st.dictionaries(PEOPLE, st.none() | PEOPLE), stored=st.dictionaries(PEOPLE, st.none() | PEOPLE))
def test_managers_are_refused_exactly_when_somebody_would_manage_themselves(
    file: dict[int, int | None], stored: dict[int, int | None]
) -> None:
    managers = {str(one): None if boss is None else str(boss) for one, boss in stored.items()}
    entries = [
        Entry(line, str(one), None if boss is None else str(boss), good=True)
        for line, (one, boss) in enumerate(file.items())
    ]
    after = {**stored, **file}

    def manages_themselves(person: int) -> bool:
        boss = after.get(person)
        for _ in range(len(after) + 1):
            if boss == person:
                return True
            boss = after.get(boss) if boss is not None else None
        return False

    known = stored.keys() | file.keys()
    expected = {
        line
        for line, (one, boss) in enumerate(file.items())
        if boss is not None and (boss not in known or manages_themselves(one))
    }
    assert {line for line, _, _ in manager_errors(entries, managers, partial=False)} == expected


@given(file=st.dictionaries(PEOPLE, st.none() | PEOPLE), stored=st.dictionaries(PEOPLE, st.none() | PEOPLE))
def test_with_partial_what_is_left_has_no_error_and_each_line_left_out_has_one(
    file: dict[int, int | None], stored: dict[int, int | None]
) -> None:
    managers = {str(one): None if boss is None else str(boss) for one, boss in stored.items()}
    entries = [
        Entry(line, str(one), None if boss is None else str(boss), good=True)
        for line, (one, boss) in enumerate(file.items())
    ]
    wrong = [line for line, _, _ in manager_errors(entries, managers, partial=True)]
    assert len(wrong) == len(set(wrong))
    rest = [entry for entry in entries if entry.line not in wrong]
    assert list(manager_errors(rest, managers, partial=True)) == []
    assert set(wrong) >= {line for line, _, _ in manager_errors(entries, managers, partial=False)}


@pytest.mark.parametrize("broken", ["by nobody", "by a cycle"])
def test_a_long_line_of_managers_that_breaks_costs_no_more_than_its_length(broken: str) -> None:
    """Leaving out one spoils the next, ten thousand times: each is looked at a few times, not each time."""
    first = "nobody" if broken == "by nobody" else "1"

    def chain(length: int) -> list[Entry]:
        return [Entry(n, str(n), str(n - 1) if n else first, good=True) for n in range(length)]

    def work(length: int) -> int:
        return lines_run(lambda: found.extend(manager_errors(chain(length), {}, partial=True)))

    found: list[tuple[int, str, str]] = []
    small = work(1_000)
    found.clear()
    assert work(10_000) < 11 * small
    assert sorted(line for line, _, _ in found) == list(range(10_000))


# ---- who, how much, at once ----
