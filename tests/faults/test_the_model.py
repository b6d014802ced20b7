"""The model, on hand-made histories: a suite that never goes red would prove nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.faults.catalogue import FAULTS
from tests.faults.injection import plan
from tests.faults.journal import Change, Kind
from tests.faults.judged import Court, Found, Judged, nearest
from tests.faults.ladders import LADDERS, QUICK, STANDARD, Ladder
from tests.faults.model import Assigned, Clock, History, Stay, history
from tests.faults.offices import ALWAYS, Office, next_after, position, worked_out
from tests.faults.people import People, Person
from tests.faults.settings import Facts, RunBegan, Settings, Version

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


FIRST, SECOND_VERSION = Version(1, 1, STANDARD), Version(2, 1, QUICK)


def created(due_at: datetime = NINE) -> Change:
    return Change(NINE, Kind.CREATED, due_at, 5)


def change(seconds: int, kind: Kind, **values: object) -> Change:
    return Change(NINE + seconds * SECOND, kind, **values)  # type: ignore[arg-type]  # by name


def played(changes: list[Change], *, late: bool = False) -> History:
    """Its first run on the first version, all others on the second one."""
    return history(changes, {1: FIRST} | dict.fromkeys(range(2, 9), SECOND_VERSION), late=late)


def level(stay: Stay, at: datetime) -> int:
    return position(stay.version.ladder, ALWAYS, stay.due_at, at)[0]


def test_levels_are_half_open_under_both_policies() -> None:
    def levels(ladder: Ladder, length: timedelta, *numbers: int) -> list[int]:
        return [position(ladder, ALWAYS, NINE, NINE + n * length)[0] for n in numbers]

    assert levels(QUICK, SECOND, -1, 0, 4, 5, 9, 10) == [0, 1, 1, 2, 2, 3]
    assert levels(STANDARD, HOUR, -1, 0, 47, 48, 95, 96) == [0, 1, 1, 2, 2, 3]
    assert next_after(QUICK, ALWAYS, NINE, (2, 0)) == NINE + 10 * SECOND
    assert next_after(QUICK, ALWAYS, NINE, (3, 0)) is None


BERLIN = Office("Europe/Berlin", time(9), time(17), weekdays=(1, 2, 3, 4, 5))
NIGHT = Office("Europe/Berlin", time(22), time(6), closed=(date(2026, 3, 4),))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In Berlin, in March 2026, whose second is a Monday; clocks are set forward on the 29th."""
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin"))


def test_working_time_by_hand() -> None:
    days, nights = worked_out(BERLIN, NINE.date()), worked_out(NIGHT, NINE.date())
    for since, hours, expected in (
        (at(2, 10), 2, at(2, 12)),
        (at(2, 16), 1, at(3, 9)),  # exactly at closing time: at the next opening
        (at(6, 16), 3, at(9, 11)),  # over a weekend
        (at(7, 12), 0, at(9, 9)),
        (at(27, 16), 2, at(30, 10)),  # the clocks are set forward meanwhile
    ):
        assert days.at(since, hours * HOUR) == expected
    assert nights.at(at(3, 21), 2 * HOUR) == at(5, 22)  # midnight ends the night: the fourth is closed
    assert nights.at(at(2, 23), 6 * HOUR) == at(3, 5)
    assert nights.at(at(28, 23), 6 * HOUR) == at(29, 22)  # that night has an hour less
    assert [days.is_open(at(2, hour)) for hour in (8, 9, 16, 17)] == [False, True, True, False]


def test_working_days_by_hand() -> None:
    days = worked_out(BERLIN, NINE.date())
    assert days.add_days(at(2, 10, 30), 2) == at(4, 10, 30)
    assert days.add_days(at(6, 10), 1) == at(9, 10)
    assert days.add_days(at(7, 10), 1) == at(9, 10)
    assert days.add_days(at(2, 20), 1) == at(4, 9)  # closed then: the next opening


