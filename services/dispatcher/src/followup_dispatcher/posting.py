"""One HTTP request after the other, to where it may go, and what its answer says."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from socket import SHUT_RDWR
from threading import Timer
from typing import Protocol

from followup_common.egress import Egress, NotAllowed, NotResolved, Target, target
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from followup_dispatcher.outcomes import Outcome, Result

logging.getLogger("urllib3").setLevel(logging.ERROR)  # it would log URLs, which may hold what is secret

PATIENCE_SECONDS = 15.0
"""How long the other side may take altogether, from the connection to the end of its answer."""
ANSWER_BYTES = 400
"""So much of what an answer says is kept for the log."""
MOST_ADDRESSES = 2
"""Of a name with several, so many are tried: together they take less time than the lease."""


class Post(Protocol):
    """What is posted."""

    @property
    def url(self) -> str:
        """Where it goes."""
        ...

    @property
    def payload(self) -> bytes:
        """The body."""
        ...

    def headers(self, now: datetime) -> Mapping[str, str]:
        """Headers of an attempt at this time."""
        ...


@dataclass(frozen=True)
class Answer:
    """What the other side answered.

    Args:
        status: by which it says what it did.
        reason: the same in a word or two.
        text: what else it says, as far as it came and was asked for.
        wait: for how long it asks to be left alone.
    """

    status: int
    reason: str
    text: str
    wait: timedelta

    @property
    def said(self) -> str:
        """All of that, for people."""
        return f"{self.status} {self.reason} {self.text}".strip()


def redirected(answer: Answer) -> Outcome | None:
    """What a redirect comes to, which is not followed: it could lead anywhere; None: the answer is none."""
    if not 300 <= answer.status < 400:
        return None
    said = f"{answer.status}: redirects are not followed, set the URL to where it leads"
    return Outcome(Result.PUT_OFF, said, wait=answer.wait)


class Poster:
    """Posts one request after the other, each by a connection of its own. Threads share it.

    Args:
        egress: says where requests may go.
        patience: seconds that the other side may take altogether.
        context: by which certificates are checked.
    """

    def __init__(self, egress: Egress, patience: float, context: ssl.SSLContext) -> None:
        self._egress = egress
        self._patience = patience
        self._context = context

    def post(self, request: Post, at_most: int = ANSWER_BYTES) -> Answer | Outcome:
        """Post a request. Until the connection stands it is not sent, for sure; behind that only an answer
        says what became of it.

        Args:
            request: what is posted, and where.
            at_most: so many bytes of the answer are read.

        Returns:
            The answer; an outcome where there is none.
        """
        try:
            to = target(request.url)
            connection = self._connected(to)
        except NotAllowed as error:
            return Outcome(Result.PUT_OFF, f"the URL {error}")
        except (NotResolved, HTTPError, HTTPException, OSError) as error:
            return Outcome(Result.PUT_OFF, f"no connection: {_said(error)}")
        try:
            with _bounded(connection, self._patience):
                return _posted(connection, to, request, at_most)
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            return Outcome(Result.UNKNOWN, f"no answer: {_said(error)}")
        finally:
            connection.close()

    def _connected(self, to: Target) -> HTTPConnection:
        """Connect to an address that was checked; the name is what the certificate must be for."""
        refused: Exception | None = None
        for address in self._egress.addresses(to)[:MOST_ADDRESSES]:
            connection = self._connection(to, address)
            try:
                connection.connect()
            except (HTTPError, OSError) as error:
                connection.close()
                refused = error
            else:
                return connection
        raise refused or NotResolved(to.host)

    def _connection(self, to: Target, address: str) -> HTTPConnection:
        if to.scheme == "http":
            return HTTPConnection(address, to.port, timeout=self._patience)
        return HTTPSConnection(
            address,
            to.port,
            timeout=self._patience,
            ssl_context=self._context,
            server_hostname=to.host,
        )


class Caller:
    """Posts what is answered by its status and a few words. Threads share it.

    Args:
        egress: says where requests may go.
        patience: seconds that the other side may take altogether.
        context: by which certificates are checked.
        understood: what an answer comes to.
    """

    def __init__(
        self,
        egress: Egress,
        patience: float,
        context: ssl.SSLContext,
        understood: Callable[[Answer], Outcome],
    ) -> None:
        self._poster = Poster(egress, patience, context)
        self._understood = understood

    def send(self, request: Post | Outcome, /) -> Outcome:
        """Post a request; what cannot be posted has its outcome already."""
        if isinstance(request, Outcome):
            return request
        answer = self._poster.post(request)
        return answer if isinstance(answer, Outcome) else self._understood(answer)

    def close(self) -> None:
        """Each connection was closed behind its request."""


def _posted(connection: HTTPConnection, to: Target, request: Post, at_most: int) -> Answer:
    headers = {"host": to.authority, **request.headers(datetime.now(UTC))}
    connection.request("POST", to.path, body=request.payload, headers=headers, preload_content=False)
    response = connection.getresponse()
    wait = _asked_wait(response.headers.get("retry-after", ""))
    return Answer(response.status, response.reason or "", _beginning(response, at_most), wait)


def _beginning(response: BaseHTTPResponse, at_most: int) -> str:
    """What an answer begins with, as far as it comes: its status counts, whatever becomes of the rest."""
    with suppress(HTTPError, HTTPException, OSError, ValueError):
        return response.read(at_most, decode_content=False).decode(errors="replace")
    return ""


def _asked_wait(said: str) -> timedelta:
    """How long `Retry-After` asks to wait: seconds, or until a time."""
    try:
        seconds = float(said) if said.isdigit() else _until(said).total_seconds()
    except (ValueError, OverflowError, TypeError):
        return timedelta(0)
    return timedelta(seconds=min(max(seconds, 0.0), 10**7))


def _until(said: str) -> timedelta:
    at = parsedate_to_datetime(said)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)


@contextmanager
def _bounded(connection: HTTPConnection, seconds: float) -> Iterator[None]:
    """Cut a connection off after a while: one that sends a byte now and then would else never end."""
    timer = Timer(seconds, _cutting(connection))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cutting(connection: HTTPConnection) -> Callable[[], None]:
    sock = connection.sock

    def cut() -> None:
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(SHUT_RDWR)

    return cut


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
