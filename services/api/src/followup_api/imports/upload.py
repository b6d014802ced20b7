"""The uploaded file of a request: received before anything of the database is held."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from fastapi import Depends, Request, Response
from starlette.requests import ClientDisconnect

from followup_api.auth.oidc.bearer import read_access_token
from followup_api.dependencies import App, AppContext
from followup_api.imports.problems import NotCsv
from followup_api.permissions import Bearer, Caller, Permission, Required
from followup_api.unit_of_work import UnitOfWork
from followup_api.uploads import Upload

IN_MEMORY = 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {
    *("text/csv", "application/csv", "text/plain", "text/tab-separated-values"),
    *("text/calendar", "application/ics"),
    *(XLSX, "application/vnd.ms-excel"),  # which some systems call a CSV file
    *("application/vnd.ms-excel.sheet.macroenabled.12", "application/octet-stream"),
}
"""What a file may be called; what it is, its bytes say."""


def received(permission: Permission) -> Any:
    """The dependency of a route that imports a file: `file: Annotated[BinaryIO, received(...)]`.

    A route names it before `Work`, whose connection would wait for the file otherwise.
    """
    return Depends(Received(permission), scope="function")


@dataclass(frozen=True)
class Received:
    """Asks who sends a file, and then receives it; the route asks again who it is.

    Who may not import is told so before the first byte. A file takes as long as its sender likes: in that
    time nothing of the database is held, and somebody's rights may have gone.
    """

    permission: Permission

    async def __call__(self, request: Request, app: App, bearer: Bearer) -> AsyncIterator[BinaryIO]:
        """The file; it is closed after the route."""
        request.state.access_token = await read_access_token(request, app)
        caller = await app.threads.run(partial(self._sender, request, app, bearer))
        _refuse_other_types(request)
        with app.uploads.one(caller.user_id) as upload:
            async with _received(request, upload) as file:
                yield file

    def _sender(self, request: Request, app: AppContext, bearer: Bearer) -> Caller:
        """Who asks, in a transaction of its own: what is noted of it is noted when they are asked again."""
        with app.database.transaction() as tx:
            caller = Required(self.permission)(
                request=request,
                response=Response(),
                work=UnitOfWork(tx),
                bearer=bearer,
                _=None,
            )
            tx.rollback()
        return caller


def file_body(example: str, calendar: str | None = None) -> dict[str, Any]:
    """`openapi_extra=` of a route that takes a file: CSV, as in the example, or a workbook, or a calendar."""
    content = {
        "text/csv": {"schema": {"type": "string"}, "example": example},
        XLSX: {"schema": {"type": "string", "format": "binary"}},
    }
    if calendar:
        content["text/calendar"] = {"schema": {"type": "string"}, "example": calendar}
    return {"requestBody": {"required": True, "content": content}}


def _refuse_other_types(request: Request) -> None:
    media_type = request.headers.get("content-type", "text/csv").partition(";")[0].strip().lower()
    if media_type not in TYPES:
        raise NotCsv


@asynccontextmanager
async def _received(request: Request, upload: Upload) -> AsyncIterator[BinaryIO]:
    """The body, on disk once it is no longer small; gone afterwards.

    Raises:
        ClientDisconnect: the sender left.
        UploadsFull: there is no room for it.
    """
    digest = sha256()
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        more = True
        while more:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            piece = message.get("body", b"")
            upload.grow(len(piece))
            digest.update(piece)
            if upload.size > IN_MEMORY:  # a disk may be slow
                await asyncio.to_thread(file.write, piece)
            else:
                file.write(piece)
            more = message.get("more_body", False)
        file.seek(0)
        request.state.file_digest = digest.digest()
        yield cast(BinaryIO, file)