def test_a_step_is_told_again_until_the_next_one_comes() -> None:
    ladder = LADDERS["key accounts, in seconds of work, told again each minute"]
    positions = [position(ladder, ALWAYS, NINE, NINE + n * SECOND) for n in (-1, 0, 5, 64, 65, 125, 999)]
    assert positions == [(0, 0), (1, 0), (2, 0), (2, 0), (2, 1), (2, 2), (2, 2)]
    assert next_after(ladder, ALWAYS, NINE, (2, 0)) == NINE + 65 * SECOND
    assert next_after(ladder, ALWAYS, NINE, (2, 2)) == NINE + 2 * HOUR


def test_what_was_set_when() -> None:
    settings = Settings(PEOPLE)
    settings.order.add(NINE, [7, 1])
    for number, ladder, since in ((1, STANDARD, NINE), (2, QUICK, NINE + 5 * SECOND)):
        settings.published[1].add(since, Version(number, 1, ladder))
    high = Version(3, 7, QUICK, field="priority", values=("high",))
    settings.published[7].add(NINE + 9 * SECOND, high)
    plain, urgent = Facts(), Facts(priority="high")

    def choices(facts: Facts, begins: int, ends: int) -> set[int]:
        return settings.choices(facts, NINE + begins * SECOND, NINE + ends * SECOND)

    assert (choices(plain, 2, 3), choices(plain, 3, 6), choices(plain, 20, 30)) == ({1}, {1, 2}, {2})
    assert (choices(urgent, 2, 3), choices(urgent, 8, 10), choices(urgent, 20, 30)) == ({1}, {2, 3}, {3})


def test_the_nearest_calendar_above_somebody_counts() -> None:
    settings = Settings(PEOPLE)
    settings.order.add(NINE, [1])
    settings.organisation.add(NINE, None)
    settings.offices[1].add(NINE, BERLIN)
    settings.offices[2].add(NINE, NIGHT)
    settings.given[3].add(NINE + 10 * SECOND, 1)
    settings.given[5].add(NINE + 20 * SECOND, 2)

    def hours(seconds: int) -> list[object]:
        return [*settings.own_days(5, NINE + seconds * SECOND, NINE + seconds * SECOND)]

    assert hours(5) == [ALWAYS]
    assert hours(15) == [worked_out(BERLIN, NINE.date())]
    assert hours(25) == [worked_out(NIGHT, NINE.date())]
    assert len(settings.own_days(5, NINE + 5 * SECOND, NINE + 25 * SECOND)) == 3


def test_a_move_begins_a_run_that_knows_out_of_which_it_came() -> None:
    moves = [change(3, Kind.MOVED), change(5, Kind.MOVED)]
    moved = played([created(), *moves, change(7, Kind.RESCHEDULED, due_at=NINE)])
    later = [(run, SECOND_VERSION) for run in (2, 3, 4)]
    assert [(stay.run, stay.version) for stay in moved.stays] == [(1, FIRST), *later]
    assert moved.moves == {2: (1, NINE + 3 * SECOND), 3: (2, NINE + 5 * SECOND)}
    assert (moved.before(3), moved.before(4)) == ([2, 1], [])


def test_an_undo_takes_a_reassignment_back_with_the_move_that_it_brought() -> None:
    reassigned = change(3, Kind.REASSIGNED, assignee_id=6, actor_id=1)
    found = played([created(), reassigned, change(3, Kind.MOVED), change(7, Kind.UNDONE)])
    assert [(stay.run, stay.assignee_id) for stay in found.stays] == [(1, 5), (1, 6), (2, 6), (1, 5)]
    assert found.moves == {2: (1, NINE + 3 * SECOND)}


def test_a_completed_follow_up_stands_nowhere_until_it_is_reopened() -> None:
    found = played([created(), change(3, Kind.COMPLETED), change(7, Kind.REOPENED)])
    assert found.stay(NINE + 5 * SECOND) is None
    assert found.current
    assert (found.current.run, found.current.due_at) == (2, NINE)
    assert not found.open_since(NINE + 2 * SECOND)
    assert found.open_since(NINE + 8 * SECOND)


