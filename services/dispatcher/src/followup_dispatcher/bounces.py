"""What mail servers say of a mail that they could not deliver (RFC 3464), read from what they send back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from email.parser import BytesHeaderParser
from enum import StrEnum
from uuid import UUID

from followup_dispatcher.outcomes import printable

REPORTS = ("message/delivery-status", "message/global-delivery-status")
RETURNED = ("message/rfc822", "message/global", "message/global-headers")
HEADERS = "text/rfc822-headers"
MOST_RECIPIENTS = 10
"""Each of our mails has one; servers on its way may name more."""

_MESSAGE_ID = re.compile(r"\s*<([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@[^<>@\s]+>\s*")
_STATUS = re.compile(r"\b([245])\.([0-9]{1,3})\.([0-9]{1,3})\b")
_BLANK_LINE = re.compile(r"(?:\r?\n[ \t]*){2,}")
_OF_THE_ADDRESS = re.compile(r"5\.(0\.0|1\.(?![78]$)[0-9]+|2\.[01]|4\.(1|4|310)|5\.0)")
"""No such person or domain. Not: a mailbox that is full, a mail that is too large or looks like spam, a
sender that is not believed. One wrong record in the domain of the sender must not switch everybody off."""


class Kind(StrEnum):
    """What a mail server says."""

    HARD = "hard"
    """The address takes no mail."""
    FAILED = "failed"
    """This mail was not delivered, which says nothing of the next one."""
    DELAYED = "delayed"
    """It is still being tried."""


@dataclass(frozen=True)
class Bounce:
    """What came back of one delivery.

    Args:
        delivery_id: as in its `Message-ID`.
        kind: what it comes to.
        recipients: for whom it was; the one whom a server says it knows, and the one to whom it was sent.
        said: what the server said.
    """

    delivery_id: UUID
    kind: Kind
    recipients: tuple[str, ...]
    said: str


def read(content: bytes) -> Sequence[Bounce]:
    """What a mail says of deliveries of ours; nothing where it is no report, or of another mail."""
    if BytesHeaderParser().parsebytes(content).get_content_type() != "multipart/report":
        return []
    mail = message_from_string(content.decode(errors="replace"))  # addresses may be in UTF-8 (RFC 6533)
    delivery_id = next((found for part in mail.walk() if (found := _returned(part))), None)
    if delivery_id is None:
        return []
    reports = (part for part in mail.walk() if part.get_content_type() in REPORTS)
    blocks = (block for part in reports for block in _blocks(part))
    return [bounce for block in blocks if (bounce := _bounce(delivery_id, block))][:MOST_RECIPIENTS]


def _returned(part: Message) -> UUID | None:
    """The delivery whose mail is in a part, or the headers of its mail."""
    kind = part.get_content_type()
    if kind not in (*RETURNED, HEADERS):
        return None
    text = part.get_payload(decode=True)
    returned = message_from_bytes(text) if isinstance(text, bytes) else next(_nested(part), part)
    found = _MESSAGE_ID.fullmatch(str(returned["Message-ID"]))
    return UUID(found[1]) if found else None


def _nested(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    yield from (each for each in (payload if isinstance(payload, list) else []) if isinstance(each, Message))


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields of a report: one about the mail, and one for each recipient."""
    for group in _nested(part):
        yield group
        rest = group.get_payload()
        if isinstance(rest, str) and rest.strip():
            yield from map(message_from_string, _BLANK_LINE.split(rest.strip()))


def _bounce(delivery_id: UUID, block: Message) -> Bounce | None:
    """What a group of fields says of a recipient; None: nothing that matters."""
    action = str(block["Action"] or "").split("(")[0].strip().lower()
    named = [_typed(block[name]) for name in ("Original-Recipient", "Final-Recipient") if block[name]]
    if action not in ("failed", "delayed") or not named:
        return None
    diagnosis = _typed(block["Diagnostic-Code"] or "")
    status = _STATUS.search(str(block["Status"])) or _STATUS.search(diagnosis)
    said = printable(diagnosis or (status[0] if status else action))
    kind = Kind.DELAYED if action == "delayed" else _failure(status[0] if status else "")
    return Bounce(delivery_id, kind, tuple(dict.fromkeys(map(str.lower, named))), said)


def _failure(status: str) -> Kind:
    return Kind.HARD if _OF_THE_ADDRESS.fullmatch(status) else Kind.FAILED


def _typed(field: object) -> str:
    """The value of a field that names its type first: `rfc822; eve@example.com`."""
    kind, semicolon, value = str(field).partition(";")
    return (value if semicolon else kind).strip().strip("<>")
