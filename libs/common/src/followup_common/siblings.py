"""The worker processes of one service: the first of them answers for all, on the service's port."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from followup_common.health import PATIENCE_SECONDS, Answer, HealthServer, Report, verdict

Checks = dict[str, str | None]


class Siblings:
    """The processes that share a folder; each answers probes on a loopback port that it names there.

    Args:
        folder: new for each start of the service.
        expected: how many processes there are to be.
    """

    def __init__(self, folder: Path, expected: int) -> None:
        self._folder = folder
        self._expected = expected

    def join(self, answer: Answer) -> None:
        """Answer the others' questions about this process."""
        port = HealthServer(answer).listen("127.0.0.1", 0)
        unfinished = self._folder / f"{os.getpid()}.new"
        unfinished.write_text(str(port))
        unfinished.rename(unfinished.with_suffix(".port"))

    def first(self) -> bool:
        """Whether this process is the first to ask: it is the one that listens on the service's port."""
        try:
            os.close(os.open(self._folder / "first", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        return True

    def answer(self, path: str) -> Report | None:
        """What all of them say together: a check is well when it is well in each process."""
        ports = [int(file.read_text()) for file in self._folder.glob("*.port")]
        with ThreadPoolExecutor(self._expected) as asking:
            said = [
                checks for checks in asking.map(lambda port: _ask(port, path), ports) if checks is not None
            ]
        return verdict(dict(self._together(said)))

    def _together(self, said: list[Checks]) -> Iterator[tuple[str, str | None]]:
        for name in said[0] if said else ():
            problems = [problem for checks in said if (problem := checks.get(name))]
            yield name, f"{problems[0]} ({len(problems)} of {len(said)} processes)" if problems else None
        yield "processes", None if len(said) >= self._expected else f"{len(said)} of {self._expected} answer"


def _ask(port: int, path: str) -> Checks | None:
    """The checks of one process; None when it does not answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS + 1)
    try:
        connection.request("GET", path)
        checks = json.loads(connection.getresponse().read())["checks"]
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return {name: None if said == "ok" else said for name, said in checks.items()}
