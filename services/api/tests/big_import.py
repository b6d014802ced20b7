"""Import files through the application in this process; print what they did, and the peak memory."""

from __future__ import annotations

import re
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

from fastapi.testclient import TestClient
from followup_api.app import create_app
from followup_api.settings import ApiSettings
from followup_common.db import Database
from followup_common.logging import configure_logging
from followup_common.messaging import Publisher, in_process_broker

CHUNK = 64 * 1024


def chunks(path: Path) -> Iterator[bytes]:
    """A file, piece by piece, as a network brings it."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def main(url: str, token: str, users: Path, *follow_ups: Path) -> None:
    """Import one file of people and some of follow-ups."""
    configure_logging("test", level="WARNING")
    settings = ApiSettings.model_validate({"database_url": url})
    app = create_app(settings, database=Database(url), publisher=Publisher(in_process_broker()))
    client = TestClient(app, base_url="http://localhost")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    for kind, path in (("users", users), *(("follow-ups", path) for path in follow_ups)):
        answer = client.post(f"/api/v1/imports/{kind}", content=chunks(path), headers=headers)
        result = answer.raise_for_status().json()
        print(f"{result['created']},{result['updated']},{result['unchanged']}")
    print(peak_memory() // 1024**2)


def peak_memory() -> int:
    """The most that this process has had, in bytes."""
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # What getrusage tells on Linux begins with the peak of the process that started this one.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert peak
    return int(peak[1]) * 1024


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(Path, sys.argv[3:]))
