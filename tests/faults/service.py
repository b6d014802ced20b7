"""`python -m tests.faults.service NAME`: one of our services, with fault points that only tests have.

FAULTS_FOLDER holds its switches, and FAULTS_CLOCK_HOURS says how far the clock of its host is off.
The clock is shifted before anything else is imported, so that nobody keeps the right one. Mypy is silenced
where a method is replaced by one that takes and gives whatever the real one does.
"""

from __future__ import annotations

import datetime
import multiprocessing
import os
import random
import runpy
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.faults.switches import Switches

if TYPE_CHECKING:
    from dramatiq import Broker
    from followup_common.contracts import Envelope

COPIES = 3
TINY_TIMEOUT = "4ms"
LOOK_EVERY_SECONDS = 2.0
"""In place of a minute: into the mailbox, and for whose day begins."""


def main() -> None:
    """Run the service whose name is the first argument."""
    shift_clock(float(os.environ.get("FAULTS_CLOCK_HOURS", "0")))
    name = sys.argv.pop(1)
    patch(name, Switches(Path(os.environ["FAULTS_FOLDER"])))
    multiprocessing.set_start_method("fork")  # the workers inherit what is patched here
    runpy.run_module(f"followup_{name}", run_name="__main__")


def shift_clock(hours: float) -> None:
    """Make Python's clock of this process wrong."""
    if not hours:
        return
    right_time, right_clock = time.time, datetime.datetime
    offset = datetime.timedelta(hours=hours)

    class AsDateTime(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, right_clock)

    class Shifted(right_clock, metaclass=AsDateTime):  # type: ignore[valid-type, misc]  # built here
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return right_clock.now(tz) + offset

        @classmethod
        def utcnow(cls) -> datetime.datetime:
            return right_clock.now(datetime.UTC).replace(tzinfo=None) + offset

    time.time = lambda: right_time() + offset.total_seconds()
    datetime.datetime = Shifted  # type: ignore[misc]


def patch(name: str, switches: Switches) -> None:
    """Put the fault points into this process of a service."""
    if name == "dispatcher":
        _look_often()
        _die_around_a_send(switches)
        return
    if name == "api":
        _die_after_a_request_s_commit(switches)
    _die_before_commit(switches)
    _die_before_publish_or_repeat(switches)
    _die_before_acknowledgement(switches)
    _run_out_of_time(switches)


def die_if_armed(switches: Switches, point: str) -> None:
    """Kill -9 of the whole service: this process, its sisters and their parent."""
    if switches.take(point):
        os.killpg(0, signal.SIGKILL)


def _look_often() -> None:
    from followup_dispatcher import dispatcher, mail_reader

    vars(mail_reader)["LOOK_EVERY_SECONDS"] = LOOK_EVERY_SECONDS
    vars(dispatcher)["TIDY_EVERY_SECONDS"] = LOOK_EVERY_SECONDS


def _die_around_a_send(switches: Switches) -> None:
    from followup_dispatcher.dispatcher import Sender

    send = Sender._outcome

    def die_or_send(self: Sender, line: Any, taken: Any) -> object:
        kinds = _kinds_of(self._channel.name, taken)
        for kind in kinds:
            die_if_armed(switches, f"before_sending{kind}")
        outcome = send(self, line, taken)
        for kind in kinds:
            die_if_armed(switches, f"after_sending{kind}")
        return outcome

    Sender._outcome = die_or_send  # type: ignore[method-assign, assignment]


def _kinds_of(channel: str, taken: Any) -> tuple[str, ...]:
    """By which points a delivery comes: that of all, that of its channel, and that of digests."""
    told = getattr(getattr(taken, "delivery", taken), "notification", None)
    return ("", f"_{channel}", *(("_digest",) if type(told).__name__ == "Digest" else ()))


def _die_before_commit(switches: Switches) -> None:
    from followup_common.messaging.consumer import Consumer

    keep = Consumer._keep

    def keep_and_die(self: Consumer, *arguments: object) -> object:
        kept = keep(self, *arguments)  # type: ignore[arg-type]
        die_if_armed(switches, "before_commit")
        return kept

    Consumer._keep = keep_and_die  # type: ignore[method-assign, assignment]


def _die_before_publish_or_repeat(switches: Switches) -> None:
    from followup_common.messaging import consumer
    from followup_common.messaging.publisher import publish

    def publish_faultily(broker: Broker, envelopes: list[Envelope]) -> bool:
        if envelopes:
            die_if_armed(switches, "before_publish")
        if switches.on("repeated"):
            envelopes = random.sample(envelopes * COPIES, k=len(envelopes) * COPIES)
        return publish(broker, envelopes)

    vars(consumer)["publish"] = publish_faultily


def _die_after_a_request_s_commit(switches: Switches) -> None:
    from followup_common.messaging.publisher import Publisher

    publish_later = Publisher.publish

    def die_or_publish(self: Publisher, envelopes: list[Envelope]) -> None:
        if envelopes:
            die_if_armed(switches, "before_publish")
        publish_later(self, envelopes)

    Publisher.publish = die_or_publish  # type: ignore[method-assign, assignment]


def _die_before_acknowledgement(switches: Switches) -> None:
    from dramatiq.brokers.rabbitmq import RabbitmqBroker

    consumer_class = RabbitmqBroker.consumer_class.fget(None)  # type: ignore[attr-defined]  # no types
    acknowledge = consumer_class.ack

    def die_or_acknowledge(self: object, message: object) -> None:
        die_if_armed(switches, "before_acknowledgement")
        acknowledge(self, message)

    consumer_class.ack = die_or_acknowledge


def _run_out_of_time(switches: Switches) -> None:
    from followup_common.db import Database
    from sqlalchemy import event, text

    open_database = Database.__init__

    def open_hurried(self: Database, *arguments: object, **settings: object) -> None:
        open_database(self, *arguments, **settings)  # type: ignore[arg-type]

        @event.listens_for(self.engine, "begin")
        def hurry(connection: object) -> None:
            if switches.on("hurried"):
                connection.execute(text(f"SET LOCAL statement_timeout = '{TINY_TIMEOUT}'"))  # type: ignore[attr-defined]

    Database.__init__ = open_hurried  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