def test_a_reopening_chooses_the_policy_again() -> None:
    found = played([created(), change(3, Kind.COMPLETED), change(7, Kind.REOPENED)])
    assert found.current
    assert level(found.current, NINE + 10 * SECOND) == 3


def test_a_reschedule_starts_over_and_a_reassignment_keeps_the_clock() -> None:
    later = NINE + HOUR
    found = played(
        [
            created(),
            change(1, Kind.REASSIGNED, assignee_id=6, actor_id=1),
            change(2, Kind.RESCHEDULED, due_at=later),
        ]
    )
    assert [(stay.run, stay.assignee_id) for stay in found.stays] == [(1, 5), (1, 6), (2, 6)]
    assert found.current
    assert level(found.current, later + 10 * SECOND) == 3  # under the policy of the new due time
    assert found.given
    assert found.open_since(found.given.at)


def test_taking_something_oneself_is_no_assignment_to_announce() -> None:
    assert not played([created(), change(1, Kind.REASSIGNED, assignee_id=1, actor_id=1)]).given


def test_a_deleted_follow_up_is_gone() -> None:
    found = played([created(), change(1, Kind.DELETED)])
    assert found.deleted
    assert found.current is None


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
    found = played(
        [
            created(),
            change(1, Kind.RESCHEDULED, due_at=later),
            change(2, Kind.UNDONE),
            change(3, Kind.REASSIGNED, assignee_id=6, actor_id=1),
            change(4, Kind.UNDONE),
            change(5, Kind.RESCHEDULED, due_at=later),
        ]
    )
    assert [(stay.run, stay.due_at, stay.assignee_id, stay.assignment) for stay in found.stays] == [
        (1, NINE, 5, 1),
        (2, later, 5, 1),
        (1, NINE, 5, 1),
        (1, NINE, 6, 2),
        (1, NINE, 5, 3),
        (3, later, 5, 3),
    ]
    assert level(found.stays[2], NINE + 47 * HOUR) == 1  # under the policy that it had


def test_what_is_undone_or_restored_goes_on_as_if_it_had_never_been_away() -> None:
    for ended, taken_back in ((Kind.COMPLETED, Kind.UNDONE), (Kind.DELETED, Kind.RESTORED)):
        found = played(
            [
                created(),
                change(1, Kind.REASSIGNED, assignee_id=6, actor_id=1),
                change(2, ended),
                change(4, taken_back),
            ]
        )
        assert found.stay(NINE + 3 * SECOND) is None
        assert found.current
        assert (found.current.run, found.current.assignment) == (1, 2)
        assert found.given
        assert found.open_since(found.given.at)
        assert not found.deleted
        assert found.restored == ({NINE + 4 * SECOND} if taken_back is Kind.RESTORED else set())


def test_what_comes_back_by_an_undo_was_given_when_it_was_given() -> None:
    reassigned = [
        created(),
        change(1, Kind.REASSIGNED, assignee_id=6, actor_id=1),
        change(2, Kind.REASSIGNED, assignee_id=7, actor_id=1),
    ]
    once = played([*reassigned, change(3, Kind.UNDONE)])
    assert once.given == Assigned(NINE + SECOND, 2, 6)
    assert once.current
    assert once.current.assignment == 4
    again = [change(4, Kind.REASSIGNED, assignee_id=8, actor_id=1), change(5, Kind.UNDONE)]
    assert played([*reassigned, change(3, Kind.UNDONE), *again]).given == once.given
    assert played([*reassigned[:2], change(2, Kind.UNDONE)]).given is None  # it was made theirs


def held(*holds: Change) -> Stay:
    """The last of what came of these, on the quick policy."""
    found = played([created(), change(1, Kind.RESCHEDULED, due_at=NINE), *holds]).current
    assert found
    return found


