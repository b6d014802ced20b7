"""Faults of webhooks: the dispatcher killed while one is called, receivers that answer in any way, hang,
have no TLS, are gone, or are paused.

Where one sleeps, that is how long its fault lasts: nothing is awaited.
"""

from __future__ import annotations

import threading
import time
from random import Random

from tests.faults import webhooks
from tests.faults.fleet import DISPATCHER
from tests.faults.hooks import LEAVING, TROUBLED
from tests.faults.injection import Missed, fault
from tests.faults.system import System

TRIES = 13
"""Of five seconds each: a sweep comes each minute."""


@fault("mail")
def kill_dispatcher_while_it_calls(system: System, _: Random) -> None:
    """The receiver has an event, and nobody is there to hear its answer."""
    with system.hooks.at_next_event(lambda: system.fleet.kill(DISPATCHER)) as done:
        _await(system, done)


@fault("mail")
def receiver_gives_any_answer(system: System, rng: Random) -> None:
    """For a while it answers in any of 30 ways."""
    with system.hooks.answering(rng):
        for _ in range(6):
            time.sleep(rng.uniform(0.3, 0.7))
            webhooks.hasten(system.owner)
    webhooks.hasten(system.owner)


@fault("mail")
def receiver_hangs(system: System, rng: Random) -> None:
    """For a while it takes what comes, and says nothing."""
    with system.hooks.hanging():
        time.sleep(rng.uniform(1, 3))
    webhooks.hasten(system.owner)


@fault("mail")
def receiver_has_no_tls(system: System, rng: Random) -> None:
    """For a while its URL says https, and nobody there speaks TLS."""
    webhooks.move(system.owner, TROUBLED, "http://", "https://")
    try:
        time.sleep(rng.uniform(1, 2))
    finally:
        webhooks.move(system.owner, TROUBLED, "https://", "http://")
    webhooks.hasten(system.owner)


@fault("mail")
def receiver_is_gone(system: System, _: Random) -> None:
    """It answers 410, which switches it off; an admin switches it on again."""
    with system.hooks.gone() as done:
        _await(system, done)
    webhooks.switch(system.owner, LEAVING, "on")


@fault("mail")
def webhook_paused(system: System, rng: Random) -> None:
    """For a while an admin wants nothing to be sent to one."""
    webhooks.switch(system.owner, TROUBLED, "paused")
    try:
        time.sleep(rng.uniform(1, 2))
    finally:
        webhooks.switch(system.owner, TROUBLED, "on")


@fault("mail")
def webhook_connections_cut(system: System, _: Random) -> None:
    """All connections to receivers end at once, whatever goes over them."""
    for __ in range(5):
        for name in system.hooks.by_name:
            system.network.tell(system.proxies[DISPATCHER, name].cut)
        time.sleep(0.2)
    webhooks.hasten(system.owner)


def _await(system: System, done: threading.Event) -> None:
    """Wait for an event; what a kill or a cut before has left resting is helped on."""
    for _ in range(TRIES):
        if done.wait(5):
            return
        webhooks.hasten(system.owner)
    raise Missed("no event came")
