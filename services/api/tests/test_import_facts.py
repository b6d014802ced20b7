"""Kind, priority, tags and value of follow-ups in files."""

from __future__ import annotations

from typing import Any

import pytest

from .companies import DUE, Company
from .conftest import World
from .importing import AMIR, imported, send, wrong

HEADER = "external_id,title,assignee_email,due_at"
LINE = f"d-1,Call,{AMIR},{DUE}"


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def facts(company: Company) -> list[Any]:
    [follow_up] = company.get(company.amir, "/follow-ups")["items"]
    return [follow_up[name] for name in ("kind", "priority", "tags", "value")]


@pytest.mark.parametrize(
    ("headings", "cells", "expected"),
    [
        ("Follow-up type,Importance", "Phone call,HOCH", ["call", "high", [], None]),
        ("Kind,Labels", 'Email,"VIP; renewal,vip"', ["e-mail", "normal", ["renewal", "vip"], None]),
        ("Kind,Priority,Tags", ",,", ["task", "normal", [], None]),
        (
            "Amount,Currency",
            '"1,200.50",eur',
            ["task", "normal", [], {"amount": "1200.50", "currency": "EUR"}],
        ),
        (
            "Value,Currency",
            '"1.200,50",EUR',
            ["task", "normal", [], {"amount": "1200.50", "currency": "EUR"}],
        ),
        (
            "Value,Currency",
            '"1 200 000,5",EUR',
            ["task", "normal", [], {"amount": "1200000.50", "currency": "EUR"}],
        ),
        (
            "Value,Currency",
            "1\u2019200.00,CHF",
            ["task", "normal", [], {"amount": "1200.00", "currency": "CHF"}],
        ),
        ("Value,Currency", "1200,JPY", ["task", "normal", [], {"amount": "1200.00", "currency": "JPY"}]),
    ],
)
def test_common_spellings_are_understood(
    company: Company, headings: str, cells: str, expected: list[Any]
) -> None:
    assert imported(company, "follow-ups", f"{HEADER},{headings}\n{LINE},{cells}\n") == (1, 0, 0)
    assert facts(company) == expected


@pytest.mark.parametrize(
    ("headings", "cells", "field"),
    [
        ("kind", "pigeon", "kind"),
        ("priority", "soonish", "priority"),
        ("tags", "x" * 51, "tags"),
        ("value,currency", '"1,200",EUR', "value_amount"),
        ("value,currency", "1.200,EUR", "value_amount"),
        ("value,currency", "-5,EUR", "value_amount"),
        ("value,currency", '"1,20,300.00",EUR', "value_amount"),
        ("value,currency", "5,euro", "value_currency"),
        ("value,currency", "5,", "value_currency"),
        ("value,currency", ",EUR", "value_amount"),
    ],
)
def test_what_is_not_certain_is_refused_with_its_line(
    company: Company, headings: str, cells: str, field: str
) -> None:
    assert wrong(send(company, "follow-ups", f"{HEADER},{headings}\n{LINE},{cells}\n")) == [(2, field)]


def test_what_a_file_lacks_stays_as_it_is_and_the_history_says_what_changed(company: Company) -> None:
    known = ["call", "high", ["vip"], {"amount": "5.00", "currency": "EUR"}]
    columns = "kind,priority,tags,value_amount,value_currency"
    imported(company, "follow-ups", f"{HEADER},{columns}\n{LINE},call,high,vip,5,EUR\n")
    assert imported(company, "follow-ups", f"{HEADER}\n{LINE}\n") == (0, 0, 1)
    assert facts(company) == known
    assert imported(company, "follow-ups", f"{HEADER},tags,value,currency\n{LINE},new,6,EUR\n") == (0, 1, 0)
    assert facts(company) == ["call", "high", ["new"], {"amount": "6.00", "currency": "EUR"}]
    [follow_up] = company.get(company.amir, "/follow-ups")["items"]
    [latest, *_] = company.get(company.amir, f"/follow-ups/{follow_up['id']}/activities")["items"]
    assert latest["summary"] == (
        "Ada Admin changed the tags (added “new”, removed “vip”) and the value from EUR 5.00 to EUR 6.00 "
        "by an import"
    )


def test_a_renamed_kind_is_known_by_its_label_and_its_name(company: Company) -> None:
    company.world.execute("UPDATE follow_up_kinds SET label = 'Trip' WHERE name = 'visit'")
    for cell, changed in (("Trip", (1, 0, 0)), ("visit", (0, 0, 1))):
        assert imported(company, "follow-ups", f"{HEADER},kind\n{LINE},{cell}\n") == changed
    assert facts(company)[0] == "visit"
