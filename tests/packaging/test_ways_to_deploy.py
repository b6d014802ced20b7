"""Compose, the Kubernetes files, the Dockerfiles and the settings classes agree."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from followup_common.db import migrate
from followup_common.messaging.worker import SHUTDOWN_MS

from tests.support.deployment import (
    COMPOSE,
    SETTINGS,
    Deployed,
    by_compose,
    by_kubernetes,
    container_environment,
    dockerfile,
    exposed_port,
    named,
)

WAYS = {"Compose": by_compose, "Kubernetes": by_kubernetes}
ROLES = {f"FOLLOWUP_{role.upper()}_PASSWORD" for role in migrate.ROLES}
Way = Callable[[str], Deployed]

pytestmark = pytest.mark.parametrize("service", SETTINGS)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    """One way to deploy."""
    return WAYS[request.param]


def test_a_service_takes_what_it_is_given_and_needs_no_more(
    way: Way, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed = way(service)
    for name, value in deployed.environment.items():
        monkeypatch.setenv(name, value)
    if "FOLLOWUP_OIDC_CLIENT_SECRET" in deployed.environment:  # anyone who has that has named the provider
        monkeypatch.setenv("FOLLOWUP_OIDC_ISSUER", "https://id.example.com")
        monkeypatch.setenv("FOLLOWUP_OIDC_CLIENT_ID", "followup")
    settings = SETTINGS[service]()  # raises for what is missing or wrong
    assert settings.health_port == deployed.port


def test_every_variable_is_one_of_our_settings(way: Way, service: str) -> None:
    # What all services are given together need not be for each of them.
    known = {f"FOLLOWUP_{field.upper()}" for of in SETTINGS.values() for field in of.model_fields}
    ours = {name for name in way(service).environment if name.startswith("FOLLOWUP_")}
    assert ours
    assert ours <= known


def test_a_service_logs_in_under_its_own_role(way: Way, service: str) -> None:
    url = way(service).environment.get("FOLLOWUP_DATABASE_URL")
    if service == "scheduler":
        assert url is None
    else:
        assert url
        assert urlsplit(url).username == f"followup_{service}"


def test_a_service_may_finish_what_it_began(way: Way, service: str) -> None:
    needed = SHUTDOWN_MS / 1000 if service in {"escalator", "notifier", "dispatcher"} else 5
    assert way(service).grace_seconds > needed


def test_the_image_listens_where_it_says(service: str) -> None:
    text = dockerfile(service)
    assert exposed_port(text) == by_kubernetes(service).port
    assert named("Service", f"followup-{service}")["spec"]["ports"][0]["port"] == exposed_port(text)
    published = [str(port).rpartition(":")[2] for port in COMPOSE[service].get("ports", [])]
    assert published == (["8000"] if service == "api" else [])


def test_the_dockerfiles_are_one_text(service: str) -> None:
    assert general(dockerfile(service), service) == general(dockerfile("escalator"), "escalator")


def test_anyone_who_migrates_gives_each_role_its_password(service: str) -> None:
    compose = COMPOSE["migrate"]["environment"]
    job = named("Job", "followup-migrate")["spec"]["template"]["spec"]["containers"][0]
    kubernetes = {variable["name"]: variable.get("valueFrom") for variable in job["env"]}
    name = f"FOLLOWUP_{service.upper()}_PASSWORD"
    assert set(compose) == set(kubernetes) == {"FOLLOWUP_DATABASE_URL", *ROLES}
    if name in ROLES:
        pod = named("Deployment", f"followup-{service}")["spec"]["template"]["spec"]
        own = next(one for one in pod["containers"][0]["env"] if one["name"] == "DATABASE_PASSWORD")
        assert kubernetes[name] == own["valueFrom"]
        assert container_environment(job)[name]


def general(text: str, service: str) -> str:
    """A Dockerfile without what is its service's own: names, words, the port, and the page in the API's."""
    own = [
        r"(?m)^# .*\n",
        r"(?m)^ARG NODE=.*\n",
        r"(?s)FROM \$\{NODE\} AS web.*?\n\n",
        r"(?m)^COPY --from=web .*\n",
        r"(?m)^COPY services/api/hatch_build\.py .*\n",
        r"(?m)^    FOLLOWUP_(HOST|PORT)=.*\n",
        r"(?<=title=)\".*?\"",
        r"(?<=description=)\".*?\"",
    ]
    for pattern in own:
        text = re.sub(pattern, "", text)
    return text.replace(service, "SERVICE").replace("8000", "PORT").replace("8080", "PORT")
