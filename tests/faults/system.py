"""Everything that runs in a round: servers, network, services and people, on a database of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlsplit

import httpx
import psycopg
from followup_api.auth.secrets import new_api_token
from followup_api.tokens.queries import add_token
from followup_common.db import Database
from sqlalchemy import text

from tests.faults import company, webhooks
from tests.faults.callers import Callers
from tests.faults.editors import Editors
from tests.faults.fleet import API, CONSUMERS, DISPATCHER, Fleet
from tests.faults.hooks import KEY, Hooks
from tests.faults.mail import SENDER, Mail
from tests.faults.network import Network, Proxy
from tests.faults.people import People
from tests.faults.pinned_snapshot import PinnedSnapshot
from tests.faults.pushes import VAPID_KEY, PushService
from tests.faults.verdict import Arrived
from tests.faults.workload import Workload
from tests.support import imap_server
from tests.support.clock import DatabaseClock
from tests.support.imap_server import ImapServer
from tests.support.postgres import Postgres, role_url
from tests.support.rabbitmq import RabbitMQ
from tests.support.servers import Servers

MORE_SCHEDULERS = ("scheduler-2", "scheduler-3")
SCHEDULERS = ("scheduler", *MORE_SCHEDULERS)
SETTINGS = {
    "FOLLOWUP_LOG_LEVEL": "WARNING",
    "FOLLOWUP_SWEEP_CRON": "* * * * *",
    "FOLLOWUP_SWEEP_BATCH_SIZE": "200",  # many batches, many messages
    "FOLLOWUP_REDRIVE_AFTER_SECONDS": "2",  # a minute is too long for a round
    "dramatiq_restart_delay": "500",
}


@dataclass(frozen=True)
class Hosts:
    """The two servers of a run; they outlive its rounds."""

    servers: Servers
    postgres: Postgres
    rabbitmq: RabbitMQ

    @classmethod
    def of(cls, servers: Servers) -> Self:
        """Servers that may be stopped; PostgreSQL keeps the time of each commit, which the model needs."""
        postgres, rabbitmq = servers.stoppable_postgres(), servers.stoppable_rabbitmq()
        database = Database(postgres.admin_url)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ALTER SYSTEM SET track_commit_timestamp = on"))
        database.close()
        postgres.stop()
        postgres.start()
        return cls(servers, postgres, rabbitmq)


@dataclass
class System:
    """One round's database, virtual host, network, services and people; a context manager.

    Args:
        hosts: the servers.
        folder: for logs and switches.
        seed: of the people's doings.
        follow_ups: how many there are at first.
        span: how long follow-ups keep coming due by themselves.
    """

    hosts: Hosts
    folder: Path
    seed: str
    follow_ups: int
    span: timedelta
    people: People = field(init=False)
    fleet: Fleet = field(init=False)
    network: Network = field(init=False)
    mail: Mail = field(init=False)
    hooks: Hooks = field(init=False)
    pushes: PushService = field(init=False)
    mailbox: ImapServer = field(init=False)
    workload: Workload = field(init=False)
    editors: Editors = field(init=False)
    owner: Database = field(init=False)
    clock: DatabaseClock = field(init=False)
    pinned: PinnedSnapshot = field(init=False)
    broker_url: str = field(init=False)
    proxies: dict[tuple[str, str], Proxy] = field(default_factory=dict, init=False)
    _cleanup: ExitStack = field(default_factory=ExitStack, init=False)

    def __enter__(self) -> Self:
        with self._cleanup as undo:
            self._set_up(undo)
            self._cleanup = undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._cleanup.close()

    @property
    def vhost(self) -> str:
        """The name of the virtual host."""
        return urlsplit(self.broker_url).path.lstrip("/")

    @property
    def arrived(self) -> Arrived:
        """What has left the house, as those have it to whom it went."""
        return Arrived(self.mail.taken, self.hooks.by_name, self.pushes, self.workload.said)

    def on_its_way(self) -> int:
        """How many messages wait for a consumer, as RabbitMQ counted them some seconds ago.

        Not those that wait for a time: where a clock is hours behind, they do so for hours.
        """
        queues = self.hosts.rabbitmq.manage("GET", f"queues/{quote(self.vhost, safe='')}")
        return sum(queue.get("messages", 0) for queue in queues if not queue["name"].endswith((".XQ", ".DQ")))

    def start(self) -> None:
        """Services and people begin."""
        self.fleet.start(without=frozenset(MORE_SCHEDULERS))
        self.workload.start()

    def _set_up(self, undo: ExitStack) -> None:
        database_url = self.hosts.servers.new_database(self.hosts.postgres)
        undo.callback(_if_it_answers, self.hosts.postgres.drop_database, database_url)
        self.broker_url = self.hosts.rabbitmq.create_vhost()
        undo.callback(_if_it_answers, self.hosts.rabbitmq.delete_vhost, self.broker_url)
        self.clock = DatabaseClock(database_url)
        undo.callback(self.clock.close)
        self.owner = Database(
            database_url,
            application_name="followup-faults",
            statement_timeout=timedelta(minutes=5),
            idle_in_transaction=timedelta(minutes=5),  # the judge plays all that has happened again in one
        )
        undo.callback(self.owner.close)
        self.pinned = PinnedSnapshot(self.owner)
        undo.callback(self.pinned.stop)
        with self.owner.transaction() as tx:
            rng = Random(self.seed)
            self.people, established = company.found(tx, rng, self.follow_ups, self.span)
            token = new_api_token()
            add_token(tx, self.people.admins[0], "faults", token)
        self.network = Network()
        undo.callback(self.network.close)
        self.mail = undo.enter_context(Mail())
        self.hooks = undo.enter_context(Hooks())
        self.pushes = undo.enter_context(PushService())
        self.mailbox = undo.enter_context(imap_server.serving())
        with self.owner.transaction() as tx:
            webhooks.listen(tx, self.people.admins[0], self._ports_of_hooks())
            self.pushes.subscribe(tx, self.people, self._port_to("push", self.pushes.receiver.port))
        self.fleet = Fleet(self.folder, self._environments(database_url))
        undo.callback(self.fleet.stop)
        api_url = role_url(database_url, "followup_api")
        callers = Callers(self.fleet.address(API), token.token, self.people.assignable)
        self.workload = Workload(api_url, self.broker_url, self.people, callers, self.seed)
        undo.callback(self.workload.close)
        self.editors = Editors(api_url, self.people, established)
        undo.callback(self.editors.close)

    def _environments(self, database_url: str) -> dict[str, dict[str, str]]:
        environments = {}
        for name in (*SCHEDULERS, *CONSUMERS, API):
            environments[name] = {**SETTINGS, "FOLLOWUP_BROKER_URL": self._through(name, self.broker_url)}
            if name not in SCHEDULERS:
                url = role_url(database_url, f"followup_{name}")
                environments[name]["FOLLOWUP_DATABASE_URL"] = self._through(name, url)
        environments[DISPATCHER] = {
            **SETTINGS,
            "FOLLOWUP_DATABASE_URL": self._through(DISPATCHER, role_url(database_url, "followup_dispatcher")),
            "FOLLOWUP_SMTP_URL": f"smtp://127.0.0.1:{self._port_to('mail', self.mail.port)}",
            "FOLLOWUP_MAIL_FROM": SENDER,
            "FOLLOWUP_BOUNCES_URL": f"imap://{imap_server.ENCODED}@127.0.0.1:{self.mailbox.port}",
            "FOLLOWUP_PUBLIC_URL": "https://followup.example.com",
            "FOLLOWUP_SECRETS_KEY": KEY,
            "FOLLOWUP_VAPID_PRIVATE_KEY": VAPID_KEY,
            "FOLLOWUP_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
        }
        return environments

    def _ports_of_hooks(self) -> dict[str, int]:
        """By which the dispatcher reaches each receiver: behind a proxy of its own."""
        return {name: self._port_to(name, self.hooks.port(name)) for name in self.hooks.by_name}

    def _port_to(self, name: str, port: int) -> int:
        """By which the dispatcher reaches a port of this process: that of a proxy."""
        proxy = self.proxies[DISPATCHER, name] = self.network.proxy("127.0.0.1", port)
        return proxy.port

    def _through(self, name: str, url: str) -> str:
        """The URL of a server as a service sees it: behind a proxy of its own."""
        parts = urlsplit(url)
        server = "rabbitmq" if parts.scheme.startswith("amqp") else "postgres"
        assert parts.hostname
        assert parts.port
        proxy = self.proxies[name, server] = self.network.proxy(parts.hostname, parts.port)
        login = parts.netloc.rpartition("@")[0]
        return parts._replace(netloc=f"{login}@127.0.0.1:{proxy.port}").geturl()


def _if_it_answers(delete: Callable[[str], None], url: str) -> None:
    """A round that was broken off may leave a server stopped; it is removed with its files then."""
    with suppress(psycopg.OperationalError, httpx.HTTPError):
        delete(url)
