"""Faults of digests and of web push: the dispatcher killed around one, a push service that fails.

Where one sleeps, that is how long its fault lasts: nothing is awaited.
"""

from __future__ import annotations

import time
from contextlib import suppress
from random import Random

from sqlalchemy.exc import SQLAlchemyError

from tests.faults import deliveries, digests
from tests.faults.fleet import DISPATCHER
from tests.faults.injection import Missed, fault
from tests.faults.mail_faults import PASS_WITHIN
from tests.faults.service_faults import die_at
from tests.faults.system import System
from tests.support.waiting import eventually


@fault("mail")
def kill_dispatcher_before_it_sends_a_digest(system: System, _: Random) -> None:
    """Its lines are chosen, and the server has heard nothing of it."""
    _die_at_a_digest("before_sending_digest", system)


@fault("mail")
def kill_dispatcher_after_it_has_sent_a_digest(system: System, _: Random) -> None:
    """The server has taken it, and nobody has recorded that."""
    _die_at_a_digest("after_sending_digest", system)


@fault("mail")
def kill_dispatcher_before_it_pushes(system: System, _: Random) -> None:
    """It has taken a delivery to a browser, and the push service has heard nothing of it."""
    die_at("before_sending_push", system, DISPATCHER)


@fault("mail")
def kill_dispatcher_while_it_pushes(system: System, _: Random) -> None:
    """The push service has a message, and nobody is there to hear its answer."""
    with system.pushes.at_next_message(lambda: system.fleet.kill(DISPATCHER)) as done:
        if not done.wait(PASS_WITHIN):
            raise Missed("no message came")


@fault("mail")
def kill_dispatcher_after_it_has_pushed(system: System, _: Random) -> None:
    """The push service has taken a message, and nobody has recorded it."""
    die_at("after_sending_push", system, DISPATCHER)


@fault("mail")
def push_service_gives_any_answer(system: System, rng: Random) -> None:
    """For a while it answers in any of nearly 30 ways."""
    with system.pushes.answering(rng):
        for _ in range(6):
            time.sleep(rng.uniform(0.3, 0.7))
            deliveries.hasten(system.owner)
    deliveries.hasten(system.owner)


@fault("mail")
def push_connections_cut(system: System, __: Random) -> None:
    """All connections to the push service end at once, whatever goes over them."""
    for _ in range(5):
        system.network.tell(system.proxies[DISPATCHER, "push"].cut)
        time.sleep(0.2)
    deliveries.hasten(system.owner)


def _die_at_a_digest(point: str, system: System) -> None:
    """Let the dispatcher die at a digest; people want theirs soon."""
    switches = system.fleet.switches[DISPATCHER]
    switches.arm(point)

    def is_passed() -> bool:
        with suppress(SQLAlchemyError):  # PostgreSQL may be away
            digests.hasten(system.owner)
        return not switches.armed(point)

    try:
        eventually(is_passed, PASS_WITHIN, interval=1, what=f"a digest comes past {point}")
    finally:
        switches.disarm(point)
