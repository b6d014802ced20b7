"""Everybody of a round, as the model knows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody, as the model knows them."""

    manager_id: int | None
    active: bool = True


@dataclass(frozen=True)
class People:
    """Everybody; nobody comes, goes or changes their manager during a round."""

    by_id: dict[int, Person]
    admins: tuple[int, ...]

    @property
    def assignable(self) -> list[int]:
        """Whom the API would accept as assignees."""
        return [id_ for id_, person in self.by_id.items() if person.active]
