"""The uploaded file of a request, kept on disk rather than in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO, cast

from fastapi import Depends, Request

from followup_api.imports.problems import NotCsv
from followup_api.permissions import Caller, Permission, require

IN_MEMORY = 1024 * 1024
CSV_TYPES = {"text/csv", "application/csv", "text/plain"}

Importer = Annotated[Caller, require(Permission.IMPORTS)]


async def uploaded(request: Request, _: Importer) -> AsyncIterator[BinaryIO]:
    """Take the body chunk by chunk, once the caller is known to be allowed to send it.

    Raises:
        NotCsv: the body says that it is something else.
        TooLarge: it is larger than the setting max_import_bytes.
    """
    media_type = request.headers.get("content-type", "text/csv").partition(";")[0].strip().lower()
    if media_type not in CSV_TYPES:
        raise NotCsv
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        async for chunk in request.stream():
            file.write(chunk)
        file.seek(0)
        yield cast(BinaryIO, file)


CsvFile = Annotated[BinaryIO, Depends(uploaded, scope="function")]


def csv_body(example: str) -> dict[str, Any]:
    """`openapi_extra=` of a route that takes a CSV file."""
    content = {"text/csv": {"schema": {"type": "string"}, "example": example}}
    return {"requestBody": {"required": True, "content": content}}
