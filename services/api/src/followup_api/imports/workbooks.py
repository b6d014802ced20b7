"""Workbooks (XLSX) as a source of rows: a process of their own reads them, see `workbook_reader`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO, Any, BinaryIO

from structlog import get_logger

from followup_api.imports.problems import Errors, refused
from followup_api.imports.sources import RawRecord, Source
from followup_api.problems import Unavailable

READER = [sys.executable, "-m", "followup_api.imports.workbook_reader"]
MEMORY = 512 * 1024 * 1024
"""Bytes that the reader may have: 100,000 rows with texts of their own in ten cells each take half of it."""
AT_ONCE = threading.BoundedSemaphore(2)
"""Readers of this process."""
PATIENCE_SECONDS = 10
INHERITED = ("PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "TMPDIR")
"""What the reader is told of our environment: no setting, and so no secret."""

log = get_logger()


class WorkbooksFull(Unavailable):
    """Others read theirs."""

    def __init__(self) -> None:
        detail = "Other workbooks are being read right now. Nothing was changed: try again shortly."
        super().__init__(detail, headers={"Retry-After": "10"})


class Workbook(Source):
    """The first sheet of a workbook that has rows.

    Args:
        file: as it was sent; it has a file descriptor.

    Raises:
        NotImported: it is no workbook, or takes too much to read.
        WorkbooksFull: others are being read.
    """

    kind = "xlsx"
    ragged = True

    def __init__(self, file: BinaryIO) -> None:
        if not AT_ONCE.acquire(timeout=PATIENCE_SECONDS):
            raise WorkbooksFull
        try:
            self._begin(file)
        except BaseException:
            AT_ONCE.release()
            raise
        super().__init__()
        try:
            self.sheets = self._message()
        except BaseException:
            self.close()
            raise

    def _begin(self, file: BinaryIO) -> None:
        file.seek(0)
        environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [*READER, str(MEMORY)],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )

    def rows(self, _errors: Errors, /) -> Iterator[RawRecord]:
        """Its rows; what is no text in them becomes a refusal."""
        while (batch := self._message()) is not True:
            self.blocks += 1
            for number, cells in batch:
                for position, cell in enumerate(cells):
                    if type(cell) is not str:
                        self.refusals[number, position] = cell["why"]
                        cells[position] = "?"
                yield number, cells

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
        AT_ONCE.release()

    def _message(self) -> Any:
        output: IO[bytes] | None = self._process.stdout
        assert output is not None  # noqa: S101 - it is a pipe, for mypy
        line = output.readline()
        if not line.endswith(b"\n"):
            log.warning("workbook_reader_ended", status=self._process.wait())
            raise refused("The workbook takes too long or too much memory to read: save it as CSV UTF-8.")
        message = json.loads(line)
        if isinstance(message, dict):
            raise refused(message["refused"])
        return message
