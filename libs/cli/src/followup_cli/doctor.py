"""`followup doctor`: look at settings, PostgreSQL and RabbitMQ, and say the mend for each fault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from followup_common.terminal import shown

from followup_cli.output import Failure, console

if TYPE_CHECKING:
    from followup_common.doctor import Finding


def doctor(
    *,
    service: Annotated[
        list[str] | None,
        typer.Option("--service", help="Check the settings of this service only; may be given again."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Examine settings, database and broker of this environment, and say what to mend.

    Reads the same FOLLOWUP_ variables as the services. In a container that has no `followup`
    command: python -m followup_common.doctor. The exit status is 1 when something is to be mended.
    """
    from followup_common.doctor.__main__ import examine_environment

    findings = [*_settings(service or []), *examine_environment()]
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _show(findings)
    bad = [finding for finding in findings if not finding.well]
    if bad:
        raise Failure(f"{len(bad)} of {len(findings)} findings are to be mended.")


def _settings(chosen: list[str]) -> Iterator[Finding]:
    from followup_common.doctor import Finding
    from followup_common.settings import problems

    from followup_cli.settings_document import SERVICES

    unknown = set(chosen) - set(SERVICES)
    if unknown:
        raise Failure(
            f"No service is named {', '.join(sorted(unknown))}.", hint=f"One of {', '.join(SERVICES)}."
        )
    for name in chosen or SERVICES:
        wrong = problems(SERVICES[name])
        if not wrong:
            yield Finding(f"settings of {name}", "complete")
        for variable, said, mend in wrong:
            yield Finding(f"settings of {name}", f"{variable} {said}", mend)


def _show(findings: list[Finding]) -> None:
    screen = console()
    for finding in findings:
        mark = "[green]ok[/] " if finding.well else "[red]BAD[/]"
        screen.print(mark, end=" ")
        screen.print(shown(f"{finding.check}: {finding.seen}"), markup=False, soft_wrap=True)
        if finding.mend:
            screen.print(shown(f"    -> {finding.mend}"), markup=False, soft_wrap=True)
