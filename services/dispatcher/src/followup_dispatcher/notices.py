"""Messages to destinations that tell of no notification: codes that verify one, and tests of one."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from followup_common.codes import DIGITS, digest
from followup_common.db import Transaction
from followup_common.db.slow_clock import SLOW_NOW
from sqlalchemy import Interval, Row, bindparam, text

from followup_dispatcher.ended import Ended
from followup_dispatcher.telling import Code, Trial

CODE = "code"
CODE_LIVES = timedelta(minutes=15)
"""How long a code works from when it is sent. Nobody waits longer for one, or for a test, than for that."""
TOO_OLD = "nobody waits for it any more"

LOOK = text(f"""
    SELECT d.state = 'ok' AS is_on, d.verified_at IS NOT NULL AS is_verified, u.active, v.created_at,
        COALESCE(v.retried_at, v.created_at) < {SLOW_NOW} - :life AS is_old
    FROM deliveries v
    JOIN destinations d ON d.id = v.destination_id
    JOIN users u ON u.id = d.user_id
    WHERE v.id = :id
""").bindparams(bindparam("life", CODE_LIVES, Interval))

# Only the newest code counts. A new one is another chance, which is why how many are sent is bounded.
KEEP = text("""
    UPDATE destinations SET code_hash = :hash, code_expires_at = now() + :life
    WHERE id = :destination_id RETURNING code_expires_at
""").bindparams(bindparam("life", CODE_LIVES, Interval))

NOTE = text("""
    UPDATE destinations SET problem = :problem, problem_since = COALESCE(problem_since, now())
    WHERE id = :destination_id AND problem IS DISTINCT FROM CAST(:problem AS text)
""")


def told(tx: Transaction, row: Row[Any]) -> Code | Trial | Ended:
    """What a code or a test says, or why it is not to be sent any more.

    Args:
        tx: in which sending it begins.
        row: its delivery.
    """
    found = tx.execute(LOOK, {"id": row.id}).one_or_none()
    if found is None:
        return Ended("suppressed", "deleted")
    if found.is_old:
        return Ended("expired", TOO_OLD)
    if reason := _stopped(found, row.notice):
        return Ended("suppressed", reason)
    if row.notice != CODE:
        return Trial(found.created_at)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    kept = {"hash": digest(row.destination_id, code), "destination_id": row.destination_id}
    return Code(code, tx.execute(KEEP, kept).scalar_one(), found.created_at)


def note(tx: Transaction, destination_id: int | None, problem: str) -> None:
    """Keep why nothing arrives at a destination, and since when."""
    tx.execute(NOTE, {"destination_id": destination_id, "problem": problem})


def _stopped(found: Row[Any], notice: str) -> str | None:
    verifies = notice == CODE
    reasons = {
        "inactive": not found.active,
        "verified already": verifies and found.is_verified,
        "switched off": not verifies and not found.is_on,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)
