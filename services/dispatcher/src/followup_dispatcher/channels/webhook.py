"""Webhooks, signed as Standard Webhooks has it: https://www.standardwebhooks.com."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from socket import SHUT_RDWR
from threading import Timer
from typing import Self

from followup_common.egress import Egress, NotAllowed, NotResolved, Target, target
from followup_common.sealing import NotSealedWithThis, Seal
from standardwebhooks.webhooks import Webhook
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.webhooks import Call, Calls

logging.getLogger("urllib3").setLevel(logging.ERROR)  # it would log URLs, which may hold what is secret

PATIENCE_SECONDS = 15.0
"""How long the other side may take altogether, from the connection to the end of its answer."""
ANSWER_BYTES = 400
"""So much of what an answer says is kept for the log."""
MOST_ADDRESSES = 2
"""Of a name with several, so many are tried: together they take less time than the lease."""
GONE = 410


@dataclass(frozen=True)
class Request:
    """What is posted, but for the signatures, which carry the time of the attempt.

    Args:
        secrets: each signs.
    """

    event_id: str
    url: str
    body: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    def headers(self, now: datetime) -> Mapping[str, str]:
        """Headers, signed with each secret at this time."""
        signatures = (Webhook(each).sign(self.event_id, now, self.body) for each in self.secrets)
        return {
            "content-type": "application/json",
            "user-agent": "Followup",
            "webhook-id": self.event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }


class Webhooks:
    """The channel of webhooks.

    Args:
        seal: opens their secrets.
        egress: says where they may lead.
        lines: how many are called at once.
        patience: seconds that the other side may take altogether.
        context: by which certificates are checked; None: by those that the machine trusts.
    """

    name = "webhook"
    for_people = False
    everybody = False

    def __init__(
        self,
        seal: Seal,
        egress: Egress,
        *,
        lines: int = 1,
        patience: float = PATIENCE_SECONDS,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.lines = lines
        self.queue = Calls(seal)
        self._seal = seal
        self._caller = Caller(egress, patience, context or ssl.create_default_context())

    @classmethod
    def of(cls, settings: DispatcherSettings) -> Self | None:
        """The channel that the settings configure, if they do."""
        seal = settings.seal
        return cls(seal, settings.egress, lines=settings.webhook_connections) if seal else None

    def write(self, call: Call, /) -> Request | Outcome:
        """What is posted; an outcome where its secret cannot be opened, which an operator can put right."""
        try:
            secrets = tuple(self._seal.opened(each) for each in call.secrets)
        except NotSealedWithThis as error:
            return Outcome(Result.PUT_OFF, str(error))
        return Request(str(call.event_id), call.url, call.body.decode(), secrets)

    def open(self) -> Caller:
        """There is nothing to connect to before it is known where."""
        return self._caller


class Caller:
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

    def send(self, request: Request | Outcome, /) -> Outcome:
        """Post a request. Until the connection stands it is not sent, for sure; behind that only the status
        of the answer says whether it has arrived."""
        if isinstance(request, Outcome):
            return request
        try:
            to = target(request.url)
            connection = self._connected(to)
        except NotAllowed as error:
            return Outcome(Result.PUT_OFF, f"the URL {error}")
        except (NotResolved, HTTPError, HTTPException, OSError) as error:
            return Outcome(Result.PUT_OFF, f"no connection: {_said(error)}")
        try:
            with _bounded(connection, self._patience):
                return self._posted(connection, to, request)
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            return Outcome(Result.UNKNOWN, f"no answer: {_said(error)}")
        finally:
            connection.close()

    def close(self) -> None:
        """Each connection was closed behind its request."""

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

    def _posted(self, connection: HTTPConnection, to: Target, request: Request) -> Outcome:
        headers = {"host": to.authority, **request.headers(datetime.now(UTC))}
        connection.request(
            "POST", to.path, body=request.body.encode(), headers=headers, preload_content=False
        )
        return _answered(connection.getresponse())


def _answered(response: BaseHTTPResponse) -> Outcome:
    """What an answer says. A redirect is none that counts: it could lead anywhere."""
    status = response.status
    answer = f"{status} {response.reason or ''} {_beginning(response)}".strip()
    if 200 <= status < 300:
        return Outcome(Result.SENT, answer)
    if status == GONE:
        return Outcome(Result.REFUSED, answer, gone=True)
    if 300 <= status < 400:
        answer = f"{status}: redirects are not followed, set the URL to where it leads"
    return Outcome(Result.PUT_OFF, answer, wait=_asked_wait(response.headers.get("retry-after", "")))


def _beginning(response: BaseHTTPResponse) -> str:
    """What an answer begins with, as far as it comes: its status counts, whatever becomes of the rest."""
    with suppress(HTTPError, HTTPException, OSError, ValueError):
        return response.read(ANSWER_BYTES, decode_content=False).decode(errors="replace")
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
