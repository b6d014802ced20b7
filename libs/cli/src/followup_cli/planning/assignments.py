"""By which calendars the organisation and people count, in a file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from followup_cli.planning.files import Document, Entry, Part
from followup_cli.planning.names import calendar_id, refuse_unknown
from followup_cli.planning.plans import Change, differences

if TYPE_CHECKING:
    from followup_cli.client import Client


class Organisation(Part):
    """What holds for everybody who has no calendar, nor anybody above them."""

    calendar: str | None


class Person(Entry):
    """Somebody who counts by a calendar of their own; null: by that of the nearest manager who has one."""

    found_by: ClassVar[str] = "email"

    email: str
    calendar: str | None


def changes(
    api: Client, document: Document, known: Collection[str], names: Mapping[int, str]
) -> Iterator[Change]:
    """What is to be done so that they count by the calendars that a file says.

    Args:
        api: says how it is.
        document: says how it is to be; notes what of it cannot be taken.
        known: the names of calendars that there are, or will be, without their case.
        names: of all calendars, by id.
    """
    organisation = document.single("organisation", Organisation)
    if organisation is not None:
        refuse_unknown(document, organisation.calendar, known, "organisation", "calendar")
        present = names.get(api.get("/organisation")["calendar_id"], "")
        lines = _lines(present, organisation.calendar)
        if lines:
            yield Change("Change the organisation", lines, _give_everybody(organisation.calendar))
    wanted = document.entries("people", Person)
    people = {person["email"].casefold(): person for person in api.all("/users")} if wanted else {}
    for number, each in enumerate(wanted):
        refuse_unknown(document, each.calendar, known, "people", number, "calendar")
        person = people.get(each.key)
        if person is None:
            document.wrong(f"nobody has the address {each.email}", "people", number, "email")
        elif lines := _lines(names.get(person["calendar_id"], ""), each.calendar):
            yield Change(f"Change {person['name']} ({person['email']})", lines, _give(person, each.calendar))


def assigned(api: Client, names: Mapping[int, str]) -> dict[str, Any]:
    """Who counts by which calendar, as a file says it."""
    common = api.get("/organisation")["calendar_id"]
    people = [
        {"email": person["email"], "calendar": names[person["calendar_id"]]}
        for person in api.all("/users")
        if person["calendar_id"] is not None
    ]
    whole = {"organisation": {"calendar": None if common is None else names[common]}}
    return {**whole, "people": people} if people else whole


def _lines(present: str, wanted: str | None) -> list[str]:
    if present.casefold() == (wanted or "").casefold():
        return []
    return list(differences({"calendar": present}, {"calendar": wanted or ""}))


def _give_everybody(calendar: str | None) -> Any:
    return lambda api: api.put("/organisation", {"calendar_id": calendar_id(api, calendar)})


def _give(person: Mapping[str, Any], calendar: str | None) -> Any:
    path, etag = f"/users/{person['id']}", person["etag"]
    return lambda api: api.patch(path, {"calendar_id": calendar_id(api, calendar)}, etag=etag)
