"""In which order policies are to be tried. Pure: names only, without their case."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def with_added(present: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The order once those that are new have been added: the API puts each before the last."""
    *others, last = present
    return [*others, *(name for name in wanted if name not in present), last]


def arranged(present: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The order that a file asks for.

    Those that it names come in its order, on the places that they have among the others; a new one comes
    before the next that the file names, or before the last.

    Args:
        present: the policies in use in their order, at least the last one, which is for everything.
        wanted: those that the file names, in its order; the last of all, where it names that, at the end.
    """
    known = [name for name in wanted if name in present]
    order = _on_their_places(present, known)
    for place, name in reversed(list(enumerate(wanted))):
        if name not in present:
            following = next((each for each in wanted[place + 1 :] if each in order), order[-1])
            order.insert(order.index(following), name)
    return order


def _on_their_places(present: Sequence[str], known: Collection[str]) -> list[str]:
    following = iter(known)
    return [next(following) if name in known else name for name in present]
