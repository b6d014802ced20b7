"""Reads a mailbox: what comes back of mails, and what people answer to them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog
from followup_common.db import Database, Transaction
from followup_common.metrics import Gauge, Meter
from sqlalchemy.exc import DataError, SQLAlchemyError

from followup_dispatcher import answer_reader, metrics
from followup_dispatcher.answers import AnswerAddress
from followup_dispatcher.bounce_reader import note
from followup_dispatcher.bounces import Bounce, read
from followup_dispatcher.mail_folders import Folder, Mailbox
from followup_dispatcher.outcomes import printable
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.telling import Unreachable

log = structlog.get_logger()

LOOK_EVERY_SECONDS = 60.0
AT_ONCE = 200
"""So many mails are read in one session."""
OTHER = "other"
"""No report, or one of nothing that we have sent."""
MOST_PARTED = 50
"""A mail with more parts that have parts is not read: nobody writes one, and reading it takes minutes."""
PARTED = re.compile(rb"boundary\s*[*=]", re.IGNORECASE)


@dataclass(frozen=True)
class Incoming:
    """A mailbox that is read.

    Args:
        mailbox: where it is.
        gauges: that say whether it can be read.
        addresses: at which deliveries are answered; None: nothing there is an answer.
    """

    mailbox: Mailbox
    gauges: tuple[Gauge, ...]
    addresses: AnswerAddress | None = None


def incoming(settings: DispatcherSettings) -> Iterator[Incoming]:
    """The mailboxes that the settings name: one for what comes back and for answers, or one for each."""
    bounces, answers = settings.bounces_url, settings.answers_url or settings.bounces_url
    addresses = AnswerAddress(settings.answers_to) if settings.answers_to else None
    if addresses and answers:
        both = answers == bounces
        gauges = (metrics.ANSWERS_UNREACHABLE, *((metrics.BOUNCES_UNREACHABLE,) if both else ()))
        yield Incoming(Mailbox.at(answers), gauges, addresses)
    if bounces and not (addresses and answers == bounces):
        yield Incoming(Mailbox.at(bounces), (metrics.BOUNCES_UNREACHABLE,))


class MailReader:
    """Reads one mailbox, until it is stopped.

    Args:
        database: where deliveries are.
        source: the mailbox.
        meter: keeps the figures.
        stopping: is set when it is to end.
    """

    def __init__(self, database: Database, source: Incoming, meter: Meter, stopping: threading.Event) -> None:
        self._database = database
        self._source = source
        self._meter = meter
        self._stopping = stopping

    def run(self) -> None:
        """Look each minute. Nothing that goes wrong ends it: what was not recorded stays unread."""
        while not self._stopping.is_set():
            self.look()
            self._stopping.wait(LOOK_EVERY_SECONDS)

    def look(self) -> None:
        """Read what is unread, and say whether that works."""
        problem = None
        try:
            self._read()
        except Unreachable as error:
            problem = printable(str(error))
        except SQLAlchemyError as error:
            log.warning("database_away", error=printable(str(getattr(error, "orig", error))))
        except Exception as error:  # whatever a mailbox does: the next look may go better
            log.exception("mailbox_failed")
            problem = printable(f"{type(error).__name__}: {error}")
        if problem:
            log.warning("mailbox_unreachable", problem=problem)
        for gauge in self._source.gauges:
            self._meter.record(gauge, 1.0 if problem else 0.0)

    def _read(self) -> None:
        with self._source.mailbox.opened() as folder:
            unread = folder.unread(AT_ONCE)
            unknown = [
                each for each in unread if not self._stopping.is_set() and self._is_unknown(folder, each)
            ]
            if unknown:
                with self._database.transaction() as tx:
                    answer_reader.note_unknown(tx, len(unknown))
            for number in unknown:
                folder.mark_read(number)
                self._meter.record(metrics.ANSWERS, kind=answer_reader.UNKNOWN)

    def _is_unknown(self, folder: Folder, number: bytes) -> bool:
        """Record what one mail says; then it is read. Read twice it changes nothing more.

        Returns:
            Whether it came to the address of no delivery: it stays unread until the audit log has it, with
            all others of this look in one entry.
        """
        content = folder.content(number) or b""
        kinds, answered = ([], None) if _too_parted(content) else self._kept(content)
        if answered == answer_reader.UNKNOWN:
            return True
        folder.mark_read(number)
        if answered:
            self._meter.record(metrics.ANSWERS, kind=answered)
        for kind in kinds or ([] if answered else [OTHER]):
            self._meter.record(metrics.BOUNCES, kind=kind)
        return False

    def _kept(self, content: bytes) -> tuple[list[str], str | None]:
        """What a mail says is kept: the kinds of its reports, and as what an answer."""
        found = _reported(content)
        try:
            with self._database.transaction() as tx:
                kinds = [bounce.kind.value for bounce in found if note(tx, bounce)]
                return kinds, None if kinds else self._answered(tx, content)
        except DataError:  # such as NUL in an address; the message would repeat what the mail says
            log.warning("mail_not_kept")
            return [], None

    def _answered(self, tx: Transaction, content: bytes) -> str | None:
        """As what an answer was kept; None: it is none. Anybody may send one: none keeps the next from being
        read."""
        if self._source.addresses is None:
            return None
        try:
            kept = answer_reader.keep(tx, content, self._source.addresses)
        except SQLAlchemyError:
            raise
        except Exception:  # as below
            log.exception("answer_not_understood")
            return None
        return None if kept == answer_reader.OTHER else kept


def _too_parted(content: bytes) -> bool:
    return sum(1 for _ in PARTED.finditer(content)) > MOST_PARTED


def _reported(content: bytes) -> Sequence[Bounce]:
    """What a mail says. Anybody may send one: none keeps the next ones from being read."""
    try:
        return read(content)
    except Exception:  # the parser of the standard library meets what strangers write
        log.exception("bounce_not_understood")
        return []
