"""The passwords that everybody tries first are nobody's here."""

from __future__ import annotations

import subprocess
import sys

import pytest
from fastapi.testclient import TestClient
from followup_api.auth.common_passwords import is_common, most_used

from .conftest import PASSWORD, Person, World

COMMON = [
    "1qaz2wsx3edc4rfv",  # as it is
    "1QAZ2wsx3edc4RFV",
    "passwordpassword",
    "qwertyqwerty",
    "PassWord2026!",
    "letmeinletmein1!",
    "ｐａｓｓｗｏｒｄ１２３４",
    "123456123456",
    "dragon......",
    "Elizabeth1952",
    "aaaaaaaaaaaa",
]
GOOD = [
    PASSWORD,
    "a password for tests",
    "followup-demo",
    "password of a dragon",
    "password12345678901",
    "Zürich im Regen",
]


@pytest.mark.parametrize("password", COMMON)
def test_the_most_used_are_refused_by_a_plain_sentence(api: TestClient, password: str) -> None:
    body = {"email": "new@example.com", "name": "New", "password": password}
    answer = api.post("/api/v1/users", json=body)
    assert answer.status_code == 422, password
    [error] = answer.json()["errors"]
    assert error["field"] == "password"
    assert "is one of the most used passwords, or nearly one: choose another" in error["message"]
    assert password not in answer.text


@pytest.mark.parametrize("password", GOOD)
def test_others_are_taken(password: str) -> None:
    assert not is_common(password)


def test_ten_thousand_are_known() -> None:
    assert len(most_used()) > 10_000
    assert {"123456", "password", "michael"} <= most_used()  # the last is among the names there


def test_a_reset_refuses_them_too(world: World, api: TestClient, admin: Person) -> None:
    person = world.person("Eve")
    answer = api.patch(f"/api/v1/users/{person.id}", json={"password": "password1234"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "password")


@pytest.mark.parametrize("password", ["password1234", "short"])
def test_the_first_admin_gets_none_of_them(database_url: str, password: str) -> None:
    command = [sys.executable, "-m", "followup_api.bootstrap", "--email", "ada@example.com", "--name", "Ada"]
    environment = {"FOLLOWUP_DATABASE_URL": database_url, "FOLLOWUP_ADMIN_PASSWORD": password}
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert "FOLLOWUP_ADMIN_PASSWORD is wrong" in finished.stderr
    assert password not in finished.stdout + finished.stderr
