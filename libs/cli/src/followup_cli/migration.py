"""`followup migrate`: bring a database to the current schema."""

from __future__ import annotations

import os

from followup_cli.output import Failure, say


def migrate() -> None:
    """Bring the database of FOLLOWUP_DATABASE_URL to the current schema.

    Waits up to a minute for PostgreSQL. FOLLOWUP_API_PASSWORD, FOLLOWUP_ESCALATOR_PASSWORD and
    FOLLOWUP_NOTIFIER_PASSWORD let the services log in as their own database roles.
    """
    from followup_common.db import migrate as migrations
    from followup_common.settings import MigrationSettings, load
    from sqlalchemy.exc import OperationalError, SQLAlchemyError

    url = load(MigrationSettings).database_url.get_secret_value()
    passwords = {role: os.environ.get(f"FOLLOWUP_{role.upper()}_PASSWORD") for role in migrations.ROLES}
    try:
        migrations.wait_for(url)
        migrations.upgrade(url)
        migrations.set_passwords(url, {role: given for role, given in passwords.items() if given})
    except OperationalError as error:
        raise Failure(
            f"The database cannot be reached: {_first_line(error)}", hint="Check FOLLOWUP_DATABASE_URL."
        ) from None
    except SQLAlchemyError as error:
        raise Failure(f"The migration failed, and nothing was changed: {_first_line(error)}") from None
    say("The database has the current schema.")


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", error)).strip().partition("\n")[0]
