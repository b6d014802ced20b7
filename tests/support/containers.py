"""Servers in containers, through testcontainers, when a container engine answers."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.support.ports import free_port

ONLY_CONTAINERS = """\
FOLLOWUP_TEST_SERVERS=containers asks for servers in containers, and no engine answers. Start Docker or Podman
(DOCKER_HOST names a socket elsewhere), or unset it to take servers of this machine."""


@cache
def engine_answers() -> bool:
    """Whether containers can be started here. FOLLOWUP_TEST_SERVERS=local says: do not try.

    Raises:
        RuntimeError: they cannot, and FOLLOWUP_TEST_SERVERS=containers says that nothing else will do.
    """
    wanted = os.environ.get("FOLLOWUP_TEST_SERVERS")
    answers = wanted != "local" and _ping(60 if wanted == "containers" else 5)
    if wanted == "containers" and not answers:
        raise RuntimeError(ONLY_CONTAINERS)
    return answers


def _ping(seconds: int) -> bool:
    import docker

    try:
        client = docker.from_env(timeout=seconds)
    except docker.errors.DockerException:
        return False
    try:
        return bool(client.ping())
    except (docker.errors.DockerException, OSError):
        return False
    finally:
        client.close()


@dataclass
class Container:
    """A container with a fixed name and fixed host ports, so that it is the same one after a restart.

    Args:
        name: unique on the engine; anyone who knows it can stop or remove the container.
        image: with its tag.
        ports: the container's TCP ports to publish.
        environment: variables for it.
        command: replaces the image's own.
    """

    name: str
    image: str
    ports: tuple[int, ...]
    environment: dict[str, str] = field(default_factory=dict)
    command: list[str] | None = None
    address: str = field(default="", init=False)
    host_ports: dict[int, int] = field(default_factory=dict, init=False)

    def create(self) -> None:
        """Pull the image when it is missing, and start the container for the first time."""
        from testcontainers.core.container import DockerContainer

        container = DockerContainer(self.image, name=self.name, env=self.environment, command=None)
        if self.command is not None:
            container.with_command(self.command)
        for port in self.ports:
            container.with_bind_ports(port, free_port())
        container.start()
        self.address = container.get_container_host_ip()
        self.host_ports = {port: container.get_exposed_port(port) for port in self.ports}

    def start(self) -> None:
        """Start it again after a stop."""
        self._handle().start()

    def stop(self) -> None:
        """Stop it politely; its files stay."""
        self._handle().stop(timeout=20)

    def kill(self) -> None:
        """Stop it with kill -9; its files stay."""
        self._handle().kill()

    def remove(self) -> None:
        """Delete it with its files, running or not; nothing happens when it is gone."""
        import docker

        try:
            self._handle().remove(force=True, v=True)
        except docker.errors.NotFound:
            return

    def log(self) -> str:
        """All that it has written so far."""
        return bytes(self._handle().logs()).decode(errors="replace")

    def _handle(self) -> Any:
        import docker

        return docker.from_env().containers.get(self.name)
