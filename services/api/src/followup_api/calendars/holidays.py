"""Public holidays of countries, as the library `holidays` knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from followup_common.holidays import holidays_of

from followup_api.calendars.schemas import HolidaysOf
from followup_api.problems import Invalid

NAMED = 60
"""Codes that one error names at most."""


def public_holidays(wanted: HolidaysOf, first: date, last: date) -> Mapping[date, str]:
    """The holidays of a country from a first to a last day, with their names in English.

    Raises:
        Invalid: the country, its part or a category is not known, or what is removed is no holiday.
    """
    import holidays  # takes a while, and few requests need it

    country = wanted.country
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        raise _unknown("country", country, "is no country whose holidays are known", sorted(known))
    parts = known[country]
    if wanted.subdivision is not None and wanted.subdivision not in parts:
        said = f"is no part of {country} with holidays of its own"
        raise _unknown("subdivision", wanted.subdivision, said, parts)
    categories = holidays.country_holidays(country).supported_categories
    for number, category in enumerate(wanted.categories):
        if category not in categories:
            said = f"is no category of the holidays of {country}"
            raise _unknown(f"categories.{number}", category, said, categories)
    days = holidays_of(country, wanted.subdivision, wanted.categories, first, last)
    for number, day in enumerate(wanted.removed):
        if first <= day <= last and day not in days:
            field = f"holidays.removed.{number}"
            raise Invalid(field, f"{field}: {day} is no holiday of {country}: remove it from the list.")
    return days


def _unknown(field: str, value: str, said: str, known: Sequence[str]) -> Invalid:
    named = ", ".join(known[:NAMED]) + (", …" if len(known) > NAMED else "")
    fix = f"use one of {named}" if known else "leave it out"
    return Invalid(f"holidays.{field}", f"holidays.{field}: {value} {said}: {fix}.")
