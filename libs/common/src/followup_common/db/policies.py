"""Reading frozen policy versions; they never change, so each is read once a process and database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from weakref import WeakKeyDictionary

from pydantic import ValidationError
from sqlalchemy import Engine, select

from followup_common.db.database import Transaction
from followup_common.db.tables import policy_versions
from followup_common.policy import Policy


class PolicyUnreadable(ValueError):
    """A stored policy version does not hold a valid policy."""

    def __init__(self, policy_version_id: int, problem: str) -> None:
        super().__init__(f"policy version {policy_version_id} cannot be read: {problem}")
        self.policy_version_id = policy_version_id


CONTENT = ("steps", "calendar_id", "holds")
"""Columns of a version that make up its policy."""

_known: WeakKeyDictionary[Engine, dict[int, Policy | PolicyUnreadable]] = WeakKeyDictionary()
_names: WeakKeyDictionary[Engine, dict[int, str]] = WeakKeyDictionary()


def load_policies(tx: Transaction, ids: Collection[int]) -> Mapping[int, Policy | PolicyUnreadable]:
    """The policies with these ids (and others met before); one that cannot be read comes as its error."""
    known = _known.setdefault(tx.engine, {})
    missing = set(ids) - known.keys()
    if missing:
        columns = (policy_versions.c.id, *(policy_versions.c[name] for name in CONTENT))
        rows = tx.execute(select(*columns).where(policy_versions.c.id.in_(missing)))
        known.update({row.id: _parse(row.id, dict(zip(CONTENT, row[1:], strict=True))) for row in rows})
    return known


def policy_names(tx: Transaction, ids: Collection[int]) -> Mapping[int, str]:
    """The names that policies had when these versions of them were published (and others met before)."""
    known = _names.setdefault(tx.engine, {})
    missing = set(ids) - known.keys()
    if missing:
        columns = (policy_versions.c.id, policy_versions.c.policy)
        rows = tx.execute(select(*columns).where(policy_versions.c.id.in_(missing)))
        known.update({row.id: row.policy for row in rows})
    return known


def _parse(policy_version_id: int, content: Mapping[str, object]) -> Policy | PolicyUnreadable:
    try:
        return Policy.model_validate(content)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        return PolicyUnreadable(policy_version_id, f"{problem['loc']}: {problem['msg']}")
