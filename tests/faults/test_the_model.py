"""The model, on hand-made histories: a suite that never goes red would prove nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.faults.catalogue import FAULTS
from tests.faults.company import People, Person
from tests.faults.injection import plan
from tests.faults.journal import Change, Kind
from tests.faults.model import Assigned, Clock, audience, history, told_by_reassignment

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
ADMINS = (1, 2)
PEOPLE = People(
    {
        1: Person(None),
        2: Person(None),
        3: Person(None),  # head
        4: Person(3, active=False),  # a manager who left
        5: Person(4),
        6: Person(3),
        7: Person(None),  # without a manager
        8: Person(None, active=False),
    },
    ADMINS,
)


def created(due_at: datetime = NINE, kind: Kind = Kind.CREATED) -> Change:
    return Change(NINE, kind, due_at, 5)


def change(seconds: int, kind: Kind, **values: object) -> Change:
    return Change(NINE + seconds * SECOND, kind, **values)  # type: ignore[arg-type]  # by name


def test_levels_are_half_open_under_both_policies() -> None:
    quick, standard = history([created()]).current, history([created(kind=Kind.CREATED_STANDARD)]).current
    assert quick
    assert standard
    assert [quick.level(NINE + n * SECOND) for n in (-1, 0, 4, 5, 9, 10)] == [0, 1, 1, 2, 2, 3]
    assert [standard.level(NINE + n * HOUR) for n in (-1, 0, 47, 48, 95, 96)] == [0, 1, 1, 2, 2, 3]
    assert (quick.next_step_at(2), quick.next_step_at(3)) == (NINE + 10 * SECOND, None)


def test_a_completed_follow_up_stands_nowhere_until_it_is_reopened() -> None:
    played = history([created(), change(3, Kind.COMPLETED), change(7, Kind.REOPENED)])
    assert played.stay(NINE + 5 * SECOND) is None
    assert played.current
    assert (played.current.run, played.current.due_at) == (2, NINE)
    assert not played.open_since(NINE + 2 * SECOND)
    assert played.open_since(NINE + 8 * SECOND)


def test_a_reopening_chooses_the_policy_again() -> None:
    standard = created(kind=Kind.CREATED_STANDARD)
    played = history([standard, change(3, Kind.COMPLETED), change(7, Kind.REOPENED)])
    assert played.current
    assert played.current.level(NINE + 10 * SECOND) == 3


def test_a_reschedule_starts_over_and_a_reassignment_keeps_the_clock() -> None:
    later = NINE + HOUR
    played = history(
        [
            created(kind=Kind.CREATED_STANDARD),
            change(1, Kind.REASSIGNED, assignee_id=6, actor_id=1),
            change(2, Kind.RESCHEDULED, due_at=later),
        ]
    )
    assert [(stay.run, stay.assignee_id) for stay in played.stays] == [(1, 5), (1, 6), (2, 6)]
    assert played.current
    assert played.current.level(later + 10 * SECOND) == 3  # under the policy of the new due time
    assert played.given
    assert played.open_since(played.given.at)


def test_taking_something_oneself_is_no_assignment_to_announce() -> None:
    assert not history([created(), change(1, Kind.REASSIGNED, assignee_id=1, actor_id=1)]).given


def test_a_deleted_follow_up_is_gone() -> None:
    played = history([created(), change(1, Kind.DELETED)])
    assert played.deleted
    assert played.current is None


def test_the_latest_time_that_a_jumping_clock_showed() -> None:
    days, right = timedelta(days=3), timedelta(0)
    clock = Clock([(NINE + 10 * SECOND, days), (NINE + 20 * SECOND, right)])

    def latest(begins: int, ends: int) -> datetime:
        return clock.latest(NINE + begins * SECOND, NINE + ends * SECOND)

    assert latest(0, 5) == NINE + 5 * SECOND
    assert latest(0, 15) == NINE + 15 * SECOND + days
    assert latest(0, 99) == latest(15, 99) == NINE + 20 * SECOND + days
    assert latest(21, 99) == NINE + 99 * SECOND
    assert Clock().latest(NINE, NINE + HOUR) == NINE + HOUR


def test_an_undo_takes_back_the_last_change_and_no_run_has_the_number_of_an_undone_one() -> None:
    later = NINE + HOUR
    played = history(
        [
            created(kind=Kind.CREATED_STANDARD),
            change(1, Kind.RESCHEDULED, due_at=later),
            change(2, Kind.UNDONE),
            change(3, Kind.REASSIGNED, assignee_id=6, actor_id=1),
            change(4, Kind.UNDONE),
            change(5, Kind.RESCHEDULED, due_at=later),
        ]
    )
    assert [(stay.run, stay.due_at, stay.assignee_id, stay.assignment) for stay in played.stays] == [
        (1, NINE, 5, 1),
        (2, later, 5, 1),
        (1, NINE, 5, 1),
        (1, NINE, 6, 2),
        (1, NINE, 5, 3),
        (3, later, 5, 3),
    ]
    assert played.stays[2].level(NINE + 47 * HOUR) == 1  # under the policy that it had


def test_what_is_undone_or_restored_goes_on_as_if_it_had_never_been_away() -> None:
    for ended, taken_back in ((Kind.COMPLETED, Kind.UNDONE), (Kind.DELETED, Kind.RESTORED)):
        played = history(
            [
                created(),
                change(1, Kind.REASSIGNED, assignee_id=6, actor_id=1),
                change(2, ended),
                change(4, taken_back),
            ]
        )
        assert played.stay(NINE + 3 * SECOND) is None
        assert played.current
        assert (played.current.run, played.current.assignment) == (1, 2)
        assert played.given
        assert played.open_since(played.given.at)
        assert not played.deleted
        assert played.restored == ({NINE + 4 * SECOND} if taken_back is Kind.RESTORED else set())


def test_what_comes_back_by_an_undo_was_given_when_it_was_given() -> None:
    reassigned = [
        created(),
        change(1, Kind.REASSIGNED, assignee_id=6, actor_id=1),
        change(2, Kind.REASSIGNED, assignee_id=7, actor_id=1),
    ]
    once = history([*reassigned, change(3, Kind.UNDONE)])
    assert once.given == Assigned(NINE + SECOND, 2, 6)
    assert once.current
    assert once.current.assignment == 4
    again = [change(4, Kind.REASSIGNED, assignee_id=8, actor_id=1), change(5, Kind.UNDONE)]
    assert history([*reassigned, change(3, Kind.UNDONE), *again]).given == once.given
    assert history([*reassigned[:2], change(2, Kind.UNDONE)]).given is None  # it was made theirs


def test_whom_a_step_tells() -> None:
    assert audience(1, 5, PEOPLE) == {5}
    assert audience(2, 5, PEOPLE) == {5, 3}
    assert audience(2, 6, PEOPLE) == {6, 3}
    assert audience(2, 7, PEOPLE) == {7, *ADMINS}
    assert audience(1, 8, PEOPLE) == set(ADMINS)
    assert audience(3, 5, PEOPLE) == set(ADMINS)


def test_a_reassignment_tells_the_audience_of_the_step_but_the_assignee() -> None:
    assert told_by_reassignment(1, 5, PEOPLE) == set()
    assert told_by_reassignment(2, 6, PEOPLE) == {3}
    assert told_by_reassignment(2, 7, PEOPLE) == set(ADMINS)
    assert told_by_reassignment(3, 1, PEOPLE) == {2}
    assert told_by_reassignment(1, 8, PEOPLE) == set(ADMINS)


def test_a_seed_gives_the_same_plan_and_every_kind_its_turn() -> None:
    faults = list(FAULTS.values())
    first, again = (plan(3, faults, 2, len(faults)) for _ in range(2))
    assert first == again
    for planned in first:
        assert {one.fault.kind for one in planned} == set(FAULTS)
