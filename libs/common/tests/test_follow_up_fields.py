"""What PostgreSQL keeps of a follow-up's kind, priority, tags and value, no matter who writes them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.support.company import Company

HOUR = timedelta(hours=1)
FIELDS = {
    "kind": "call",
    "priority": "high",
    "tags": ["renewal", "vip"],
    "value_amount": Decimal("1200.00"),
    "value_currency": "EUR",
}


@pytest.fixture
def company(tx: Connection) -> Company:
    return Company(tx)


@pytest.fixture
def eve(company: Company) -> int:
    return company.person("Eve")


def fields(company: Company, follow_up: int) -> dict[str, Any]:
    """The new columns, and the version."""
    names = ", ".join((*FIELDS, "version"))
    statement = text(f"SELECT {names} FROM follow_ups WHERE id = :id")
    return dict(company.tx.execute(statement, {"id": follow_up}).mappings().one())


def undoable(company: Company, person: int) -> None:
    company.tx.execute(text("SELECT set_config('followup.undo_by', :id, true)"), {"id": str(person)})


def test_one_that_says_nothing_is_an_ordinary_task(company: Company, eve: int) -> None:
    call = company.follow_up(eve, overdue=HOUR)
    assert fields(company, call) == {
        **{"kind": "task", "priority": "normal", "tags": []},
        **{"value_amount": None, "value_currency": None, "version": 1},
    }


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "call"},
        {"priority": "low"},
        {"tags": ["vip"]},
        {"value_amount": Decimal("0.01"), "value_currency": "JPY"},
    ],
)
def test_each_change_makes_a_version_and_the_same_value_none(
    company: Company, eve: int, change: dict[str, Any]
) -> None:
    call = company.follow_up(eve, overdue=HOUR)
    company.set(call, **change)
    assert fields(company, call) == {**fields(company, call), **change, "version": 2}
    company.set(call, **change)
    assert fields(company, call)["version"] == 2


def test_an_undo_puts_them_back(company: Company, eve: int) -> None:
    call = company.follow_up(eve, overdue=HOUR)
    before = fields(company, call)
    undoable(company, eve)
    company.set(call, **FIELDS)
    undo = text("SELECT outcome FROM follow_ups_undo(ARRAY[CAST(:id AS bigint)], :person)")
    assert company.tx.execute(undo, {"id": call, "person": eve}).scalar_one() == "undone"
    assert fields(company, call) == {**before, "version": 3}


def test_a_restored_one_has_them_again(company: Company, eve: int) -> None:
    call = company.follow_up(eve, overdue=HOUR)
    company.set(call, **FIELDS)
    company.tx.execute(text("DELETE FROM follow_ups WHERE id = :id"), {"id": call})
    restore = text("SELECT outcome FROM follow_ups_restore(:id)")
    assert company.tx.execute(restore, {"id": call}).scalar_one() == "restored"
    assert fields(company, call) == {**FIELDS, "version": 2}


def test_one_deleted_before_there_were_any_comes_back_with_none(company: Company, eve: int) -> None:
    call = company.follow_up(eve, overdue=HOUR)
    company.tx.execute(text("DELETE FROM follow_ups WHERE id = :id"), {"id": call})
    forget = text("UPDATE deleted_follow_ups SET was = was - CAST(:names AS text[]) WHERE id = :id")
    company.tx.execute(forget, {"names": list(FIELDS), "id": call})
    company.tx.execute(text("SELECT follow_ups_restore(:id)"), {"id": call})
    assert fields(company, call)["kind"] == "task"
    assert fields(company, call)["tags"] == []


def test_searches_find_tags(company: Company, eve: int) -> None:
    call = company.follow_up(eve, overdue=HOUR)
    company.set(call, tags=["größe", "vip"])
    found = text("SELECT text FROM follow_up_texts WHERE follow_up_id = :id")
    assert company.tx.execute(found, {"id": call}).scalar_one().endswith("\ngrosse\nvip")
    company.set(call, tags=[])
    assert "vip" not in company.tx.execute(found, {"id": call}).scalar_one()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"priority": "urgent"}, "ck_follow_ups_priority"),
        ({"tags": [f"tag {number}" for number in range(21)]}, "ck_follow_ups_tags"),
        ({"tags": [""]}, "ck_follow_ups_tags"),
        ({"tags": ["a", None]}, "ck_follow_ups_tags"),
        ({"value_amount": Decimal(5)}, "ck_follow_ups_value"),
        ({"value_currency": "EUR"}, "ck_follow_ups_value"),
        ({"value_amount": Decimal(-1), "value_currency": "EUR"}, "ck_follow_ups_value"),
        ({"value_amount": Decimal(5), "value_currency": "euro"}, "ck_follow_ups_value"),
    ],
)
def test_what_makes_no_sense_is_not_stored(
    company: Company, eve: int, change: dict[str, Any], constraint: str
) -> None:
    call = company.follow_up(eve, overdue=HOUR)
    with pytest.raises(IntegrityError, match=constraint):
        company.set(call, **change)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM follow_up_kinds WHERE name = 'visit'",
        "UPDATE follow_up_kinds SET name = 'trip' WHERE name = 'visit'",
        "UPDATE follow_up_kinds SET archived_at = now(), position = NULL WHERE name = 'task'",
    ],
)
def test_a_kind_that_may_be_named_somewhere_stays(tx: Connection, statement: str) -> None:
    with pytest.raises(DBAPIError):
        tx.execute(text(statement))


def test_a_label_and_an_archiving_make_a_version_of_a_kind_and_the_order_none(tx: Connection) -> None:
    for change, version in (
        ("label = 'Trip'", 2),
        ("position = 99", 2),
        ("archived_at = now(), position = NULL", 3),
    ):
        changed = tx.execute(
            text(f"UPDATE follow_up_kinds SET {change} WHERE name = 'visit' RETURNING version")
        )
        assert changed.scalar_one() == version
