"""Which encoding a text file has: found from its bytes, and believed only where it is certain."""

from __future__ import annotations

import re
from codecs import (
    BOM_UTF8,
    BOM_UTF16_BE,
    BOM_UTF16_LE,
    BOM_UTF32_BE,
    BOM_UTF32_LE,
    getincrementaldecoder,
)
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from followup_api.imports.problems import refused

BLOCK = 256 * 1024
HEAD = 512
"""Bytes that show the encoding of a file without a byte order mark."""
WINDOWS = ("cp1252", "cp1250", "cp1254", "cp1257")
"""The code pages of Windows for Latin letters: western, central European, Turkish, Baltic."""
SAVE_AS = "save it as CSV UTF-8, as Unicode text, or as an Excel workbook (.xlsx)"


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a file are texts.

    Args:
        name: as people know it.
        codec: as Python knows it.
        mark: bytes at the beginning that are no text.
        errors: what becomes of bytes that are no text; `files` finds it again and names the line.
    """

    name: str
    codec: str
    mark: int = 0
    errors: str = "strict"

    def decoded(self, file: BinaryIO) -> Iterator[str]:
        """The text of a file, block by block."""
        file.seek(self.mark)
        decoder = getincrementaldecoder(self.codec)(self.errors)
        while block := file.read(BLOCK):
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)


def encoding_of(file: BinaryIO) -> Encoding:
    """Find the encoding of a file.

    Raises:
        NotImported: it is none of those that we read, or not certainly one of them.
    """
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith((BOM_UTF32_LE, BOM_UTF32_BE)):
        raise refused(f"The file is UTF-32, which few programs read: {SAVE_AS}.")
    if head.startswith(BOM_UTF8):
        return Encoding("UTF-8", "utf-8", len(BOM_UTF8), "surrogateescape")
    for mark, codec in ((BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return Encoding("UTF-16", codec, len(mark), "surrogatepass")
    if unmarked := _utf_16_without_mark(head):
        return Encoding("UTF-16", unmarked, 0, "surrogatepass")
    return _one_byte_or_utf_8(file)


def _utf_16_without_mark(head: bytes) -> str | None:
    """Headings in UTF-16 have a zero beside each letter."""
    first, second = head[0:64:2], head[1:64:2]
    if len(head) < 8 or len(head) % 2:
        return None
    if not any(second) and all(first):
        return "utf-16-le"
    return "utf-16-be" if not any(first) and all(second) else None


def _one_byte_or_utf_8(file: BinaryIO) -> Encoding:
    utf_8 = Encoding("UTF-8", "utf-8", errors="surrogateescape")
    wrong = _first_wrong(utf_8.decoded(file))
    if wrong is None or _is_damaged(utf_8.decoded(file)):
        return utf_8
    line, byte = wrong
    if _is_windows_1252(file):
        return Encoding("Windows-1252", "cp1252")
    raise refused(
        f"The file is not UTF-8 (byte 0x{byte:02x} on line {line}), and it is not certain which letters are "
        f"meant: {SAVE_AS}.",
        line,
    )


_BEYOND_ASCII = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")
_ESCAPED = re.compile("[\udc80-\udcff]")


def _first_wrong(blocks: Iterator[str]) -> tuple[int, int] | None:
    """The line and the value of the first byte that is not UTF-8."""
    line = 1
    for block in blocks:
        if wrong := None if block.isascii() else _ESCAPED.search(block):
            return line + line_ends(block[: wrong.start()]), ord(wrong.group()) & 0xFF
        line += line_ends(block)
    return None


def _is_damaged(blocks: Iterator[str]) -> bool:
    """Whether it is UTF-8 with something wrong in a few places: these lines are named then, one by one."""
    right = wrong = 0
    for block in blocks:
        if not block.isascii():
            right += sum(1 for _ in _BEYOND_ASCII.finditer(block))
            wrong += sum(1 for _ in _ESCAPED.finditer(block))
    return right >= wrong


def line_ends(text: str) -> int:
    """How many lines end in a text, by whichever of the three line ends."""
    returns = text.count("\r")
    return text.count("\n") + (returns and returns - text.count("\r\n"))


def _certain() -> tuple[bytes, bytes]:
    """The bytes that are the same letter, or the same sign, in all code pages of `WINDOWS`."""
    letters, signs = bytearray(), bytearray()
    for byte in range(0x80, 0x100):
        meanings = {bytes([byte]).decode(page, "replace") for page in WINDOWS}
        if len(meanings) == 1 and "\ufffd" not in meanings:
            (letters if meanings.pop().isalpha() else signs).append(byte)
    return bytes(letters), bytes(signs)


_LETTERS, _SIGNS = map(re.escape, _certain())
# In other alphabets the same bytes are whole words, and in those of MS-DOS and of old Macs what is a sign
# here is a letter. So a letter has to be within a word of ASCII letters, and a sign outside of one.
_UNCERTAIN = re.compile(
    rb"[^\x00-\x7f" + _LETTERS + _SIGNS + rb"]"
    rb"|[" + _LETTERS + rb"]{3}"
    rb"|(?<![A-Za-z" + _LETTERS + rb"])[" + _LETTERS + rb"]{1,2}(?![A-Za-z" + _LETTERS + rb"])"
    rb"|(?<=[A-Za-z" + _LETTERS + rb"])[" + _SIGNS + rb"]"
    rb"|[" + _SIGNS + rb"](?=[A-Za-z" + _LETTERS + rb"])"
)


def _is_windows_1252(file: BinaryIO) -> bool:
    """Whether every byte beyond ASCII can only be meant as in Windows-1252."""
    file.seek(0)
    before = b""
    while block := file.read(BLOCK):
        while block[-1] >= 0x80 and (one := file.read(1)):
            block += one
        if _UNCERTAIN.search(before + block):
            return False
        before = block[-1:]
    return True
