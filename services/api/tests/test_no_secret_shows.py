"""No secret in the logs of a whole run, in answers, or in how objects show themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from followup_api.auth.oidc.flow import Flow
from followup_api.auth.oidc.provider import CALLBACK
from followup_api.auth.oidc.settings import OidcSettings
from followup_api.auth.schemas import LogIn
from followup_api.auth.secrets import new_api_token
from followup_api.settings import ApiServiceSettings
from followup_api.tokens.schemas import TOKEN, CreatedToken
from followup_api.users.schemas import NewUser
from followup_common.db import Database
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from tests.support import oidc
from tests.support.ports import free_port
from tests.support.processes import Process

from .conftest import Person, World
from .log_ins import arrive, depart

SHOWN_IF_LEAKED = "database-pass-7351"
DATABASE_PASSWORD = f"[?# /{SHOWN_IF_LEAKED}/ #[+%"
"""Of what drivers misread; whatever form an error quotes it in, the middle of it shows."""
BROKER_PASSWORD = "broker-pass-7352"
CRON_SECRET = "cron-secret-7353-xyz"
PASSWORD = "personal-pass-7354"
WRONG_PASSWORD = "mistyped-pass-7355"
WRONG_TOKEN = "fu_0123456789ab_" + "7356" * 16
PRIVATE_NOTE = "private-note-7357"
SECRETS = [
    SHOWN_IF_LEAKED,
    BROKER_PASSWORD,
    CRON_SECRET,
    PASSWORD,
    WRONG_PASSWORD,
    WRONG_TOKEN,
    PRIVATE_NOTE,
]


@pytest.fixture
def secretive_url(world: World, database_url: str) -> Iterator[str]:
    """The database's URL with a user whose password must not show."""
    user = f"secretive_{uuid4().hex[:12]}"
    world.execute(f"CREATE ROLE {user} SUPERUSER LOGIN PASSWORD '{DATABASE_PASSWORD}'")
    url = make_url(database_url).set(username=user, password="password-to-come")
    written = url.render_as_string(hide_password=False)
    yield written.replace("password-to-come", quote(DATABASE_PASSWORD, safe="")) + "\n"
    world.execute(f"DROP ROLE {user}")


def environment(database_url: str, port: int, log_format: str) -> dict[str, str]:
    """Everything secret that the API takes, at its most talkative, with a broker that is away."""
    return {
        "FOLLOWUP_DATABASE_URL": database_url,
        "FOLLOWUP_BROKER_URL": f"amqp://followup:{BROKER_PASSWORD}@127.0.0.1:1/",
        "FOLLOWUP_CRON_SECRET": CRON_SECRET,
        "FOLLOWUP_PORT": str(port),
        "FOLLOWUP_LOG_LEVEL": "DEBUG",
        "FOLLOWUP_LOG_FORMAT": log_format,
        "FOLLOWUP_HEALTH_PORT": "0",
    }


@contextmanager
def away(world: World, table: str) -> Iterator[None]:
    """Something that nobody foresaw: a table that is not there."""
    world.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
    yield
    world.execute(f"ALTER TABLE elsewhere RENAME TO {table}")


def use_a_token(url: str, world: World, admin: Person) -> Iterator[str]:
    """Write people and follow-ups, and fail at both; yields the answers."""
    user = {"email": "eve@example.com", "name": "Eve", "password": PASSWORD}
    planned = {"title": "Call", "due_at": "2026-01-01T00:00:00Z", "notes": PRIVATE_NOTE}
    with httpx.Client(base_url=f"{url}/api/v1", headers=admin.headers) as api:
        yield api.post("/users", json={"email": "x", "name": "X", "password": PASSWORD}).text
        yield api.post("/users", json=user).text
        yield api.post("/users", json=user).text  # taken
        api.post("/follow-ups", json=planned)
        api.post("/sweeps")
        # Errors that nobody foresaw, with secrets in the parameters of statements and in local variables:
        world.execute("ALTER TABLE follow_ups ADD CONSTRAINT broken CHECK (notes = '') NOT VALID")
        yield failing(api.post("/follow-ups", json=planned))
        world.execute("ALTER TABLE users ADD CONSTRAINT broken CHECK (email <> 'bo@example.com') NOT VALID")
        yield failing(api.post("/users", json={**user, "email": "bo@example.com"}))


