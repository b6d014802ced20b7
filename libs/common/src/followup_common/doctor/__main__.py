"""`python -m followup_common.doctor`: examines what the environment of one service names.

For `kubectl exec` and `docker compose exec`: it sees the network and the rights that the service has.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic import SecretStr, TypeAdapter, ValidationError

from followup_common.doctor import Finding, examine_broker
from followup_common.settings import BrokerUrl, DatabaseUrl

CORRECT = "Correct it, and encode what the password has in it: docs/settings.md says how."

FALSE = {"0", "false", "f", "no", "n", "off"}
"""As the settings read it."""


def _examine_database(url: str) -> Iterator[Finding]:
    try:
        from followup_common.doctor.database import examine_database
    except ModuleNotFoundError as missing:
        fix = "Ask the doctor of a service that works on the database: escalator, notifier or api."
        yield Finding("database", f"{missing.name} is not installed here: the scheduler has no database", fix)
    else:
        prepared = os.environ.get("FOLLOWUP_PREPARED_STATEMENTS", "true")
        yield from examine_database(
            url,
            prepared_statements=prepared.strip().lower() not in FALSE,
            listen_url=os.environ.get("FOLLOWUP_LISTEN_DATABASE_URL"),
        )


@dataclass(frozen=True)
class Examination:
    """How a server is examined, and what a URL of it looks like."""

    name: str
    url: TypeAdapter[SecretStr]
    examine: Callable[[str], Iterator[Finding]]


EXAMINATIONS = {
    "FOLLOWUP_DATABASE_URL": Examination("database", TypeAdapter(DatabaseUrl), _examine_database),
    "FOLLOWUP_BROKER_URL": Examination("broker", TypeAdapter(BrokerUrl), examine_broker),
}


def examine_environment() -> Iterator[Finding]:
    """Look at the servers that the environment names, one after the other, whatever is wrong with one."""
    for variable, examination in EXAMINATIONS.items():
        if url := os.environ.get(variable):
            yield from _examined(variable, url, examination)
        else:
            yield Finding("settings", f"{variable} is not set: passed over")


def _examined(variable: str, given: str, examination: Examination) -> Iterator[Finding]:
    try:
        url = examination.url.validate_python(given).get_secret_value()
    except ValidationError as error:  # its message may quote the URL; that of what is wrong does not
        yield Finding(examination.name, f"{variable} is wrong: {error.errors()[0]['msg']}", CORRECT)
        return
    try:
        yield from examination.examine(url)
    except Exception as error:  # noqa: BLE001 - somebody who looks for a fault is helped by no traceback
        seen = f"cannot be examined further: {type(error).__name__}"
        yield Finding(
            examination.name, seen, f"Correct the options behind ? in {variable}; else look at its log."
        )


def main() -> int:
    """Print each finding; exit status 1 when something has to be fixed."""
    well = True
    for finding in examine_environment():
        print("ok " if finding.well else "BAD", f"{finding.check}: {finding.seen}", flush=True)  # noqa: T201 - a command
        if not finding.well:
            print("    ->", finding.fix)  # noqa: T201 - a command
            well = False
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
