"""Promise 8, of temporary tables: only the API makes any, for its imports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from followup_common.db.migrate import upgrade
from psycopg import errors
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from tests.support.postgres import Postgres, role_url


@pytest.fixture
def migrated(postgres: Postgres) -> Iterator[str]:
    """A database that was migrated itself: a copy of one has not its rights."""
    url = postgres.create_database()
    upgrade(url)
    yield url
    postgres.drop_database(url)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("followup_api", True),
        ("followup_escalator", False),
        ("followup_notifier", False),
        ("followup_dispatcher", False),
    ],
)
def test_who_may_make_a_temporary_table(migrated: str, role: str, may: bool) -> None:
    engine = create_engine(role_url(migrated, role))
    with engine.connect() as tx:
        if may:
            tx.execute(text("CREATE TEMPORARY TABLE incoming (id bigint)"))
        else:
            with pytest.raises(ProgrammingError) as refused:
                tx.execute(text("CREATE TEMPORARY TABLE incoming (id bigint)"))
            assert isinstance(refused.value.orig, errors.InsufficientPrivilege)
    engine.dispose()
