"""`followup doctor` says whether browsers are told the key of web push, and whom push services write to."""

from __future__ import annotations

from base64 import b64encode

from followup_dispatcher.push_doctor import ANOTHER_KEY, CONTACT, SECRETS, examine_push
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.vapid import Vapid
from sqlalchemy import create_engine, text

from tests.support.ports import free_port
from tests.support.postgres import role_url

KEY, OTHER = (b64encode(bytes([number]) * 32).decode() for number in (7, 8))
SENDER = "Followup <followup@followup.net>"


def fixes(url: str, **values: str | None) -> list[str | None]:
    given = {"vapid_private_key": KEY, "secrets_key": "k" * 32, "mail_from": SENDER, **values}
    settings = DispatcherSettings.model_validate({"database_url": url, **given})
    return [finding.fix for finding in examine_push(settings)]


def test_the_key_is_the_one_that_browsers_are_told(database_url: str) -> None:
    url = role_url(database_url, "followup_dispatcher")
    assert fixes(url) == [None, None]
    engine = create_engine(database_url)
    with engine.begin() as tx:
        told = {"key": Vapid.of(KEY, None).public_key}
        tx.execute(text("INSERT INTO channels VALUES ('push', true, false, NULL, NULL, :key)"), told)
    engine.dispose()
    assert fixes(url) == [None, None]
    assert fixes(url, vapid_private_key=OTHER) == [ANOTHER_KEY, None]


def test_what_is_missing_has_its_fix() -> None:
    away = f"postgresql+psycopg://followup@127.0.0.1:{free_port()}/x"
    assert fixes(away) == [None, None]
    assert fixes(away, vapid_private_key=None) == [None]
    assert fixes(away, secrets_key=None) == [SECRETS]
    assert fixes(away, mail_from=None) == [None, CONTACT]
    assert fixes(away, mail_from="followup@localhost") == [None, CONTACT]
    assert fixes(away, mail_from=None, public_url="https://followup.net/") == [None, None]
    assert fixes(away, mail_from=None, public_url="http://followup.net/") == [None, CONTACT]
