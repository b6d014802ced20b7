"""Faults of our own services: killed at the worst points, stopped, frozen, doubled, at a wrong hour."""

from __future__ import annotations

import os
import signal
import time
from contextlib import ExitStack
from random import Random

from tests.faults.fleet import API, CONSUMERS
from tests.faults.injection import Missed, fault
from tests.faults.system import MORE_SCHEDULERS, System
from tests.support.waiting import eventually

PASS_WITHIN = 60
"""Seconds within which somebody must pass an armed fault point."""


@fault("services")
def kill_scheduler(system: System, _: Random) -> None:
    """Kill -9."""
    system.fleet.kill("scheduler")


@fault("services")
def kill_escalator(system: System, _: Random) -> None:
    """Kill -9, with all its processes."""
    system.fleet.kill("escalator")


@fault("services")
def kill_notifier(system: System, _: Random) -> None:
    """Kill -9, with all its processes."""
    system.fleet.kill("notifier")


@fault("services")
def kill_api(system: System, _: Random) -> None:
    """Kill -9 of the API, with requests in flight."""
    system.fleet.kill(API)


@fault("services")
def kill_api_between_commit_and_publish(system: System, _: Random) -> None:
    """Somebody's change is there, they got no answer, and its event was never sent."""
    die_at("before_publish", system, API)


@fault("services")
def kill_worker_process(system: System, rng: Random) -> None:
    """Kill -9 of one worker process; its parent has to notice."""
    name = rng.choice(CONSUMERS)
    workers = eventually(lambda: system.fleet.workers(name), 15, what=f"workers of {name}")
    os.kill(rng.choice(workers), signal.SIGKILL)


@fault("services")
def kill_before_commit(system: System, rng: Random) -> None:
    """Everything of a batch is written, and nothing committed."""
    die_at("before_commit", system, rng.choice(CONSUMERS))


@fault("services")
def kill_between_commit_and_publish(system: System, rng: Random) -> None:
    """The change is there, and nobody has been told."""
    die_at("before_publish", system, rng.choice(CONSUMERS))


@fault("services")
def kill_between_handling_and_acknowledgement(system: System, rng: Random) -> None:
    """The broker will deliver again what is done already."""
    die_at("before_acknowledgement", system, rng.choice(CONSUMERS))


@fault("services")
def sigterm_mid_batch(system: System, rng: Random) -> None:
    """A deployment, in the middle of work."""
    system.fleet.terminate(rng.choice(("scheduler", *CONSUMERS)))


@fault("services")
def freeze(system: System, rng: Random) -> None:
    """A service pauses for seconds with its locks and messages, then goes on as if nothing were."""
    name = rng.choice(CONSUMERS)
    system.fleet.signal(name, signal.SIGSTOP)
    time.sleep(rng.uniform(1, 4))
    system.fleet.signal(name, signal.SIGCONT)


@fault("services")
def clock_off(system: System, rng: Random) -> None:
    """The host of a service is hours off, from now on."""
    hours = rng.choice((-100, -7, -1, 1, 7, 100))
    system.fleet.restart_with(rng.choice(("scheduler", *CONSUMERS)), FAULTS_CLOCK_HOURS=str(hours))


@fault("services")
def three_schedulers(system: System, _: Random) -> None:
    """Two more schedulers, from now on."""
    for name in MORE_SCHEDULERS:
        system.fleet.let_run(name)


@fault("services")
def messages_repeated(system: System, rng: Random) -> None:
    """For a while, everything that services publish goes out three times, in any order."""
    with ExitStack() as modes:
        for name in CONSUMERS:
            modes.enter_context(system.fleet.switches[name].mode("repeated"))
        time.sleep(rng.uniform(3, 5))


@fault("services")
def escalations_raised_again(system: System, rng: Random) -> None:
    """The same escalations in a second event, with an id of its own."""
    if not system.workload.raise_again(rng.randint(1, 10)):
        raise Missed("nothing was raised yet")


def die_at(point: str, system: System, name: str) -> None:
    """Let a service die when it next passes a fault point.

    Raises:
        AssertionError: nobody comes past it in time.
    """
    switches = system.fleet.switches[name]
    switches.arm(point)
    try:
        eventually(lambda: not switches.armed(point), PASS_WITHIN, what=f"somebody comes past {point}")
    finally:
        switches.disarm(point)