def test_a_change_that_met_locks_may_find_a_wait_over_that_was_not_when_it_began() -> None:
    waits = change(2, Kind.WAITS, due_at=NINE + 6 * SECOND)
    began, ends = NINE + 3 * SECOND, NINE + 6 * SECOND
    for committed, late, ended in ((5, False, began), (5, True, began), (7, False, began), (7, True, ends)):
        reassigned = change(committed, Kind.REASSIGNED, assignee_id=6, actor_id=1, said_at=began)
        found = played([created(), waits, reassigned], late=late).current
        assert found
        assert found.pauses == ((NINE + 2 * SECOND, ended),)


def hold(kind: Kind, step: int, until: int, *, actor_id: int = 5, seconds: int = 2) -> Change:
    return change(seconds, kind, step=step, due_at=NINE + until * SECOND, actor_id=actor_id)


def test_who_has_it_holds_the_next_step_up_to_the_one_behind_it() -> None:
    for step, until, at_second, expected in (
        (1, 7, 3, (2, 7)),
        (1, 7, 7, None),
        (1, 20, 8, (2, 10)),
        (1, 4, 3, None),  # over before the step comes
        (2, 20, 11, (3, 20)),
        (3, 20, 11, None),  # nothing follows
    ):
        stay = held(hold(Kind.ACKNOWLEDGED, step, until))
        found = expected and (expected[0], NINE + expected[1] * SECOND)
        assert stay.acknowledged(NINE + at_second * SECOND) == found, (step, until)


def test_who_snoozes_is_not_reminded_of_that_step_until_somebody_has_it() -> None:
    snoozed = hold(Kind.SNOOZED, 2, 20)
    assert held(snoozed).silenced(2, NINE + 9 * SECOND) == {5}
    assert held(snoozed).silenced(3, NINE + 9 * SECOND) == set()
    assert held(snoozed).silenced(2, NINE + 20 * SECOND) == set()
    others = hold(Kind.ACKNOWLEDGED, 2, 20, actor_id=6, seconds=3)
    for ended in (others, change(3, Kind.RESUMED, actor_id=5), change(3, Kind.UNDONE)):
        assert held(snoozed, ended).silenced(2, NINE + 9 * SECOND) == set()
    assert held(snoozed, change(3, Kind.RESUMED, actor_id=6)).silenced(2, NINE + 9 * SECOND) == {5}
    assert held(snoozed, others, change(4, Kind.UNDONE)).silenced(2, NINE + 9 * SECOND) == {5}


def test_whom_a_step_tells() -> None:
    def audience(number: int, assignee_id: int) -> set[int]:
        assert all(PEOPLE.audience(STANDARD[number - 1], assignee_id).values())
        return {*PEOPLE.audience(STANDARD[number - 1], assignee_id)}

    assert audience(1, 5) == {5}
    assert audience(2, 5) == {5, 3}
    assert audience(2, 6) == {6, 3}
    assert audience(2, 7) == {7, *ADMINS}
    assert audience(1, 8) == set(ADMINS)
    assert audience(3, 5) == set(ADMINS)


def test_the_first_announcement_tells_the_assignee_too_where_a_step_above_would_have() -> None:
    def announced(seconds: int, run: int, step: int) -> Any:
        return {
            **{"run": run, "step": step, "repeat": 0},
            "committed_at": NINE + seconds * SECOND,
        }

    def told(*activities: Any, moved: bool = False) -> set[str]:
        """By the last of them."""
        changes = [created(), *([change(3, Kind.MOVED)] if moved else [])]
        runs = {1: RunBegan(FIRST, NINE, NINE), 2: RunBegan(SECOND_VERSION, NINE, NINE)}
        court = Court(Settings(PEOPLE), Clock(), set())
        found = Found(activities=list(activities))
        judged = Judged(1, played(changes), runs, found, court, NINE + HOUR)
        return {*judged.told_as(activities[-1]).audience}

    both = {"admins", "assignee"}
    assert told(announced(1, 1, 3)) == both
    assert told(announced(1, 1, 2), announced(2, 1, 3)) == {"admins"}
    assert told(announced(2, 1, 2), announced(1, 1, 3)) == both  # by a clock that was set back
    assert told(announced(1, 1, 1), announced(5, 2, 3), moved=True) == {"admins"}
    assert told(announced(5, 2, 3), moved=True) == both
    assert told(announced(1, 1, 1)) == {"assignee"}
    assert told(announced(1, 1, 2)) == {"manager", "assignee"}


