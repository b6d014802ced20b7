"""Searching: every word, wherever it is of what shows; accents and case do not count."""

from __future__ import annotations

from datetime import timedelta

import pytest
from followup_api.followups import queries, searches

from .companies import Company
from .conftest import World

ACME = {"kind": "client", "external_id": "C-7", "name": "Condax Energía"}


@pytest.fixture(
    params=[
        *("by indexes", "in the order of the list"),
        pytest.param("early, or further down", marks=pytest.mark.long),
    ]
)
def company(world: World, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Company:
    """As ever; what is rare is looked up by indexes, what is common is not: both find the same."""
    if request.param != "by indexes":
        monkeypatch.setattr(searches, "RARE", 0)
    if request.param == "early, or further down":
        monkeypatch.setattr(searches, "FEW", 0)
        monkeypatch.setattr(queries, "EARLY", 2)
    return Company(world)


@pytest.mark.parametrize(
    "search",
    [
        *("condax quote", "QUOTE Condax", "quote amir", "patel condax call", "c-7 deal_9", "ond uot ate"),
        *("ENERGIA", "energía", "energi\u0301a", "zoë", "ZOE", "strasse", "STRAẞE", "lodz", "Ｑuote"),
        *("quote   quote", "\u00a0quote\u2003condax "),
    ],
)
def test_every_word_is_found_in_title_notes_client_assignee_or_external_id(
    company: Company, search: str
) -> None:
    company.create(
        company.amir,
        title="Quote",
        subject=ACME,
        notes="Call Zoe\u0308 in the Hauptstraße, Łódź",
        external_id="deal_9",
    )
    company.create(company.otto, title="Other")
    company.world.execute("UPDATE escalation_states SET step = 2, severity = 'escalated'")
    for who in (company.ada, company.mia):  # who sees everyone's, and who sees those of few
        assert company.titles(who, "/follow-ups", q=search) == ["Quote"]
        assert company.titles(who, "/follow-ups", q=search, view="overdue") == ["Quote"]
        assert company.titles(who, "/escalations", q=search) == ["Quote"]
        assert company.titles(who, "/escalations", q=search, level="manager") == ["Quote"]
        assert company.get(who, "/follow-ups/counts", q=search)["overdue"] == 1
        assert company.get(who, "/escalations/counts", q=search)["manager"] == 1
        exported = company.ask(who, "GET", "/follow-ups/export", params={"q": search})
        assert len(exported.text.splitlines()) == 2


@pytest.mark.parametrize("search", ["condax nobody", "quote otto", "condaxquote", "q uo te zz"])
def test_one_word_that_is_nowhere_is_enough_to_find_nothing(company: Company, search: str) -> None:
    company.create(company.amir, title="Quote", subject=ACME)
    company.create(company.otto, title="Other")
    assert company.titles(company.ada, "/follow-ups", q=search) == []
    assert company.titles(company.mia, "/follow-ups", q=search) == []


def test_a_search_of_blanks_is_none(company: Company) -> None:
    company.create(company.amir, title="Quote")
    assert company.titles(company.amir, "/follow-ups", q=" \u00a0 ") == ["Quote"]


def test_nothing_is_found_by_a_word_of_what_is_out_of_sight(company: Company) -> None:
    """Not by what others have open with the same client, nor by what it was before."""
    company.create(company.amir, title="Quote", subject=ACME)
    secret = company.create(company.otto, title="Takeover", subject=ACME, notes="Secret price")
    for search in ("takeover", "secret condax", "otto"):
        assert company.titles(company.amir, "/follow-ups", q=search) == []
        assert company.get(company.amir, "/follow-ups/counts", q=search)["overdue"] == 0
    company.ask(company.ada, "PATCH", f"/follow-ups/{secret['id']}", json={"assignee_id": company.amir.id})
    assert company.titles(company.amir, "/follow-ups", q="secret amir") == ["Takeover"]
    assert company.titles(company.ada, "/follow-ups", q="secret otto") == []


def test_a_search_follows_every_change(company: Company) -> None:
    planned = company.create(company.amir, title="Quote", subject=ACME, notes="First")
    path = f"/follow-ups/{planned['id']}"

    def found(search: str) -> list[str]:
        return company.titles(company.ada, "/follow-ups", q=search)

    company.ask(company.ada, "PATCH", path, json={"title": "Offer", "notes": "Second"})
    assert (found("quote"), found("first"), found("offer second")) == ([], [], ["Offer"])
    company.ask(company.ada, "POST", f"{path}/undo")
    assert (found("offer"), found("quote first")) == ([], ["Quote"])
    company.ask(company.ada, "PATCH", f"/subjects/{planned['subject']['id']}", json={"name": "Zenit"})
    company.ask(company.ada, "PATCH", f"/users/{company.amir.id}", json={"name": "Amira Singh"})
    assert (found("condax"), found("patel"), found("zenit singh")) == ([], [], ["Quote"])
    company.ask(company.ada, "DELETE", path)
    assert found("quote") == []
    assert company.world.execute("SELECT * FROM follow_up_texts") == []
    company.ask(company.ada, "POST", f"{path}/restore")
    assert found("quote") == ["Quote"]
    header = (
        "external_id,title,assignee_email,due_at,subject_kind,subject_external_id,subject_name,subject_url"
    )
    for title in ("Imported", "Renamed"):
        line = f"x-1,{title},{company.otto.email},2026-03-02T09:00:00Z,,,,,,open"
        content = f"{header},notes,status\n{line}\n"
        answer = company.ask(
            company.ada,
            "POST",
            "/imports/follow-ups",
            content=content,
            headers={"Content-Type": "text/csv"},
        )
        assert answer.is_success, answer.text
        assert found(f"otto {title}") == [title]


def test_pages_of_a_search_go_on_where_the_last_one_ended(company: Company) -> None:
    for n in range(7):
        company.follow_up(company.amir, f"Quote {n}", overdue=timedelta(hours=10 - n))
        company.follow_up(company.otto, f"Quote by Otto {n}", overdue=timedelta(hours=10 - n))
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = company.get(company.dana, "/follow-ups", q="quote patel", view="overdue", limit=3, **cursor)
        found += [entry["title"] for entry in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert found == [f"Quote {n}" for n in range(7)]


def test_leads_clients_and_people_are_found_in_the_same_way(company: Company) -> None:
    company.create(company.amir, subject=ACME)
    for search in ("energia condax", "CONDAX c-7"):
        names = [entry["name"] for entry in company.get(company.amir, "/subjects", q=search)["items"]]
        assert names == ["Condax Energía"]
    assert company.get(company.amir, "/subjects", q="condax quote")["items"] == []
    company.world.execute("UPDATE users SET name = 'José Ñandú' WHERE id = :id", id=company.otto.id)
    for search in ("nandu jose", "JOSE otto.other@"):
        names = [entry["name"] for entry in company.get(company.ada, "/users", q=search)["items"]]
        assert names == ["José Ñandú"]
