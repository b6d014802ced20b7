"""The threads that send: each channel has its own, so that a dead server keeps no other channel waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog
from followup_common.db import Database, Transaction
from followup_common.metrics import Meter
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from followup_dispatcher import destinations, metrics
from followup_dispatcher.batches import batches_of
from followup_dispatcher.channels import AnyChannel, Line, Taken
from followup_dispatcher.circuits import IN_A_ROW, Delayed, count_open
from followup_dispatcher.deliveries import waited
from followup_dispatcher.ended import Stopped
from followup_dispatcher.lines import Batch, Lines
from followup_dispatcher.mail_reader import Incoming, MailReader
from followup_dispatcher.outcomes import Outcome, Result, printable
from followup_dispatcher.resealing import reseal
from followup_dispatcher.telling import Unreachable

if TYPE_CHECKING:
    from followup_common.sealing import Seal

log = structlog.get_logger()

LOOK_EVERY_SECONDS = 1.0
"""How often an idle thread looks whether something is due: what a look costs is one read of an index."""
TIDY_EVERY_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 60.0
RECORDED_AGAIN_AFTER_SECONDS = (0.2, 1.0, 5.0)
"""What is known of some attempts is not lost where the database is away for a moment."""
"""The longest pause between two tries to reach a server."""


class Dispatcher:
    """Sends what is due, until it is stopped.

    Args:
        database: where deliveries are, as the dispatcher's own role.
        channels: those that are configured.
        meter: keeps the figures for Prometheus.
        incoming: the mailboxes that are read.
        seal: opens what is kept sealed; None: nothing is.
    """

    def __init__(
        self,
        database: Database,
        channels: Sequence[AnyChannel],
        meter: Meter,
        incoming: Iterable[Incoming] = (),
        seal: Seal | None = None,
    ) -> None:
        self._database = database
        self._channels = channels
        self._seal = seal
        self._meter = meter
        self._meter.declare(*metrics.METRICS)
        self._stopping = threading.Event()
        # Daemons: an attempt that hangs does not keep the process from ending, and is taken over later.
        self._threads = [
            threading.Thread(target=self._tidy, name="tidy", daemon=True),
            *(
                threading.Thread(target=reader.run, name="mailbox", daemon=True)
                for reader in (MailReader(database, each, meter, self._stopping) for each in incoming)
            ),
            *(
                threading.Thread(target=sender.run, name=channel.name, daemon=True)
                for channel in channels
                for sender in self._senders(channel)
            ),
        ]

    def _senders(self, channel: AnyChannel) -> Iterator[Sender]:
        lines: Lines[Taken] = Lines(channel.lines)
        for _ in range(channel.lines):
            yield Sender(self._database, channel, self._meter, self._stopping, lines)

    def start(self) -> None:
        """Start the threads; what is configured is said once the database answers."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float) -> None:
        """Let attempts under way end, for `timeout` seconds; others are taken over once their lease ends."""
        self._stopping.set()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def problem(self) -> str | None:
        """Whether a thread has ended; None: all run."""
        ended = [thread.name for thread in self._threads if not thread.is_alive()]
        return f"ended: {', '.join(ended)}" if ended and not self._stopping.is_set() else None

    def _tidy(self) -> None:
        """Say which channels are configured, add people that came while nobody looked, undo a wrong clock."""
        for_people = [each for each in self._channels if each.for_people]
        in_transactions: list[Callable[[Transaction], None]] = [
            partial(destinations.switch, channels=for_people),
            partial(self._count_circuits, [each.name for each in for_people]),
            *(each.queue.bring_back for each in self._channels),
        ]
        tasks = [*(_Task(partial(self._tidied, each)) for each in in_transactions), _Task(self._seal_again)]
        while not self._stopping.wait(max(0.0, min(task.due_at for task in tasks) - time.monotonic())):
            for task in tasks:
                task.run()
            log.debug("tidied", channels=[each.name for each in self._channels])

    def _count_circuits(self, channels: Sequence[str], tx: Transaction) -> None:
        found = count_open(tx)
        for channel in channels:
            self._meter.record(metrics.CIRCUITS_OPEN, found.get(channel, 0), channel=channel)

    def _seal_again(self) -> bool:
        """Let the key before go, as long as there is one; whether that went well."""
        if self._seal is None or not self._seal.changes_over:
            return True
        try:
            found = reseal(self._database, self._seal)
        except SQLAlchemyError as error:
            log.warning("sealing_failed", error=printable(str(getattr(error, "orig", error))))
            return False
        log.info("sealed_again", again=found.before, closed=found.closed)
        return True

    def _tidied(self, task: Callable[[Transaction], None]) -> bool:
        """Each by itself: what cannot be done for one channel is done for the others."""
        try:
            with self._database.transaction() as tx:
                task(tx)
        except SQLAlchemyError as error:
            away = isinstance(error, OperationalError)
            event = "database_away" if away else "tidying_failed"
            log.warning(event, error=printable(str(getattr(error, "orig", error))))
            return False
        return True


