"""What comes back is recorded with its delivery; an address that takes no mail is switched off."""

from __future__ import annotations

from followup_common.db import Transaction
from sqlalchemy import text

from followup_dispatcher.bounces import Bounce, Kind

# Only what was sent comes back, and once: what is tried again meanwhile is none the worse.
FAIL = text("""
    UPDATE deliveries SET state = 'failed', error = :said
    WHERE id = :id AND channel = 'email' AND state = 'sent' RETURNING destination_id
""")
NOTE = text("""
    UPDATE deliveries SET error = :said
    WHERE id = :id AND channel = 'email' AND state = 'sent' RETURNING destination_id
""")
# The person may have another address by now; a trigger tells them.
SWITCH_OFF = text("""
    UPDATE destinations SET state = 'off', problem = :said, problem_since = now()
    WHERE id = :destination_id AND state = 'ok' AND verified_at IS NOT NULL
        AND lower(address) = ANY(CAST(:recipients AS text[]))
""")


def note(tx: Transaction, bounce: Bounce) -> bool:
    """Record what came back of a delivery; False: nothing that we have sent is known by it."""
    said = {"id": bounce.delivery_id, "said": bounce.said}
    destination_id = tx.execute(NOTE if bounce.kind is Kind.DELAYED else FAIL, said).scalar()
    if destination_id is None:
        return False
    if bounce.kind is Kind.HARD:
        place = {"destination_id": destination_id, "recipients": list(bounce.recipients)}
        tx.execute(SWITCH_OFF, {**place, "said": bounce.said})
    return True
