"""How many files people may be fetching at once, and answers that end with what they are sent from."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

from fastapi.responses import StreamingResponse
from starlette.responses import ContentStream
from starlette.types import Receive, Scope, Send

from followup_api.places import Places
from followup_api.problems import Problem, Unavailable

CHUNK = 64 * 1024
RETRY_SECONDS = "10"
MOST_WRITTEN = 2
"""Files at once: writing one is work for the processor, which more at once do not make quicker."""


class TooManyDownloads(Problem):
    """One person fetches more files at once than they may."""

    status, kind, title = 429, "too-many-downloads", "Too many downloads at once"

    def __init__(self, at_most: int) -> None:
        detail = f"You are fetching {at_most} files already: wait until one of them is here."
        super().__init__(detail, headers={"Retry-After": RETRY_SECONDS})


class DownloadsFull(Unavailable):
    """All people together fetch more than there is room for."""

    detail = "Too many files are being fetched right now: try again shortly."
    headers: Mapping[str, str] = {"Retry-After": RETRY_SECONDS}


class TooManyWritten(Problem):
    """A file for this person is being written already."""

    status, kind, title = 429, "too-many-downloads", "Too many downloads at once"

    detail = "A file for you is being written already: wait until it is here."
    headers: Mapping[str, str] = {"Retry-After": RETRY_SECONDS}


class WritersFull(Unavailable):
    """As many files are being written as may be without making others wait."""

    detail = "Files for others are being written right now: try again shortly."
    headers: Mapping[str, str] = {"Retry-After": RETRY_SECONDS}


class Downloads(Places):
    """Those of this process: each is a file on its disk until it has been fetched.

    Args:
        at_most: files at once.
        of_one_person: files at once that one person fetches.
        threads: those of the process. A request that writes a file keeps one, and with it a connection of the
            database, for long: a quarter of them at most, so that the others are there for everybody else.
    """

    def __init__(self, *, at_most: int, of_one_person: int, threads: int) -> None:
        super().__init__(
            at_most=at_most, of_one_person=of_one_person, too_many=TooManyDownloads, full=DownloadsFull
        )
        self.writing = Places(
            at_most=max(1, min(MOST_WRITTEN, threads // 4)),
            of_one_person=1,
            too_many=lambda _: TooManyWritten(),
            full=WritersFull,
        )


class EndingAnswer(StreamingResponse):
    """An answer piece by piece, with what is to be done after it, also when its reader leaves or never comes.

    Args:
        pieces: what to send.
        close: called once afterwards.
        options: as of any answer.
    """

    def __init__(self, pieces: ContentStream, close: Callable[[], None], **options: Any) -> None:
        super().__init__(pieces, **options)
        # An answer whose request fails at its commit is never sent; then this comes when it is forgotten.
        self._end = weakref.finalize(self, close)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._end()


class FileAnswer(EndingAnswer):
    """A file piece by piece, gone afterwards.

    Args:
        file: what to send.
        close: called once afterwards: closes the file, and ends what else belongs to it.
        options: as of any answer.
    """

    def __init__(self, file: IO[bytes], close: Callable[[], None], **options: Any) -> None:
        super().__init__(_chunks(file), close, **options)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
