"""How the services are deployed: what Compose, the Kubernetes files and the Dockerfiles give each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from followup_api.settings import ApiServiceSettings
from followup_common.settings import Settings
from followup_dispatcher.settings import DispatcherSettings
from followup_escalator.settings import EscalatorSettings
from followup_notifier.settings import NotifierSettings
from followup_scheduler.settings import SchedulerSettings

from tests.support.manifests import KUBERNETES, Manifest, render
from tests.support.processes import REPOSITORY

SETTINGS: dict[str, type[Settings]] = {
    "scheduler": SchedulerSettings,
    "escalator": EscalatorSettings,
    "notifier": NotifierSettings,
    "dispatcher": DispatcherSettings,
    "api": ApiServiceSettings,
}
"""The services, each with the class of its settings."""

COMPOSE: dict[str, dict[str, Any]] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())[
    "services"
]
EXAMPLE = KUBERNETES / "overlays" / "example"
WORTH = "worth-43-letters-which-are-32-bytes-base64-"
"""Stands for every secret, also for one that has to be 32 bytes in base64."""


@dataclass(frozen=True)
class Deployed:
    """One service as one of the ways runs it.

    Args:
        environment: all that it is started with, its image's own variables too.
        port: where the way expects it to listen.
        grace_seconds: how long it may take to stop.
    """

    environment: Mapping[str, str]
    port: int
    grace_seconds: int


def by_compose(service: str) -> Deployed:
    """As docker-compose.yml runs it, with .env as deploy/env.sh makes it."""
    environment = {
        name: re.sub(r"\$\{(\w+)(?::([-?])([^}]*))?\}", _of_the_example, value)
        for name, value in COMPOSE[service]["environment"].items()
    }
    grace = int(COMPOSE[service]["stop_grace_period"].removesuffix("s"))
    image = dockerfile(service)
    return Deployed({**image_environment(image), **environment}, exposed_port(image), grace)


def by_kubernetes(service: str) -> Deployed:
    """As the example's overlay runs it."""
    pod = named("Deployment", f"followup-{service}")["spec"]["template"]["spec"]
    container = pod["containers"][0]
    environment = {**image_environment(dockerfile(service)), **container_environment(container)}
    port = container["ports"][0]["containerPort"]
    return Deployed(environment, port, pod["terminationGracePeriodSeconds"])


def container_environment(container: Manifest) -> dict[str, str]:
    """The variables of a container; secrets are worth the same everywhere."""
    given: dict[str, str] = {}
    for source in container.get("envFrom", []):
        given |= named("ConfigMap", source["configMapRef"]["name"])["data"]
    for variable in container["env"]:
        given[variable["name"]] = re.sub(r"\$\((\w+)\)", lambda found: given[found[1]], _value(variable))
    return given


def _value(variable: Manifest) -> str:
    if "value" in variable:
        return str(variable["value"])
    source = variable["valueFrom"]
    if "configMapKeyRef" in source:
        reference = source["configMapKeyRef"]
        return str(named("ConfigMap", reference["name"])["data"][reference["key"]])
    urls = {
        "url": f"amqp://followup:{WORTH}@rabbitmq:5672/",
        "management-url": f"http://followup:{WORTH}@rabbitmq:15672/",
        "smtp-url": f"smtp+starttls://followup:{WORTH}@mail.example.com:587",
        "bounces-url": f"imaps://followup:{WORTH}@mail.example.com/INBOX",
        "answers-url": f"imaps://answers:{WORTH}@mail.example.com/INBOX",
    }
    return urls.get(source["secretKeyRef"]["key"], WORTH)


@cache
def manifests() -> list[Manifest]:
    """All that the example's overlay brings: the jobs, and the services."""
    return render(EXAMPLE / "jobs") + render(EXAMPLE / "services")


def named(kind: str, name: str) -> Manifest:
    """The manifest of this kind and name."""
    return next(one for one in of_kind(kind) if one["metadata"]["name"] == name)


def of_kind(kind: str) -> list[Manifest]:
    """All manifests of a kind."""
    return [one for one in manifests() if one["kind"] == kind]


def dockerfile(service: str) -> str:
    """The text of a service's Dockerfile."""
    return (REPOSITORY / "services" / service / "Dockerfile").read_text()


def image_environment(text: str) -> dict[str, str]:
    """The FOLLOWUP_ variables that a Dockerfile's last stage sets."""
    return dict(re.findall(r"^\s+(FOLLOWUP_\w+)=(\S+)", text.rpartition("\nFROM ")[2], flags=re.MULTILINE))


def exposed_port(text: str) -> int:
    """The port that a Dockerfile exposes."""
    return int(re.findall(r"^EXPOSE (\d+)$", text, flags=re.MULTILINE)[0])


def _of_the_example(found: re.Match[str]) -> str:
    name, kind, rest = found.groups()
    example = (REPOSITORY / ".env.example").read_text()
    given = re.search(rf"^{name}=(.*)$", example, flags=re.MULTILINE)
    if given is None and kind == "-":
        return str(rest)
    assert given, f"{name} is not in .env.example"
    return given[1] or WORTH
