"""Holidays of calendars are looked up again by the clock, once a year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from followup_common.contracts import OutboxTick
from followup_common.holidays import HolidaysUnknown, holidays_of
from followup_escalator import holidays
from followup_escalator.holidays import KNOWN, refresh_holidays
from followup_escalator.housekeeping import look_after_outbox
from sqlalchemy import text
from structlog.testing import capture_logs

from tests.support.company import Company
from tests.support.handlers import Run, acting_as

ALL_DAY = (
    "INSERT INTO calendar_hours SELECT :id, weekday, '00:00', '00:00' FROM generate_series(1, 7) weekday"
)


@pytest.fixture
def today(company: Company) -> date:
    found: date = company.tx.execute(text("SELECT current_date")).scalar_one()
    return found


def calendar(company: Company, name: str = "Berlin", country: str = "DE", **columns: Any) -> int:
    """A calendar that is always open but on holidays, of which it has none yet; worked out for two years."""
    known: dict[str, Any] = {"name": name, "country": country, "categories": ["public"], **columns}
    statement = f"""
        INSERT INTO calendars ({", ".join(known)}, time_zone, first_day, last_day)
        VALUES ({", ".join(f":{column}" for column in known)}, 'UTC', current_date - 366, current_date + 731)
        RETURNING id
    """
    number = company.tx.execute(text(statement), known).scalar_one()
    company.tx.execute(text(ALL_DAY), {"id": number})
    return int(number)


def day(company: Company, calendar: int, when: date, source: str = "holidays", **columns: Any) -> None:
    given = {"calendar_id": calendar, "day": when, "source": source, **columns}
    names = ", ".join(given)
    values = ", ".join(f":{name}" for name in given)
    company.tx.execute(text(f"INSERT INTO calendar_days ({names}) VALUES ({values})"), given)


def refresh(company: Company, times: int = 1) -> list[Any]:
    """As the escalator does; returns what was logged."""
    with capture_logs() as logged, acting_as(company.tx, "followup_escalator"):
        for _ in range(times):
            refresh_holidays(company.tx)
    return [(entry["event"], entry["calendar_id"]) for entry in logged]


def days(company: Company, calendar: int, source: str = "holidays") -> dict[date, tuple[str, bool]]:
    statement = text(
        "SELECT day, name, removed FROM calendar_days WHERE (calendar_id, source) = (:id, :source)"
    )
    rows = company.tx.execute(statement, {"id": calendar, "source": source})
    return {row.day: (row.name, row.removed) for row in rows}


def row(company: Company, calendar: int) -> Any:
    return company.tx.execute(text("SELECT * FROM calendars WHERE id = :id"), {"id": calendar}).one()


def audited(company: Company) -> list[Any]:
    statement = text("SELECT target, details FROM audit_log WHERE action = 'calendar.holidays-refreshed'")
    return [tuple(entry) for entry in company.tx.execute(statement)]


def known(today: date, country: str = "DE") -> dict[date, str]:
    return dict(holidays_of(country, None, ["public"], today, today + KNOWN))


def test_holidays_are_known_for_three_years_and_looked_up_again_after_one(
    company: Company, today: date
) -> None:
    berlin = calendar(company)
    assert refresh(company, times=2) == [("holidays_refreshed", berlin)]
    assert days(company, berlin) == {when: (name, False) for when, name in known(today).items()}
    assert row(company, berlin).holidays_until == today + KNOWN
    for left, again in ((731, []), (730, [("holidays_refreshed", berlin)])):
        company.tx.execute(
            text("UPDATE calendars SET holidays_until = current_date + :left, holidays_tried_on = NULL"),
            {"left": left},
        )
        assert refresh(company) == again


def test_what_people_said_stays_and_the_rest_is_as_it_is_known_now(company: Company, today: date) -> None:
    berlin = calendar(company)
    first, second, third, *_ = known(today)
    coming = (today + timedelta(days=number) for number in range(1, 99))
    free, reopened, *_ = (when for when in coming if when not in known(today))
    past = today - timedelta(days=200)
    day(company, berlin, first, name="Opened on purpose", removed=True)
    day(company, berlin, second, name="Another name")
    day(company, berlin, free, name="Was one once")
    day(company, berlin, reopened, name="Was one once", removed=True)
    day(company, berlin, past, name="Long gone")
    day(company, berlin, free, "own", name="Stocktaking")
    day(company, berlin, third, "ics", name="Outing")
    refresh(company)
    found = days(company, berlin)
    assert found[first] == (known(today)[first], True)
    assert found[second] == (known(today)[second], False)
    assert free not in found
    assert found[reopened] == ("Was one once", True)
    assert found[past] == ("Long gone", False)
    assert days(company, berlin, "own") == {free: ("Stocktaking", False)}
    assert days(company, berlin, "ics") == {third: ("Outing", False)}


def test_a_change_makes_a_version_that_counts_at_once_and_is_told(company: Company, today: date) -> None:
    berlin = calendar(company)
    first, *_ = [when for when in known(today) if when > today]
    refresh(company)
    after = row(company, berlin)
    assert after.version == 2
    opens = text("SELECT min(starts_at) FROM calendar_spans WHERE calendar_id = :id AND ends_at > :noon")
    noon = f"{first} 12:00Z"
    assert company.tx.execute(opens, {"id": berlin, "noon": noon}).scalar_one().date() > first
    [(target, details)] = audited(company)
    assert target == f"calendars/{berlin}"
    assert (details["name"], details["gone"]) == ("Berlin", [])
    assert details["added"] == [when.isoformat() for when in known(today)]
    changed = text(
        "SELECT payload -> 'calendar_ids' FROM outbox WHERE type = 'followup.calendars.changed.v1'"
    )
    assert company.tx.execute(changed).scalars().all() == [[berlin]]


def test_what_nothing_counts_by_yet_makes_no_version(company: Company, today: date) -> None:
    """Those beyond what it has been worked out for, and names: anyone who edits it is not disturbed."""
    berlin = calendar(company)
    refresh(company)
    beyond = text("DELETE FROM calendar_days WHERE calendar_id = :id AND day > current_date + 731")
    company.tx.execute(beyond, {"id": berlin})
    company.tx.execute(text("UPDATE calendars SET name = name"))  # as somebody who changes it
    company.tx.execute(text("DELETE FROM audit_log"))
    company.tx.execute(text("UPDATE calendar_days SET name = ''"))
    version = row(company, berlin).version
    assert row(company, berlin).holidays_until is None
    assert refresh(company) == [("holidays_refreshed", berlin)]
    assert row(company, berlin).version == version
    assert audited(company) == []
    assert days(company, berlin) == {when: (name, False) for when, name in known(today).items()}


def test_one_whose_holidays_nobody_knows_is_told_each_day_and_holds_up_no_other(
    company: Company, today: date
) -> None:
    nowhere, berlin = calendar(company, "Nowhere", "XX"), calendar(company)
    assert refresh(company, times=3) == [("holidays_unknown", nowhere), ("holidays_refreshed", berlin)]
    assert row(company, nowhere).holidays_until is None
    company.tx.execute(text("UPDATE calendars SET holidays_tried_on = current_date - 1"))
    assert refresh(company) == [("holidays_unknown", nowhere)]


def test_archived_ones_and_those_without_holidays_are_left_alone(company: Company) -> None:
    calendar(company)
    company.tx.execute(text("UPDATE calendars SET archived_at = now()"))
    statement = "INSERT INTO calendars (name, time_zone) VALUES ('Without', 'UTC')"
    company.tx.execute(text(statement))
    assert refresh(company) == []


def test_somebody_who_changed_it_meanwhile_is_first(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    berlin = calendar(company)

    def changed_meanwhile(*_: Any) -> dict[date, str]:
        with acting_as(company.tx, "followup_api"):
            company.tx.execute(text("UPDATE calendars SET name = 'Hamburg'"))
        company.tx.execute(text("SET LOCAL ROLE followup_escalator"))
        return {}

    monkeypatch.setattr(holidays, "holidays_of", changed_meanwhile)
    assert refresh(company) == []
    assert row(company, berlin).holidays_until is None


def test_the_tick_of_each_minute_does_it(company: Company, run: Run, today: date) -> None:
    berlin = calendar(company)
    run(look_after_outbox, OutboxTick())
    assert row(company, berlin).holidays_until == today + KNOWN


@pytest.mark.parametrize("unknown", [("XX", None, "public"), ("DE", "XX", "public"), ("DE", None, "x")])
def test_what_is_not_known_is_an_error(unknown: tuple[str, str | None, str]) -> None:
    country, part, category = unknown
    with pytest.raises(HolidaysUnknown):
        holidays_of(country, part, [category], date(2026, 1, 1), date(2026, 12, 31))
