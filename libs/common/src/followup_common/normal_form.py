"""One form for each text, wherever it enters: two that look alike are then the same for every comparison."""

from __future__ import annotations

from unicodedata import normalize


def normal(text: str) -> str:
    """A text in the form NFC: `e` with an accent beside it becomes the one letter `é`.

    Some systems write file names and names of people in the other form, and nobody sees which of the two
    they have before them.
    """
    return text if text.isascii() else normalize("NFC", text)
