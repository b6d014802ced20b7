"""All that is kept sealed is sealed with the present key, once there is one before; then that can go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from followup_common.db import Database, series  # noqa: F401 - it declares its table
from followup_common.db.tables import metadata
from followup_common.metrics import Meter
from followup_common.sealing import NotSealedWithThis, Seal
from followup_dispatcher import resealing
from followup_dispatcher.dispatcher import Dispatcher
from followup_dispatcher.resealing import SECRETS, Found, reseal
from followup_dispatcher.secrets_doctor import KEY, examine_secrets
from followup_dispatcher.settings import DispatcherSettings
from sqlalchemy import LargeBinary, text

from tests.support.postgres import role_url
from tests.support.waiting import eventually

OLD_KEY, NEW_KEY = "k" * 32, "n" * 32
OLD, NEW, BOTH = Seal(OLD_KEY), Seal(NEW_KEY), Seal(NEW_KEY, OLD_KEY)
PERSON = "INSERT INTO users (email, name, role) VALUES ('ada@example.com', 'Ada', 'admin') RETURNING id"
CHAT = """
    INSERT INTO destinations (user_id, channel, address, state, sealed)
    VALUES (:id, :channel, 'x', 'off', :sealed) RETURNING id
"""
BROWSER = "INSERT INTO push_subscriptions VALUES (:id, sha256(:sealed), :sealed)"
WEBHOOK = """
    INSERT INTO webhooks (url, event_types, owner_id, secret, previous_secret)
    VALUES ('https://example.com', '{follow_up.created}', :id, :secret, :previous)
"""


@pytest.fixture
def owner(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def dispatcher(database_url: str) -> Iterator[Database]:
    database = Database(role_url(database_url, "followup_dispatcher"))
    yield database
    database.close()


def keep(owner: Database) -> list[str]:
    """A secret of each kind, sealed with the old key; returns them."""
    with owner.transaction() as tx:
        ada = tx.execute(text(PERSON)).scalar_one()
        for channel in ("slack_webhook", "teams", "apprise"):
            tx.execute(text(CHAT), {"id": ada, "channel": channel, "sealed": OLD.sealed(channel)})
        push = tx.execute(text(CHAT), {"id": ada, "channel": "push", "sealed": None}).scalar_one()
        tx.execute(text(BROWSER), {"id": push, "sealed": OLD.sealed("browser")})
        secrets = {"secret": OLD.sealed("secret"), "previous": OLD.sealed("before")}
        tx.execute(text(WEBHOOK), {"id": ada, **secrets})
        tx.execute(text(WEBHOOK), {"id": ada, "secret": NEW.sealed("new"), "previous": None})
    return ["apprise", "before", "browser", "new", "secret", "slack_webhook", "teams"]


def opened(owner: Database, seal: Seal) -> list[str]:
    """All that is sealed, as one key opens it."""
    with owner.transaction() as tx:
        kept = [
            each
            for table, _, column in SECRETS
            for each in tx.execute(text(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")).scalars()
        ]
    return sorted(seal.opened(each) for each in kept)


def test_all_that_is_kept_sealed_is_known() -> None:
    sealed = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        if table.name not in ("idempotency_keys", "log_in_failures")  # digests, and answers
        for column in table.columns
        if isinstance(column.type, LargeBinary) and not column.name.endswith("_hash")
    }
    assert sealed == {(table, column) for table, _, column in SECRETS}


def test_the_key_before_can_go_once_all_is_sealed_again(
    owner: Database, dispatcher: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "AT_ONCE", 2)
    secrets = keep(owner)
    with pytest.raises(NotSealedWithThis):
        opened(owner, NEW)
    assert opened(owner, BOTH) == secrets
    assert reseal(dispatcher, BOTH, only_look=True) == Found(present=1, before=6)
    assert reseal(dispatcher, BOTH) == Found(present=1, before=6)
    assert opened(owner, NEW) == secrets
    assert reseal(dispatcher, BOTH) == Found(present=7)


def test_what_neither_key_opens_is_left_as_it_is(owner: Database, dispatcher: Database) -> None:
    secrets = keep(owner)
    assert reseal(dispatcher, Seal("x" * 32, "y" * 32)) == Found(closed=7)
    assert opened(owner, BOTH) == secrets


def test_a_dispatcher_with_a_key_before_seals_all_again_whatever_channels_it_has(
    owner: Database, dispatcher: Database
) -> None:
    secrets = keep(owner)
    working = Dispatcher(dispatcher, [], Meter(), seal=BOTH)
    working.start()
    try:
        eventually(
            lambda: reseal(dispatcher, BOTH, only_look=True).before == 0, 30, what="all is sealed again"
        )
    finally:
        working.stop(10)
    assert opened(owner, NEW) == secrets


def test_the_doctor_says_whether_the_key_before_can_go(owner: Database, dispatcher: Database) -> None:
    def said(key: str | None, previous: str | None = None) -> list[tuple[str, str | None]]:
        values = {"database_url": dispatcher.url, "secrets_key": key, "secrets_key_previous": previous}
        found = examine_secrets(DispatcherSettings.model_validate(values))
        return [(finding.seen, finding.fix) for finding in found]

    keep(owner)
    assert said(None) == []
    assert said(NEW_KEY) == [("6 are sealed with a key that is not set", KEY)]
    assert said(NEW_KEY, OLD_KEY) == [("6 need the key before: the dispatcher seals them again", None)]
    reseal(dispatcher, BOTH)
    can_go = "none needs the key before: FOLLOWUP_SECRETS_KEY_PREVIOUS can go"
    assert said(NEW_KEY, OLD_KEY) == [(can_go, None)]
    assert said(NEW_KEY) == [("7, which the key opens", None)]
