"""Faults of what leaves the house: the dispatcher killed at its worst points, a mail server that fails.

Where one sleeps, that is how long its fault lasts: nothing is awaited.
"""

from __future__ import annotations

import time
from random import Random

from tests.faults.deliveries import hasten
from tests.faults.fleet import DISPATCHER
from tests.faults.injection import Missed, fault
from tests.faults.service_faults import die_at
from tests.faults.system import System

PASS_WITHIN = 30


@fault("mail")
def kill_dispatcher(system: System, _: Random) -> None:
    """Kill -9."""
    system.fleet.kill(DISPATCHER)


@fault("mail")
def kill_dispatcher_before_it_sends(system: System, _: Random) -> None:
    """It has taken a delivery, and the server has heard nothing of it."""
    die_at("before_sending", system, DISPATCHER)


@fault("mail")
def kill_dispatcher_while_it_sends(system: System, _: Random) -> None:
    """The server has the text, and nobody is there to hear its answer."""
    with system.mail.at_next_text(lambda: system.fleet.kill(DISPATCHER)) as done:
        if not done.wait(PASS_WITHIN):
            raise Missed("no mail came")


@fault("mail")
def kill_dispatcher_after_it_has_sent(system: System, _: Random) -> None:
    """The server has taken a mail, and nobody has recorded it."""
    die_at("after_sending", system, DISPATCHER)


@fault("mail")
def mail_server_gives_any_answer(system: System, rng: Random) -> None:
    """For a while it answers one in five senders, recipients and texts with a 4xx or a 5xx."""
    with system.mail.answering(rng):
        time.sleep(rng.uniform(2, 4))
    hasten(system.owner)


@fault("mail")
def mail_server_dies_behind_texts(system: System, rng: Random) -> None:
    """For a while it takes mails, and hangs up in place of an answer."""
    with system.mail.hanging_up_behind_texts():
        time.sleep(rng.uniform(1, 2))
    hasten(system.owner)


@fault("mail")
def mail_server_hangs_up(system: System, rng: Random) -> None:
    """For a while it takes connections, and hangs up when a mail begins."""
    with system.mail.hanging_up_on_senders():
        time.sleep(rng.uniform(1, 2))
    hasten(system.owner)


@fault("mail")
def mail_connections_cut(system: System, __: Random) -> None:
    """All connections to the mail server end at once, whatever goes over them."""
    for _ in range(5):
        system.network.tell(system.proxies[DISPATCHER, "mail"].cut)
        time.sleep(0.2)
    hasten(system.owner)
