"""When somebody is told outside the house: rules, digests and quiet hours, right on days of clock change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from followup_common.policy import Severity
from followup_common.policy.delivery import (
    AT_ONCE,
    NEVER,
    Mode,
    QuietHours,
    Rule,
    Rules,
    Turn,
    in_force,
    when,
    window,
)
from hypothesis import given
from hypothesis import strategies as st

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
NIGHT = QuietHours(time(22), time(7))
HOURLY = Rule(Mode.HOURLY)


def daily(hour: int, minute: int = 0) -> Rule:
    return Rule(Mode.DAILY, time(hour, minute))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(rule: Rule, now: str, zone: ZoneInfo = BERLIN, quiet: QuietHours | None = None) -> datetime:
    turn = when(rule, quiet, zone, since=utc(now), now=utc(now))
    assert turn is not None
    return turn.at


def test_at_once_is_now_never_is_never_and_a_digest_is_later() -> None:
    now = utc("2026-03-03 10:20")
    assert when(AT_ONCE, None, BERLIN, since=now, now=now) == Turn(now)
    assert when(NEVER, None, BERLIN, since=now, now=now) is None
    assert when(HOURLY, None, BERLIN, since=now, now=now) == Turn(utc("2026-03-03 11:00"), in_digest=True)


@pytest.mark.parametrize(
    ("rule", "now", "then"),
    [
        (HOURLY, "2026-03-03 10:00", "2026-03-03 11:00"),  # what is due at its time is in the next one
        (daily(8, 30), "2026-03-03 07:29", "2026-03-03 07:30"),
        (daily(8, 30), "2026-03-03 07:30", "2026-03-04 07:30"),
        (Rule(Mode.WEEKLY, time(9), 1), "2026-03-03 10:00", "2026-03-09 08:00"),
        (Rule(Mode.WEEKLY, time(9), 2), "2026-03-03 07:59", "2026-03-03 08:00"),
    ],
)
def test_a_digest_comes_at_its_time_on_the_readers_clock(rule: Rule, now: str, then: str) -> None:
    assert at(rule, now) == utc(then)


def test_an_hour_is_one_of_the_readers_clock() -> None:
    assert at(HOURLY, "2026-03-03 10:20", ZoneInfo("Asia/Kolkata")) == utc("2026-03-03 10:30")


@pytest.mark.parametrize(
    ("zone", "rule", "now", "then"),
    [
        # Clocks are set forward over 02:30: the first instant after it.
        (BERLIN, daily(2, 30), "2026-03-28 12:00", "2026-03-29 01:00"),
        (NEW_YORK, daily(2, 30), "2026-03-07 12:00", "2026-03-08 07:00"),
        # Shown twice: the first one, and not again before the next day.
        (BERLIN, daily(2, 30), "2026-10-24 12:00", "2026-10-25 00:30"),
        (BERLIN, daily(2, 30), "2026-10-25 00:30", "2026-10-26 01:30"),
        (NEW_YORK, daily(1, 30), "2026-10-31 12:00", "2026-11-01 05:30"),
        (NEW_YORK, daily(1, 30), "2026-11-01 05:30", "2026-11-02 06:30"),
        # 08:30 stays 08:30.
        (BERLIN, daily(8, 30), "2026-03-28 12:00", "2026-03-29 06:30"),
        (NEW_YORK, daily(8, 30), "2026-10-31 13:00", "2026-11-01 13:30"),
    ],
)
def test_a_digest_is_right_on_days_of_clock_change(zone: ZoneInfo, rule: Rule, now: str, then: str) -> None:
    assert at(rule, now, zone) == utc(then)


@pytest.mark.parametrize(
    ("zone", "quiet", "now", "then"),
    [
        (BERLIN, NIGHT, "2026-03-03 20:59", "2026-03-03 20:59"),
        (BERLIN, NIGHT, "2026-03-03 21:00", "2026-03-04 06:00"),
        (BERLIN, NIGHT, "2026-03-04 05:59", "2026-03-04 06:00"),
        (BERLIN, NIGHT, "2026-03-04 06:00", "2026-03-04 06:00"),
        # The night of a clock change is an hour shorter, or longer.
        (BERLIN, NIGHT, "2026-03-28 22:00", "2026-03-29 05:00"),
        (BERLIN, NIGHT, "2026-10-24 22:00", "2026-10-25 06:00"),
        (NEW_YORK, NIGHT, "2026-03-08 04:00", "2026-03-08 11:00"),
        (NEW_YORK, NIGHT, "2026-11-01 04:00", "2026-11-01 12:00"),
        # They end at a time that is skipped, or shown twice: then the second one.
        (BERLIN, QuietHours(time(22), time(2, 30)), "2026-03-28 22:00", "2026-03-29 01:00"),
        (BERLIN, QuietHours(time(22), time(2, 30)), "2026-10-24 22:00", "2026-10-25 01:30"),
        # On Friday and Saturday only, whole days, and by day.
        (BERLIN, QuietHours(time(22), time(7), frozenset({5, 6})), "2026-03-05 22:00", "2026-03-05 22:00"),
        (BERLIN, QuietHours(time(0), time(0), frozenset({6, 7})), "2026-03-07 10:00", "2026-03-08 23:00"),
        (BERLIN, QuietHours(time(12), time(13)), "2026-03-03 11:30", "2026-03-03 12:00"),
    ],
)
def test_what_is_due_in_quiet_hours_goes_when_they_end(
    zone: ZoneInfo, quiet: QuietHours, now: str, then: str
) -> None:
    assert at(AT_ONCE, now, zone, quiet) == utc(then)


def test_a_digest_waits_for_the_end_of_quiet_hours_and_one_that_is_late_goes_at_once() -> None:
    assert at(HOURLY, "2026-03-03 20:30", quiet=NIGHT) == utc("2026-03-04 06:00")
    since, now = utc("2026-03-03 10:20"), utc("2026-03-03 13:05")
    assert when(HOURLY, NIGHT, BERLIN, since=since, now=now) == Turn(now, in_digest=True)
    night = utc("2026-03-03 22:00")
    assert when(HOURLY, NIGHT, BERLIN, since=since, now=night) == Turn(
        utc("2026-03-04 06:00"), in_digest=True
    )


def test_a_breach_passes_where_both_let_it() -> None:
    now = utc("2026-03-03 23:00")
    rules = Rules(dict.fromkeys(Severity, AT_ONCE), NIGHT, breaches_pass=True, zone=BERLIN)
    assert rules.when(Severity.BREACH, since=now, now=now) == Turn(now)
    assert rules.when(Severity.ESCALATED, since=now, now=now) == Turn(utc("2026-03-04 06:00"))
    silent = Rules(rules.rules, NIGHT, breaches_pass=False, zone=BERLIN)
    assert silent.when(Severity.BREACH, since=now, now=now) == Turn(utc("2026-03-04 06:00"))


def test_ones_own_rule_holds_unless_it_is_locked_and_admins_hear_of_breaches() -> None:
    def held(own: Rule | None, company: Rule, *, locked: bool = False, is_admin: bool = False) -> Rule:
        return in_force(Severity.BREACH, own, company, locked=locked, is_admin=is_admin)

    assert held(None, HOURLY) == HOURLY
    assert held(NEVER, HOURLY) == NEVER
    assert held(NEVER, HOURLY, locked=True) == HOURLY
    assert held(NEVER, HOURLY, is_admin=True) == HOURLY
    assert held(None, NEVER, is_admin=True) == AT_ONCE
    assert in_force(Severity.OVERDUE, NEVER, AT_ONCE, locked=False, is_admin=True) == NEVER


def test_a_channel_without_rules_tells_at_once_and_not_in_quiet_hours() -> None:
    rules = Rules({}, NIGHT, breaches_pass=True, zone=BERLIN)
    noon, night = utc("2026-03-03 11:00"), utc("2026-03-03 23:00")
    assert rules.when(Severity.OVERDUE, since=noon, now=noon) == Turn(noon)
    assert rules.when(Severity.OVERDUE, since=night, now=night) == Turn(utc("2026-03-04 06:00"))


def test_quiet_hours_that_never_end_are_refused() -> None:
    with pytest.raises(ValueError, match="never end"):
        QuietHours(time(9), time(9))


zones = st.sampled_from(
    [BERLIN, NEW_YORK, *map(ZoneInfo, ("UTC", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"))]
)
# hypothesis asks for bounds without a time zone, and adds it.
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
minutes = st.times().map(lambda value: value.replace(second=0, microsecond=0))
digests = st.one_of(
    st.just(HOURLY),
    st.builds(Rule, st.just(Mode.DAILY), minutes),
    st.builds(Rule, st.just(Mode.WEEKLY), minutes, st.integers(1, 7)),
)


@st.composite
def quiet_hours(draw: st.DrawFn) -> QuietHours:
    begins, ends = draw(minutes), draw(minutes)
    days = draw(st.frozensets(st.integers(1, 7), min_size=1, max_size=7 if begins != ends else 6))
    return QuietHours(begins, ends, days)


@given(quiet_hours(), zones, instants)
def test_quiet_hours_end_within_a_week_and_it_is_not_quiet_then(
    quiet: QuietHours, zone: ZoneInfo, now: datetime
) -> None:
    over = quiet.over_at(zone, now)
    assert now <= over <= now + timedelta(days=8)
    assert quiet.over_at(zone, over) == over


@given(digests, zones, instants)
def test_a_digest_comes_next_and_the_one_before_is_the_latest(
    rule: Rule, zone: ZoneInfo, now: datetime
) -> None:
    turn = when(rule, None, zone, since=now, now=now)
    assert turn is not None
    longest = {Mode.HOURLY: timedelta(hours=1), Mode.DAILY: timedelta(days=2)}
    assert now < turn.at <= now + longest.get(rule.mode, timedelta(days=9))
    assert window(rule, zone, turn.at) == turn.at
    assert window(rule, zone, now) <= now
    assert window(rule, zone, turn.at - timedelta(microseconds=1)) == window(rule, zone, now)


@given(minutes, st.sampled_from([BERLIN, NEW_YORK]), st.dates(date(2026, 1, 1), date(2027, 12, 1)))
def test_a_daily_digest_comes_once_a_day(time_of_day: time, zone: ZoneInfo, day: date) -> None:
    rule = Rule(Mode.DAILY, time_of_day)
    instant = datetime.combine(day, time(12), zone).astimezone(UTC)
    days = []
    for _ in range(5):
        instant = at_next(rule, zone, instant)
        days.append(instant.astimezone(zone).date())
    assert days == [days[0] + timedelta(days=number) for number in range(5)]


def at_next(rule: Rule, zone: ZoneInfo, instant: datetime) -> datetime:
    turn = when(rule, None, zone, since=instant, now=instant)
    assert turn is not None
    return turn.at
