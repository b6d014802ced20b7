"""Whether somebody has a mail each working day with what it brings: what is kept, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import notification_preferences
from sqlalchemy import func, select

from followup_api.notification_rules.schemas import CompanyDay, Day, DayInput, MyDay
from followup_api.problems import Invalid
from followup_api.rows import Record

p = notification_preferences.c
DAY = select(p.day, p.day_at, p.day_locked, p.day_since)


def read(tx: Transaction, user_id: int) -> MyDay:
    """How somebody has it."""
    company = tx.execute(DAY.where(p.user_id.is_(None))).one()
    mine = tx.execute(DAY.where(p.user_id == user_id)).one_or_none()
    own = mine is not None and mine.day is not None and not company.day_locked
    return MyDay(
        **_way(mine if mine is not None and own else company),
        own=own,
        locked=company.day_locked,
        default=Day(**_way(company)),
    )


def read_company(tx: Transaction) -> CompanyDay:
    """How those have it who have not chosen."""
    company = tx.execute(DAY.where(p.user_id.is_(None))).one()
    return CompanyDay(**_way(company), locked=company.day_locked)


def own_columns(tx: Transaction, user_id: int, given: DayInput | None) -> Mapping[str, Any]:
    """How somebody wants it, as it is kept. What is locked may be given as it is.

    Raises:
        Invalid: nobody may choose, and it differs; its time is missing, or belongs to none.
    """
    company = tx.execute(DAY.where(p.user_id.is_(None))).one()
    before = tx.execute(DAY.where(p.user_id == user_id)).one_or_none()
    if given is not None:
        _refuse_wrong_time(given)
    if given is not None and company.day_locked:
        if _columns(given) != (company.day, company.day_at):
            mode = _way(company)["mode"]
            raise Invalid(
                "your_day.mode",
                f"your_day.mode is {mode} for everybody, as an admin has locked it: leave your_day out.",
            )
        given = None
    return _kept(_columns(given) if given else (None, None), before)


def company_columns(tx: Transaction, given: CompanyDay) -> Mapping[str, Any]:
    """How those are to have it who have not chosen, as it is kept.

    Raises:
        Invalid: its time is missing, or belongs to none.
    """
    _refuse_wrong_time(given)
    before = tx.execute(DAY.where(p.user_id.is_(None))).one()
    return {**_kept(_columns(given), before), "day_locked": given.locked}


def _kept(way: tuple[bool | None, Any], before: Record | None) -> Mapping[str, Any]:
    """A choice with the time since which it holds: no mail comes for a time that was over then."""
    day, at = way
    is_as_before = before is not None and (before.day, before.day_at) == way
    return {
        "day": day,
        "day_at": at,
        "day_since": before.day_since if before and is_as_before else func.now(),
    }


def _columns(given: DayInput) -> tuple[bool, Any]:
    return given.mode == "daily", given.at


def _way(row: Record) -> dict[str, Any]:
    return {"mode": "daily" if row.day else "never", "at": row.day_at}


def _refuse_wrong_time(given: DayInput) -> None:
    if given.mode == "daily" and given.at is None:
        raise Invalid("your_day.at", "your_day.at is missing: give a time of day, such as 08:30.")
    if given.mode == "never" and given.at is not None:
        raise Invalid("your_day.at", "your_day.at belongs to no mail that is never sent: leave it out.")