def test_a_reassignment_tells_the_audience_of_the_step_but_the_assignee() -> None:
    def to_tell(number: int, assignee_id: int) -> set[int]:
        return {*PEOPLE.told_by_reassignment(STANDARD[number - 1], assignee_id)}

    assert to_tell(1, 5) == set()
    assert to_tell(2, 6) == {3}
    assert to_tell(2, 7) == set(ADMINS)
    assert to_tell(3, 1) == {2}
    assert to_tell(1, 8) == set(ADMINS)


def away(people: People, **substitutes: int | None) -> People:
    """The same people, some of whom are away: `p5=6` lets 6 stand in for 5."""
    for name, substitute in substitutes.items():
        people = people.changed(int(name[1:]), away=True, substitute_id=substitute)
    return people


def test_who_is_told_in_place_of_those_who_are_away() -> None:
    """Aloud, or to find it later."""
    for absent, number, expected in (
        (away(PEOPLE, p5=6), 1, {5: False, 6: True}),
        (away(PEOPLE, p5=None), 1, {5: False, 3: True}),  # up the line, over the one who left
        (away(PEOPLE, p5=8), 1, {5: False, 3: True}),  # who is inactive
        (away(PEOPLE, p5=6, p6=7), 1, {5: False, 7: True}),
        (away(PEOPLE, p5=6, p6=5), 1, {5: False, 3: True}),  # each for the other
        (away(PEOPLE, p3=5), 2, {5: True, 3: False, 1: True, 2: True}),  # who is told of it anyway
        (away(PEOPLE, p3=6), 2, {5: True, 3: False, 6: True}),
        (away(PEOPLE, p5=3), 2, {5: False, 3: True}),
        (away(PEOPLE, p1=7), 3, {1: False, 7: True, 2: True}),
        (away(PEOPLE, p1=None), 3, {1: False, 2: True}),
        (away(PEOPLE, p1=5, p2=None), 3, {1: True, 2: True}),  # nobody else is left
        (away(PEOPLE, p1=7, p2=1), 3, {1: False, 7: True, 2: False}),
    ):
        assert absent.audience(STANDARD[number - 1], 5) == expected, (absent, number)
    assert PEOPLE.audience(STANDARD[0], 5) == {5: True}


def test_who_was_told_at_once_says_which_audience_a_step_had() -> None:
    """Seed 9316: people came back while it was announced, and all but 2 were to be told in hours."""
    before, since = {4: True, 9: True, 12: True, 2: False}, {4: True}
    for at_once, in_hours, expected in (
        ({2: False}, True, before),
        ({4: True}, False, since),
        ({4: True, 12: True, 2: False}, False, before),
    ):
        assert nearest([before, since], at_once, in_hours=in_hours) == expected, (at_once, in_hours)


def test_five_stand_in_in_a_row_and_no_sixth() -> None:
    line = People({number: Person(None) for number in range(1, 10)}, (9,))
    row = {f"p{number}": number + 1 for number in range(1, 7)}
    assert away(line, **row).audience(STANDARD[0], 2) == {2: False, 7: True}
    assert away(line, **row).audience(STANDARD[0], 1) == {1: False, 9: True}


def test_a_seed_gives_the_same_plan_and_every_kind_its_turn() -> None:
    faults = list(FAULTS.values())
    first, again = (plan(3, faults, 2, len(faults)) for _ in range(2))
    assert first == again
    for planned in first:
        assert {one.fault.kind for one in planned} == set(FAULTS)
