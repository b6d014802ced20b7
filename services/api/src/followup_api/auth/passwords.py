"""Passwords, kept as argon2id hashes."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 12
MAX_LENGTH = 200
"""Bounds the work of one attempt; longer than any password manager makes them."""

# The parameters of OWASP's password storage cheat sheet for argon2id. With at most one log-in per
# database connection at work, memory stays below pool size times 19 MiB.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_costs = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
_nobodys = f"$argon2id$v=19${_costs}${'A' * 22}${'A' * 43}"
"""In form a hash by these parameters. To make one takes as long as a log-in, at every start."""


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed.

    Without a hash, because the person is unknown or has no password, it takes as long and says no:
    the time of an answer does not tell whether an e-mail address is known.
    """
    try:
        return _hasher.verify(kept or _nobodys, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Whether the hash was made with other parameters than today's and should be made anew."""
    return _hasher.check_needs_rehash(kept)
