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

ANSWERED, REFUSED, OTHER = "answered", "refused", "other"


def keep(tx: Transaction, content: bytes, addresses: AnswerAddress) -> str:
    """Keep a mail that answers a delivery; one that is read again is kept once.

    Args:
        tx: where to.
        content: the mail.
        addresses: at which deliveries are answered.

    Returns:
        What it was: `answered`, `refused`, or `other`: it answers nothing that we have sent.
    """
    mail = headers_of(content)
    token = addresses.token_in(mail)
    token_hash = sha256((token or "").encode()).digest()
    if token is None or not tx.execute(KNOWN, {"token_hash": token_hash}).scalar():
        return OTHER
    answer = read(mail, content)
    kept = {"mail_hash": answer.mail_id, "sender": answer.sender, "said": answer.said}
    tx.execute(KEEP, {"token_hash": token_hash, **kept, "refused": answer.refused})
    return REFUSED if answer.refused else ANSWERED
