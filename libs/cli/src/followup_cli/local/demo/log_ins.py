"""The demo people's log-ins, for anyone who tries them."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from followup_cli.local.demo.company import people
from followup_cli.local.demo.passwords import PUBLISHED
from followup_cli.local.demo.seed import DemoState

SET_BEFORE = "(set before)"
WHOLE = ("E-mail", "Password")
"""What has to be copied: in a narrow terminal the other columns give way."""


def show_log_ins(demo: DemoState, screen: Console, *, instead: str | None = None) -> None:
    """Print who can log in; or, where there was data already, that the demo was left out.

    Args:
        demo: whether it is there, and with which passwords.
        screen: where to print.
        instead: with what they log in where passwords are switched off.
    """
    if not demo.present:
        screen.print("\nThere is data already, so the demo company was not added.", soft_wrap=True)
        return
    everybody = [person for person in people() if person.active]
    shared = all(demo.passwords.get(person.email) == PUBLISHED for person in everybody)
    with_passwords = bool(demo.passwords) and not (instead or shared)
    table = Table(box=SIMPLE_HEAD)
    for title in ("Name", "E-mail", "Role", "Team", *(["Password"] if with_passwords else [])):
        table.add_column(title, no_wrap=title in WHOLE)
    for person in everybody:
        own = [demo.passwords.get(person.email, SET_BEFORE)] if with_passwords else []
        table.add_row(person.name, person.email, person.role, person.team, *own)
    screen.print(f"\nThe demo people, {_how(demo, shared, instead)}:", markup=False, soft_wrap=True)
    screen.print(table)
    for email, password in demo.passwords.items():
        if with_passwords and email not in {person.email for person in people()}:
            screen.print(f"{email}: {password}", markup=False, soft_wrap=True)


def _how(demo: DemoState, shared: bool, instead: str | None) -> str:
    """How they log in."""
    if instead:
        return f"who log in with {instead}, if it knows them"
    if shared:
        return f"each with the password {PUBLISHED}"
    if demo.replaced:
        return (
            f"with new passwords in place of the published {PUBLISHED}, because others can reach this "
            "address. They are shown this once: keep them"
        )
    if PUBLISHED in demo.passwords.values():
        return "with these passwords"
    if demo.passwords:
        return "each with a password of their own. They are shown this once: keep them"
    return "each with the password that was shown when it was made; an admin can set new ones"
