"""Serve the built UI: hashed assets for ever, the page afresh, and the page for every path of the UI."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).parent / "static"
INDEX = "index.html"
NOT_OURS = ("/api", "/healthz", "/readyz", "/metrics")
ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""The best first."""

FOR_EVER = "public, max-age=31536000, immutable"
NOT_BUILT = """Followup's API is running; its UI has not been built.

To build it, run `make web`, and start again. The API is described at /api/docs.
"""


class Ui:
    """Answers what no route of the API takes.

    Args:
        folder: where the build is; scanned once, so nothing outside of it can be asked for.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files: Mapping[str, Path] = {
            file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a file of the build, or the page."""
        if scope["type"] != "http" or _is_api(scope["path"]):
            raise HTTPException(404)
        response = self._response(scope["path"].strip("/"), Headers(scope=scope))
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        await response(scope, receive, send)

    def _response(self, path: str, headers: Headers) -> Response:
        if INDEX not in self._files:
            if path:
                raise HTTPException(404)
            return PlainTextResponse(NOT_BUILT)
        if path not in self._files:
            if "." in path.rpartition("/")[2]:  # a file that is not there, not a page of the UI
                raise HTTPException(404)
            path = INDEX
        return self._file(path, headers)

    def _file(self, path: str, headers: Headers) -> Response:
        accepted = _accepted(headers.get("accept-encoding", ""))
        packed = {name: path + suffix for name, suffix in ENCODINGS.items() if path + suffix in self._files}
        encoding = next((name for name in packed if name in accepted), None)
        file = self._files[packed[encoding] if encoding else path]
        answer = {
            "Cache-Control": FOR_EVER if path.startswith("assets/") else "no-cache",
            "Vary": "Accept-Encoding",
        }
        if encoding:
            answer["Content-Encoding"] = encoding
        media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
        response = FileResponse(file, stat_result=file.stat(), media_type=media_type, headers=answer)
        if response.headers["etag"] in headers.get("if-none-match", ""):
            kept = ("etag", "cache-control", "vary", "last-modified")
            return Response(status_code=304, headers={name: response.headers[name] for name in kept})
        return response


def _accepted(header: str) -> set[str]:
    """The encodings that a browser takes; `q=0` says that it does not."""
    choices = (choice.replace(" ", "").split(";") for choice in header.split(","))
    return {name for name, *options in choices if not {"q=0", "q=0.0"} & set(options)}


def _is_api(path: str) -> bool:
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in NOT_OURS)
