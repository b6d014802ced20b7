"""What can be wrong with a request about a list that people choose from."""

from __future__ import annotations

from collections.abc import Sequence

from followup_api.choices.lists import ChoiceList
from followup_api.choices.schemas import MOST_CHOICES, Choice
from followup_api.problems import Conflict, Invalid, NotFound, Stale


class ChoiceNotFound(NotFound):
    """The list has none with this id."""

    def __init__(self, choices: ChoiceList, choice_id: int) -> None:
        super().__init__(f"There is no {choices.noun} {choice_id}.")
        self.choice_id = choice_id


class ChoiceStale(Stale):
    """Somebody has changed it since the caller read it."""

    def __init__(self, current: Choice) -> None:
        super().__init__(current.label, current, current.etag)


class ChoiceTaken(Conflict):
    """Another one has the label, or the name that would be made of it."""

    def __init__(self, choices: ChoiceList, label: str) -> None:
        message = (
            f"label {label!r} belongs to another {choices.noun}: use that one (bring it back if it is "
            "archived), or choose another label."
        )
        super().__init__(message, errors=[("label", message)])


class ChoiceNeeded(Invalid):
    """The default one cannot be archived."""

    def __init__(self, label: str) -> None:
        super().__init__(
            "archived", f"archived: {label} is what counts where nothing else is said: rename it instead."
        )


class TooManyChoices(Invalid):
    """There are as many as a list can have."""

    def __init__(self, choices: ChoiceList) -> None:
        super().__init__(
            "label", f"label: there are {MOST_CHOICES} {choices.plural} in use: archive one first."
        )


class WrongOrder(Invalid):
    """An order that does not name each one in use once."""

    def __init__(self, choices: ChoiceList, expected: Sequence[int]) -> None:
        named = ", ".join(map(str, expected))
        super().__init__("ids", f"ids are to be each {choices.noun} in use once, in any order: {named}.")


class ChoiceUnknown(Invalid):
    """Nothing can say this name."""

    def __init__(self, choices: ChoiceList, name: str, known: Sequence[str], *, archived: bool) -> None:
        why = "is archived" if archived else "is unknown"
        message = f"{choices.field} {name!r} {why}: use {', '.join(known[:-1])} or {known[-1]}."
        super().__init__(choices.field, message)
