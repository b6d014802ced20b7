"""Answers to mails: the address at which each delivery is answered, and which mails are answers (RFC 3834).

Anyone who has the mail may write anything into an answer: what is plain of it is read, and nothing believed.
"""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses
from enum import StrEnum
from hashlib import sha256

from followup_dispatcher.mailboxes import read_mailbox
from followup_dispatcher.reply_texts import latest, text_of

TOKEN_BYTES = 20
_CARRIED = "[a-z2-7]{32}"
"""20 random bytes in base32: servers on the way may change upper and lower case."""
PLACE = "*"
LONGEST_LOCAL_PART = 64
ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
"""Where a mail says for which address it came, also where the mailbox has another one."""
MOST_ADDRESSES = 50

_BULK = re.compile(r"bulk|junk|list|auto[-_]?reply", re.IGNORECASE)
_AWAY = re.compile(
    r"(automatic reply|auto[- ]?reply|out of (the )?office|automatische antwort|abwesenheit"
    r"|réponse automatique|respuesta automática|risposta automatica)\b",
    re.IGNORECASE,
)
_BY_MACHINES = ("List-Id", "X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond")


class Refusal(StrEnum):
    """Why a mail is not looked at, though it came to the address of a delivery."""

    AUTOMATIC = "automatic"
    EMPTY = "empty"


@dataclass(frozen=True)
class Answer:
    """What came to the address of a delivery.

    Args:
        mail_id: of the mail, the same however often it is read.
        sender: its address; empty: there is none, or more than one.
        said: what it says, without what it quotes; None: it is refused.
        refused: why it is not looked at.
    """

    mail_id: bytes
    sender: str
    said: str | None
    refused: Refusal | None = None


class AnswerAddress:
    """The addresses at which deliveries are answered.

    Args:
        text: as in `FOLLOWUP_ANSWERS_TO`: with `*` where what a delivery is known by comes, else it comes
            behind a `+` (RFC 5233).

    Raises:
        ValueError: it is no address of that kind.
    """

    def __init__(self, text: str) -> None:
        address = read_mailbox(text)
        local = address.username if PLACE in address.username else f"{address.username}+{PLACE}"
        before, _, after = local.partition(PLACE)
        if PLACE in after or PLACE in address.domain:
            raise ValueError("an address has one * at most, before the @")
        if not address.addr_spec.isascii():
            raise ValueError("the address has letters beyond ASCII, which not every server takes")
        if len(before + after) + 32 > LONGEST_LOCAL_PART:
            raise ValueError("too little is left before the @ for what a delivery is known by: shorten it")
        self._before, self._after = before, f"{after}@{address.domain}"
        self._pattern = re.compile(
            f"{re.escape(before)}({_CARRIED}){re.escape(self._after)}", re.IGNORECASE | re.ASCII
        )

    def of(self, token: str) -> str:
        """The address of one delivery."""
        return f"{self._before}{token}{self._after}"

    def token_in(self, mail: Message) -> str | None:
        """What the delivery is known by that a mail answers; None: it answers none."""
        headers = [str(value) for name in ADDRESSED for value in mail.get_all(name, [])]
        for _, address in getaddresses(headers)[:MOST_ADDRESSES]:
            if found := self._pattern.fullmatch(address):
                return found[1].lower()
        return None


def new_token() -> str:
    """What an address carries for one delivery."""
    return b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().lower()


def headers_of(content: bytes) -> Message:
    """A mail of which only the headers are parsed."""
    return BytesHeaderParser(policy=compat32).parsebytes(content)


def read(mail: Message, content: bytes) -> Answer:
    """What a mail says that came to the address of a delivery.

    Args:
        mail: its headers.
        content: the whole of it.
    """
    sender = _only_address(mail.get_all("From", []))
    mail_id = str(mail["Message-ID"] or "").strip()
    known = sha256(mail_id.encode(errors="replace") or content).digest()
    if is_automatic(mail):
        return Answer(known, sender, None, Refusal.AUTOMATIC)
    said = latest(text_of(message_from_bytes(content, policy=compat32)))
    return Answer(known, sender, said, None) if said else Answer(known, sender, None, Refusal.EMPTY)


def is_automatic(mail: Message) -> bool:
    """Whether no person wrote it: an answer of a machine to a machine never ends."""
    kinds = str(mail["Auto-Submitted"] or "no").partition(";")[0].strip().lower()
    return (
        kinds != "no"
        or any(mail[name] is not None for name in _BY_MACHINES)
        or _BULK.search(str(mail["Precedence"] or "")) is not None
        or str(mail["Return-Path"] or "<sender>").strip() in ("<>", "")
        or _AWAY.match(str(mail["Subject"] or "").strip()) is not None
        or mail.get_content_type() == "multipart/report"
    )


def _only_address(headers: Iterable[object]) -> str:
    found = {address.lower() for _, address in getaddresses([str(each) for each in headers])}
    return found.pop() if len(found) == 1 else ""
