"""Names and titles have something to see, and turn nothing around them; in JSON and in files alike."""

from __future__ import annotations

from typing import Any

import pytest
from followup_api.followups.why import of_recipient

from .companies import DUE, Company
from .conftest import World
from .importing import AMIR, FOLLOW_UPS, PLAIN, USERS, imported, send

UNSEEN = ["\u200b", "\u2060\ufeff", "\u202e", "\u3164", "\u2800\ufe0f", "\u200b \u00ad"]
TURNED = "\u202eCall Acme\u2069"
HEBREW = "שלום 12"


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def errors_of(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["field"], error["message"]) for error in answer.json()["errors"]]


@pytest.mark.parametrize("unseen", UNSEEN)
def test_a_title_and_a_name_of_nothing_to_see_are_refused(company: Company, unseen: str) -> None:
    follow_up = {"title": unseen, "due_at": DUE}
    named = {"title": "Call", "due_at": DUE, "subject": {"kind": "lead", "name": unseen}}
    for method, path, body, field in (
        ("POST", "/follow-ups", follow_up, "title"),
        ("POST", "/follow-ups", named, "subject.name"),
        ("PATCH", "/me", {"name": unseen}, "name"),
        ("POST", "/tokens", {"name": unseen, "scopes": ["read"]}, "name"),
    ):
        [(wrong, message)] = errors_of(company.ask(company.amir, method, path, json=body))
        assert wrong == field
        assert "at least" in message or "write something" in message


@pytest.mark.parametrize("unseen", UNSEEN)
def test_a_file_is_held_to_the_same(company: Company, unseen: str) -> None:
    person = USERS + f"new@example.com,{unseen},employee,,,\n"
    titled = FOLLOW_UPS + f"d-1,{unseen},{PLAIN}\n"
    seen = FOLLOW_UPS + f"d-1,{unseen}x,{AMIR},{DUE},client,C-1,{unseen}x,,,\n"
    assert [field for field, _ in errors_of(send(company, "users", person))] == ["name"]
    assert [field for field, _ in errors_of(send(company, "follow-ups", titled))] == ["title"]
    assert imported(company, "follow-ups", seen) == (1, 0, 0)


@pytest.mark.parametrize("obeyed", ["\x01", "\x1b[2J", "\x7f", "\x9b31m"])
def test_what_terminals_obey_is_refused(company: Company, obeyed: str) -> None:
    title = f"Call {obeyed}Acme"
    answer = company.ask(company.amir, "POST", "/follow-ups", json={"title": title, "due_at": DUE})
    [(field, message)] = errors_of(answer)
    assert field == "title"
    assert f"U+{ord(obeyed[0]):04X}: remove it" in message
    assert [
        name for name, _ in errors_of(send(company, "follow-ups", FOLLOW_UPS + f"d-1,{title},{PLAIN}\n"))
    ] == ["title"]


def test_what_turns_text_around_is_dropped(company: Company) -> None:
    assert company.create(company.amir, title=TURNED)["title"] == "Call Acme"
    imported(company, "follow-ups", FOLLOW_UPS + f"\u202ad-1\u202c,{TURNED},{PLAIN}\n")
    [found] = company.get(company.amir, "/follow-ups", q="\u202ad-1\u202c")["items"]
    assert (found["external_id"], found["title"]) == ("d-1", "Call Acme")


def test_sentences_keep_what_is_written_from_right_to_left_in_its_place(company: Company) -> None:
    company.world.execute("UPDATE users SET name = :name WHERE id = :id", name=HEBREW, id=company.dana.id)
    number = company.create(company.mia, title="Call", assignee_id=company.amir.id)["id"]
    answer = company.ask(company.dana, "PATCH", f"/follow-ups/{number}", json={"title": "Call again"})
    assert answer.status_code == 200, answer.text
    newest = company.get(company.amir, f"/follow-ups/{number}/activities")["items"][0]
    assert newest["summary"] == f"\u2068{HEBREW}\u2069 changed the title"
    assert of_recipient("manager", None, "\u202eAmir") == "manager of Amir"