def failing(answer: httpx.Response) -> str:
    assert answer.status_code == 500
    return answer.text


def use_passwords(browser: httpx.Client, world: World) -> Iterator[str]:
    """Log in, right and wrong and in vain; yields the answers."""
    known = {"email": "eve@example.com", "password": PASSWORD}
    with away(world, "sessions"):
        yield failing(browser.post("/api/v1/session", json=known))
    for password in (WRONG_PASSWORD, PASSWORD):
        yield browser.post("/api/v1/session", json={**known, "password": password}).text
    yield browser.get("/api/v1/me", headers={"Authorization": f"Bearer {WRONG_TOKEN}"}).text
    for secret in (CRON_SECRET, WRONG_PASSWORD):
        yield browser.post("/api/cron/followups", headers={"Authorization": f"Bearer {secret}"}).text


def use_the_provider(browser: httpx.Client, world: World, provider: oidc.Provider) -> Iterator[str]:
    """Log in through the provider, with good and used and forged proofs and in vain; yields the answers."""
    back = depart(browser)
    [(name, flow)] = [item for item in browser.cookies.items() if item[0].endswith("-oidc")]
    yield arrive(browser, back).text
    yield httpx.get(back, headers={"Cookie": f"{name}={flow}"}).text  # the code is used up
    yield arrive(browser, f"{depart(browser)}&error=access_denied").text
    for claims in ({"nonce": "another"}, {"exp": 1}):
        provider.forge = lambda right, claims=claims: provider.sign({**right, **claims})
        yield arrive(browser, depart(browser)).text
    provider.forge = None
    with away(world, "sessions"):
        yield failing(browser.get(depart(browser)))
    for claims in ({}, {"exp": 1}):
        token = provider.access_token(**claims)
        provider.secrets.append(token)
        yield browser.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).text
    provider.secrets += [flow, flow.partition(".")[0]]


def session_of(browser: httpx.Client) -> list[str]:
    """The cookies of the log-in."""
    return [value for name, value in browser.cookies.items() if not name.endswith("-oidc")]


@pytest.mark.parametrize("log_format", ["json", pytest.param("console", marks=pytest.mark.long)])
def test_the_log_of_a_whole_run_holds_no_secret(
    world: World, admin: Person, secretive_url: str, start_service: Callable[..., Process], log_format: str
) -> None:
    port = free_port()
    url = f"http://localhost:{port}"
    world.person("Amir")
    with oidc.running(f"{url}{CALLBACK}") as provider, httpx.Client(base_url=url) as browser:
        trusting = {**provider.settings, "oidc_audience": oidc.AUDIENCE}
        single_sign_on = {f"FOLLOWUP_{name.upper()}": value for name, value in trusting.items()}
        process = start_service("api", **environment(secretive_url, port, log_format), **single_sign_on)
        process.wait_until(lambda: httpx.get(f"{url}/healthz").status_code == 200, what="the API answers")
        answers = [*use_a_token(url, world, admin), *use_the_provider(browser, world, provider)]
        sessions = session_of(browser)
        made = httpx.post(f"{url}/api/v1/tokens", json={"name": "x"}, headers=admin.headers).json()
        feed = httpx.post(f"{url}/api/v1/calendar-feeds", json={"name": "x"}, headers=admin.headers).json()
        assert httpx.get(feed["url"]).status_code == 200
        answers += use_passwords(browser, world)
        sessions += session_of(browser)
    process.wait_until(lambda: "publish_left_to_redrive" in process.output, what="a publish has failed")
    process.terminate(15)
    hashes = world.execute("SELECT password_hash FROM users WHERE password_hash IS NOT NULL")
    secrets = [*SECRETS, *provider.secrets, *sessions, admin.token, made["token"]]
    secrets.append(feed["url"].rsplit("/")[-1].removesuffix(".ics"))
    secrets += [row.password_hash for row in hashes]
    for event in ("request_failed", "oidc_refused", "oidc_code_refused", "oidc_token_refused"):
        assert event in process.output
    shown = process.output + "".join(answers)
    assert [secret for secret in secrets if secret in shown] == []
    assert "inbox_listener_lost" not in shown


