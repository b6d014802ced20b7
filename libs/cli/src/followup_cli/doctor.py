"""`followup doctor`: look at settings, PostgreSQL and RabbitMQ, and print a fix for each problem."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Annotated

import typer
from followup_common.terminal import shown

from followup_cli.options import DEFAULT_DATA, Data
from followup_cli.output import Failure, console

if TYPE_CHECKING:
    from followup_common.doctor import Finding

    from followup_cli.local.folder import Served

SETTINGS = {
    "scheduler": "followup_scheduler.settings:SchedulerSettings",
    "escalator": "followup_escalator.settings:EscalatorSettings",
    "notifier": "followup_notifier.settings:NotifierSettings",
    "dispatcher": "followup_dispatcher.settings:DispatcherSettings",
    "api": "followup_api.settings:ApiServiceSettings",
}
"""Where each service says what it takes; the image of this command holds only some services."""
SERVERS = ("FOLLOWUP_DATABASE_URL", "FOLLOWUP_BROKER_URL")


def doctor(
    *,
    service: Annotated[
        list[str] | None,
        typer.Option("--service", help="Check the settings of this service only; may be given again."),
    ] = None,
    data: Data = DEFAULT_DATA,
    test_mail: Annotated[
        str | None, typer.Option("--test-mail", help="Send a mail to this address, as the dispatcher would.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Examine settings, database and broker of this environment, and print a fix for each problem.

    Reads the same FOLLOWUP_ variables as the services. Where none of them names a server, it asks the
    `followup run` that serves the data folder. In a container that has no `followup` command:
    python -m followup_common.doctor. The exit status is 1 when something has to be fixed.
    """
    findings = list(_examined(service or [], data, test_mail))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _show(findings)
    bad = [finding for finding in findings if not finding.well]
    if bad:
        raise Failure(f"{len(bad)} of {len(findings)} findings have to be fixed.")


def _examined(chosen: list[str], data: Path, test_mail: str | None) -> Iterator[Finding]:
    if chosen or test_mail or any(os.environ.get(variable) for variable in SERVERS):
        from followup_common.doctor.__main__ import examine_environment

        yield from _settings(chosen)
        yield from examine_environment()
        if test_mail or not chosen or "dispatcher" in chosen:
            yield from _mail(test_mail)
        return
    from followup_cli.local.folder import DataFolder

    folder = DataFolder(data)
    served = folder.served()
    if served is None:
        raise Failure(
            f"There is nothing to examine: {' and '.join(SERVERS)} are not set, and no `followup run` serves "
            f"{folder.path}.",
            hint="Set them as the services have them, or name the folder with --data DIR. In a service's "
            "container: python -m followup_common.doctor",
        )
    yield _of_run(served, folder.path)


def _of_run(served: Served, folder: Path) -> Finding:
    """What the process that serves a folder says of itself."""
    import httpx
    from followup_common.doctor import Finding

    check = "followup run"
    look = f"Look at what it prints, and at {folder / 'postgres.log'}; then restart it."
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(served.socket)), timeout=30) as client:
            answer = client.get(f"{served.url}/readyz")
            said = answer.json()["checks"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        return Finding(check, f"serves {folder}, and does not answer: {type(error).__name__}", look)
    seen = ", ".join(f"{name} {state}" for name, state in said.items())
    return Finding(check, f"serves {folder} at {served.url}: {seen}", None if answer.is_success else look)


def _settings(chosen: list[str]) -> Iterator[Finding]:
    from followup_common.doctor import Finding
    from followup_common.settings import problems

    unknown = set(chosen) - set(SETTINGS)
    if unknown:
        raise Failure(
            f"No service is named {', '.join(sorted(unknown))}.", hint=f"One of {', '.join(SETTINGS)}."
        )
    for name in chosen or SETTINGS:
        if find_spec(f"followup_{name}") is None:
            yield Finding(f"settings of {name}", "passed over: the service is not installed here")
            continue
        wrong = problems(resolve_name(SETTINGS[name]))
        if not wrong:
            yield Finding(f"settings of {name}", "complete")
        for variable, said, fix in wrong:
            yield Finding(f"settings of {name}", f"{variable} {said}", fix)


def _mail(test_to: str | None) -> Iterator[Finding]:
    """How mail leaves, once the dispatcher's settings are right."""
    if find_spec("followup_dispatcher") is None:
        return
    from followup_common.settings import problems
    from followup_dispatcher.doctor import examine_mail
    from followup_dispatcher.mailboxes import read_mailbox
    from followup_dispatcher.push_doctor import examine_push
    from followup_dispatcher.secrets_doctor import examine_secrets
    from followup_dispatcher.settings import DispatcherSettings

    try:
        address = read_mailbox(test_to).addr_spec if test_to is not None else None
    except ValueError:
        raise Failure("--test-mail is no e-mail address.", hint="Such as eve@example.com.") from None
    if not problems(DispatcherSettings):
        yield from examine_mail(DispatcherSettings(), address)
        yield from examine_push(DispatcherSettings())
        yield from examine_secrets(DispatcherSettings())


def _show(findings: list[Finding]) -> None:
    screen = console()
    for finding in findings:
        mark = "[green]ok[/] " if finding.well else "[red]BAD[/]"
        screen.print(mark, end=" ")
        screen.print(shown(f"{finding.check}: {finding.seen}"), markup=False, soft_wrap=True)
        if finding.fix:
            screen.print(shown(f"    -> {finding.fix}"), markup=False, soft_wrap=True)
