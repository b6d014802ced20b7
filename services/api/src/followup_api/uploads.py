"""How many files may be on their way to us at once, and how much of the disk they may take together."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from followup_api.places import Places
from followup_api.problems import Problem, Unavailable

RETRY_SECONDS = "10"


class TooManyUploads(Problem):
    """One person sends more files at once than they may."""

    status, kind, title = 429, "too-many-uploads", "Too many uploads at once"

    def __init__(self, at_most: int) -> None:
        detail = f"You are sending {at_most} files already: wait until one of them has been imported."
        super().__init__(detail, headers={"Retry-After": RETRY_SECONDS})


class UploadsFull(Unavailable):
    """All people together send more than there is room for."""

    detail = "Too much is being uploaded right now. Nothing was changed: try again shortly."
    headers: Mapping[str, str] = {"Retry-After": RETRY_SECONDS}


@dataclass
class Upload:
    """One file on its way.

    Args:
        uploads: all of them.
        size: bytes that have come.
    """

    uploads: Uploads
    size: int = 0

    def grow(self, more: int) -> None:
        """Count what is about to be written.

        Raises:
            UploadsFull: there is no room for it.
        """
        self.uploads.take(more)
        self.size += more


class Uploads:
    """Those of this process.

    Args:
        at_most: files at once.
        of_one_person: files at once that one person sends.
        size: bytes of all of them together.
    """

    def __init__(self, *, at_most: int, of_one_person: int, size: int) -> None:
        self._places = Places(
            at_most=at_most, of_one_person=of_one_person, too_many=TooManyUploads, full=UploadsFull
        )
        self._size = size
        self._lock = threading.Lock()
        self.on_disk = 0

    @property
    def in_flight(self) -> int:
        """Files that are being received or imported."""
        return self._places.taken

    @contextmanager
    def one(self, user_id: int) -> Iterator[Upload]:
        """Let a person send a file; what it took is free again afterwards.

        Raises:
            TooManyUploads: the person sends too many already.
            UploadsFull: all people together do.
        """
        with self._places.one(user_id):
            upload = Upload(self)
            try:
                yield upload
            finally:
                with self._lock:
                    self.on_disk -= upload.size

    def take(self, more: int) -> None:
        """Count bytes for one of the files."""
        with self._lock:
            if self.on_disk + more > self._size:
                raise UploadsFull
            self.on_disk += more
