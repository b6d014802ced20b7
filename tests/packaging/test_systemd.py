"""The systemd units: what systemd takes, hardened, restarted, and a port of its own for each instance."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from followup_common.messaging.worker import SHUTDOWN_MS

from tests.support.deployment import SETTINGS
from tests.support.systemd import UNITS, problems

TEMPLATES = {name: (UNITS / f"followup-{name}@.service").read_text() for name in SETTINGS}
MIGRATE = (UNITS / "followup-migrate.service").read_text()
HARDENING = re.compile(r"(?s)# What a service may do.*?\n\n")
URLS = {
    "FOLLOWUP_BROKER_URL": "amqp://followup:secret@localhost/",
    "FOLLOWUP_DATABASE_URL": "postgresql://followup_api:secret@localhost/followup",
}


def environment(name: str, instance: int) -> dict[str, str]:
    """What an instance is given beside the files of /etc/followup."""
    (line,) = re.findall(r"(?m)^Environment=(.*)$", TEMPLATES[name])
    return dict(pair.split("=", 1) for pair in line.replace("%i", str(instance)).split())


def port(name: str, instance: int, monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    """Where an instance listens."""
    for variable, value in {**URLS, **environment(name, instance)}.items():
        monkeypatch.setenv(variable, value)
    settings = SETTINGS[name]()
    if name == "api":
        return settings.host, settings.port  # type: ignore[attr-defined] # the API's own
    return settings.health_host, settings.health_port


@pytest.mark.integration
def test_systemd_takes_them_and_finds_them_hardly_exposed() -> None:
    assert problems() == []


@pytest.mark.integration
def test_the_check_finds_what_is_wrong(tmp_path: Path) -> None:
    unit = TEMPLATES["api"].replace("NoNewPrivileges=yes", "NoNewPrivilegs=yes")
    (tmp_path / "followup-api@.service").write_text(HARDENING.sub("PrivateTmp=yes\n", unit) + "Restrt=no\n")
    found = problems(tmp_path)
    assert any("Restrt" in line for line in found)
    assert any("exposure" in line for line in found)


def test_the_hardening_is_one_text() -> None:
    blocks = {HARDENING.search(text)[0] for text in (*TEMPLATES.values(), MIGRATE)}  # type: ignore[index]  # each has them
    assert len(blocks) == 1


def test_each_instance_of_each_service_has_a_port_of_its_own_on_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [port(name, instance, monkeypatch) for name in SETTINGS for instance in range(3)]
    assert len(set(found)) == len(found)
    assert {host for host, _ in found} == {"127.0.0.1"}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_service_comes_back_whatever_ends_it_but_wrong_settings(name: str) -> None:
    text = TEMPLATES[name]
    assert f"ExecStart=/opt/followup/bin/python -m followup_{name}\n" in text
    assert "\nRestart=always\n" in text
    assert "\nRestartPreventExitStatus=2\n" in text
    assert "\nStartLimitIntervalSec=0\n" in text


@pytest.mark.parametrize("name", SETTINGS)
def test_a_service_reads_its_own_secrets_and_no_others(name: str) -> None:
    files = re.findall(r"(?m)^EnvironmentFile=(.*)$", TEMPLATES[name])
    assert files == ["-/etc/followup/common.env", f"/etc/followup/{name}.env"]


@pytest.mark.parametrize("name", ["escalator", "notifier", "dispatcher"])
def test_a_service_may_finish_what_it_began(name: str) -> None:
    (seconds,) = re.findall(r"(?m)^TimeoutStopSec=(\d+)$", TEMPLATES[name])
    assert int(seconds) > SHUTDOWN_MS / 1000


def test_services_with_a_database_start_after_its_migration() -> None:
    for name, text in TEMPLATES.items():
        assert ("followup-migrate.service" in text) == (name != "scheduler")
    assert "Type=oneshot" in MIGRATE
