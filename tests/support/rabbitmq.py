"""A RabbitMQ for tests: the given one, a container, or a private node of the installed server."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit
from uuid import uuid4

import httpx

from tests.support.containers import Container, engine_answers
from tests.support.packages import CannotInstall, apt_install
from tests.support.ports import accepts_connections, free_port
from tests.support.processes import Process
from tests.support.waiting import eventually

IMAGE = "rabbitmq:4-management"
HOW_TO_INSTALL = """\
Tests need RabbitMQ 3.10 or newer, and none was found. One of these is enough:
  - Debian, Ubuntu:  apt-get install rabbitmq-server
  - macOS:           brew install rabbitmq
  - a container engine: start Docker or Podman, so that its socket answers
  - one that runs:   FOLLOWUP_TEST_BROKER_URL=amqp://user:password@host:5672/ (an administrator; with
                     the management plugin, at FOLLOWUP_TEST_BROKER_MANAGEMENT_URL if not host:15672, and
                     the Prometheus plugin, at FOLLOWUP_TEST_BROKER_METRICS_URL if not host:15692)"""


class RabbitMQControl(Protocol):
    """What can be done to a server that the tests started themselves."""

    def start(self) -> None:
        """Start it again, on the same ports and the same files."""

    def stop(self) -> None:
        """Stop it politely."""

    def kill(self) -> None:
        """Stop it with kill -9."""

    def remove(self) -> None:
        """Stop it and delete its files."""

    def log(self) -> str:
        """All that it has logged so far."""


@dataclass
class RabbitMQ:
    """A running server and the virtual hosts in it.

    Args:
        url: AMQP URL of its default virtual host, as an administrator.
        management_url: HTTP address of its management plugin.
        metrics_url: HTTP address of its Prometheus plugin.
        origin: where it came from, for people to read.
        control: None when the server was given from outside and cannot be stopped from here.
    """

    url: str
    management_url: str
    metrics_url: str
    origin: str
    control: RabbitMQControl | None = None

    @property
    def host(self) -> str:
        """Where it listens."""
        return urlsplit(self.url).hostname or "127.0.0.1"

    @property
    def port(self) -> int:
        """Its AMQP port."""
        return urlsplit(self.url).port or 5672

    def vhost_url(self, vhost: str) -> str:
        """AMQP URL of one of its virtual hosts."""
        return urlsplit(self.url)._replace(path="/" + quote(vhost, safe="")).geturl()

    def create_vhost(self, vhost: str | None = None) -> str:
        """Create a virtual host, which nobody else uses, and return its URL."""
        vhost = vhost or f"followup-test-{uuid4().hex[:12]}"
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        user = urlsplit(self.url).username or "guest"
        self.manage("PUT", f"vhosts/{vhost}")
        self.manage("PUT", f"permissions/{vhost}/{quote(user, safe='')}", everything)
        return self.vhost_url(vhost)

    def delete_vhost(self, vhost_or_url: str) -> None:
        """Delete a virtual host with its queues; its connections are closed."""
        vhost = urlsplit(vhost_or_url).path.lstrip("/") if "://" in vhost_or_url else vhost_or_url
        self.manage("DELETE", f"vhosts/{vhost}")

    def manage(self, method: str, path: str, body: Any = None) -> Any:
        """Call its management API: `manage("GET", "queues")`; returns the decoded answer, if any."""
        login = urlsplit(self.url)
        answer = httpx.request(
            method,
            f"{self.management_url}/api/{path}",
            json=body,
            auth=(login.username or "guest", login.password or "guest"),
            timeout=20,
            trust_env=False,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def wait(self, timeout: float = 90) -> None:
        """Wait until it takes connections and answers management calls."""
        eventually(self._ready, timeout, interval=0.2, what=f"RabbitMQ, {self.origin}")

    def stop(self) -> None:
        """Take it away: an outage. Durable queues and persistent messages stay."""
        self._controlled().stop()

    def kill(self) -> None:
        """Take it away with kill -9."""
        self._controlled().kill()

    def start(self) -> None:
        """Bring it back after `stop` or `kill`, and wait until it takes connections."""
        self._controlled().start()
        self.wait()

    def log(self) -> str:
        """All that it has logged so far."""
        return self._controlled().log()

    def _ready(self) -> bool:
        return accepts_connections(self.port, self.host) and self.manage("GET", "vhosts") is not None

    def _controlled(self) -> RabbitMQControl:
        assert self.control, f"this RabbitMQ cannot be stopped from here: {self.origin}"
        return self.control


@dataclass
class PrivateNode:
    """The installed RabbitMQ as a node of its own: own name, ports, files and port mapper (epmd).

    It neither sees nor disturbs a RabbitMQ that the machine runs.
    """

    binaries: Path
    folder: Path
    port: int = field(default_factory=free_port)
    management_port: int = field(default_factory=free_port)
    metrics_port: int = field(default_factory=free_port)
    distribution_port: int = field(default_factory=free_port)
    mapper_port: int = field(default_factory=free_port)
    node: Process = field(init=False)
    mapper: Process = field(init=False)

    def __post_init__(self) -> None:
        environment = self._environment()
        epmd = shutil.which("epmd") or "epmd"
        mapping = [epmd, "-port", str(self.mapper_port), "-address", "127.0.0.1"]
        self.mapper = Process(mapping, self.folder / "epmd.log", environment, self.folder)
        server = [str(self.binaries / "rabbitmq-server")]
        self.node = Process(server, self.folder / "rabbitmq.log", environment, self.folder)

    def create(self) -> None:
        """Write its configuration and start it."""
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            "management.tcp.ip = 127.0.0.1\n"
            f"management.tcp.port = {self.management_port}\n"
            "prometheus.tcp.ip = 127.0.0.1\n"
            f"prometheus.tcp.port = {self.metrics_port}\n"
            "disk_free_limit.absolute = 50MB\n"
        )
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management,rabbitmq_prometheus].\n")
        self.mapper.start()
        eventually(lambda: accepts_connections(self.mapper_port), what="epmd")
        self.start()

    def start(self) -> None:
        """Start it again, on the same ports and the same files."""
        self.node.start()

    def stop(self) -> None:
        """Stop it with `rabbitmqctl stop`."""
        command = [str(self.binaries / "rabbitmqctl"), "-n", self._name, "stop"]
        subprocess.run(command, env=self._environment(), cwd=self.folder, capture_output=True, check=True)
        self.node.wait(30)
        self.node.kill()

    def kill(self) -> None:
        """Kill -9."""
        self.node.kill()

    def remove(self) -> None:
        """End the node and its port mapper; the files are left to the maker of the folder."""
        self.node.kill()
        self.mapper.kill()

    def log(self) -> str:
        """All that it has logged so far."""
        return self.node.output

    @property
    def _name(self) -> str:
        return f"followup-{self.port}@localhost"

    def _environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("RABBITMQ_", "ERL_"))}
        settings = {
            "NODENAME": self._name,
            "NODE_PORT": self.port,
            "DIST_PORT": self.distribution_port,  # the default, 20000 above the node's, can overflow
            "MNESIA_BASE": self.folder / "mnesia",
            "LOG_BASE": self.folder / "logs",
            "LOGS": "-",
            "CONFIG_FILE": self.folder / "rabbitmq.conf",
            "ENABLED_PLUGINS_FILE": self.folder / "enabled_plugins",
            "CONF_ENV_FILE": "/dev/null",
        }
        return {
            **kept,
            "HOME": str(self.folder),  # its Erlang cookie
            "ERL_EPMD_PORT": str(self.mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            **{f"RABBITMQ_{name}": str(value) for name, value in settings.items()},
        }


def start_rabbitmq(folder: Path) -> RabbitMQ:
    """Start (or find) a server whose files go below `folder`.

    In this order: FOLLOWUP_TEST_BROKER_URL, a container engine, the installed RabbitMQ, and on Debian
    as root the one that apt-get installs.
    """
    given = os.environ.get("FOLLOWUP_TEST_BROKER_URL")
    if given:
        return _given(given)
    return start_own_rabbitmq(folder)


def start_own_rabbitmq(folder: Path) -> RabbitMQ:
    """Start a server that tests may stop and kill, whatever the environment names."""
    return _in_container(folder) if engine_answers() else _on_this_machine(folder)


def _given(url: str) -> RabbitMQ:
    host = urlsplit(url).hostname
    management = os.environ.get("FOLLOWUP_TEST_BROKER_MANAGEMENT_URL", f"http://{host}:15672")
    metrics = os.environ.get("FOLLOWUP_TEST_BROKER_METRICS_URL", f"http://{host}:15692")
    rabbitmq = RabbitMQ(url, management.rstrip("/"), metrics.rstrip("/"), "FOLLOWUP_TEST_BROKER_URL")
    rabbitmq.wait()
    return rabbitmq


def _in_container(folder: Path) -> RabbitMQ:
    container = Container(
        name=f"{folder.name}-rabbitmq",
        image=IMAGE,
        ports=(5672, 15672, 15692),
        environment={
            "RABBITMQ_NODENAME": "rabbit@localhost",  # by which rabbitmqctl finds it as well
            "RABBITMQ_DEFAULT_USER": "followup",
            "RABBITMQ_DEFAULT_PASS": "followup",
        },
    )
    try:
        container.create()
        amqp, *http = (f"{container.address}:{container.host_ports[port]}" for port in container.ports)
        url = f"amqp://followup:followup@{amqp}/"
        management, metrics = (f"http://{address}" for address in http)
        rabbitmq = RabbitMQ(url, management, metrics, f"container {IMAGE}", container)
        rabbitmq.wait()
    except BaseException:
        container.remove()
        raise
    return rabbitmq


def _on_this_machine(folder: Path) -> RabbitMQ:
    binaries = _binaries() or _installed_by_apt()
    home = Path(tempfile.mkdtemp(prefix="rabbitmq-", dir=folder))
    node = PrivateNode(binaries, home)
    try:
        node.create()
        url = f"amqp://guest:guest@127.0.0.1:{node.port}/"
        management, metrics = (f"http://127.0.0.1:{p}" for p in (node.management_port, node.metrics_port))
        rabbitmq = RabbitMQ(url, management, metrics, f"local {binaries}", node)
        node.node.wait_until(rabbitmq._ready, 90, what="RabbitMQ")
    except BaseException:
        node.remove()
        raise
    return rabbitmq


def _binaries() -> Path | None:
    """The folder of rabbitmq-server and rabbitmqctl themselves: Debian's in /usr/sbin are wrappers."""
    on_path = shutil.which("rabbitmq-server")
    candidates = [
        Path("/usr/lib/rabbitmq/bin"),
        Path("/opt/homebrew/opt/rabbitmq/sbin"),
        Path("/usr/local/opt/rabbitmq/sbin"),
        *([Path(on_path).resolve().parent] if on_path else []),
    ]
    return next((folder for folder in candidates if (folder / "rabbitmq-server").exists()), None)


def _installed_by_apt() -> Path:
    try:
        apt_install("rabbitmq-server")
    except CannotInstall as error:
        raise RuntimeError(f"{error}\n{HOW_TO_INSTALL}") from error
    found = _binaries()
    assert found, HOW_TO_INSTALL
    return found
