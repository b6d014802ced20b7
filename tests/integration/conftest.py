"""The services of one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest
from followup_common.db.database import libpq_url

from tests.support.pgbouncer import Pooled, running
from tests.support.postgres import Postgres
from tests.support.processes import Process
from tests.support.system import System


@pytest.fixture
def system(database_url: str, broker_url: str, start_service: Callable[..., Process]) -> Iterator[System]:
    """No service runs yet: `system.start("escalator", "notifier")`."""
    system = System(database_url, broker_url, start_service)
    yield system
    system.owner.close()


@pytest.fixture
def roles(postgres: Postgres) -> Iterator[dict[str, str]]:
    """Log-ins of this test's own with the rights of the services; their passwords."""
    made = {f"{service}_{uuid4().hex[:8]}": uuid4().hex for service in ("api", "escalator", "notifier")}
    with psycopg.connect(libpq_url(postgres.admin_url), autocommit=True) as admin:
        for role, password in made.items():
            group = f"followup_{role.partition('_')[0]}"
            admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}' IN ROLE {group}")
        yield made
        for role in made:
            admin.execute(f"DROP ROLE {role}")


@pytest.fixture
def pooled(database_url: str, postgres: Postgres, roles: dict[str, str]) -> Iterator[Pooled]:
    """A way to the database through a PgBouncer of this test's own."""
    with running(postgres, roles) as pgbouncer:
        yield Pooled(database_url, pgbouncer)
