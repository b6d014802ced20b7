"""`python -m followup_common.healthcheck [PATH]`: asks the service in this container; for a HEALTHCHECK.

PATH is /healthz, or /readyz to see what is missing; an image needs no curl for it. It runs every few
seconds beside the service, so it imports nothing but a little of the standard library.
"""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException


def main() -> int:
    """Exit status 0 when the service on FOLLOWUP_HEALTH_PORT (default 8080) is well; else says why not."""
    path = sys.argv[1] if len(sys.argv) > 1 else "/healthz"
    connection = HTTPConnection("127.0.0.1", int(os.environ.get("FOLLOWUP_HEALTH_PORT", "8080")), timeout=4)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
    except (OSError, HTTPException) as error:
        print(f"not healthy: {error}", file=sys.stderr)  # noqa: T201 - a command
        return 1
    print(body, file=sys.stderr)  # noqa: T201 - a command
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
