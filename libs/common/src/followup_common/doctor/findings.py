"""What an examination says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Args:
        check: what was looked at, in two or three words.
        seen: what it looks like.
        fix: what to do about it; None when all is well.
    """

    check: str
    seen: str
    fix: str | None = None

    @property
    def well(self) -> bool:
        """Whether nothing has to be done."""
        return self.fix is None
