"""Answers are kept for the API, which does what they say: it has the rules by which people act."""

from __future__ import annotations

from hashlib import sha256

from followup_common.db import Transaction
from sqlalchemy import text

from followup_dispatcher.answers import AnswerAddress, headers_of, read

MOST = 20
"""So many answers to one mail are kept: nobody writes more, and machines that answer each other do."""

KNOWN = text("SELECT true FROM action_links WHERE token_hash = :token_hash")
KEEP = text("""
    INSERT INTO mail_answers (token_hash, mail_hash, sender, said, refused)
    SELECT :token_hash, :mail_hash, :sender, CAST(:said AS text), CAST(:refused AS text)
    WHERE (SELECT count(*) FROM mail_answers WHERE token_hash = :token_hash) < :most
    ON CONFLICT (token_hash, mail_hash) DO NOTHING
""").bindparams(most=MOST)

NOTE_UNKNOWN = text("SELECT mail_answers_note_unknown(:mails)")

ANSWERED, REFUSED, UNKNOWN, OTHER = "answered", "refused", "unknown", "other"


def keep(tx: Transaction, content: bytes, addresses: AnswerAddress) -> str:
    """Keep a mail that answers a delivery; one that is read again is kept once.

    Args:
        tx: where to.
        content: the mail.
        addresses: at which deliveries are answered.

    Returns:
        What it was: `answered`, `refused`, `unknown`: it came to the address of no delivery that we know, or
        `other`: to no such address.
    """
    mail = headers_of(content)
    token = addresses.token_in(mail)
    if token is None:
        return OTHER
    token_hash = sha256(token.encode()).digest()
    if not tx.execute(KNOWN, {"token_hash": token_hash}).scalar():
        return UNKNOWN
    answer = read(mail, content)
    kept = {"mail_hash": answer.mail_id, "sender": answer.sender, "said": answer.said}
    tx.execute(KEEP, {"token_hash": token_hash, **kept, "refused": answer.refused})
    return REFUSED if answer.refused else ANSWERED


def note_unknown(tx: Transaction, mails: int) -> None:
    """Let the audit log have that so many mails were `unknown`: one entry, as anybody may send many."""
    tx.execute(NOTE_UNKNOWN, {"mails": mails})
