"""Routing: the audience, else the next active one up the line, else the admins, else nobody."""

from followup_common.policy import Directory, Fallback, Person, Recipient, Step, calendar_of, recipients
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
