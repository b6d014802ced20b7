"""Anyone who is told about a follow-up may see it: one rule, held by the API, the notifier and the escalator.

The rule is `sight` and `recipients` of `policy/routing.py`. Notifier and escalator read the line above an
assignee (`db/directory.py`) and call it; the API looks down the line, in SQL (`scopes.REPORTS`). Here they
are compared on any company, however strange.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from followup_api.auth.queries import CALLER
from followup_api.followups.scopes import scope_of
from followup_api.permissions import Permission, caller_of
from followup_common.db.directory import load_directory
from followup_common.db.policies import load_policies
from followup_common.policy import Directory, Policy, recipients, sight
from followup_escalator.unroutable import raise_again
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

from tests.support.handlers import acting_as

PEOPLE = 6
AUDIENCES = ("assignee", "manager", "manager(2)", "manager(3)", "admins")


@dataclass(frozen=True)
class Somebody:
    """A person of a random company; `manager` is the number of another one."""

    role: str
    active: bool
    manager: int | None


# Few admins, or everybody could see everything.
somebody = st.builds(
    Somebody,
    role=st.sampled_from(["employee", "employee", "employee", "manager", "manager", "admin"]),
    active=st.booleans(),
    manager=st.none() | st.integers(0, PEOPLE - 1),
)
companies = st.lists(somebody, min_size=2, max_size=PEOPLE)
audiences = st.lists(st.sampled_from(AUDIENCES), min_size=1, max_size=2, unique=True)

ADD = text("""
    INSERT INTO users (email, name, role, active)
    VALUES (:number || '@example.com', 'P' || :number, :role, :active)
    RETURNING id
""")
SET_MANAGER = text("UPDATE users SET manager_id = :manager WHERE id = :id")
ADD_POLICY = text("""
    INSERT INTO policy_versions (policy, version, steps)
    SELECT 'standard', max(version) + 1, jsonb_build_array(jsonb_build_object(
        'after', 'PT0S', 'label', 'x', 'severity', 'overdue',
        'audience', to_jsonb(CAST(:audience AS text[]))))
    FROM policy_versions RETURNING id
""")
ADD_STRANDED = text("""
    INSERT INTO follow_ups (title, due_at, assignee_id) SELECT 'Call', now(), id FROM users;
    UPDATE escalation_states SET step = 1, severity = 'overdue';
    INSERT INTO escalations (follow_up_id, run, step, policy_version_id, severity, status)
    SELECT follow_up_id, run, 1, policy_version_id, 'overdue', 'unroutable' FROM escalation_states
""")


@pytest.fixture
def loose(tx: Connection) -> Connection:
    """A database in which old data may hold cycles of managers."""
    tx.execute(text("ALTER TABLE users DISABLE TRIGGER users_refuse_manager_cycle"))
    return tx


def build(tx: Connection, company: list[Somebody], audience: list[str]) -> tuple[list[int], Policy]:
    """Write a company, a policy of one step, and a follow-up of everybody's that nobody was told about."""
    ids = [
        tx.execute(ADD, {"number": str(n), "role": person.role, "active": person.active}).scalar_one()
        for n, person in enumerate(company)
    ]
    for id_, person in zip(ids, company, strict=True):
        if person.manager is not None and ids[person.manager % len(ids)] != id_:
            tx.execute(SET_MANAGER, {"id": id_, "manager": ids[person.manager % len(ids)]})
    policy_id = tx.execute(ADD_POLICY, {"audience": audience}).scalar_one()
    tx.execute(ADD_STRANDED)
    policy = load_policies(tx, [policy_id])[policy_id]
    assert isinstance(policy, Policy)
    return ids, policy


def told(tx: Connection, policy: Policy, assignee: int) -> tuple[Directory, frozenset[int]]:
    """Whom the notifier tells about a follow-up of somebody's, and the directory that it went by."""
    with acting_as(tx, "followup_notifier"):
        directory = load_directory(tx, [assignee])
    step = policy.steps[0]
    return directory, frozenset(found.user_id for found in recipients(step, assignee, directory))


@given(companies, audiences)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # each example is rolled back
def test_in_any_company_everyone_who_is_told_may_see_it_and_somebody_is_if_anybody_can_be(
    loose: Connection, company: list[Somebody], audience: list[str]
) -> None:
    example = loose.begin_nested()
    try:
        ids, policy = build(loose, company, audience)
        routable = set()
        for assignee in ids:
            directory, recipients_ = told(loose, policy, assignee)
            seers = {person for person in ids if sees(loose, person, assignee)}
            active = {person for person in ids if company[ids.index(person)].active}
            assert seers & active == sight(assignee, directory) & active
            assert recipients_ <= seers & active
            if recipients_:
                routable.add(assignee)
        assert raised_again(loose) == routable
    finally:
        example.rollback()


def sees(tx: Connection, person: int, assignee: int) -> bool:
    """Whether the API shows somebody an assignee's follow-ups, and escalations that are not their own."""
    with acting_as(tx, "followup_api"):
        caller = caller_of(tx.execute(select(*CALLER).where(text("users.id = :id")), {"id": person}).one())
        seen = assignee in scope_of(tx, caller)
    assert not seen or person == assignee or Permission.ESCALATIONS_READ in caller.permissions
    return seen


def raised_again(tx: Connection) -> set[int]:
    """Whose escalations the escalator takes to be routable."""
    with acting_as(tx, "followup_escalator"):
        taken = [id_ for event in raise_again(tx, 1_000) for id_ in event.follow_up_ids]
    rows = tx.execute(text("SELECT assignee_id FROM follow_ups WHERE id = ANY(:ids)"), {"ids": taken})
    return set(rows.scalars())
