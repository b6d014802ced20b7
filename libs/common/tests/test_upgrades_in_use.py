"""An upgrade of several revisions: each is a transaction of its own, and it goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from followup_common.db.migrate import alembic_config
from followup_common.db.revisions import MIGRATIONS, revisions
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import ProgrammingError

REVISION = text("SELECT version_num FROM alembic_version")
LATER = """
from alembic import op

revision, down_revision, branch_labels, depends_on = "{revision}", "{before}", None, None


def upgrade():
    op.execute("CREATE TABLE {table} ()")
"""


@pytest.fixture
def upgrades(database_url: str, tmp_path: Path) -> Config:
    """Two more revisions behind this release's."""
    before = revisions()[0]
    for revision, table in (("later_1", "first_later"), ("later_2", "second_later")):
        file = tmp_path / f"{revision}.py"
        file.write_text(LATER.format(revision=revision, before=before, table=table))
        before = revision
    config = alembic_config(database_url)
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", f"{MIGRATIONS / 'versions'}:{tmp_path}")
    return config


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


def test_an_upgrade_that_broke_off_goes_on_where_it_stopped(upgrades: Config, engine: Engine) -> None:
    """What a revision has locked is free before the next one begins."""
    with engine.begin() as tx:
        tx.execute(text("CREATE TABLE second_later ()"))  # so the second cannot go through
    with pytest.raises(ProgrammingError):
        command.upgrade(upgrades, "head")
    with engine.begin() as tx:
        assert tx.scalar(REVISION) == "later_1"
        tx.execute(text("DROP TABLE second_later"))
    command.upgrade(upgrades, "head")
    with engine.connect() as tx:
        assert tx.scalar(REVISION) == "later_2"
