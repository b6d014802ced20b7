"""Links to web pages: read as browsers read them, and refused where they lead elsewhere than they seem to."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain

from pydantic_core import Url

PLAIN_LINK = re.compile(
    r"https?://(?:(?!xn--)[a-z0-9][a-z0-9-]*\.)+(?!xn--)[a-z]{2,63}(?:[/?#][!-\[\]-~]*)?",
    re.IGNORECASE | re.ASCII,
)
"""What needs no taking apart: an import checks one a line. It has neither an odd host nor a backslash."""

LINK = re.compile(r"https?://([^/?#]+)", re.IGNORECASE | re.ASCII)
PORT = re.compile(r":[0-9]*$")
HIDDEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}
"""Categories of characters that one does not see; browsers take some of them out."""
LOOK_ALIKE = {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC"}
"""Scripts with letters that look like those of another."""


class Misleading(ValueError):
    """A link that a browser reads otherwise than people do."""


def http_url(value: str) -> str:
    """Check that a link leads to a web page, and to the one that its text names.

    Raises:
        Misleading: it may lead elsewhere.
        ValueError: it is no absolute http or https URL.
    """
    if PLAIN_LINK.fullmatch(value):
        return value
    found = LINK.match(value)
    if found is None:
        raise ValueError("expected a link that starts with http:// or https://")
    if any(unicodedata.category(character) in HIDDEN for character in value):
        raise Misleading("a link has no spaces or invisible characters: remove them, or write a space as %20")
    if "\\" in value:
        raise Misleading("a link has no backslash: browsers read it as a slash, so write what is meant")
    if "@" in found[1]:
        raise Misleading("a link has no name or password before its host: remove what is before the @")
    _check_host(value, PORT.sub("", found[1]))
    return value


def _check_host(value: str, written: str) -> None:
    try:
        url = Url(value)  # as the URL standard of browsers (WHATWG) has it
    except ValueError:
        raise ValueError("the link's host or port does not exist: correct it") from None
    shown = unicodedata.normalize("NFC", written).lower()
    if shown not in (url.host, (url.unicode_host() or "").lower()) and not written.startswith("["):
        raise Misleading(f"browsers would open {url.host}: write the host like that, if it is meant")
    if url.port == 0 or not (written.startswith("[") or _names_a_machine(url.host or "")):
        raise ValueError("the link's host or port does not exist: correct it")
    if any(len(_scripts(label)) > 1 for label in (url.unicode_host() or "").split(".")):
        raise Misleading("the link's host mixes letters of alphabets that look alike: write it in one")


def _names_a_machine(host: str) -> bool:
    labels = host.removesuffix(".").split(".")
    return all(labels) and any(character.isalnum() for character in chain(*labels))


def _scripts(label: str) -> set[str]:
    """The alphabets of its letters, as far as they have look-alikes in each other."""
    names = {unicodedata.name(letter, "").split(" ")[0] for letter in label if letter.isalpha()}
    return names & LOOK_ALIKE
