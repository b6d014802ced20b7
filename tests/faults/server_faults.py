"""Faults of RabbitMQ, of PostgreSQL, and of the network to them."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random

import pika
from sqlalchemy import text

from tests.faults import webhooks
from tests.faults.fleet import CONSUMERS
from tests.faults.injection import Missed, fault
from tests.faults.network import Proxy
from tests.faults.system import System
from tests.support.containers import Container
from tests.support.postgres import LocalServer, Postgres
from tests.support.rabbitmq import PrivateNode, RabbitMQ
from tests.support.waiting import eventually

QUEUES = CONSUMERS
COPIES = 3
MOST_COPIED = 2_000
"""Several such faults in a round would fill a queue with more than it takes in minutes."""
WATERMARK = "0.4"
DISK_LIMIT = "50MB"


@fault("servers")
def rabbitmq_killed(system: System, rng: Random) -> None:
    """Kill -9, and a restart after a while."""
    system.hosts.rabbitmq.kill()
    time.sleep(rng.uniform(0, 2))
    bring_back(system.hosts.rabbitmq)


@fault("servers")
def rabbitmq_restarted(system: System, _: Random) -> None:
    """A clean stop and start."""
    system.hosts.rabbitmq.stop()
    bring_back(system.hosts.rabbitmq)


@fault("servers")
def rabbitmq_closes_connections(system: System, _: Random) -> None:
    """The broker closes every connection, as an operator can."""
    control(system.hosts.rabbitmq, "close_all_connections", "--vhost", system.vhost, "fault")


@fault("servers")
def queues_purged(system: System, rng: Random) -> None:
    """Everything that waits in the queues is gone; their consumers pause first, so that they fill."""
    for name in CONSUMERS:
        system.fleet.signal(name, signal.SIGSTOP)
    try:
        time.sleep(rng.uniform(0.5, 2))
        with _channel(system) as channel:
            purged = sum(channel.queue_purge(queue).method.message_count for queue in QUEUES)
    finally:
        for name in CONSUMERS:
            system.fleet.signal(name, signal.SIGCONT)
    if not purged:
        raise Missed("the queues were empty")


@fault("servers")
def queues_deleted(system: System, _: Random) -> None:
    """The broker forgot everything: a node that came back with an empty disk."""
    with _channel(system) as channel:
        for queue in QUEUES:
            for suffix in ("", ".DQ", ".XQ"):
                channel.queue_delete(queue + suffix)


@fault("servers")
def queue_repeated_and_shuffled(system: System, rng: Random) -> None:
    """What waits in a queue is delivered three times, of much the first part, in any order."""
    queue = rng.choice(QUEUES)
    system.fleet.signal(queue, signal.SIGSTOP)
    try:
        time.sleep(rng.uniform(0.5, 1.5))
        with _channel(system) as channel:
            bodies = list(_drain(channel, queue))
            repeated = bodies + bodies[:MOST_COPIED] * (COPIES - 1)
            for body in rng.sample(repeated, k=len(repeated)):
                channel.basic_publish("", queue, body, pika.BasicProperties(delivery_mode=2))
    finally:
        system.fleet.signal(queue, signal.SIGCONT)
    if not bodies:
        raise Missed("the queue was empty")


@fault("servers")
def memory_alarm(system: System, rng: Random) -> None:
    """RabbitMQ is out of memory: publishers are blocked."""
    try:
        control(system.hosts.rabbitmq, "set_vm_memory_high_watermark", "0.00001")
        time.sleep(rng.uniform(1, 4))
    finally:
        control(system.hosts.rabbitmq, "set_vm_memory_high_watermark", WATERMARK)


@fault("servers")
def disk_alarm(system: System, rng: Random) -> None:
    """RabbitMQ's disk is full: publishers are blocked."""
    try:
        control(system.hosts.rabbitmq, "set_disk_free_limit", "900000GB")
        time.sleep(rng.uniform(1, 4))
    finally:
        control(system.hosts.rabbitmq, "set_disk_free_limit", DISK_LIMIT)


@fault("servers")
def postgres_shut_down(system: System, rng: Random) -> None:
    """An immediate shutdown: no checkpoint, every connection broken; then a restart with recovery."""
    server = system.hosts.postgres.control
    if isinstance(server, LocalServer):
        server.process.signal(signal.SIGQUIT)
        server.process.wait(30)
    elif isinstance(server, Container):
        server._handle().kill(signal="SIGQUIT")
        eventually(lambda: server._handle().status == "exited", 30, what="the end of PostgreSQL")
    time.sleep(rng.uniform(0, 2))
    bring_back(system.hosts.postgres)


@fault("servers")
def postgres_killed(system: System, rng: Random) -> None:
    """Kill -9, and a restart after a while."""
    system.hosts.postgres.kill()
    time.sleep(rng.uniform(0, 2))
    bring_back(system.hosts.postgres)


@fault("servers")
def postgres_terminates_connections(system: System, _: Random) -> None:
    """An operator throws everybody out, in the middle of their transactions."""
    with system.owner.transaction() as tx:
        statement = text("""
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
        """)
        if not tx.execute(statement).scalar():
            raise Missed("nobody was connected")


