"""From the headings of a file to our columns: by what certainly means one, or by what the caller says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from followup_api.imports.layouts import LAYOUTS, Layout, compared
from followup_api.imports.problems import Errors, NotImported, refused
from followup_api.problems import Invalid

Places = Mapping[str, tuple[int, ...]]
"""Where each column of ours is in the file; several places are joined with a space."""

OWN_EXPORT = ("hours_overdue", "level_label")
"""Headings by which we know an export of our own, in which `id` is the id of a follow-up of ours."""


@dataclass(frozen=True)
class Proposal:
    """What the headings of a file certainly mean.

    Args:
        columns: of each column of the file, ours, or None.
        unknown: headings that are none of ours.
        repeated: columns of ours that several headings mean.
        missing: required ones that no heading means.
    """

    columns: tuple[str | None, ...]
    unknown: tuple[str, ...]
    repeated: tuple[str, ...]
    missing: tuple[str, ...]


def proposed(headings: Sequence[str], layout: Layout) -> Proposal:
    """What the headings of a file certainly mean."""
    meant = [layout.known.get(compared(heading)) for heading in headings]
    pairs = [*zip(headings, meant, strict=True)]
    unknown = tuple(heading for heading, column in pairs if heading and column is None)
    dropped = set(layout.exported)
    if not set(OWN_EXPORT) <= set(meant):
        dropped.add("id")
        unknown += tuple(heading for heading, column in pairs if column == "id")
    for whole, parts in layout.parts.items():
        if whole in meant:
            dropped.update(parts)
        elif not set(parts) <= set(meant):
            unknown += tuple(heading for heading, column in pairs if column in parts)
            dropped.update(parts)
    columns = tuple(None if column in dropped else column for column in meant)
    counted = Counter(column for column in columns if column)
    return Proposal(
        columns,
        unknown,
        tuple(column for column, number in counted.items() if number > 1),
        tuple(column for column in layout.required if not _is_there(column, counted, layout)),
    )


def looks_like(headings: Sequence[str], layout: Layout) -> Layout | None:
    """The other kind of file that this one is, if the headings say so and do not fit this kind."""
    if not proposed(headings, layout).missing:
        return None
    return next((each for each in LAYOUTS if not proposed(headings, each).missing), None)


def places_of(line: int, headings: Sequence[str], layout: Layout) -> Places:
    """Where our columns are, as the headings say.

    Raises:
        NotImported: some headings are missing, unknown, or there twice.
    """
    proposal = proposed(headings, layout)
    if other := looks_like(headings, layout):
        raise refused(
            f"This looks like a file of {other.what}, not of {layout.what}: import it as {other.what} "
            f"(imports/{other.path}).",
            line,
        )
    errors = Errors()
    if proposal.missing:
        errors.add(line, _only(proposal.missing), _lacks(proposal.missing))
    if proposal.unknown:
        errors.add(line, _only(proposal.unknown), _unknown(proposal.unknown, layout))
    for column in proposal.repeated:
        same = [name[:100] for name, meant in zip(headings, proposal.columns, strict=True) if meant == column]
        errors.add(line, column, f"The header has {column} {len(same)} times ({_listed(same)}): keep one.")
    if errors.count:
        raise NotImported(errors)
    return _places(proposal.columns, layout)


def chosen_places(columns: Sequence[str], headings: Sequence[str], layout: Layout) -> Places:
    """Where our columns are, as the caller says.

    Args:
        columns: of each column of the file, ours, or an empty text.
        headings: of the file.
        layout: of its kind.

    Raises:
        Invalid: `columns` does not fit the file.
    """
    if len(columns) != len(headings):
        raise _wrong(f"names {len(columns)} columns where the file has {len(headings)}: name each, in order")
    counted = Counter(column for column in columns if column)
    for column, number in counted.items():
        if column not in layout.choices:
            raise _wrong(f"names {column[:100]!r}, which is unknown. Known are {', '.join(layout.choices)}")
        if number > 1:
            raise _wrong(f"names {column} {number} times: name it once")
    if missing := [column for column in layout.required if not _is_there(column, counted, layout, some=True)]:
        raise _wrong(f"lacks {_listed(missing)}: say which column of the file that is")
    return _places(columns, layout)


def _wrong(message: str) -> Invalid:
    return Invalid("columns", f"columns {message}.")


def _is_there(column: str, counted: Mapping[str, int], layout: Layout, *, some: bool = False) -> bool:
    """Whether a column is among those of a file, as a whole or in parts (`some`: one of them is enough)."""
    parts = layout.parts.get(column, ())
    if column in counted or not parts:
        return column in counted
    return (any if some else all)(part in counted for part in parts)


def _places(columns: Sequence[str | None], layout: Layout) -> Places:
    positions = {column: position for position, column in enumerate(columns) if column}
    places: dict[str, tuple[int, ...]] = {
        column: (positions[column],) for column in layout.columns if column in positions
    }
    for whole, parts in layout.parts.items():
        if whole not in places and (found := tuple(positions[part] for part in parts if part in positions)):
            places[whole] = found
    return places


def _only(names: Sequence[str]) -> str:
    return names[0][:100] if len(names) == 1 else ""


def _lacks(missing: Sequence[str]) -> str:
    columns, them = ("column", "it") if len(missing) == 1 else ("columns", "them")
    return f"The header lacks the {columns} {_listed(missing)}: add {them}."


def _unknown(names: Sequence[str], layout: Layout) -> str:
    columns, them = ("column {} is", "it") if len(names) == 1 else ("columns {} are", "them")
    which = columns.format(_listed([repr(name[:100]) for name in names]))
    say = "say with the parameter columns what each column of the file is"
    return f"The {which} unknown: remove {them}, or {say}. Known are {', '.join(layout.choices)}."


def _listed(names: Sequence[str]) -> str:
    shown = [*names[:20], f"{len(names) - 20} more"] if len(names) > 21 else list(names)
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