@pytest.mark.parametrize("name", ["escalator", "notifier", "scheduler"])
def test_a_worker_without_its_servers_logs_no_secret(
    secretive_url: str, start_service: Callable[..., Process], name: str, tmp_path: Path
) -> None:
    process = start_service(name, **environment(secretive_url, free_port(), "json"))
    process.wait_until(lambda: "127.0.0.1" in process.output or "refused" in process.output.lower(), 40)
    process.terminate(40)
    assert SHOWN_IF_LEAKED not in process.output
    assert BROKER_PASSWORD not in process.output


def test_an_error_of_the_database_does_not_show_what_was_written(database_url: str) -> None:
    database = Database(database_url, lock_timeout=timedelta(seconds=1))
    statement = text("INSERT INTO users (email, name, role, password_hash) VALUES ('a@b', 'A', 'x', :secret)")
    with pytest.raises(IntegrityError) as error, database.transaction() as tx:
        tx.execute(statement, {"secret": PASSWORD})
    assert "check constraint" in str(error.value)
    assert PASSWORD not in f"{error.value} {error.value!r} {error.value.orig} {error.value.orig!r}"
    database.close()


@pytest.mark.parametrize(
    "shown",
    [
        LogIn.model_validate({"email": "a@b.c", "password": PASSWORD}),
        NewUser.model_validate({"email": "a@b.c", "name": "A", "password": PASSWORD}),
        ApiServiceSettings.model_validate(
            {
                "database_url": f"postgresql://someone:{PASSWORD}@localhost/x",
                "broker_url": f"amqp://someone:{PASSWORD}@localhost/",
                "cron_secret": PASSWORD,
            }
        ),
        OidcSettings.model_validate(
            {
                "public_url": "http://localhost:8000",
                "oidc_issuer": "https://id.example.com",
                "oidc_client_id": "followup",
                "oidc_client_secret": PASSWORD,
            }
        ),
        Flow(PASSWORD, "/"),
    ],
)
def test_what_holds_a_secret_does_not_show_it(shown: Any) -> None:
    assert PASSWORD not in f"{shown!r} {shown}"


def test_a_setting_that_is_wrong_does_not_show_itself() -> None:
    with pytest.raises(ValidationError) as error:
        ApiServiceSettings.model_validate({"database_url": PASSWORD, "broker_url": PASSWORD})
    assert PASSWORD not in str(error.value)


def test_a_token_shows_itself_to_its_owner_only() -> None:
    token = new_api_token()
    assert token.token not in repr(token)
    assert str(token.digest) not in repr(token)
    fields = CreatedToken.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index]  # a dict
    assert TOKEN not in repr(CreatedToken.model_validate(fields))


def test_the_urls_of_connections_do_not_show_passwords() -> None:
    database = Database(f"postgresql://someone:{quote(DATABASE_PASSWORD, safe='')}@localhost:1/x")
    assert SHOWN_IF_LEAKED not in f"{database!r} {database.engine!r} {database.engine.url!r}"
    with pytest.raises(Exception, match="refused") as error, database.transaction():
        pass
    assert SHOWN_IF_LEAKED not in f"{error.value!r} {error.value}"
