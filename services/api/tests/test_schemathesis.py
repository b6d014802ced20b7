"""The API against its own OpenAPI document, as everybody: nothing fails, nothing undocumented comes back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
import schemathesis
from followup_api.auth.secrets import new_api_token
from followup_api.tokens.queries import add_token
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    ensure_resource_availability,
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
    use_after_free,
)

from .companies import Company
from .conftest import Person, World
from .test_dead_letters import fail
from .test_role_matrix import MAKE

EXAMPLES = {"nobody": 2, "employee": 5, "manager": 4, "admin": 9}
"""Requests of each operation: valid ones, invalid ones, and valid ones about something that is there."""

SUCCEEDED = {"nobody": 3, "employee": 15, "manager": 15, "admin": 30}
"""Operations that have to answer some request with success, or this proves little."""

ENDLESS = "/api/v1/notifications/stream"
EXCLUDED = [
    positive_data_acceptance,  # rules that a schema cannot say: a manager is no cycle, a time zone exists
    ignored_auth,  # test_role_matrix.py asks it of every route and every kind of stranger
    unsupported_method,  # needs no generated data: test_problems.py
    use_after_free,  # about sequences: test_state_machine.py
    ensure_resource_availability,
]
WHO = {"nobody": None, "employee": "amir", "manager": "dana", "admin": "ada"}
"""What they may do, test_role_matrix.py asks of all four."""

OFTEN = 4
"""Of how many operations `make test` asks one: each takes a third of a second of a processor."""

SELDOM_RED = [pytest.param(who, 1, marks=pytest.mark.long) for who in WHO]


@pytest.fixture
def company(build: Any) -> Company:
    world: World = build(cron_secret="0123456789abcdef", secrets_key="0123456789abcdef" * 4)
    company = Company(world)
    for person in (company.amir, company.mia, company.otto):
        company.follow_up(person)
    world.execute("INSERT INTO subjects (kind, external_id, name) VALUES ('lead', 'x', 'Acme')")
    for _ in range(3):
        fail(company)
    return company


def operations(company: Company) -> Iterator[Any]:
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", company.world.app)
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        if operation.path != ENDLESS:
            yield operation


@pytest.mark.parametrize(("who", "one_of"), [("admin", OFTEN), *SELDOM_RED])
def test_nothing_fails_and_nothing_undocumented_comes_back(company: Company, who: str, one_of: int) -> None:
    name = WHO[who]
    failures: dict[str, str] = {}
    succeeded = 0
    for operation in islice(operations(company), 0, None, one_of):
        headers = _let_in(company, getattr(company, name), who) if name else {}
        try:
            statuses = _run(company, operation, headers, EXAMPLES[who])
        except (FailureGroup, Exception) as error:  # noqa: BLE001 - told together, at the end
            failures[f"{operation.method.upper()} {operation.path}"] = str(error)
        else:
            succeeded += min(statuses) < 300
    assert not failures, "\n\n".join(f"{name}\n{said}" for name, said in failures.items())
    assert succeeded >= SUCCEEDED[who] // one_of


def _run(company: Company, operation: Any, headers: dict[str, str], examples: int) -> set[int]:
    """Send generated requests; returns the statuses that came back."""
    data = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]
    target = _target(company, operation.path)
    if target:
        data.append(operation.as_strategy(path_parameters=target))
    statuses: set[int] = set()

    @seed(0)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(*data))
    def check(case: Any) -> None:
        answer = case.call(headers=headers)
        statuses.add(answer.status_code)
        lenient = [negative_data_rejection] if _is_forgiven(case) else []
        case.validate_response(answer, excluded_checks=EXCLUDED + lenient)

    check()
    return statuses


def _is_forgiven(case: Any) -> bool:
    """What no schema allows and we take on purpose: space around a text, a parameter given twice."""
    body = case.body if isinstance(case.body, dict) else {}
    texts = [value for value in body.values() if isinstance(value, str)]
    return any(text != text.strip() for text in texts) or any(
        isinstance(value, list) for value in (case.query or {}).values()
    )


def _let_in(company: Company, person: Person, role: str) -> dict[str, str]:
    """A token for each operation: the ones before may have revoked it, or taken the person's role."""
    token = new_api_token()
    company.world.execute(
        "UPDATE users SET role = :role, active = true WHERE id = :id", role=role, id=person.id
    )
    with company.world.database.transaction() as tx:
        add_token(tx, person.id, "test", token)
    return {"Authorization": f"Bearer {token.token}"}


def _target(company: Company, path: str) -> dict[str, Any]:
    """Something that is there, for the ids in a path."""
    target: dict[str, Any] = {}
    for name, statement in MAKE.items():
        if f"{{{name}}}" in path:
            [(target[name],)] = company.world.execute(f"{statement} RETURNING id", amir=company.amir.id)
    if "{user_id}" in path:
        target["user_id"] = company.otto.id
    if "{event_id}" in path:
        target["event_id"] = fail(company)
    if "{calendar_id}" in path:
        target["calendar_id"] = company.calendar()["id"]
    if "{kind_id}" in path:
        target["kind_id"] = 1
    return target
