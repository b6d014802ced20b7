"""Policies in a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from followup_common.policy import HoldRules, Step
from followup_common.policy.conditions import Conditions
from pydantic import BaseModel, Field, ValidationError, model_validator

from followup_cli.planning import order
from followup_cli.planning.files import Document, Named, written
from followup_cli.planning.names import calendar_id, calendar_ids, calendar_names, refuse_unknown
from followup_cli.planning.plans import Change, Facts, differences

if TYPE_CHECKING:
    from followup_cli.client import Client

Present = Mapping[str, dict[str, Any]]
"""The policies in use by name without its case, in their order."""


class Policy(Named):
    """A policy, as `PUT /policies/{id}/draft` takes it, or one that is to be out of use."""

    conditions: dict[str, Any] = Field(default_factory=dict)
    calendar: str | None = None
    holds: dict[str, Any] = Field(default_factory=dict)
    steps: list[dict[str, Any]] = Field(default_factory=list)
    archived: Literal[True] | None = None

    @model_validator(mode="after")
    def _whole_or_archived(self) -> Self:
        given = self.model_fields_set - {"name"}
        if self.archived and given != {"archived"}:
            raise ValueError("is archived: leave out what else it says, or `archived`")
        if not self.archived and not self.steps:
            raise ValueError("needs `steps`, one at least, or `archived: true`")
        return self

    def body(self, calendar_id: int | None) -> dict[str, Any]:
        """As the API takes it."""
        return {
            **self.model_dump(include={"name", "conditions", "holds", "steps"}),
            "calendar_id": calendar_id,
        }

    def facts(self, names: Iterable[str]) -> Facts:
        """What is compared of it; its calendar under the name that it has."""
        called = {name.casefold(): name for name in names}
        calendar = self.calendar and called.get(self.calendar.casefold(), self.calendar)
        return _facts(self.conditions, calendar, self.holds, self.steps)


@dataclass(frozen=True, slots=True)
class Moving:
    """What becomes of open follow-ups when a policy is published.

    Attributes:
        open_ones: whether those that get another version move to it.
        expected_told: how many people that tells at once; the API asks for it where they are many.
    """

    open_ones: bool = False
    expected_told: int | None = None

    @property
    def publication(self) -> dict[str, Any]:
        """As the API takes it."""
        asked = {"move_open": self.open_ones, "expected_told": self.expected_told}
        return {name: value for name, value in asked.items() if value}


def changes(api: Client, file: Path, moving: Moving = Moving()) -> list[Change]:
    """What is to be done so that policies are as a file says.

    Raises:
        Failure: the file cannot be taken.
    """
    document = Document(file)
    document.require("policies")
    present = {policy["name"].casefold(): policy for policy in api.all("/policies")}
    wanted = document.entries("policies", Policy)
    _refuse_wrong(api, document, wanted, present)
    names = calendar_names(api)
    archived = [present[each.key] for each in wanted if each.archived and each.key in present]
    kept = [each for each in wanted if not each.archived]
    look_ahead = partial(_looked_ahead, api, document)
    found = [
        change
        for placed in enumerate(wanted)
        if not placed[1].archived
        and (change := _change(look_ahead, placed, present.get(placed[1].key), names, moving))
    ]
    document.refuse_errors()
    return [
        *found,
        *map(_archive, archived),
        *_ordering(present, archived, kept),
    ]


def exported(api: Client) -> str:
    """All policies in force, in their order, as a file."""
    names = calendar_names(api)
    found = [_exported(policy["current"], names) for policy in api.all("/policies") if policy["current"]]
    return written({"policies": found})


def _exported(current: Mapping[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": current["name"]}
    if current["calendar_id"] is not None:
        entry["calendar"] = names[current["calendar_id"]]
    if any(current["conditions"].values()):
        entry["conditions"] = current["conditions"]
    if current["holds"]:
        entry["holds"] = current["holds"]
    return {**entry, "steps": current["steps"]}


def _refuse_wrong(api: Client, document: Document, wanted: Sequence[Policy], present: Present) -> None:
    known = calendar_ids(api)
    *_, last = present
    for number, policy in enumerate(wanted):
        refuse_unknown(document, policy.calendar, known, "policies", number, "calendar")
        if policy.key == last and policy.archived:
            document.wrong(
                "takes what no other one does and cannot be archived: change its steps instead",
                *("policies", number, "archived"),
            )
        elif policy.key == last and any(not each.archived for each in wanted[number + 1 :]):
            document.wrong("takes what no other one does: put it last", "policies", number, "name")
    document.refuse_errors()


def _change(
    look_ahead: Callable[[Policy, int, dict[str, Any] | None], dict[str, Any] | None],
    placed: tuple[int, Policy],
    present: dict[str, Any] | None,
    names: Mapping[int, str],
    moving: Moving,
) -> Change | None:
    number, wanted = placed
    current = present and present["current"]
    before = _facts_of(current, names) if current else {}
    lines = list(differences(before, {**dict.fromkeys(before, ""), **wanted.facts(names.values())}))
    if not lines:
        return None
    if present and present["draft"]:
        lines.append(f"  writes over a draft of {present['draft']['at'][:10]}")
    seen = look_ahead(wanted, number, present)
    if seen and moving.open_ones:
        lines.append(
            f"  moves {seen['moves']:,} of {seen['follow_ups']:,} open follow-ups, and tells "
            f"{seen['by_moving']['people']:,} people {seen['by_moving']['tells']:,} times at once"
        )
    title = f"{'Publish' if present else 'Add'} policy “{wanted.name}”"
    return Change(title, lines, lambda api: _publish(api, wanted, present, moving))


def _looked_ahead(
    api: Client, document: Document, wanted: Policy, number: int, present: dict[str, Any] | None
) -> dict[str, Any] | None:
    """What moving open follow-ups would do; the API computes it, and refuses what cannot be published.

    What it refuses is noted with its place in the file: then None.
    """
    place = {"policy_id": present["id"]} if present else {}
    body = wanted.body(calendar_id(api, wanted.calendar))
    from followup_cli.client import Refused

    try:
        return api.post("/policies/simulate", {"policy": body, "window": "now", **place})
    except Refused as refused:
        if not refused.fields:
            raise
        for error in refused.fields:
            parts = error["field"].removeprefix("policy.").split(".")
            at = (int(part) if part.isdigit() else part for part in parts)
            document.wrong(error["message"], "policies", number, *at)
        return None


def _publish(api: Client, wanted: Policy, present: dict[str, Any] | None, moving: Moving) -> None:
    body = wanted.body(calendar_id(api, wanted.calendar))
    if present is None:
        written_ = api.create("/policies", body)
    else:
        written_ = api.put(f"/policies/{present['id']}/draft", body, etag=present["etag"])
    api.post(f"/policies/{written_['id']}/publish", moving.publication)


def _archive(present: dict[str, Any]) -> Change:
    path, etag = f"/policies/{present['id']}", present["etag"]
    return Change(f"Archive policy “{present['name']}”", [], lambda api: api.delete(path, etag=etag))


def _ordering(
    present: Present, archived: Sequence[dict[str, Any]], kept: Sequence[Policy]
) -> Iterator[Change]:
    """How policies come into the order of the file, once all else is done."""
    gone = {policy["name"].casefold() for policy in archived}
    left = [key for key in present if key not in gone]
    wanted = [policy.key for policy in kept]
    before, after = order.with_added(left, wanted), order.arranged(left, wanted)
    if before == after:
        return
    names = {key: policy["name"] for key, policy in present.items()} | {each.key: each.name for each in kept}
    was, now = (", ".join(names[key] for key in keys) for keys in (before, after))
    yield Change("Order policies", [f"  order: {was} -> {now}"], lambda api: _put_in_order(api, after))


def _put_in_order(api: Client, keys: Sequence[str]) -> None:
    ids = {policy["name"].casefold(): policy["id"] for policy in api.all("/policies")}
    api.put("/policies/order", {"policies": [ids[key] for key in keys]})


def _facts_of(content: Mapping[str, Any], names: Mapping[int, str]) -> Facts:
    calendar = names.get(content["calendar_id"])
    return _facts(content["conditions"], calendar, content["holds"], content["steps"])


def _facts(
    conditions: Mapping[str, Any],
    calendar: str | None,
    holds: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]],
) -> Facts:
    read = _written(Conditions, conditions)
    asked = {f"conditions.{name}": frozenset(map(_said, read.get(name, ()))) for name in ("all", "any")}
    told = {f"steps.{number}": _said(_written(Step, step)) for number, step in enumerate(steps, 1)}
    held = {f"holds.{name}": _said(value) for name, value in _written(HoldRules, holds).items()}
    return {**asked, "calendar": calendar or "", **held, **told}


def _written(model: type[BaseModel], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """In one form, however it was written; what cannot be read stays, and the API says what is wrong."""
    try:
        read = model.model_validate(given)
    except ValidationError:
        return given
    return read.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _said(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
