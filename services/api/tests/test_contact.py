"""How leads and clients are reached: a phone number as people write it, and an e-mail address."""

from __future__ import annotations

from typing import Any

import pytest
from followup_api.phones import phone_number
from httpx import Response

from .companies import DUE, Company
from .conftest import World
from .importing import AMIR, send

HEADER = (
    "external_id,title,assignee_email,due_at,subject_kind,subject_external_id,subject_name,subject_phone,"
    "subject_email"
)


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def add(company: Company, **more: Any) -> Response:
    return company.ask(company.amir, "POST", "/subjects", json={"kind": "lead", "name": "Globex", **more})


@pytest.mark.parametrize(
    "number",
    [
        "+49 30 1234567",
        "+49 (0)30 123-4567",
        "(030) 1234567",
        "030/1234567",
        "030.123.45.67",
        "+1 415\u2011555\u20110132",
        "+44 20 7946 0123 ext. 12",
        "020 7946 0123x9",
        "112",
        "+123456789012345",
    ],
)
def test_a_number_is_kept_as_it_is_written(number: str) -> None:
    assert phone_number(number) == number


@pytest.mark.parametrize(
    "number",
    [
        "call me",
        "12",
        "+1234567890123456",
        "++49 30 1",
        "030 1234567 / 030 7654321",
        "tel:030",
        "٠٣٠١٢٣٤",
        "030;1",
    ],
)
def test_what_nobody_could_call_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="phone number"):
        phone_number(number)


def test_both_are_kept_shown_and_changed_with_an_entry_in_the_history(company: Company) -> None:
    lead = add(company, phone=" +49 30 1234567 ", email="Ann@globex.example").json()
    assert (lead["phone"], lead["email"]) == ("+49 30 1234567", "Ann@globex.example")
    created = company.create(company.amir, subject={"id": lead["id"]})
    assert created["subject"]["phone"] == "+49 30 1234567"
    path = f"/subjects/{lead['id']}"
    answer = company.ask(company.mia, "PATCH", path, json={"phone": None}, headers={"If-Match": lead["etag"]})
    assert (answer.json()["phone"], answer.json()["version"]) == (None, 2)
    [entry] = company.get(company.amir, f"{path}/changes")["items"]
    assert entry["changes"] == {"phone": {"from": "+49 30 1234567", "to": None}}


@pytest.mark.parametrize(("field", "value"), [("phone", "call me"), ("phone", ""), ("email", "ann")])
def test_a_wrong_one_is_refused(company: Company, field: str, value: str) -> None:
    answer = add(company, **{field: value})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_a_file_brings_them_and_keeps_what_it_says_nothing_of(company: Company) -> None:
    line = f"a,Call,{AMIR},{DUE},client,C-1,Acme"
    result = send(company, "follow-ups", f"{HEADER}\n{line},030 1234567,ann@acme.example\n")
    assert result.status_code == 200, result.text
    [shown] = company.get(company.amir, "/subjects")["items"]
    assert (shown["phone"], shown["email"]) == ("030 1234567", "ann@acme.example")
    send(company, "follow-ups", f"{HEADER}\n{line},+49 30 7654321,\n")
    [shown] = company.get(company.amir, "/subjects")["items"]
    assert (shown["phone"], shown["email"]) == ("+49 30 7654321", "ann@acme.example")
    answer = send(company, "follow-ups", f"{HEADER}\n{line},soon,ann\n")
    assert {each["field"] for each in answer.json()["errors"]} == {"subject_phone", "subject_email"}
    exported = company.ask(company.amir, "GET", "/follow-ups/export").text
    assert "+49 30 7654321" in exported
    assert send(company, "follow-ups", exported).json()["unchanged"] == 1
