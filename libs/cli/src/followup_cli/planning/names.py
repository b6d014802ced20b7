"""Calendars by their names, as files say them; the API wants ids."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from followup_cli.output import Failure
from followup_cli.planning.files import Document

if TYPE_CHECKING:
    from followup_cli.client import Client


def calendar_ids(api: Client) -> dict[str, int]:
    """The ids of calendars in use, by name without its case."""
    return {calendar["name"].casefold(): calendar["id"] for calendar in api.all("/calendars")}


def calendar_names(api: Client) -> dict[int, str]:
    """The names of all calendars by id; archived ones too, for what still counts by them."""
    archived = {calendar["id"]: calendar["name"] for calendar in api.all("/calendars", archived=True)}
    return archived | {calendar["id"]: calendar["name"] for calendar in api.all("/calendars")}


def calendar_id(api: Client, name: str | None) -> int | None:
    """The id of a calendar when it is needed: the plan may have added it a moment ago.

    Raises:
        Failure: no calendar in use has the name.
    """
    if name is None:
        return None
    found = calendar_ids(api).get(name.casefold())
    if found is None:
        raise Failure(f"No calendar in use is called “{name}”.", hint="followup calendars list")
    return found


def refuse_unknown(document: Document, name: str | None, known: Collection[str], *place: int | str) -> None:
    """Note a name that no calendar has.

    Args:
        document: notes it.
        name: what a place of the file says; None: no calendar.
        known: names without their case.
        place: where the file says it.
    """
    if name is not None and name.casefold() not in known:
        message = f"“{name}” is no calendar in use: add it with `followup calendars apply` first"
        document.wrong(message, *place)
