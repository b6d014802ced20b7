"""Bounds are exact, time never lowers a step, the next one lies ahead or there is none."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from followup_common.policy import ALWAYS_OPEN, Placement, Policy, Severity, Step, place
from followup_common.policy.models import ASSIGNEE, STANDARD, OnTheLine
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


times = st.datetimes(  # Hypothesis wants naive bounds and adds the zone itself
    datetime(2000, 1, 1),  # noqa: DTZ001
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def placed(policy: Policy, due: datetime, now: datetime, reached: int = 0) -> Placement:
    return place(policy, ALWAYS_OPEN, due, now, reached=reached)


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
    step, wake_at = placed(policy, due, now)
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


@pytest.mark.parametrize("audience", ["boss", "manager(0)", "manager(10)", "", 3, None, True, []])
def test_an_unknown_audience_is_refused(audience: object) -> None:
    with pytest.raises(ValidationError, match="expected assignee, manager"):
        Step.model_validate(STEP | {"audience": [audience]})


@pytest.mark.parametrize(
    "audience", ["assignee", "manager", "admins", *(f"manager({n})" for n in range(2, 10))]
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
