"""Routing: the audience, else the next active one up the line, else the admins, else nobody."""

from followup_common.policy import Directory, Fallback, Person, Recipient, Step, recipients
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
