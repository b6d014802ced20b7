"""The uploaded file of a request, kept on disk rather than in memory."""

from __future__ import annotations

import asyncio
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO, cast

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect
from starlette.types import Message

from followup_api.imports.problems import NotCsv
from followup_api.permissions import Caller, Permission, require

IN_MEMORY = 1024 * 1024
CSV_TYPES = {"text/csv", "application/csv", "text/plain"}

Importer = Annotated[Caller, require(Permission.IMPORTS)]


async def uploaded(request: Request, _: Importer) -> BinaryIO:
    """Take the body chunk by chunk, once the caller is known to be allowed to send it; the route closes it.

    Raises:
        NotCsv: the body says that it is something else.
        TooLarge: it is larger than the setting max_import_bytes.
    """
    media_type = request.headers.get("content-type", "text/csv").partition(";")[0].strip().lower()
    if media_type not in CSV_TYPES:
        raise NotCsv
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the route closes it
    more = True
    while more:
        # The event loop receives while this thread waits.
        message = asyncio.run_coroutine_threadsafe(_received(request), request.state.loop).result()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        file.write(message.get("body", b""))
        more = message.get("more_body", False)
    file.seek(0)
    return cast(BinaryIO, file)


async def _received(request: Request) -> Message:
    return await request.receive()


CsvFile = Annotated[BinaryIO, Depends(uploaded)]


def csv_body(example: str) -> dict[str, Any]:
    """`openapi_extra=` of a route that takes a CSV file."""
    content = {"text/csv": {"schema": {"type": "string"}, "example": example}}
    return {"requestBody": {"required": True, "content": content}}
