"""`followup migrate` and `followup prune`: the database's owner at work."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from followup_cli.output import Failure, console, say


def migrate() -> None:
    """Bring the database of FOLLOWUP_DATABASE_URL to the current schema.

    Waits up to a minute for PostgreSQL. FOLLOWUP_API_PASSWORD, FOLLOWUP_ESCALATOR_PASSWORD and
    FOLLOWUP_NOTIFIER_PASSWORD let the services log in as their own database roles.
    """
    from followup_common.db import migrate as migrations
    from followup_common.db.database import PoolerInTheWay
    from followup_common.db.revisions import MadeBeforeTheFirst
    from followup_common.db.waiting import wait_for
    from followup_common.settings import MigrationSettings, load
    from sqlalchemy.exc import OperationalError, SQLAlchemyError

    url = load(MigrationSettings).database_url.get_secret_value()
    try:
        wait_for(url)
        migrations.upgrade(url)
        migrations.set_passwords(url, migrations.given_passwords())
    except (PoolerInTheWay, MadeBeforeTheFirst) as error:
        raise Failure(str(error)) from None
    except OperationalError as error:
        raise Failure(
            f"The database cannot be reached: {_first_line(error)}", hint="Check FOLLOWUP_DATABASE_URL."
        ) from None
    except SQLAlchemyError as error:
        raise Failure(f"The migration failed, and nothing was changed: {_first_line(error)}") from None
    say("The database has the current schema.")


def prune(
    days: Annotated[int, typer.Option(min=7, help="What is younger stays.")],
) -> None:
    """Delete old notifications, history and escalations from the database of FOLLOWUP_DATABASE_URL.

    Only of follow-ups that are completed or have a newer due time since; follow-ups stay. Runs beside the
    services, in small transactions; what was deleted stays so if it is broken off.
    """
    from followup_common.db.database import PoolerInTheWay
    from followup_common.db.prune import ClocksDiffer
    from followup_common.db.prune import prune as prune_database
    from followup_common.settings import MigrationSettings, load
    from rich.progress import Progress, TextColumn

    url = load(MigrationSettings).database_url.get_secret_value()
    screen = console(stderr=True)
    line = TextColumn("{task.description}")
    with Progress(line, console=screen, disable=not screen.is_terminal, transient=True) as shown:
        task = shown.add_task("looking")
        try:
            deleted = prune_database(
                url,
                timedelta(days=days),
                lambda table, until, count: shown.update(
                    task, description=f"{table} until {until:%Y-%m-%d %H:%M}: {count:,} deleted"
                ),
            )
        except (ClocksDiffer, PoolerInTheWay) as error:
            raise Failure(str(error)) from None
    say(", ".join(f"{table}: {count:,} deleted" for table, count in deleted.items()))


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", error)).strip().partition("\n")[0]
