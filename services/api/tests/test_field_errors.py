"""Every message about a field is a sentence that names the field and the fix, once; never pydantic's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, get_args

import pytest
from followup_api.field_errors import FIXES, field_errors
from pydantic_core import core_schema

from .companies import Company
from .conftest import World
from .test_strict_json import bodies, is_new, resolved, together, with_values, wrong_values

RAW = re.compile(r"input|should|after validation|pydantic|constraint|instance of|\bctx\b|[{}]|None", re.I)
VERBS = r"\b(is|are|must|needs|has|belongs|leads|mixes|would)\b"
SENTENCE = re.compile(rf"[\w.]+ .*?{VERBS}.*\.$|[\w.]+: .*\.$|[A-Z].*\.$", re.S)


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def lengths(
    schema: dict[str, Any], path: tuple[Any, ...], document: dict[str, Any], tried: set[str]
) -> list[Any]:
    """Pairs of a place in a body and a value of the right kind that is too short, too long, or unknown; as
    `wrong_values` does, in each named schema once."""
    found: list[Any] = []
    match schema.get("type"):
        case "string" if "format" not in schema or schema["format"] == "password":
            found += [
                (path, value) for value in ("", "x" * 20_000, "\u200b", "a\x00b", "javascript:alert(1)", "?")
            ]
        case "integer":
            found += [(path, value) for value in (0, -1, 2**63, 10**30)]
        case "array":
            found += [(path, [])]
    if is_new(schema, tried):
        for name, inner in schema.get("properties", {}).items():
            found += lengths(resolved(inner, document), (*path, name), document, tried)
        if "items" in schema:
            found += lengths(resolved(schema["items"], document), (*path, 0), document, tried)
    return found


def is_plain(pairs: list[Any], said: str) -> bool:
    """Whether a message is a sentence without the words of a library, besides those of what was sent."""
    for _, value in pairs:
        said = said.replace(str(value), "") if str(value) else said
    return not RAW.search(said) and bool(SENTENCE.match(said))


def singly(wrong: Iterable[Any]) -> Iterator[list[Any]]:
    """Each by itself, so that what is checked once all fields are right is reached more often."""
    return ([pair] for pair in wrong)


@pytest.mark.parametrize("sent", [together, pytest.param(singly, marks=pytest.mark.long)])
def test_every_wrong_value_of_every_field_gets_a_sentence(
    company: Company, sent: Callable[[Iterable[Any]], Iterator[list[Any]]]
) -> None:
    client, bad, asked = company.world.client(company.ada), [], 0
    tried: tuple[set[str], set[str]] = (set(), set())
    for method, path, schema, document in bodies(company):
        address = re.sub(r"\{event_id\}", "0198c7a2-4e5b-7c31-9f00-3d2a6b1c8e47", path)
        address = re.sub(r"\{\w+\}", str(company.otto.id), address)
        example = (schema.get("examples") or [{}])[0]
        wrong = together(wrong_values(schema, (), document, tried[0]))
        of_the_kind = sent(lengths(schema, (), document, tried[1]))
        for pairs in (*wrong, *of_the_kind, [(("unknown_field",), 1)], [((), {})]):
            answer = client.request(method, address, json=with_values(example, pairs))
            if answer.status_code != 422:
                continue
            errors = answer.json()["errors"]
            asked += len(errors)
            said = [error["message"] for error in errors]
            if len(set(said)) < len(said) or not all(map(partial(is_plain, pairs), said)):
                bad.append((method, path, str(pairs)[:90], errors))
    assert bad == []
    assert asked > 700


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/follow-ups?limit=0", "limit is too small: use 1 or more."),
        ("/follow-ups?limit=1000", "limit is too large: use 200 or less."),
        ("/follow-ups?limit=x", "limit must be a whole number in digits, such as 42."),
        ("/follow-ups?view=none", "view is not one of its possible values: use "),
        ("/follow-ups?assignee=nobody", "assignee must be all, me, team, the id of a user"),
        ("/follow-ups?x=1", "x is not a known field: remove it"),
        ("/users?active=yes", "active must be true or false."),
        (f"/follow-ups?q={'x' * 201}", "q is too long: use at most 200 characters."),
    ],
)
def test_parameters_too(company: Company, path: str, named: str) -> None:
    answer = company.ask(company.ada, "GET", path)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["message"].startswith(named)
    assert answer.json()["detail"] == error["message"]


def test_a_short_password_and_an_empty_list_are_told_in_words(company: Company) -> None:
    short = {"email": "x@example.com", "name": "X", "password": "short"}
    answer = company.ask(company.ada, "POST", "/users", json=short)
    assert answer.json()["errors"] == [
        {"field": "password", "message": "password is too short: use at least 12 characters."}
    ]
    answer = company.ask(company.ada, "POST", "/follow-ups/bulk", json={"ids": [], "action": "complete"})
    assert answer.json()["errors"] == [{"field": "ids", "message": "ids is empty: give at least one entry."}]


def test_no_kind_of_error_that_pydantic_knows_is_told_in_its_words() -> None:
    kinds = set(get_args(core_schema.ErrorType))
    assert kinds >= {*FIXES}
    names = {name for fix in FIXES.values() for name in re.findall(r"{(\w+)}", fix)}
    facts = dict.fromkeys({*names, "min_length", "max_length"} - {"field"}, 3)
    for kind in kinds - {"value_error", "json_invalid"}:
        problem: Any = {"type": kind, "loc": ("body", "title"), "msg": "Input should be raw", "ctx": facts}
        [(field, message)] = field_errors([problem, problem])
        assert field == "title"
        assert "raw" not in message
        assert SENTENCE.match(message)
