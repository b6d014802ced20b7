"""Reaching the API as its people do."""

from __future__ import annotations

import httpx
from followup_api.auth.secrets import new_api_token
from followup_api.tokens.queries import add_token
from sqlalchemy import create_engine

from tests.support.processes import Process


def address_of(process: Process) -> str:
    """The address of an API process, once it is ready."""
    address = f"http://127.0.0.1:{process.environment['FOLLOWUP_PORT']}"
    process.wait_until(lambda: httpx.get(f"{address}/readyz").is_success, 60, what="the API is ready")
    return address


def admin_token(database_url: str, user_id: int = 1) -> str:
    """An API token of a person; the first is the admin."""
    return tokens(database_url, [user_id])[user_id]


def tokens(database_url: str, user_ids: list[int]) -> dict[int, str]:
    """An API token for each of these people."""
    made = {user_id: new_api_token() for user_id in user_ids}
    engine = create_engine(database_url)
    with engine.begin() as tx:
        for user_id, token in made.items():
            add_token(tx, user_id, "benchmark", token)
    engine.dispose()
    return {user_id: token.token for user_id, token in made.items()}
