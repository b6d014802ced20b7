"""Import files through the application in this process; print what they did, and the peak memory."""

from __future__ import annotations

import os
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

from tests.support import memory

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
    print(peak_memory() // memory.MIB)


def peak_memory() -> int:
    """The most bytes that this process has had."""
    if memory.MEASURABLE:
        return memory.peak(os.getpid())
    # Bytes on a Mac. On Linux it would begin with the peak of the process that started this one.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(Path, sys.argv[3:]))