@dataclass
class _Task:
    """What is done each minute. One that fails is tried again sooner, at first after a second, and keeps the
    others from nothing.

    Args:
        do: what; says whether it went well.
        due_at: when next, by the monotonic clock.
        failures: in a row.
    """

    do: Callable[[], bool]
    due_at: float = 0.0
    failures: int = 0

    def run(self) -> None:
        """Do it, if it is due."""
        if time.monotonic() < self.due_at:
            return
        self.failures = 0 if self.do() else self.failures + 1
        sooner = LOOK_EVERY_SECONDS * 2.0 ** (self.failures - 1)
        pause = min(sooner, TIDY_EVERY_SECONDS) if self.failures else TIDY_EVERY_SECONDS
        self.due_at = time.monotonic() + pause


class Sender:
    """One thread of a channel, with one connection to its server while something is due.

    Args:
        database: where deliveries are.
        channel: by which they go.
        meter: keeps the figures.
        stopping: is set when it is to end.
        lines: what all threads of the channel do at the moment.
    """

    def __init__(
        self,
        database: Database,
        channel: AnyChannel,
        meter: Meter,
        stopping: threading.Event,
        lines: Lines[Taken],
    ) -> None:
        self._database = database
        self._channel = channel
        self._meter = meter
        self._stopping = stopping
        self._lines = lines
        self._queue = batches_of(channel.queue)
        self._failures = 0

    def run(self) -> None:
        """Send what is due until it is to stop. Nothing that goes wrong ends it."""
        while not self._stopping.is_set():
            try:
                pause = self._work()
            except SQLAlchemyError as error:
                log.warning("database_away", error=printable(str(getattr(error, "orig", error))))
                pause = LOOK_EVERY_SECONDS
            except Exception:
                log.exception("sender_failed", channel=self._channel.name)
                pause = LONGEST_PAUSE_SECONDS
            self._stopping.wait(pause)
        try:
            self._give_back(self._lines.waiting())  # behind one that may hang for longer than there is time
        except SQLAlchemyError as error:
            log.warning("database_away", error=printable(str(getattr(error, "orig", error))))

    def _work(self) -> float:
        """Send all that is due; returns after how many seconds to look again.

        Nothing is taken before the server answers: while it is away, nothing is tried in vain.
        """
        self._give_back(self._lines.late())
        if not self._something_is_due():
            return LOOK_EVERY_SECONDS
        try:
            line = self._channel.open()
        except Exception as error:
            if not isinstance(error, Unreachable):
                log.exception("channel_failed", channel=self._channel.name)
            self._note(printable(str(error) or type(error).__name__))
            self._failures += 1
            return min(2.0**self._failures, LONGEST_PAUSE_SECONDS)
        self._note(None)
        self._failures = 0
        try:
            while not self._stopping.is_set() and self._send_next(line):
                pass
        finally:
            line.close()
        return 0.0

    def _send_next(self, line: Line[object]) -> bool:
        """Send what is due next; whether the connection is of use for more, and there may be some."""
        self._give_back(self._lines.late())
        with self._lines.taking() as under_way:
            with self._database.transaction() as tx:
                taken = self._queue.take_some(tx, under_way)
            begun: list[Taken] = [each for each in taken if not isinstance(each, Stopped | Delayed)]
            batch = self._lines.begin(begun)
        for each in taken:
            if isinstance(each, Stopped):
                self._meter.record(metrics.STOPPED, channel=self._channel.name, reason=each.reason)
            elif isinstance(each, Delayed):
                self._meter.record(metrics.DELAYED, channel=self._channel.name, by=each.by)
        try:
            return bool(taken) and self._send(line, batch)
        finally:
            self._give_back(self._lines.end(batch))

    def _send(self, line: Line[object], batch: Batch[Taken]) -> bool:
        """Send what was begun together; whether the connection is of use for more."""
        ended: list[tuple[Taken, Outcome]] = []
        is_well = True
        in_a_row = 0
        while is_well and in_a_row < IN_A_ROW and (taken := self._lines.next(batch)):
            began = time.perf_counter()
            outcome = self._outcome(line, taken)
            self._meter.record(metrics.SECONDS, time.perf_counter() - began, channel=self._channel.name)
            ended.append((taken, outcome))
            in_a_row = in_a_row + 1 if outcome.result in (Result.PUT_OFF, Result.UNKNOWN) else 0
            is_well = not (outcome.lost or self._stopping.is_set())
        if ended:
            self._record(ended)
        for taken, outcome in ended:
            self._meter.record(metrics.ATTEMPTS, channel=self._channel.name, outcome=outcome.result)
            if outcome.result is not Result.SENT:
                log.warning("not_delivered", delivery=str(taken.id), outcome=outcome.result)
        return is_well

    def _record(self, ended: Sequence[tuple[Taken, Outcome]]) -> None:
        for pause in (*RECORDED_AGAIN_AFTER_SECONDS, None):
            try:
                with self._database.transaction() as tx:
                    self._queue.record_some(tx, ended)
            except OperationalError as error:
                if pause is None:
                    raise
                log.warning("not_recorded", error=printable(str(error.orig)))
                self._stopping.wait(pause)
            else:
                return

    def _give_back(self, begun: Sequence[Taken]) -> None:
        """Let what was begun and not tried be taken again, by a line that is free."""
        if not begun:
            return
        log.info("given_back", channel=self._channel.name, deliveries=len(begun))
        with self._database.transaction() as tx:
            self._queue.give_back(tx, begun)

    def _outcome(self, line: Line[object], delivery: Taken) -> Outcome:
        try:
            message = self._channel.write(delivery)
        except Exception as error:
            log.exception("not_written", delivery=str(delivery.id))
            return Outcome(Result.REFUSED, f"it cannot be written: {error}")
        try:
            return line.send(message)
        except Exception as error:
            log.exception("send_failed", delivery=str(delivery.id))
            return Outcome(Result.UNKNOWN, f"{type(error).__name__}: {error}", lost=True)

    def _something_is_due(self) -> bool:
        under_way = self._lines.under_way
        with self._database.reading() as tx:
            oldest = takeable = self._channel.queue.waited(tx, under_way)
            if self._channel.for_people:  # also what waits as long as all others go to the same place
                oldest = waited(tx, self._channel.name, under_way)
        seconds = oldest.total_seconds() if oldest else 0.0
        self._meter.record(metrics.WAITING, seconds, channel=self._channel.name)
        return takeable is not None

    def _note(self, problem: str | None) -> None:
        if problem:
            log.warning("channel_unreachable", channel=self._channel.name, problem=problem)
        self._meter.record(metrics.UNREACHABLE, 1.0 if problem else 0.0, channel=self._channel.name)
        with self._database.transaction() as tx:
            destinations.note_problem(tx, self._channel, problem)
