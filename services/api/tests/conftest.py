"""The application on a database of the test's own, under the API's role, and clients of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from followup_api.app import create_app
from followup_api.auth.oidc.provider import CALLBACK
from followup_api.auth.passwords import hashed
from followup_api.auth.queries import set_password_hash
from followup_api.auth.secrets import new_api_token
from followup_api.settings import ApiSettings
from followup_api.tokens.queries import add_token
from followup_api.users.service import create_user
from followup_common.contracts import Envelope
from followup_common.db import Database
from followup_common.messaging import Publisher, in_process_broker
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from tests.support import oidc
from tests.support.pipeline import Pipeline

from .companies import Company
from .live_server import LiveServer

PASSWORD = "correct horse battery staple"
HASHED = hashed(PASSWORD)
"""Made once: hashing is slow on purpose."""
PUBLIC = "http://localhost:8000"
"""Where clients find the application."""


class RecordingPublisher(Publisher):
    """Keeps what it was given to publish."""

    def __init__(self) -> None:
        super().__init__(in_process_broker())
        self.published: list[Envelope] = []

    def publish(self, envelopes: Iterable[Envelope]) -> None:
        self.published += envelopes


@dataclass
class Person:
    """Somebody in the database, with an API token."""

    id: int
    email: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What authenticates them."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class World:
    """One application, and people in its database."""

    app: FastAPI
    database_url: str
    database: Database
    engine: Engine
    publisher: RecordingPublisher
    _count: int = field(default=0)

    def person(self, name: str, role: str = "employee", manager: Person | None = None, **more: Any) -> Person:
        """Add a person, with `PASSWORD` and a token; the audit log does not know of it."""
        email = f"{name.lower().replace(' ', '.')}@example.com"
        token = new_api_token()
        values = {
            "email": email,
            "name": name,
            "role": role,
            "manager_id": manager and manager.id,
            **more,
        }
        with self.database.transaction() as tx:
            user = create_user(tx, **values)
            if "password" not in more:
                set_password_hash(tx, user.id, HASHED)
            add_token(tx, user.id, "test", token)
        self.execute("DELETE FROM audit_log WHERE target = :target", target=f"users/{user.id}")
        return Person(user.id, email, token.token)

    def client(self, person: Person | None = None, base_url: str = PUBLIC) -> TestClient:
        """A client with the person's token, or with nothing."""
        return TestClient(self.app, base_url=base_url, headers=person.headers if person else {})

    def execute(self, statement: str, **values: Any) -> list[Any]:
        """Run SQL as superuser and commit; returns the rows, if any."""
        with self.engine.begin() as tx:
            result = tx.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []


@pytest.fixture
def settings(database_url: str) -> ApiSettings:
    """Settings of the application; a test may override this fixture by parametrizing `api_settings`."""
    url = make_url(database_url).update_query_dict({"options": "-crole=followup_api"})
    return ApiSettings.model_validate({"database_url": url.render_as_string(hide_password=False)})


@pytest.fixture
def build(settings: ApiSettings, database_url: str) -> Iterator[Callable[..., World]]:
    """Build the application with other settings: `build(cron_secret="...")`."""
    opened: list[World] = []

    def build(**changes: Any) -> World:
        url = settings.database_url.get_secret_value()
        merged = ApiSettings.model_validate({**settings.model_dump(), **changes})
        database = Database(url, application_name="test", pool_size=merged.database_pool_size)
        publisher = RecordingPublisher()
        app = create_app(merged, database=database, publisher=publisher)
        world = World(app, database_url, database, create_engine(database_url), publisher)
        opened.append(world)
        return world

    yield build
    for world in opened:
        world.database.close()
        world.engine.dispose()


@pytest.fixture
def world(build: Callable[..., World]) -> World:
    """The application with default settings."""
    return build()


@pytest.fixture
def admin(world: World) -> Person:
    """An admin."""
    return world.person("Ada Admin", "admin")


@pytest.fixture
def api(world: World, admin: Person) -> TestClient:
    """A client with the admin's token."""
    return world.client(admin)


@pytest.fixture
def company(world: World) -> Company:
    """People at every place of a company, on the application with default settings."""
    return Company(world)


@pytest.fixture
def pipeline(world: World, company: Company) -> Iterator[Pipeline]:
    """Escalator and notifier on the application's database, when its people are there."""
    pipeline = Pipeline(world.database_url)
    yield pipeline
    pipeline.close()


@pytest.fixture
def server(company: Company) -> Iterator[LiveServer]:
    """The application of the company behind a real server, for a test to start; stopped after it."""
    running = LiveServer(company.world)
    yield running
    running.stop()


@pytest.fixture
def anonymous(world: World) -> TestClient:
    """A client that is not logged in."""
    return world.client()


@pytest.fixture(scope="session")
def running_provider() -> Iterator[oidc.Provider]:
    """An OpenID Connect provider; ask for `provider` instead."""
    with oidc.running(f"{PUBLIC}{CALLBACK}") as provider:
        yield provider


@pytest.fixture
def provider(running_provider: oidc.Provider) -> oidc.Provider:
    """An OpenID Connect provider, whatever tests before have made of it."""
    running_provider.reset()
    return running_provider


@pytest.fixture
def trusting(build: Callable[..., World], provider: oidc.Provider) -> Callable[..., World]:
    """Build an application that trusts the provider, with other settings beside."""
    return lambda **changes: build(**{**provider.settings, **changes})
