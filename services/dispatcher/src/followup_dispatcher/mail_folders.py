"""A mailbox, read by IMAP (RFC 3501): what mail servers send back, and what people answer."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Self
from urllib.parse import unquote

from followup_common.urls import ServerUrl, server_url
from pydantic import SecretStr

from followup_dispatcher.settings import IMAP, IMAP_SCHEMES, IMAP_STARTTLS, IMAP_TLS
from followup_dispatcher.telling import Unreachable

PORTS = {IMAP: 143, IMAP_STARTTLS: 143, IMAP_TLS: 993}
PATIENCE_SECONDS = 30.0
"""How long the server may take for each of its answers."""
MOST_BYTES = 256 * 1024
"""So much of a mail is read: a report stands before what is sent back with it."""

_FAILURES = (imaplib.IMAP4.error, OSError)


class Mailbox:
    """Where mails arrive.

    Args:
        url: of the mail server; its path names the folder.
        patience: seconds that the server may take for each of its answers.
        context: by which its certificate is checked.
    """

    def __init__(
        self, url: ServerUrl, *, patience: float = PATIENCE_SECONDS, context: ssl.SSLContext | None = None
    ) -> None:
        self._url = url
        self._folder = unquote(url.path.strip("/")) or "INBOX"
        self._patience = patience
        self._context = context or ssl.create_default_context()

    @classmethod
    def at(cls, url: SecretStr) -> Self:
        """The one that a setting names."""
        return cls(server_url(url.get_secret_value(), *IMAP_SCHEMES))

    @contextmanager
    def opened(self) -> Iterator[Folder]:
        """Connect, log in and open the folder.

        Raises:
            Unreachable: that does not work, or what is done meanwhile does not.
        """
        try:
            client = self._connected()
        except _FAILURES as error:
            raise Unreachable(_said(error)) from error
        try:
            self._open(client)
            yield Folder(client)
        except (*_FAILURES, UnicodeError) as error:  # a log-in has to be ASCII
            raise Unreachable(_said(error)) from error
        finally:
            with suppress(*_FAILURES):
                client.logout()

    def _connected(self) -> imaplib.IMAP4:
        host, port = self._url.host_and_port(PORTS[self._url.scheme])
        if self._url.scheme == IMAP_TLS:
            return imaplib.IMAP4_SSL(host, port, ssl_context=self._context, timeout=self._patience)
        return imaplib.IMAP4(host, port, timeout=self._patience)

    def _open(self, client: imaplib.IMAP4) -> None:
        if self._url.scheme == IMAP_STARTTLS:
            client.starttls(self._context)
        client.login(self._url.username or "", self._url.password or "")
        quoted = self._folder.replace("\\", "\\\\").replace('"', '\\"')
        _require(client.select(f'"{quoted}"'), f"the folder {self._folder} cannot be opened")


class Folder:
    """An open folder.

    Args:
        client: that has selected it.
    """

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._client = client

    def unread(self, at_most: int) -> list[bytes]:
        """The numbers of mails that nobody has read, the oldest first."""
        found = _require(self._client.uid("SEARCH", "UNSEEN"), "it cannot be searched")
        return [number for each in found if isinstance(each, bytes) for number in each.split()][:at_most]

    def content(self, number: bytes) -> bytes | None:
        """A mail, as far as it is read; None: it is not there any more. It stays unread."""
        asked = f"(BODY.PEEK[]<0.{MOST_BYTES}>)"
        parts = _require(self._client.uid("FETCH", number.decode(), asked), "a mail cannot be read")
        return next((part[1] for part in parts if isinstance(part, tuple)), None)

    def mark_read(self, number: bytes) -> None:
        """Let a mail be one that has been read."""
        self._client.uid("STORE", number.decode(), "+FLAGS.SILENT", r"(\Seen)")


def _require(answer: tuple[str, Sequence[object]], otherwise: str) -> Sequence[object]:
    """What a server says, if it says OK."""
    kind, said = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(f"{otherwise}: {said}")
    return said


def _said(error: Exception) -> str:
    if isinstance(error, UnicodeError):  # it would quote the password
        return "user or password have letters that IMAP does not take"
    return f"{type(error).__name__}: {error}"
