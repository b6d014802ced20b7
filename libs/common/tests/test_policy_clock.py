"""Bounds are exact, time never lowers a step, the next one lies ahead or there is none."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from followup_common.policy import ALWAYS_OPEN, Placement, Policy, Severity, Step, passed, place
from followup_common.policy.audiences import ADMINS, ASSIGNEE, OnTheLine
from followup_common.policy.models import STANDARD
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    offsets = draw(st.sets(st.timedeltas(timedelta(0), timedelta(days=365)), min_size=1, max_size=8))
    steps = tuple(
        Step(after=after, audience=(ASSIGNEE,), label="step", severity=Severity.OVERDUE)
        for after in sorted(offsets)
    )
    return Policy(steps=steps)


times = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - Hypothesis wants naive bounds
    datetime(2100, 1, 1),  # noqa: DTZ001 - Hypothesis wants naive bounds
    timezones=st.just(UTC),
)


def placed(policy: Policy, due: datetime, now: datetime, reached: int = 0) -> Placement:
    return place(policy, ALWAYS_OPEN, due, now, reached=(reached, 0))


@pytest.mark.parametrize(
    ("overdue", "step"),
    [
        (-INSTANT, 0),
        (timedelta(0), 1),
        (INSTANT, 1),
        (48 * HOUR - INSTANT, 1),
        (48 * HOUR, 2),
        (48 * HOUR + INSTANT, 2),
        (96 * HOUR - INSTANT, 2),
        (96 * HOUR, 3),
        (96 * HOUR + INSTANT, 3),
        (timedelta(days=3650), 3),
    ],
)
def test_bounds_of_the_standard_policy_are_exact(overdue: timedelta, step: int) -> None:
    assert placed(STANDARD, NOW - overdue, NOW).step == step


@given(policies(), times, times, times)
def test_a_step_never_goes_down_with_time(policy: Policy, due: datetime, a: datetime, b: datetime) -> None:
    earlier, later = sorted((a, b))
    assert placed(policy, due, earlier).step <= placed(policy, due, later).step


@given(policies(), times, times)
def test_the_next_step_is_always_ahead_or_there_is_none(policy: Policy, due: datetime, now: datetime) -> None:
    step, _, wake_at = placed(policy, due, now)
    if wake_at is None:
        assert step == len(policy.steps)
    else:
        assert wake_at > now
        assert placed(policy, due, wake_at).step == step + 1
        assert placed(policy, due, wake_at - INSTANT).step == step


@given(policies(), times, times, times)
def test_what_was_reached_stays_reached_when_the_clock_is_set_back(
    policy: Policy, due: datetime, a: datetime, b: datetime
) -> None:
    earlier, later = sorted((a, b))
    reached = placed(policy, due, later)
    assert placed(policy, due, earlier, reached.step) == reached


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
@given(policies(), times, times)
def test_the_zone_in_which_a_time_is_written_changes_nothing(
    zone: str, policy: Policy, due: datetime, now: datetime
) -> None:
    there = ZoneInfo(zone)
    assert placed(policy, due.astimezone(there), now.astimezone(there)) == placed(policy, due, now)


def test_steps_must_come_in_the_order_of_time() -> None:
    step = {"after": "PT2H", "audience": ["assignee"], "label": "again", "severity": "overdue"}
    with pytest.raises(ValidationError, match="must come later"):
        Policy.model_validate({"steps": [step, step]})


STEP = {"after": "PT2H", "audience": ["assignee"], "label": "x", "severity": "overdue"}


@pytest.mark.parametrize(
    "audience",
    [
        "boss",
        "manager(0)",
        "manager(10)",
        "user(0)",
        "user(x)",
        "user(07)",
        "role(employee)",
        "",
        3,
        None,
        True,
        [],
    ],
)
def test_an_unknown_audience_is_refused(audience: object) -> None:
    with pytest.raises(ValidationError, match="expected assignee, manager"):
        Step.model_validate(STEP | {"audience": [audience]})


@pytest.mark.parametrize(
    "audience",
    ["assignee", "manager", "admins", "user(7)", "role(manager)", *(f"manager({n})" for n in range(2, 10))],
)
def test_an_audience_is_written_as_it_was_read(audience: str) -> None:
    assert Step.model_validate(STEP | {"audience": [audience]}).model_dump()["audience"] == (audience,)


def test_the_manager_is_one_above() -> None:
    assert Step.model_validate(STEP | {"audience": ["manager(1)"]}).audience == (OnTheLine(1),)


@pytest.mark.parametrize("after", [48, 48.0, "48", "172800", True, "2 days"])
def test_a_number_is_no_duration(after: object) -> None:
    with pytest.raises(ValidationError, match="such as PT48H"):
        Step.model_validate({"after": after, "audience": ["assignee"], "label": "x", "severity": "breach"})


@pytest.mark.parametrize("severity", ["", "worse", True, 3, None])
def test_an_unknown_severity_is_refused(severity: object) -> None:
    step = {"after": "PT2H", "audience": ["assignee"], "label": "x", "severity": severity}
    with pytest.raises(ValidationError, match="severity"):
        Step.model_validate(step)


def test_all_with_the_role_of_an_admin_are_the_admins() -> None:
    assert Step.model_validate(STEP | {"audience": ["role(admin)"]}).audience == (ADMINS,)


REPEATING = Policy.model_validate(
    {
        "steps": [
            STEP | {"after": "-PT4H", "severity": "reminder"},
            STEP | {"after": "PT2H", "repeat": {"every": {"after": "PT3H"}, "times": 5}},
            STEP
            | {"after": "PT10H", "severity": "breach", "repeat": {"every": {"after": "PT24H"}, "times": 2}},
        ]
    }
)


@pytest.mark.parametrize(
    ("overdue", "reached", "next_one"),
    [
        (-5, (0, 0), -4),
        (-4, (1, 0), 2),
        (1, (1, 0), 2),
        (2, (2, 0), 5),  # its own time
        (5, (2, 1), 8),
        (9, (2, 2), 10),  # the third repeat would come at 11, behind the next step
        (10, (3, 0), 34),
        (34, (3, 1), 58),
        (58, (3, 2), None),  # two were allowed
        (9_999, (3, 2), None),
    ],
)
def test_a_step_is_repeated_until_the_next_one_comes_or_its_times_are_used_up(
    overdue: int, reached: tuple[int, int], next_one: int | None
) -> None:
    due = NOW - overdue * HOUR
    found = place(REPEATING, ALWAYS_OPEN, due, NOW)
    assert found == (*reached, None if next_one is None else due + next_one * HOUR)
    if overdue not in (-5, 1, 9, 9_999):
        assert place(REPEATING, ALWAYS_OPEN, due, NOW - INSTANT)[:2] < reached


def test_what_was_passed_is_named_step_by_step_and_repeat_by_repeat() -> None:
    assert passed(REPEATING, ALWAYS_OPEN, NOW - 35 * HOUR, NOW, reached=(2, 1)) == [(2, 2), (3, 0), (3, 1)]
    assert passed(REPEATING, ALWAYS_OPEN, NOW - 35 * HOUR, NOW, reached=(3, 1)) == []
    assert passed(STANDARD, ALWAYS_OPEN, NOW - 50 * HOUR, NOW) == [(1, 0), (2, 0)]


@given(times, times, times)
def test_a_repeat_never_goes_back_and_what_is_placed_in_two_goes_is_placed_as_in_one(
    due: datetime, a: datetime, b: datetime
) -> None:
    earlier, later = sorted((a, b))
    first = place(REPEATING, ALWAYS_OPEN, due, earlier)
    once = place(REPEATING, ALWAYS_OPEN, due, later)
    assert first[:2] <= once[:2]
    assert place(REPEATING, ALWAYS_OPEN, due, later, reached=first[:2]) == once
    assert place(REPEATING, ALWAYS_OPEN, due, earlier, reached=once[:2]) == once


@pytest.mark.parametrize(
    "repeat",
    [
        {"every": {"after": "PT3H"}},  # without end
        {"every": {"after": "PT3H"}, "times": 0},
        {"every": {"after": "PT3H"}, "times": 101},
        {"every": {"after": "PT3H", "working_days": 1}, "times": 2},
        {"every": {}, "times": 2},
        {"every": {"after": "PT0S"}, "times": 2},
        {"every": {"working": "-PT3H"}, "times": 2},
        {"every": {"working_days": 0}, "times": 2},
    ],
)
def test_a_repeat_that_has_no_end_or_no_length_is_refused(repeat: object) -> None:
    with pytest.raises(ValidationError, match="repeat"):
        Step.model_validate(STEP | {"repeat": repeat})


@pytest.mark.parametrize(
    ("steps", "seconds"),
    [
        ([{"after": "PT0S"}], 0),
        ([{"after": "-PT8H"}, {"after": "-PT2H"}], 8 * 3600),
        ([{"after": "-PT0.000001S"}], 1),
        ([{"working": "-PT8H"}, {"after": "-PT2H"}], None),
        ([{"working_days": 2}], 0),
    ],
)
def test_how_long_before_due_the_first_step_comes(
    steps: list[dict[str, object]], seconds: int | None
) -> None:
    told = {"audience": ["assignee"], "label": "x", "severity": "reminder"}
    policy = Policy.model_validate({"steps": [step | told for step in steps]})
    assert policy.lead_seconds == seconds


def test_a_policy_says_whether_a_calendar_counts() -> None:
    assert not STANDARD.counts_working_time
    assert not REPEATING.counts_working_time
    every = {"every": {"working": "PT8H"}, "times": 2}
    assert Policy.model_validate({"steps": [STEP | {"repeat": every}]}).counts_working_time
    assert not STANDARD.tells_in_working_hours
    assert Policy.model_validate({"steps": [STEP | {"tell": "working_hours"}]}).tells_in_working_hours
