"""`followup`: run everything in one process, and use the API from the command line.

What a command needs is imported when it runs: `followup --help` answers at once.
"""

from __future__ import annotations

import sys
from typing import Any

import typer

from followup_cli import (
    calendars,
    dead_letters,
    deleted,
    deliveries,
    doctor,
    imports,
    migration,
    policies,
    queues,
    run,
    sweeps,
    tokens,
    users,
)
from followup_cli.output import Failure, show_failure


class Followup(typer.Typer):
    """The command; an expected error ends it with a message and exit status 1."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().__call__(*args, **kwargs)
        except Failure as failure:
            show_failure(failure)
            sys.exit(1)


app = Followup(
    name="followup",
    help="Makes sure that nobody forgets a promised call: overdue follow-ups escalate.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run.run)
app.command("migrate")(migration.migrate)
app.command("prune")(migration.prune)
app.command("sweep")(sweeps.sweep)
app.command("queues")(queues.queues)
app.command("doctor")(doctor.doctor)
app.add_typer(imports.app, name="import")
app.add_typer(calendars.app, name="calendars")
app.add_typer(policies.app, name="policies")
app.add_typer(users.app, name="user")
app.add_typer(tokens.app, name="token")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(deliveries.app, name="deliveries")
app.add_typer(deleted.app, name="deleted")

if __name__ == "__main__":
    app()
