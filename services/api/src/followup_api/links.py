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
IN_NAMES = {"Ll", "Lu", "Lm", "Lo", "Mn", "Mc", "Nd"}
"""Categories of what names of machines consist of, besides hyphens: letters, their marks, digits."""
LIKE_AN_END = frozenset("\u01c3\u0337\u0338\u3033\u3035\u30ce\u4e3f\ua78c")
"""Letters and marks that, beside Latin ones, read as / or another sign at which a host ends."""


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
        raise ValueError("must be a link that starts with http:// or https://")
    if any(unicodedata.category(character) in HIDDEN for character in value):
        raise Misleading("has spaces or invisible characters: remove them, or write a space as %20")
    if "\\" in value:
        raise Misleading("has a backslash, which browsers read as a slash: write what is meant")
    if "@" in found[1]:
        raise Misleading("has a name or password before its host: remove what is before the @")
    _check_host(value, PORT.sub("", found[1]))
    return value


def _check_host(value: str, written: str) -> None:
    try:
        url = Url(value)  # as the URL standard of browsers (WHATWG) has it
    except ValueError:
        raise ValueError("has a host or port that does not exist: correct it") from None
    shown = unicodedata.normalize("NFC", written).lower()
    if shown not in (url.host, (url.unicode_host() or "").lower()) and not written.startswith("["):
        raise Misleading(f"leads browsers to {url.host}: write the host like that, if it is meant")
    if url.port == 0 or not (written.startswith("[") or _names_a_machine(url.host or "")):
        raise ValueError("has a host or port that does not exist: correct it")
    labels = (url.unicode_host() or "").split(".")
    if not written.startswith("[") and not all(map(_is_plain, labels)):
        raise Misleading("has a sign in its host that is not of a name, or looks like a slash: remove it")
    if any(len(_scripts(label)) > 1 for label in labels):
        raise Misleading("mixes letters of alphabets that look alike in its host: write it in one")


def _names_a_machine(host: str) -> bool:
    labels = host.removesuffix(".").split(".")
    return all(labels) and any(character.isalnum() for character in chain(*labels))


def _is_plain(label: str) -> bool:
    """Whether it holds only what names of machines consist of, and nothing that looks like their end."""
    named = all(sign in "-_" or unicodedata.category(sign) in IN_NAMES for sign in label)
    return named and (LIKE_AN_END.isdisjoint(label) or not any(map(str.isascii, label)))


def _scripts(label: str) -> set[str]:
    """The alphabets of its letters, as far as they have look-alikes in each other."""
    names = {unicodedata.name(letter, "").split(" ")[0] for letter in label if letter.isalpha()}
    return names & LOOK_ALIKE
