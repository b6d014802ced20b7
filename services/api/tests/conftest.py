"""The application on a database of the test's own, under the API's role, and clients of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from followup_api.app import create_app
from followup_api.auth.oidc.provider import CALLBACK
from followup_api.auth.passwords import hashed
from followup_api.auth.secrets import new_api_token
from followup_api.settings import ApiSettings
from followup_api.tokens.queries import add_token
from followup_common.contracts import Envelope
from followup_common.db import Database
from followup_common.db.tables import audit_log, users
from followup_common.messaging import Publisher, in_process_broker
from sqlalchemy import Engine, create_engine, delete, insert, text
from sqlalchemy.engine import make_url
from starlette.routing import BaseRoute

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
    portal: BlockingPortal

    def person(self, name: str, role: str = "employee", manager: Person | None = None, **more: Any) -> Person:
        """Add a person with a token, and with `PASSWORD` or None; the audit log does not know of it."""
        email = f"{name.lower().replace(' ', '.')}@example.com"
        token = new_api_token()
        password = more.pop("password", PASSWORD)
        values = {
            "email": email,
            "name": name,
            "role": role,
            "manager_id": manager and manager.id,
            "password_hash": password and HASHED,
            **more,
        }
        with self.engine.begin() as tx:  # some thousand times in a run: with as few statements as it takes
            user_id = tx.execute(insert(users).values(values).returning(users.c.id)).scalar_one()
            add_token(tx, user_id, "test", token)
            tx.execute(delete(audit_log).where(audit_log.c.target == f"users/{user_id}"))
        return Person(user_id, email, token.token)

    def client(self, person: Person | None = None, base_url: str = PUBLIC) -> TestClient:
        """A client with the person's token, or with nothing."""
        client = TestClient(self.app, base_url=base_url, headers=person.headers if person else {})
        client.portal = self.portal
        return client

    def execute(self, statement: str, **values: Any) -> list[Any]:
        """Run SQL as superuser and commit; returns the rows, if any."""
        with self.engine.begin() as tx:
            result = tx.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []


def unasked_app() -> FastAPI:
    """An application that is never asked anything: no database is needed."""
    nowhere = "postgresql://localhost/nowhere"
    settings = ApiSettings.model_validate({"database_url": nowhere})
    return create_app(settings, database=Database(nowhere), publisher=Publisher(in_process_broker()))


@pytest.fixture
def settings(database_url: str) -> ApiSettings:
    """Settings of the application; a test may override this fixture by parametrizing `api_settings`."""
    url = make_url(database_url).update_query_dict({"options": "-crole=followup_api"})
    return ApiSettings.model_validate({"database_url": url.render_as_string(hide_password=False)})


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """One event loop for all applications: a client without it starts one, and threads, for each request."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="session")
def routes() -> list[BaseRoute]:
    """The routes of an application that no test sees: those of tests share them.

    At its first requests each application would spend 40 ms on what the framework works out from its routes.
    Nothing of it depends on settings, and a route that a test adds is in its own application only.
    """
    return list(unasked_app().router.routes)


@pytest.fixture(scope="session")
def engines() -> dict[str, Engine]:
    """By database, how tests look into it; a new one would compile every statement again."""
    return {}


@pytest.fixture
def build(
    settings: ApiSettings,
    database_url: str,
    portal: BlockingPortal,
    routes: list[BaseRoute],
    engines: dict[str, Engine],
) -> Iterator[Callable[..., World]]:
    """Build the application with other settings: `build(cron_secret="...")`."""
    opened: list[World] = []

    def build(**changes: Any) -> World:
        url = settings.database_url.get_secret_value()
        merged = ApiSettings.model_validate({**settings.model_dump(), **changes}) if changes else settings
        database = Database(url, application_name="test", pool_size=merged.database_pool_size)
        publisher = RecordingPublisher()
        app = create_app(merged, database=database, publisher=publisher)
        app.router.routes[:] = routes
        engine = engines.setdefault(database_url, create_engine(database_url))
        world = World(app, database_url, database, engine, publisher, portal)
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
