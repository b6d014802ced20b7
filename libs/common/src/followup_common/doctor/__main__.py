"""`python -m followup_common.doctor`: examines what the environment of one service names.

For `kubectl exec` and `docker compose exec`: it sees the network and the rights that the service has.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from followup_common.doctor import Finding, examine_broker


def _examine_database(url: str) -> Iterator[Finding]:
    try:
        from followup_common.doctor.database import examine_database
    except ModuleNotFoundError as missing:
        mend = "Ask the doctor of a service that works on the database: escalator, notifier or api."
        yield Finding(
            "database", f"{missing.name} is not installed here: the scheduler has no database", mend
        )
    else:
        yield from examine_database(url)


EXAMINATIONS = {"FOLLOWUP_DATABASE_URL": _examine_database, "FOLLOWUP_BROKER_URL": examine_broker}


def examine_environment() -> Iterator[Finding]:
    """Look at the servers that the environment names."""
    for variable, examine in EXAMINATIONS.items():
        if url := os.environ.get(variable):
            yield from examine(url)
        else:
            yield Finding("settings", f"{variable} is not set: passed over")


def main() -> int:
    """Print each finding; exit status 1 when something has to be mended."""
    well = True
    for finding in examine_environment():
        print("ok " if finding.well else "BAD", f"{finding.check}: {finding.seen}", flush=True)  # noqa: T201 - a command
        if not finding.well:
            print("    ->", finding.mend)  # noqa: T201 - a command
            well = False
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
