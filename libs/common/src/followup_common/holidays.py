"""Public holidays of countries, as the library `holidays` knows them (the extra `holidays`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

LANGUAGE = "en_US"


class HolidaysUnknown(ValueError):
    """The library does not know a country, a part of it, or a category of its holidays."""


def holidays_of(
    country: str, subdivision: str | None, categories: Collection[str], first: date, last: date
) -> Mapping[date, str]:
    """The holidays from a first to a last day, in order, with their names in English.

    Args:
        country: ISO 3166-1 code, such as DE.
        subdivision: code of a part of it; None: those of the whole country.
        categories: kinds of holidays, such as `public`.
        first: the first day.
        last: the last day.

    Raises:
        HolidaysUnknown: one of the codes is not known.
    """
    import holidays  # takes a while, and few need it

    try:
        found = holidays.country_holidays(
            country,
            subdiv=subdivision,
            years=range(first.year, last.year + 1),
            categories=tuple(categories),
            language=LANGUAGE,
        )
    except (NotImplementedError, ValueError) as error:
        raise HolidaysUnknown(str(error)) from error
    return {day: name for day, name in sorted(found.items()) if first <= day <= last}
