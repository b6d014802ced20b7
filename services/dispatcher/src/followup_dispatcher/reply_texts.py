"""What somebody has written into an answer: its text, without quotes and signature."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from email.message import Message
from html.parser import HTMLParser

MOST_LETTERS = 20_000
"""So much of a text is looked at; what somebody writes comes before what they quote."""
MOST_HTML = 100_000
MOST_PARTS = 50
LONGEST_INTRODUCTION = 400

_WROTE = re.compile(
    r"\b(wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|napisał|skrev)\b", re.IGNORECASE
)
_LINE = re.compile(r"-{2,}[^-].{0,80}[^-]-{2,}|_{10,}")
"""`-----Original Message-----`, `---------- Forwarded message ---------`, and the line of Outlook."""
_FROM = re.compile(r"\*?(from|von|de|da|van)\s?:\*?\s\S", re.IGNORECASE)
_SENT = re.compile(
    r"\*?(sent|date|to|gesendet|datum|an|envoyé|à|enviado|fecha|para|inviato|data|a|verzonden|aan)\s?:\*?\s",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"--|(sent from my|get outlook for|von meinem .{1,40} gesendet|gesendet von|envoyé de|enviado desde"
    r"|inviato da) ?.{0,60}",
    re.IGNORECASE,
)


def text_of(mail: Message) -> str:
    """The text of a mail: as it is, or what its HTML shows."""
    parts = [part for _, part in zip(range(MOST_PARTS), mail.walk(), strict=False) if not _attached(part)]
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind and (text := _decoded(part)).strip():
                return _plain(text) if kind == "text/plain" else _plain(_shown(text[:MOST_HTML]))
    return ""


def latest(text: str) -> str:
    """What a text says above and between what it quotes, without its signature."""
    lines = [line.strip() for line in text[:MOST_LETTERS].splitlines()]
    return "\n".join(_own(lines)).strip()


def _own(lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if _SIGNED.fullmatch(line) or _LINE.fullmatch(line) or _introduces(lines[number : number + 3]):
            return
        if _FROM.match(line) and any(map(_SENT.match, lines[number + 1 : number + 4])):
            return
        if not line.startswith(">"):
            yield line


def _introduces(lines: Sequence[str]) -> bool:
    """Whether lines say who wrote what is quoted below, and when; programs fold it."""
    said = ""
    for line in lines:
        if not line:
            return False
        said = f"{said} {line}".strip()
        if len(said) > LONGEST_INTRODUCTION:
            return False
        if said.endswith(":"):
            return _WROTE.search(said) is not None and any(map(str.isdigit, said))
    return False


def _attached(part: Message) -> bool:
    return part.is_multipart() or part.get_content_disposition() == "attachment"


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        return content.decode(part.get_content_charset() or "utf-8", errors="replace")
    except LookupError:  # nobody knows the charset
        return content.decode(errors="replace")


def _plain(text: str) -> str:
    """Without what nobody sees, such as signs that control a terminal; each space is one."""
    kept = (_sign(each) for each in text[:MOST_LETTERS].replace("\r\n", "\n"))
    return "".join(kept)


def _sign(letter: str) -> str:
    if letter in "\n\t":
        return letter
    category = unicodedata.category(letter)
    if category == "Zs":
        return " "
    return "" if category in ("Cc", "Cf", "Cs", "Co", "Cn") else letter


def _shown(html: str) -> str:
    reader = _Shown()
    reader.feed(html)
    reader.close()
    return "".join(reader.said)


class _Shown(HTMLParser):
    """Collects what HTML shows, without what it quotes."""

    HIDDEN = frozenset(("head", "script", "style", "title", "blockquote"))
    BLOCKS = frozenset(("br", "div", "p", "li", "tr", "h1", "h2", "h3", "pre", "table"))
    QUOTES = ("gmail_quote", "yahoo_quoted", "moz-cite-prefix", "divRplyFwdMsg", "appendonsend")
    """Classes and ids by which programs mark where what is quoted begins: all behind it is."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._hidden: list[str] = []
        self._quotes = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        named = " ".join(value or "" for name, value in attrs if name in ("class", "id"))
        self._quotes = self._quotes or any(each in named for each in self.QUOTES)
        if tag in self.HIDDEN:
            self._hidden.append(tag)
        elif tag in self.BLOCKS:
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag in self._hidden:
            while self._hidden.pop() != tag:
                pass
        elif tag in self.BLOCKS:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        """A text."""
        if not self._hidden and not self._quotes:
            self.said.append(" ".join(data.split("\n")))