@fault("servers")
def database_clock_jumps(system: System, rng: Random) -> None:
    """PostgreSQL's clock is days ahead for a while, and is set back."""
    try:
        system.clock.set_off(rng.choice((timedelta(hours=1), timedelta(days=3), timedelta(days=40))))
        time.sleep(rng.uniform(1, 4))
    finally:
        system.clock.set_off(timedelta(0))


@fault("servers")
def rows_locked(system: System, rng: Random) -> None:
    """Somebody holds follow-ups that are due, longer than services wait for a lock."""
    with system.owner.transaction() as tx:
        tx.execute(
            text("""
                SELECT FROM escalation_states WHERE wake_at < now() + interval '10 seconds'
                    OR step BETWEEN 1 AND 2 ORDER BY random() LIMIT 300 FOR UPDATE SKIP LOCKED
            """)
        )
        time.sleep(rng.uniform(3, 7))


@fault("round")
def snapshot_pinned(system: System, _: Random) -> None:
    """A long report keeps PostgreSQL from forgetting where rows were before, until the round is judged."""
    system.pinned.start()


@fault("round")
def follow_ups_held(system: System, _: Random) -> None:
    """From now on people let follow-ups wait, and let them go on again."""
    system.workload.holds = True


@fault("servers")
def statements_time_out(system: System, rng: Random) -> None:
    """PostgreSQL is so slow that a service's statements hit their timeout."""
    with system.fleet.switches[rng.choice(CONSUMERS)].mode("hurried"):
        time.sleep(rng.uniform(1, 4))


@fault("servers")
def network_delays(system: System, rng: Random) -> None:
    """Each piece takes a while."""
    _disturb(system, rng, lambda proxy: system.network.tell(lambda: proxy.delay(rng.uniform(0.02, 0.2))))


@fault("servers")
def network_stalls(system: System, rng: Random) -> None:
    """Nothing comes through, and no connection ends."""
    _disturb(system, rng, lambda proxy: system.network.tell(proxy.stall))


@fault("servers")
def network_drops(system: System, rng: Random) -> None:
    """What is sent vanishes; the connection turns out to be dead much later."""
    _disturb(system, rng, lambda proxy: system.network.tell(proxy.drop))


@fault("servers")
def network_cut(system: System, rng: Random) -> None:
    """All connections of a service end at once."""
    cut_off = rng.choice(CONSUMERS)
    for (name, _), proxy in system.proxies.items():
        if name == cut_off:
            system.network.tell(proxy.cut)


def calm(system: System) -> None:
    """Undo whatever a fault that failed half-way may have left."""
    system.network.heal()
    system.mail.behave()
    system.pushes.behave()
    for name in CONSUMERS:
        system.fleet.signal(name, signal.SIGCONT)
    for server in (system.hosts.postgres, system.hosts.rabbitmq):
        bring_back(server)
    system.clock.set_off(timedelta(0))
    webhooks.behave(system.owner, system.hooks)
    control(system.hosts.rabbitmq, "set_vm_memory_high_watermark", WATERMARK)
    control(system.hosts.rabbitmq, "set_disk_free_limit", DISK_LIMIT)


def control(rabbitmq: RabbitMQ, *arguments: str) -> None:
    """Run rabbitmqctl against the node, wherever it runs."""
    server = rabbitmq.control
    if isinstance(server, PrivateNode):
        subprocess.run(
            [str(server.binaries / "rabbitmqctl"), "-n", server._name, *arguments],
            env=server._environment(),
            cwd=server.folder,
            capture_output=True,
            check=True,
            timeout=60,
        )
    elif isinstance(server, Container):
        status, output = server._handle().exec_run(["rabbitmqctl", *arguments])
        assert status == 0, output
    else:
        raise TypeError(f"cannot control {rabbitmq.origin}")


def bring_back(server: Postgres | RabbitMQ) -> None:
    """Start a server unless it runs, and again if that does not help, until it answers."""
    assert server.control
    control = server.control

    def answers() -> bool:
        if not _runs(control):
            control.start()
        try:
            server.wait(45)
        except AssertionError:
            control.kill()
            raise
        return True

    eventually(answers, 180, what=f"{server.origin} comes back")


def _runs(control: object) -> bool:
    match control:
        case PrivateNode():
            return control.node.running
        case LocalServer():
            return control.process.running
        case Container():
            return bool(control._handle().status == "running")
    raise TypeError(f"cannot control {control!r}")


def _disturb(system: System, rng: Random, disturb: Callable[[Proxy], None]) -> None:
    """Do something to the way of one service to one server, for a while."""
    way = rng.choice(sorted(way for way in system.proxies if way[0] in CONSUMERS))
    disturb(system.proxies[way])
    time.sleep(rng.uniform(2, 5))
    system.network.tell(system.proxies[way].heal)


@contextmanager
def _channel(system: System) -> Iterator[pika.adapters.blocking_connection.BlockingChannel]:
    connection = pika.BlockingConnection(pika.URLParameters(system.broker_url))
    try:
        yield connection.channel()
    finally:
        connection.close()


def _drain(channel: pika.adapters.blocking_connection.BlockingChannel, queue: str) -> Iterator[bytes]:
    while True:
        method, _, body = channel.basic_get(queue, auto_ack=True)
        if method is None:
            return
        yield body
