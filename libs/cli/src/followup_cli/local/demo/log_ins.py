"""The demo people's log-ins, for whoever tries them."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from followup_cli.local.demo.company import PASSWORD, people
from followup_cli.local.demo.seed import DemoState


def show_log_ins(demo: DemoState, screen: Console, *, instead: str | None = None) -> None:
    """Print who can log in; or, where there was data already, that the demo was left out.

    Args:
        demo: whether it is there.
        screen: where to print.
        instead: with what they log in where passwords are switched off.
    """
    if not demo.present:
        screen.print("\nThere is data already, so the demo company was not added.", soft_wrap=True)
        return
    table = Table(box=SIMPLE_HEAD)
    for title in ("Name", "E-mail", "Role", "Team"):
        table.add_column(title, no_wrap=True)
    for person in people():
        if person.active:
            table.add_row(person.name, person.email, person.role, person.team)
    by = f"who log in with {instead}, if it knows them" if instead else f"each with the password {PASSWORD}"
    screen.print(f"\nThe demo people, {by}:", markup=False, soft_wrap=True)
    screen.print(table)
