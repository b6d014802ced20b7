"""Policies in force under examination: can they be read, is there everyone and everything that they name?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import text

from followup_common.db import Transaction
from followup_common.db.policies import PolicyUnreadable, load_policies
from followup_common.doctor.findings import Finding
from followup_common.doctor.working_time import some

OLD_DRAFT_DAYS = 30
IN_FORCE = text("""
    SELECT DISTINCT ON (v.policy_id) v.id, v.policy, v.conditions
    FROM policy_versions v JOIN policies p ON p.id = v.policy_id
    WHERE p.archived_at IS NULL ORDER BY v.policy_id, v.version DESC
""")
ACTIVE = text("SELECT id FROM users WHERE active AND id = ANY(CAST(:ids AS bigint[]))")
KINDS = text("SELECT name FROM follow_up_kinds WHERE archived_at IS NULL")
DRAFTS = text("""
    SELECT name || ' of ' || to_char(draft_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM policies
    WHERE archived_at IS NULL AND draft_at < now() - make_interval(days => :days) ORDER BY draft_at
""").bindparams(days=OLD_DRAFT_DAYS)
OTHERS = "Publish the policy with somebody else in their place, or let them be active again."
AGAIN = "Publish the policy again with steps that can be read: `GET /api/v1/policies/{id}` shows them."
OTHER_KINDS = (
    "Publish the policy with kinds that are in use (`GET /api/v1/follow-up-kinds`), or bring the kind back: "
    "no new follow-up meets the condition."
)
DECIDE = "Publish them or discard them, on the page Policies: what they say does not count yet."


def examine_policies(tx: Transaction) -> Finding:
    """Whether policies in force can be read, and everyone whom their steps and conditions name is active."""
    rows = tx.execute(IN_FORCE).all()
    known = load_policies(tx, [row.id for row in rows])
    broken = [str(policy) for row in rows if isinstance(policy := known[row.id], PolicyUnreadable)]
    if broken:
        return Finding("policies", some(broken), AGAIN)
    named = {row.policy: set(_people(row.conditions)) for row in rows}
    for row in rows:
        policy = known[row.id]
        named[row.policy] |= set() if isinstance(policy, PolicyUnreadable) else policy.named_users
    everyone = list(set().union(*named.values()))
    active = set(tx.execute(ACTIVE, {"ids": everyone}).scalars())
    found = list(_missing(named, active, "user"))
    if not found:
        return Finding("policies", "everyone whom they name is active")
    return Finding("policies", f"they name users who are not active: {some(found)}", OTHERS)


def examine_kinds(tx: Transaction) -> Finding:
    """Whether the kinds of follow-ups that conditions name are in use."""
    named = {row.policy: set(_asked(row.conditions, "kind")) for row in tx.execute(IN_FORCE)}
    found = list(_missing(named, set(tx.execute(KINDS).scalars()), "kind"))
    if not found:
        return Finding("kinds of policies", "those that they name are in use")
    return Finding("kinds of policies", f"they name kinds that are not in use: {some(found)}", OTHER_KINDS)


def examine_drafts(tx: Transaction) -> Finding:
    """Whether drafts of policies are waited for or forgotten."""
    found = tx.execute(DRAFTS).scalars().all()
    if not found:
        return Finding("drafts of policies", f"none is older than {OLD_DRAFT_DAYS} days")
    return Finding("drafts of policies", f"older than {OLD_DRAFT_DAYS} days: {some(found)}", DECIDE)


def _people(conditions: Mapping[str, Any]) -> Iterator[int]:
    return _asked(conditions, "assignee", "team")


def _asked(conditions: Mapping[str, Any], *fields: str) -> Iterator[Any]:
    """The values that conditions on some fields name."""
    for group in conditions.values():
        for condition in group:
            if condition["field"] in fields:
                yield from condition["value"]


def _missing(named: Mapping[str, Iterable[Any]], there: Collection[Any], what: str) -> Iterator[str]:
    for policy, values in named.items():
        yield from (f"“{policy}” {what} {value}" for value in sorted(set(values) - set(there)))
