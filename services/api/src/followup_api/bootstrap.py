"""`python -m followup_api.bootstrap --email ada@example.com --name Ada`: the first admin.

Prints an API token for them, once, on standard output. When there is an active admin already, it
changes nothing and says so on standard error, so it can run at every start.
"""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from typing import Annotated

from followup_common.db import Database
from followup_common.db.waiting import wait_or_exit
from followup_common.settings import DatabaseSettings, load
from pydantic import BeforeValidator, Field, ValidationError
from sqlalchemy import func, select

from followup_api.audit import sign
from followup_api.auth.secrets import new_api_token
from followup_api.serving import open_database
from followup_api.tokens.queries import add_token, latest_end
from followup_api.tokens.settings import TokenSettings
from followup_api.users.queries import has_active_admin
from followup_api.users.schemas import NewUser, Password
from followup_api.users.service import create_user

A_YEAR = timedelta(days=365)


class BootstrapSettings(DatabaseSettings, TokenSettings):
    """What the command takes from the environment."""

    admin_password: Annotated[Password | None, BeforeValidator(lambda given: given or None)] = Field(
        None, description="For the first admin to log in with; without, they have a token only."
    )


def first_admin(
    database: Database, *, email: str, name: str, password: str | None = None, life: timedelta = A_YEAR
) -> str | None:
    """Create the first admin with an API token that has all scopes.

    Args:
        database: migrated.
        email: of the admin.
        name: of the admin.
        password: to log in with; without, they have the token only.
        life: how long the token works.

    Returns:
        The token, or None when there is an active admin already.
    """
    with database.transaction() as tx:
        # Two starts at once: the second waits here, and finds the admin of the first.
        tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("users.admins"))))
        if has_active_admin(tx):
            return None
        sign(tx, by="bootstrap")
        admin = create_user(tx, email=email, name=name, role="admin", password=password)
        token = new_api_token()
        add_token(tx, admin.id, "First admin", token, expires_at=latest_end(tx, life, None))
        return token.token


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")


def main() -> int:
    """The command line; the password, if any, comes from FOLLOWUP_ADMIN_PASSWORD."""
    parser = argparse.ArgumentParser(prog="followup-bootstrap", description=__doc__)
    parser.add_argument("--email", required=True)
    parser.add_argument("--name", required=True)
    arguments = parser.parse_args()
    try:
        about = NewUser(email=arguments.email, name=arguments.name)
    except ValidationError as error:
        parser.error("; ".join(f"--{each['loc'][0]} {_said(each['msg'])}" for each in error.errors()))
    settings = load(BootstrapSettings)
    wait_or_exit(
        settings.database_url.get_secret_value(), prepared_statements=settings.prepared_statements
    )  # migrate lets the role log in as its last step
    database = open_database(settings)
    try:
        given = settings.admin_password
        password = given.get_secret_value() if given else None
        token = first_admin(
            database, email=about.email, name=about.name, password=password, life=settings.token_life
        )
    finally:
        database.close()
    if token is None:
        print("There is an active admin already.", file=sys.stderr)  # noqa: T201 - a command
    else:
        print(token)  # noqa: T201 - a command
    return 0


if __name__ == "__main__":
    sys.exit(main())
