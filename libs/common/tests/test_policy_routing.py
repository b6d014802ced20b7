"""Routing: the audience, else the next active one up the line, else the admins, else nobody."""

from collections.abc import Mapping
from datetime import date

import pytest
from followup_common.policy import (
    Absence,
    Directory,
    Fallback,
    Person,
    Recipient,
    Step,
    calendar_of,
    recipients,
)
from hypothesis import given
from hypothesis import strategies as st

ADMINS = (90, 91)


def directory(*people: tuple[int, int | None, bool], admins: tuple[int, ...] = ADMINS) -> Directory:
    return Directory({id_: Person(id_, manager, active) for id_, manager, active in people}, admins)


def told(audience: tuple[str, ...], who: Directory, assignee: int = 1) -> tuple[Recipient, ...]:
    step = {"after": "PT0S", "audience": audience, "label": "x", "severity": "overdue"}
    return recipients(Step.model_validate(step), assignee, who)


def test_manager_and_assignee() -> None:
    who = directory((1, 2, True), (2, None, True))
    assert told(("manager", "assignee"), who) == (Recipient(2, "manager"), Recipient(1, "assignee"))


def test_an_inactive_manager_is_passed_over_up_the_line() -> None:
    who = directory((1, 2, True), (2, 3, False), (3, None, True))
    assert told(("manager",), who) == (Recipient(3, "manager", Fallback.UP_THE_LINE),)


def test_no_manager_falls_back_to_the_admins() -> None:
    who = directory((1, None, True))
    assert told(("manager",), who) == tuple(Recipient(a, "manager", Fallback.ADMINS) for a in ADMINS)


def test_the_managers_manager() -> None:
    who = directory((1, 2, True), (2, 3, True), (3, None, True))
    assert told(("manager(2)",), who) == (Recipient(3, "manager(2)"),)


def test_an_inactive_assignee_falls_back_to_their_manager() -> None:
    who = directory((1, 2, False), (2, None, True))
    assert told(("assignee",), who) == (Recipient(2, "assignee", Fallback.UP_THE_LINE),)


def test_who_is_in_two_audiences_is_told_once() -> None:
    who = directory((1, 90, True), (90, None, True))
    assert told(("manager", "admins"), who) == (Recipient(90, "manager"), Recipient(91, "admins"))


def test_nobody_active_at_all_is_unroutable() -> None:
    who = directory((1, 2, False), (2, None, False), admins=())
    assert told(("assignee", "manager", "admins"), who) == ()


def test_a_cycle_of_managers_is_survived() -> None:
    who = directory((1, 2, True), (2, 3, False), (3, 1, False), admins=())
    assert told(("manager",), who) == ()


def test_a_person_whom_a_step_names_is_told_no_matter_who_the_assignee_is() -> None:
    who = directory((1, None, True), (7, 8, True), (8, None, True))
    assert told(("user(7)",), who) == (Recipient(7, "user(7)"),)


def test_one_who_left_gives_way_to_their_manager_and_nobody_to_the_admins() -> None:
    who = directory((1, None, True), (7, 8, False), (8, None, True))
    assert told(("user(7)",), who) == (Recipient(8, "user(7)", Fallback.UP_THE_LINE),)
    assert told(("user(9)",), who) == tuple(Recipient(a, "user(9)", Fallback.ADMINS) for a in ADMINS)


def test_all_managers_are_told_and_without_any_the_admins() -> None:
    who = Directory({1: Person(1, None, True)}, ADMINS, managers=(3, 4))
    assert told(("role(manager)",), who) == (Recipient(3, "role(manager)"), Recipient(4, "role(manager)"))
    nobody = Directory({1: Person(1, None, True)}, ADMINS)
    assert [found.fallback for found in told(("role(manager)",), nobody)] == [Fallback.ADMINS] * 2


def test_ones_own_calendar_comes_before_the_managers_and_theirs_before_the_organisations() -> None:
    people = {
        1: Person(1, 2, True, calendar_id=10),
        2: Person(2, 3, True),
        3: Person(3, 4, False, calendar_id=30),  # who is away has a calendar all the same
        4: Person(4, None, True, calendar_id=40),
        5: Person(5, 6, True),
        6: Person(6, 5, True),  # a cycle
    }
    who = Directory(people, ADMINS, calendar_id=99)
    assert [calendar_of(user_id, who) for user_id in (1, 2, 3, 4, 5, 77)] == [10, 30, 30, 40, 99, 99]
    assert calendar_of(5, Directory(people, ADMINS)) is None


people = st.dictionaries(
    st.integers(1, 8),
    st.tuples(st.none() | st.integers(1, 9), st.booleans()),
    min_size=1,
)
audiences = st.lists(
    st.sampled_from(["assignee", "manager", "manager(2)", "manager(3)", "admins"]), min_size=1, max_size=4
)


