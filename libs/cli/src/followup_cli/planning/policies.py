"""Policies in a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from followup_common.policy import Step
from followup_common.policy.conditions import Conditions
from pydantic import BaseModel, Field, ValidationError

from followup_cli.planning.files import Entry, read
from followup_cli.planning.plans import Change, Facts, differences

if TYPE_CHECKING:
    from followup_cli.client import Client


class Policy(Entry):
    """A policy, as `PUT /policies/{id}/draft` takes it."""

    conditions: dict[str, Any] = Field(default_factory=dict)
    calendar_id: int | None = None
    steps: list[dict[str, Any]] = Field(min_length=1)

    def facts(self) -> Facts:
        """What is compared of it."""
        return facts_of(self.model_dump())


def facts_of(content: Mapping[str, Any]) -> Facts:
    """What is compared of what a policy says."""
    written = _written(Conditions, content["conditions"])
    conditions = {f"conditions.{name}": _set(written.get(name, ())) for name in ("all", "any")}
    numbered = enumerate(content["steps"], 1)
    steps = {f"steps.{number}": _said(_written(Step, step)) for number, step in numbered}
    return {**conditions, "calendar_id": str(content["calendar_id"] or ""), **steps}


def changes(api: Client, file: Path) -> list[Change]:
    """What is to be done so that policies are as a file says.

    Raises:
        Failure: the file cannot be taken.
    """
    present = {policy["name"].casefold(): policy for policy in api.all("/policies")}
    wanted = read(file, "policies", Policy)
    found = (_change(policy, present.get(policy.name.casefold())) for policy in wanted)
    return [change for change in found if change is not None]


def _change(wanted: Policy, present: dict[str, Any] | None) -> Change | None:
    body = wanted.model_dump(mode="json")
    if present is None:
        lines = list(differences({}, wanted.facts()))
        return Change(f"Add policy “{wanted.name}”", lines, lambda api: _add(api, body))
    before = facts_of(present["current"]) if present["current"] else {}
    after = {**dict.fromkeys(before, ""), **wanted.facts()}
    lines = list(differences(before, after))
    if not lines:
        return None
    return Change(f"Publish policy “{wanted.name}”", lines, lambda api: _write(api, present, body))


def _add(api: Client, body: dict[str, Any]) -> None:
    added = api.create("/policies", body)
    api.post(f"/policies/{added['id']}/publish", {})


def _write(api: Client, present: dict[str, Any], body: dict[str, Any]) -> None:
    path = f"/policies/{present['id']}"
    api.put(f"{path}/draft", body, etag=present["etag"])
    api.post(f"{path}/publish", {})


def _written(model: type[BaseModel], given: dict[str, Any]) -> dict[str, Any]:
    """In one form, however it was written; what cannot be read stays, and the API says what is wrong."""
    try:
        read_ = model.model_validate(given)
    except ValidationError:
        return given
    return read_.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _set(conditions: Any) -> frozenset[str]:
    return frozenset(map(_said, conditions))


def _said(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
