"""The HTTP API as the commands use it; what goes wrong becomes a `Failure`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import typer

from followup_cli.local.folder import DataFolder
from followup_cli.output import Failure

DEFAULT_URL = "http://localhost:8000"
THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
KEY = "Idempotency-Key"
"""A request that creates is done once, however often it arrives with the same one."""
TIMEOUT = httpx.Timeout(30, read=60, write=120)


class Broken(Failure):
    """The connection broke before there was an answer."""


class Refused(Failure):
    """The API refuses what it was given.

    Attributes:
        fields: what is wrong, each with `field` and `message`; also the only one, which `message` says.
    """

    fields: Sequence[Mapping[str, Any]] = ()


def connect(url: str | None, token: str | None, data: Path) -> Client:
    """A client of the API that the options name.

    The token in the data folder goes only to what serves that folder, through a socket on which nobody else
    can listen; an address of this machine proves nothing, because anybody on it can take a free port.

    Raises:
        Failure: there is no token to send.
        typer.BadParameter: the address is none.
    """
    folder = DataFolder(data)
    served = folder.served() if url is None or token is None else None
    if url is None and served:
        url = served.url
    url = (url or DEFAULT_URL).rstrip("/")
    _check_address(url)
    at_folder = served is not None and _same_address(url, served.url)
    if token is None and at_folder:
        token = folder.admin_token()
    if token is None:
        raise _no_token(url, folder)
    if not token.isascii() or not token.isprintable():
        raise typer.BadParameter("an API token consists of ASCII characters", param_hint="--token")
    return Client(url, token, socket=served.socket if served and at_folder else None)


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # http://[ or a port beyond 65535
        valid = False
    if not valid:
        raise typer.BadParameter(f"{url!r} is not an address such as {DEFAULT_URL}", param_hint="--url")


def _same_address(one: str, other: str) -> bool:
    """Whether two addresses are the same; this machine has several names."""
    ours, theirs = urlsplit(one), urlsplit(other)
    hosts = {ours.hostname, theirs.hostname}
    same_host = len(hosts) == 1 or hosts <= THIS_MACHINE
    return same_host and (ours.scheme, ours.port, ours.path) == (theirs.scheme, theirs.port, theirs.path)


def _no_token(url: str, folder: DataFolder) -> Failure:
    return Failure(
        f"There is no API token to send to {url}.",
        hint=f"Name one with --token or FOLLOWUP_TOKEN. The one in {folder.admin_token_file} (--data or "
        "FOLLOWUP_DATA) goes only to the `followup run` that serves this folder: start that.",
    )


class Client:
    """Calls of the API under `/api/v1`.

    Args:
        url: address of the API, without the path.
        token: API token.
        socket: the Unix socket at which it listens, in place of the host and port of its address.

    Raises:
        Failure: the certificates that the environment names cannot be read.
    """

    def __init__(self, url: str, token: str, *, socket: Path | None = None) -> None:
        self.url = url
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        try:
            self._http = httpx.Client(
                base_url=f"{url}/api/v1",
                headers=headers,
                timeout=TIMEOUT,
                transport=httpx.HTTPTransport(uds=str(socket)) if socket else None,
                trust_env=socket is None,  # a proxy that the environment names is for other machines
            )
        except OSError as error:
            raise Failure(
                f"The certificates to trust cannot be read: {error.strerror or error}.",
                hint="Correct SSL_CERT_FILE or SSL_CERT_DIR, or unset them.",
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Read something."""
        return self._call("GET", path, params=query)

    def all(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Read a list, page by page."""
        cursor = None
        while True:
            page = self.get(path, limit=200, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def put(self, path: str, body: Mapping[str, Any], *, etag: str | None = None) -> dict[str, Any]:
        """Write something as a whole, unless it has changed since it was read with this ETag."""
        return self._call("PUT", path, json=body, headers={"If-Match": etag} if etag else None)

    def patch(self, path: str, body: Mapping[str, Any], *, etag: str) -> dict[str, Any]:
        """Change something, unless it has changed since it was read with this ETag."""
        return self._call("PATCH", path, json=body, headers={"If-Match": etag})

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Have something done."""
        return self._call("POST", path, json=body)

    def delete(self, path: str, *, etag: str) -> None:
        """Take something away, unless it has changed since it was read with this ETag."""
        self._call("DELETE", path, headers={"If-Match": etag})

    def create(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Create something once: where the connection breaks before the answer, the same is asked again."""
        headers = {KEY: uuid4().hex}
        try:
            return self._call("POST", path, json=body, headers=headers)
        except Broken:
            return self._call("POST", path, json=body, headers=headers)

    def upload(self, path: str, chunks: Iterator[bytes], *, size: int | None, **query: str) -> dict[str, Any]:
        """Send a CSV file.

        Args:
            path: of the import.
            chunks: the file.
            size: its bytes, if they are known.
            query: options of the import.
        """
        headers = {"Content-Type": "text/csv", KEY: uuid4().hex}
        if size is not None:
            headers["Content-Length"] = str(size)
        timeout = httpx.Timeout(30, read=900, write=120)  # the answer comes once all of it is written
        return self._call("POST", path, content=chunks, headers=headers, params=query, timeout=timeout)

    def _call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        with self._named_errors():
            response = self._http.request(method, path, **arguments)
        if response.is_error:
            raise _failure(response)
        if response.status_code == httpx.codes.NO_CONTENT:
            return {}
        try:
            answer: dict[str, Any] = response.json()
        except ValueError:
            raise self._stranger() from None
        if not isinstance(answer, dict):
            raise self._stranger()
        return answer

    def _stranger(self) -> Failure:
        return Failure(f"What answers at {self.url} is not Followup's API.", hint="Check --url.")

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except httpx.ConnectError as error:
            raise Failure(
                f"Nobody answers at {self.url} ({error}).",
                hint="Start it with `followup run`, or name another address with --url or FOLLOWUP_URL.",
            ) from None
        except httpx.TimeoutException:
            raise Failure(f"{self.url} did not answer in time.", hint="Try again later.") from None
        except httpx.HTTPError as error:
            raise Broken(
                f"The connection to {self.url} broke ({error or type(error).__name__}).",
                hint="Try again. While importing: the file may be larger than the API allows "
                "(FOLLOWUP_MAX_IMPORT_BYTES).",
            ) from None


def _failure(response: httpx.Response) -> Failure:
    """The failure that problem details (RFC 9457) describe; other errors by their status."""
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or "detail" not in problem:
        return Failure(f"{response.url} answered {response.status_code} {response.reason_phrase}.")
    errors = problem.get("errors") or ()
    hint = "Check --token or FOLLOWUP_TOKEN." if response.status_code == httpx.codes.UNAUTHORIZED else None
    told = errors if len(errors) > 1 or any("line" in error for error in errors) else ()
    refused = Refused(
        str(problem["detail"]), hint=hint, errors=told, more_errors=int(problem.get("more_errors", 0))
    )
    refused.fields = errors
    return refused
