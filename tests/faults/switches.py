"""Files by which the suite tells a running service to misbehave; the product knows nothing of them."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Switches:
    """Switches of one service in a folder that suite and service both know.

    A *point* is armed once and taken once; a *mode* is on until it is switched off.
    """

    folder: Path

    def arm(self, point: str) -> None:
        """Let the service die when it next passes `point`."""
        (self.folder / point).touch()

    def disarm(self, point: str) -> bool:
        """Take `point` back; True when the service has not passed it."""
        return self.take(point)

    def armed(self, point: str) -> bool:
        """Whether nobody has passed `point` yet."""
        return (self.folder / point).exists()

    def take(self, point: str) -> bool:
        """Pass `point`: True for exactly one caller of all threads and processes, if it is armed."""
        with suppress(FileNotFoundError):
            (self.folder / point).unlink()
            return True
        return False

    @contextmanager
    def mode(self, name: str) -> Iterator[None]:
        """Keep a mode on for a while."""
        (self.folder / name).touch()
        try:
            yield
        finally:
            (self.folder / name).unlink(missing_ok=True)

    def on(self, name: str) -> bool:
        """Whether a mode is on."""
        return (self.folder / name).exists()
