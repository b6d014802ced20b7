"""docker-compose.yml: each service under its own database role, restarted, and no secret in the file."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.support.processes import REPOSITORY

TEXT = (REPOSITORY / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OURS = ("scheduler", "escalator", "notifier", "dispatcher", "api")
PLACEHOLDER = re.compile(r"\$\{(\w+)(:[-?][^}]*)?\}")


@pytest.mark.parametrize("name", ["escalator", "notifier", "dispatcher", "api"])
def test_a_service_logs_in_to_the_database_as_its_own_role(name: str) -> None:
    url = urlsplit(SERVICES[name]["environment"]["FOLLOWUP_DATABASE_URL"])
    assert url.username == f"followup_{name}"
    assert url.password == f"${{FOLLOWUP_{name.upper()}_PASSWORD}}"


def test_the_clock_has_no_database() -> None:
    assert "FOLLOWUP_DATABASE_URL" not in SERVICES["scheduler"]["environment"]


@pytest.mark.parametrize("name", OURS)
def test_a_service_comes_back_by_itself_and_tells_its_health(name: str) -> None:
    dockerfile = (REPOSITORY / SERVICES[name]["build"]["dockerfile"]).read_text()
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["read_only"]
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]
    assert "HEALTHCHECK" in dockerfile
    assert "USER 10001" in dockerfile


OF_OTHERS = {"FOLLOWUP_SLACK_SIGNING_SECRET"}
"""Nobody here can make them; they may be unset."""


def test_no_password_has_a_default_in_the_file_and_the_example_names_every_setting() -> None:
    used = PLACEHOLDER.findall(TEXT)
    secrets = {name for name, _ in used if name.endswith(("_PASSWORD", "_SECRET"))} - OF_OTHERS
    defaulted = {name for name, rest in used if rest.startswith(":-")}
    example = (REPOSITORY / ".env.example").read_text()
    documented = set(re.findall(r"^(?:# )?(\w+)=", example, flags=re.MULTILINE))
    assert len(secrets) == 9
    assert not secrets & defaulted
    assert {name for name, _ in used} == documented


def made_environment(repository: Path) -> dict[str, str]:
    """What deploy/env.sh makes in a copy of the repository."""
    (repository / "deploy").mkdir(parents=True)
    for name in (".env.example", "deploy/env.sh"):
        shutil.copy(REPOSITORY / name, repository / name)
    subprocess.run(["sh", repository / "deploy" / "env.sh"], check=True, capture_output=True)
    return dict(re.findall(r"^(\w+)=(.*)$", (repository / ".env").read_text(), flags=re.MULTILINE))


def test_no_password_is_published_and_each_installation_makes_its_own(tmp_path: Path) -> None:
    one, other = made_environment(tmp_path / "one"), made_environment(tmp_path / "other")
    secrets = [name for name in one if name.endswith(("_PASSWORD", "_SECRET"))]
    assert len(secrets) == 9
    for name in secrets:
        assert re.fullmatch(r"[0-9a-f]{48}", one[name])
        assert one[name] != other[name]
    assert not re.search(r"_(PASSWORD|SECRET)=.", (REPOSITORY / ".env.example").read_text())
    assert stat.S_IMODE((tmp_path / "one" / ".env").stat().st_mode) == 0o600


def test_an_environment_that_is_there_stays(tmp_path: Path) -> None:
    made = made_environment(tmp_path / "one")
    finished = subprocess.run(
        ["sh", tmp_path / "one" / "deploy" / "env.sh"], check=True, capture_output=True, text=True
    )
    assert "stays as it is" in finished.stdout
    kept = dict(re.findall(r"^(\w+)=(.*)$", (tmp_path / "one" / ".env").read_text(), flags=re.MULTILINE))
    assert kept == made


@pytest.mark.parametrize("name", ["migrate", "first-admin", "demo"])
def test_a_one_shot_is_tried_again_until_it_succeeds(name: str) -> None:
    assert SERVICES[name]["restart"] == "on-failure"
    assert SERVICES[name]["healthcheck"] == {"disable": True}
    assert SERVICES[name]["read_only"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]


def test_without_a_profile_there_is_neither_demo_nor_command_nor_monitoring() -> None:
    profiles = {name: service["profiles"] for name, service in SERVICES.items() if "profiles" in service}
    assert profiles == {
        **{"demo": ["demo"], "cli": ["cli"], "backup": ["backup"]},
        **{"prometheus": ["monitoring"], "grafana": ["monitoring"]},
    }
