"""Whether `followup run` has to say that nobody can log in yet."""

from __future__ import annotations

from typing import Any

import pytest
from followup_api.auth.oidc.settings import OidcSettings
from followup_api.users.service import change_user, create_user
from followup_cli.local.admin import EMAIL, somebody_can_log_in
from followup_common.db import Database

pytestmark = pytest.mark.integration

PROVIDER = {"public_url": "http://localhost", "oidc_issuer": "https://sso.example.com", "oidc_client_id": "x"}
SETTINGS: dict[str, dict[str, Any]] = {
    "passwords": {},
    "provider": {**PROVIDER, "password_log_in": False},
    "both": PROVIDER,
    "provider that brings people": {**PROVIDER, "password_log_in": False, "oidc_create_users": True},
}


def test_somebody_can_log_in_with_what_the_settings_allow(database_url: str) -> None:
    database = Database(database_url)

    def able() -> set[str]:
        each = {name: OidcSettings.model_validate(settings) for name, settings in SETTINGS.items()}
        return {name for name, settings in each.items() if somebody_can_log_in(database, settings)}

    with database.transaction() as tx:
        create_user(tx, email=EMAIL, name="Local admin", role="admin")
    assert able() == {"provider that brings people"}
    with database.transaction() as tx:
        ada = create_user(tx, email="ada@example.com", name="Ada", role="admin").id
    assert able() == {"provider", "both", "provider that brings people"}
    with database.transaction() as tx:
        change_user(tx, ada, {"password": "correct horse battery"})
    assert able() == SETTINGS.keys()
    with database.transaction() as tx:
        change_user(tx, ada, {"active": False})
    assert able() == {"provider that brings people"}
    database.close()
