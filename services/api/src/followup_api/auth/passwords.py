"""Passwords, kept as argon2id hashes."""

from __future__ import annotations

from unicodedata import category, normalize

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


def prepared(password: str) -> str:
    """A password as RFC 8265 compares it (OpaqueString): one form for each letter, one kind of space.

    Keyboards and systems write `é` as one letter or as two, and a space in many ways; nobody sees which.
    """
    if password.isascii():
        return password
    spaced = "".join(" " if category(character) == "Zs" else character for character in password)
    return normalize("NFC", spaced)


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(prepared(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed: as it is compared, or as older hashes have it.

    Without a hash, because the person is unknown or has no password, it takes as long and says no:
    the time of an answer does not tell whether an e-mail address is known.
    """
    return any(_verified(kept or _nobodys, form) for form in _forms(password)) and kept is not None


def outdated(kept: str, password: str) -> bool:
    """Whether the hash, which this password matches, was made in another way than today's.

    It should be made again then. Only a password with two forms is tried once more, for that takes as long
    as the log-in.
    """
    form = prepared(password)
    return _hasher.check_needs_rehash(kept) or (form != password and not _verified(kept, form))


def _forms(password: str) -> list[str]:
    """In which a password may have been hashed: today's, and that which was typed."""
    return list(dict.fromkeys((prepared(password), password)))


def _verified(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
