"""Run a command beside a throwaway PostgreSQL: `python -m tests.support.with_postgres -- COMMAND`.

FOLLOWUP_DATABASE_URL names an empty database of it. The server is found as tests find theirs.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tests.support.servers import Servers


def main() -> int:
    """Run the command of the command line and return its exit status."""
    command = sys.argv[1:][sys.argv[1:2] == ["--"] :]
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    servers = Servers()
    try:
        postgres = servers.postgres()
        url = postgres.create_database()
        try:
            return subprocess.run(
                command, env={**os.environ, "FOLLOWUP_DATABASE_URL": url}, check=False
            ).returncode
        finally:
            postgres.drop_database(url)
    finally:
        servers.stop()


if __name__ == "__main__":
    sys.exit(main())