@given(people, audiences, st.sets(st.integers(50, 53)))
def test_any_line_tells_only_active_people_each_once_and_an_admin_when_nobody_else(
    line: dict[int, tuple[int | None, bool]], audience: list[str], admins: set[int]
) -> None:
    who = directory(*((i, m, a) for i, (m, a) in line.items()), admins=tuple(admins))
    found = told(tuple(audience), who, assignee=min(line))
    ids = [recipient.user_id for recipient in found]
    active = {i for i, (_, is_active) in line.items() if is_active}
    assert len(ids) == len(set(ids))
    assert set(ids) <= active | admins
    assert found or not admins


UNTIL = date(2026, 12, 3)
# 1 reports to 2, who reports to 3; 4 and on report to nobody.
LINE = ((1, 2, True), (2, 3, True), (3, None, True), *((n, None, True) for n in range(4, 12)))
LEFT = ((1, 2, True), (2, 3, True), (3, None, True), (4, None, False))


def with_away(
    away: Mapping[int, int | None], people: tuple[tuple[int, int | None, bool], ...] = LINE
) -> Directory:
    """A directory in which some are away, each with the substitute named."""
    known = directory(*people)
    absent = {user_id: Absence(UNTIL, substitute) for user_id, substitute in away.items()}
    return Directory(known.people, ADMINS, managers=(2, 3), absent=absent)


def heard(audience: str, who: Directory) -> list[int]:
    """Who is told now; those who are away find it silently."""
    found = told((audience,), who)
    assert {each.user_id for each in found if not each.is_silent}.isdisjoint({*who.absent} - {*ADMINS})
    return [each.user_id for each in found if not each.is_silent]


def test_who_stands_in_is_told_for_whom_and_until_when_and_the_absent_one_silently() -> None:
    assert told(("assignee",), with_away({1: 4})) == (
        Recipient(1, "assignee", Fallback.ABSENT),
        Recipient(4, "assignee", Fallback.SUBSTITUTE, for_user_id=1, until=UNTIL),
    )


@pytest.mark.parametrize(
    ("away", "audience", "expected"),
    [
        ({1: 4, 4: 5}, "assignee", [5]),  # substitutes of substitutes
        ({1: 4, 4: 5, 5: 6, 6: 7, 7: 8}, "assignee", [8]),  # five deep
        ({1: 4, 4: 5, 5: 6, 6: 7, 7: 8, 8: 9}, "assignee", [2]),  # six is too deep: up the line
        ({1: 4, 4: 1}, "assignee", [2]),  # in a cycle
        ({1: 4, 4: 5, 5: 4}, "assignee", [2]),  # in a cycle beside the first one
        ({1: None}, "assignee", [2]),  # nobody stands in
        ({1: 99}, "assignee", [2]),  # somebody unknown
        ({1: None, 2: 5}, "assignee", [5]),  # the manager is away too, and somebody stands in for them
        ({1: None, 2: None, 3: None}, "assignee", [*ADMINS]),
        ({2: 1}, "manager", [3]),  # the assignee is told as such: they cannot be their own manager
        ({2: 4, 4: 1}, "manager", [3]),
        ({2: 5}, "role(manager)", [5, 3]),
        ({2: None, 3: None}, "role(manager)", [*ADMINS]),
        ({90: 5}, "admins", [5, 91]),
        ({90: None}, "admins", [91]),
        ({90: None, 91: None}, "admins", [*ADMINS]),  # nobody else is left
        ({1: None, 2: None, 3: None, 90: None, 91: None}, "assignee", [*ADMINS]),
        ({7: 1}, "user(7)", [*ADMINS]),  # whom the policy names for others is not replaced by the assignee
    ],
)
def test_in_place_of_who_is_away(away: dict[int, int | None], audience: str, expected: list[int]) -> None:
    assert heard(audience, with_away(away)) == expected


def test_a_substitute_who_left_gives_way_to_the_line() -> None:
    assert heard("assignee", with_away({1: 4}, LEFT)) == [2]


def test_everyone_who_would_have_been_told_finds_it_when_they_are_back() -> None:
    found = told(("assignee",), with_away({1: None, 2: None}))
    assert [each.user_id for each in found if each.is_silent] == [1, 2]


def test_who_is_told_anyway_is_told_once() -> None:
    found = told(("assignee", "manager"), with_away({1: 2}))
    assert [each.user_id for each in found] == [1, 2]
    admins_too = told(("user(90)", "admins"), with_away({90: None, 91: None}))
    assert [(each.user_id, each.is_silent) for each in admins_too] == [(90, False), (91, False)]


@given(
    st.dictionaries(st.integers(1, 11), st.none() | st.integers(1, 12), max_size=11),
    st.sampled_from(["assignee", "manager", "manager(2)", "role(manager)", "user(7)", "admins"]),
)
def test_somebody_present_is_told_no_matter_who_is_away(away: dict[int, int | None], audience: str) -> None:
    assert heard(audience, with_away(away))
