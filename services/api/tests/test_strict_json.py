"""JSON and parameters count as what they are: each field of each route against each other kind of value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any, get_args

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from followup_api.imports import cells
from followup_api.schemas import WHOLE_NUMBER, Input, Parameters, written_time
from followup_api.users.schemas import Email
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from .companies import DUE, Company
from .conftest import PASSWORD, World
from .test_routes import routes

VALUES: dict[str, list[Any]] = {
    "null": [None],
    "boolean": [True, False],
    "integer": [0, 1, -1, 46083, 10**30],
    "number": [3.5, 46083.5],
    "string": ["1", "true", "no", "46083", "20260302", ""],
    "array": [[], [1], ["1"]],
    "object": [{}, {"id": 1}],
}
NO_TIMES = [
    *("46083", "46083.5", "20260302", "2026-03-02", "20260302T090000Z", "2026-W10-1T09:00:00Z"),
    *("2026-03-02T09:00:00", "2026-03-02T24:00:00Z", "2026-02-30T09:00:00Z", "2026-03-02T09:00:00+0100"),
    *("2026-03-02T09:00:00 Z", " 2026-03-02T09:00:00Z", "2026-03-02T09:00:00+24:00", "now", "1772442000"),
    *("２026-03-02T09:00:00Z", "2026-03-02T9:00:00Z", "2026-03-02T09:00:60Z", "09:00:00Z", "P1D"),
]
TIMES = [
    *("2026-03-02T09:00:00Z", "2026-03-02t09:00:00z", "2026-03-02 09:00:00+01:00", "2026-03-02T09:00Z"),
    *("2026-03-02T09:00:00.123456789-12:30", "2026-02-28T23:59:59.5-00:00"),
]
ME = "/api/v1/me"


@pytest.fixture
def company(build: Any) -> Company:
    world: World = build()
    return Company(world)


def bodies(company: Company) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Method, path, schema and a valid example of every JSON body."""
    document = company.world.app.openapi_schema or company.world.client().get("/api/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content:
                schema = resolved(content["schema"], document)
                yield method, path, schema, document


def resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """A schema without references, nor choices between it and null; one that has a name says it."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {"component": name, **resolved(document["components"]["schemas"][name], document)}
    choices = [resolved(each, document) for each in schema.get("anyOf", ())]
    if choices:
        [one] = [each for each in choices if each.get("type") != "null"]
        return {**one, "nullable": len(choices) > 1}
    return schema


def wrong_values(
    schema: dict[str, Any], path: tuple[Any, ...], document: dict[str, Any], tried: set[str]
) -> Iterator[Any]:
    """Pairs of a place in the body and a value of a kind that does not belong there.

    Args:
        schema: of the place.
        path: the place.
        document: has the schemas that others refer to.
        tried: the named schemas that were looked into already: one model checks them wherever they are.
    """
    kind = schema.get("type") or "string"
    allowed = {kind, "null"} if schema.get("nullable") else {kind}
    if kind == "number":
        allowed.add("integer")
    for other, values in VALUES.items():
        if other not in allowed:
            yield from ((path, value) for value in values)
    if schema.get("format") == "date-time":
        yield from ((path, value) for value in NO_TIMES)
    if is_new(schema, tried):
        for name, inner in schema.get("properties", {}).items():
            yield from wrong_values(resolved(inner, document), (*path, name), document, tried)
        if "items" in schema:
            yield from wrong_values(resolved(schema["items"], document), (*path, 0), document, tried)


def is_new(schema: dict[str, Any], tried: set[str]) -> bool:
    """Whether what is in a schema was not tried yet; from now on it is."""
    component = schema.get("component")
    if component in tried:
        return False
    tried |= {component} if component else set()
    return True


def with_value(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of a body with a value in one place, and what lies around it."""
    if not path:
        return value
    if isinstance(path[0], int):
        return [with_value(body[0] if isinstance(body, list) and body else None, path[1:], value)]
    known = body if isinstance(body, dict) else {}
    return {**known, path[0]: with_value(known.get(path[0]), path[1:], value)}


def together(wrong: Iterable[Any]) -> Iterator[list[Any]]:
    """Pairs of a place and a value, those of one object at once: an answer names every field that is wrong.

    Args:
        wrong: such pairs, several of each place.
    """
    by_place: dict[tuple[Any, ...], list[Any]] = {}
    for where, value in wrong:
        by_place.setdefault(where, []).append((where, value))
    by_object: dict[tuple[Any, ...], list[Any]] = {}
    for where, pairs in by_place.items():
        by_object.setdefault(where[:-1] if where else ("whole",), []).append(pairs)
    for places in by_object.values():
        for each in zip_longest(*places):
            yield [pair for pair in each if pair is not None]


def with_values(body: Any, pairs: Iterable[Any]) -> Any:
    """A copy of a body with values in several places."""
    for where, value in pairs:
        body = with_value(body, where, value)
    return body


def logged_in(company: Company) -> TestClient:
    """An admin's browser: some bodies are not for tokens."""
    client = company.world.client()
    client.headers["Sec-Fetch-Site"] = "same-origin"
    body = {"email": company.ada.email, "password": PASSWORD}
    assert client.post("/api/v1/session", json=body).status_code == 201
    return client


def test_no_field_of_any_body_takes_a_value_of_another_kind(company: Company) -> None:
    client, taken, fields, tried = logged_in(company), [], 0, set[str]()
    for method, path, schema, document in bodies(company):
        address = path.replace("{event_id}", "0198c7a2-4e5b-7c31-9f00-3d2a6b1c8e47")
        for name in ("follow_up_id", "user_id", "subject_id", "calendar_id", "kind_id"):
            address = address.replace(f"{{{name}}}", str(company.amir.id))
        wrong = wrong_values(schema, (), document, tried)
        example = (schema.get("examples") or [{}])[0]
        for pairs in together((where, value) for where, value in wrong if where or value not in (None, {})):
            answer = client.request(method, address, json=with_values(example, pairs))
            errors = answer.json().get("errors", []) if answer.status_code == 422 else []
            for where, value in pairs:
                fields += 1
                named = ".".join(map(str, where)) or "body"
                of_field = [error["message"] for error in errors if error["field"] == named]
                if not of_field or "Input" in of_field[0] or "input" in of_field[0]:
                    taken.append((method, path, where, value, answer.status_code, errors))
    assert taken == []
    assert fields > 500


def test_every_body_and_every_query_is_of_the_strict_kind(company: Company) -> None:
    for context in routes(company.world.app):
        route = context.original_route
        if isinstance(route, APIRoute):
            for field in route.dependant.body_params:
                models = [field.field_info.annotation, *getattr(field.field_info.annotation, "__args__", ())]
                kinds = [model for model in models if isinstance(model, type) and model is not type(None)]
                assert all(issubclass(kind, Input) for kind in kinds), route.path
            for field in route.dependant.query_params:
                kind = field.field_info.annotation
                if isinstance(kind, type) and issubclass(kind, BaseModel):
                    assert issubclass(kind, Parameters), route.path
                else:
                    exact = WHOLE_NUMBER in field.field_info.metadata
                    assert exact or not {int, bool} & {kind, *get_args(kind)}, route.path


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_is_refused_wherever_it_is_sent(company: Company, text: str) -> None:
    number = company.follow_up(company.amir)
    body = {"title": "Call", "due_at": text}
    bulk = {"ids": [number], "action": "reschedule", "due_at": text}
    for method, path, sent in (
        ("POST", "/follow-ups", body),
        ("PATCH", f"/follow-ups/{number}", {"due_at": text}),
        ("POST", "/follow-ups/bulk", bulk),
        ("POST", "/tokens", {"name": "x", "expires_at": text}),
    ):
        answer = company.ask(company.amir, method, path, json=sent)
        assert answer.status_code == 422, (path, answer.text)
        assert answer.json()["errors"][0]["field"] in ("due_at", "expires_at")
        assert "2026-03-31T09:00:00Z" in answer.json()["detail"]
    assert company.world.execute("SELECT count(*) FROM follow_ups") == [(1,)]


@pytest.mark.parametrize("text", TIMES)
def test_every_way_to_write_a_time_is_taken(company: Company, text: str) -> None:
    assert company.create(company.amir, due_at=text)["due_at"].endswith("Z")


def taken_by_json(adapter: TypeAdapter[Any], text: str) -> Any:
    try:
        return adapter.validate_python(text)
    except ValidationError:
        return None


def taken_by_import(check: cells.Check, text: str) -> Any:
    try:
        return check("column", text.strip())
    except ValueError:
        return None


written_times = st.one_of(
    st.sampled_from(NO_TIMES + TIMES),
    st.datetimes().map(str),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    st.from_regex(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}[Tt ]?[0-9:.]{0,9}(Z|[+-][0-9:]{2,5})?", fullmatch=True),
    st.text(max_size=30),
)


@given(text=written_times)
@example(text="46083")
@example(text="0001-01-01T00:00:00+23:59")
def test_an_import_takes_just_the_times_that_json_takes(text: str) -> None:
    from followup_api.followups.schemas import FollowUpPatch

    adapter = TypeAdapter(FollowUpPatch)
    try:
        by_json = adapter.validate_python({"due_at": text.strip()}).due_at
    except ValidationError:
        by_json = None
    assert taken_by_import(cells.due_time(), text) == by_json


@given(text=st.one_of(st.emails(), st.text(max_size=20), st.sampled_from(["a@b", "a b@c", "@", "a@b@c"])))
def test_an_import_takes_just_the_addresses_that_json_takes(text: str) -> None:
    text = text.strip()
    assert taken_by_import(cells.email, text) == taken_by_json(TypeAdapter(Email), text)


def test_our_own_code_may_give_a_time_as_it_is() -> None:
    moment = written_time(DUE)
    assert written_time(moment) is moment


@pytest.mark.parametrize(
    ("path", "fine"),
    [
        ("/follow-ups?limit=1", True),
        ("/follow-ups?limit=1.0", False),
        ("/follow-ups?limit=%201", False),
        ("/follow-ups?limit=1_0", False),
        ("/follow-ups?limit=%2B1", False),
        ("/follow-ups?limit=%D9%A1", False),
        ("/follow-ups?limit=true", False),
        ("/follow-ups?subject_id=1.0", False),
        ("/users?active=true", True),
        ("/users?active=1", False),
        ("/users?active=yes", False),
        ("/users?active=False", False),
        ("/users?manager_id=1.0", False),
        ("/notifications?unread=on", False),
        ("/subjects?limit=5", True),
        ("/users/1.0", False),
        ("/users/%201", False),
        ("/users/1_0", False),
        ("/users/true", False),
    ],
)
def test_parameters_have_one_spelling(company: Company, path: str, fine: bool) -> None:
    answer = company.ask(company.ada, "GET", path)
    assert answer.status_code == (200 if fine else 422), answer.text
    if not fine:
        assert " must be " in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"title": "Call", "title": "Other", "due_at": "%s"}', "'title' is there twice"),
        (b'{"title": "Call", "due_at": "%s", "subject": {"id": 1, "id": 2}}', "'id' is there twice"),
        (b'{"title": "Call", "due_at": "%s", "assignee_id": NaN}', "NaN"),
        (b'{"title": "Call", "due_at": "%s", "assignee_id": -Infinity}', "Infinity"),
        (b'{"title": "Call", "due_at": "%s", "assignee_id": 1e400}', "too large"),
        (b'{"title": "Call", "due_at": "%s", "assignee_id": ' + b"9" * 5_000 + b"}", "too many digits"),
        (b'{"title": "Call", "due_at": "%s", "assignee_id": 9223372036854775808}', "assignee_id"),
        (b'{"title": "Call", "due_at": "%s", "assignee_id": 1.0}', "whole number"),
        (b'{"title": "\xff", "due_at": "%s"}', "UTF-8"),
        (b'{"title": "\\ud800", "due_at": "%s"}', "surrogates"),
        (b'{"title": "Call", "due_at": "%s", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "JSON"),
    ],
)
def test_json_that_says_two_things_or_none_is_refused(company: Company, body: bytes, says: str) -> None:
    sent = body.replace(b"%s", DUE.encode())
    headers = {"Content-Type": "application/json"}
    answer = company.ask(company.ada, "POST", "/follow-ups", content=sent, headers=headers)
    assert answer.status_code == 422, answer.text
    assert says in answer.json()["detail"]
    assert company.world.execute("SELECT count(*) FROM follow_ups") == [(0,)]


@pytest.mark.parametrize(("encoding", "status"), [("utf-8", 201), ("utf-8-sig", 201), ("utf-16", 422)])
def test_json_is_utf_8_with_or_without_a_mark(company: Company, encoding: str, status: int) -> None:
    sent = json.dumps({"title": "Grüße", "due_at": DUE}, ensure_ascii=False).encode(encoding)
    headers = {"Content-Type": "application/json"}
    answer = company.ask(company.ada, "POST", "/follow-ups", content=sent, headers=headers)
    assert answer.status_code == status, answer.text
