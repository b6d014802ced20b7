"""`python -m followup_cli.local.demo`: the demo company for an installation of the services."""

from __future__ import annotations

import sys

from followup_api.serving import open_database
from followup_common.db.waiting import wait_or_exit
from followup_common.messaging import Publisher, in_process_broker
from followup_common.settings import DatabaseSettings, DatabaseUrl, load
from pydantic import Field

from followup_cli.local.demo.log_ins import show_log_ins
from followup_cli.local.demo.seed import ensure_demo
from followup_cli.output import console


class DemoSettings(DatabaseSettings):
    """What it takes: the database under the API's role, and under its owner's."""

    owner_database_url: DatabaseUrl = Field(
        description="URL of the same database under its owner, who alone can say when something happened"
    )


def main() -> int:
    """Fill an installation that has no people and no follow-ups, and print who can log in."""
    settings = load(DemoSettings)
    wait_or_exit(settings.database_url.get_secret_value(), prepared_statements=settings.prepared_statements)
    database = open_database(settings)
    # Never started: the outbox keeps the events, and the escalator sends them within a minute.
    publisher = Publisher(in_process_broker())
    try:
        owner_url = settings.owner_database_url.get_secret_value()
        # Who reaches the services is not to be seen from here.
        state = ensure_demo(database, publisher, owner_url, others_reach_it=True)
    finally:
        database.close()
    show_log_ins(state, console())
    return 0


if __name__ == "__main__":
    sys.exit(main())
