"""What comes back is recorded with its delivery; an address that takes no mail is switched off."""

from __future__ import annotations

import threading

import structlog
from followup_common.db import Database, Transaction
from followup_common.metrics import Meter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from followup_dispatcher import metrics
from followup_dispatcher.bounce_mailbox import Folder, Mailbox
from followup_dispatcher.bounces import Bounce, Kind, read
from followup_dispatcher.outcomes import printable
from followup_dispatcher.telling import Unreachable

log = structlog.get_logger()

LOOK_EVERY_SECONDS = 60.0
AT_ONCE = 200
"""So many mails are read in one session."""
OTHER = "other"
"""No report, or one of nothing that we have sent."""

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


class BounceReader:
    """Reads what comes back, until it is stopped.

    Args:
        database: where deliveries are.
        mailbox: where mails come back.
        meter: keeps the figures.
        stopping: is set when it is to end.
    """

    def __init__(self, database: Database, mailbox: Mailbox, meter: Meter, stopping: threading.Event) -> None:
        self._database = database
        self._mailbox = mailbox
        self._meter = meter
        self._stopping = stopping

    def run(self) -> None:
        """Look each minute. Nothing that goes wrong ends it: what was not recorded stays unread."""
        while not self._stopping.is_set():
            problem = None
            try:
                self._look()
            except Unreachable as error:
                problem = printable(str(error))
            except SQLAlchemyError as error:
                log.warning("database_away", error=printable(str(getattr(error, "orig", error))))
            except Exception:  # whatever a mailbox does: the next look may go better
                log.exception("bounces_failed")
            if problem:
                log.warning("bounces_unreachable", problem=problem)
            self._meter.record(metrics.BOUNCES_UNREACHABLE, 1.0 if problem else 0.0)
            self._stopping.wait(LOOK_EVERY_SECONDS)

    def _look(self) -> None:
        with self._mailbox.opened() as folder:
            for number in folder.unread(AT_ONCE):
                if self._stopping.is_set():
                    return
                self._record(folder, number)

    def _record(self, folder: Folder, number: bytes) -> None:
        """Record what one mail says; then it is read. Read twice it changes nothing more."""
        content = folder.content(number)
        found = _understood(content) if content else []
        with self._database.transaction() as tx:
            kinds = [bounce.kind.value for bounce in found if note(tx, bounce)]
        folder.mark_read(number)
        for kind in kinds or [OTHER]:
            self._meter.record(metrics.BOUNCES, kind=kind)


def _understood(content: bytes) -> list[Bounce]:
    """What a mail says. Anybody may send one: none keeps the next ones from being read."""
    try:
        return list(read(content))
    except Exception:  # the parser of the standard library meets what strangers write
        log.exception("bounce_not_understood")
        return []
