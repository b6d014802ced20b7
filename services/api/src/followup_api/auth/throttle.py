"""Slowing down anyone who guesses passwords, without ever locking the owner of an account out.

Wrong passwords count for the account and for the address that they come from. Once an account has had
several, from wherever, each further wrong one makes the pair of this account and that address wait: twice
as long each time, 15 minutes at most. An address that tried many accounts waits for all of them. So a
right password from an address that does not wait always opens the account, however much it is attacked;
and anyone who guesses from many addresses gets one guess from each in 15 minutes. Counts end after an hour
without a wrong password; those of the account also when its owner logs in.

Times that lie further ahead than these waits were written while PostgreSQL's clock was ahead: such a wait is
over, such a failure is forgotten.

It is the same for accounts that do not exist. Kept in PostgreSQL, so that all processes of the API share it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address

from followup_common.addresses import folded
from followup_common.db import Transaction, clock
from followup_common.db.slow_clock import SLOW_NOW
from followup_common.db.tables import log_in_failures
from psycopg.errors import LockNotAvailable
from sqlalchemy import case, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from followup_api.auth.secrets import digest
from followup_api.problems import TooManyTries, TriesInProgress

FREE_FOR_ACCOUNT = 5
AT_MOST = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
KEPT = timedelta(days=1)
PRUNED_AT_ONCE = 100

c = log_in_failures.c


@dataclass(frozen=True)
class Attempt:
    """Somebody at an address tries to open an account.

    Args:
        tx: the transaction of the request; a failure has to be committed to count.
        email: as it was typed, of whatever account.
        address: where the request comes from.
        free_for_address: wrong passwords from one address before it has to wait.
    """

    tx: Transaction
    email: str
    address: str | None
    free_for_address: int

    def check(self) -> None:
        """Let the attempt through, or not; it costs the same no matter who it is about.

        Raises:
            TooManyTries: the address, or this address for this account, has to wait.
            TriesInProgress: others from this address for this account are being checked.
        """
        self._wait_for_turn()
        wait = func.extract("epoch", func.max(c.blocked_until) - func.now())
        possible = c.blocked_until <= func.now() + (AT_MOST + clock.MAY_STEP)
        waits = select(wait).where(c.key.in_([self._origin, self._pair]), possible)
        seconds = self.tx.execute(waits).scalar()
        if seconds is not None and seconds > 0:
            raise TooManyTries(math.ceil(seconds))

    def _wait_for_turn(self) -> None:
        """One at a time: tries side by side would all be checked before the first of them counts.

        A right one beside others waits for them, for as long as for any lock.

        Raises:
            TriesInProgress: they take longer.
        """
        turn = select(func.pg_advisory_xact_lock(func.hashtextextended(self._pair.hex(), 0)))
        try:
            with self.tx.begin_nested():
                self.tx.execute(turn)
        except OperationalError as error:
            if isinstance(error.orig, LockNotAvailable):
                raise TriesInProgress from None
            raise

    def failed(self) -> None:
        """Count a wrong password."""
        self.in_vain()
        self._block(self._origin, self._count(self._origin) - self.free_for_address)

    def in_vain(self) -> None:
        """Count a try that was no guess, as what opens is known: for nothing else has its address to wait."""
        of_account = self._count(self._account)
        self._count(self._pair)
        self._block(self._pair, of_account - FREE_FOR_ACCOUNT)
        self._prune()

    def succeeded(self) -> None:
        """The owner was here: forget what was tried on the account, but not what else the address tried."""
        self.tx.execute(delete(log_in_failures).where(c.key.in_([self._account, self._pair])))

    @property
    def _account(self) -> bytes:
        return digest(f"account {folded(self.email)}")

    @property
    def _origin(self) -> bytes:
        return digest(f"address {network_of(self.address)}")

    @property
    def _pair(self) -> bytes:
        return digest(f"pair {network_of(self.address)} {folded(self.email)}")

    def _count(self, key: bytes) -> int:
        new = insert(log_in_failures).values(key=key, failures=1)
        remembered = c.failed_at.between(func.now() - FORGOTTEN_AFTER, func.now() + clock.MAY_STEP)
        again = case((remembered, c.failures + 1), else_=1)
        statement = new.on_conflict_do_update(
            index_elements=[c.key], set_={"failures": again, "failed_at": func.now()}
        )
        return int(self.tx.execute(statement.returning(c.failures)).scalar_one())

    def _block(self, key: bytes, beyond: int) -> None:
        if beyond < 0:
            return
        pause = min(timedelta(seconds=2 ** min(beyond, 20)), AT_MOST)
        self.tx.execute(update(log_in_failures).where(c.key == key).values(blocked_until=func.now() + pause))

    def _prune(self) -> None:
        self.tx.execute(
            text(f"""
                DELETE FROM log_in_failures WHERE key IN (
                    SELECT key FROM log_in_failures
                    WHERE failed_at < {SLOW_NOW} - :kept OR failed_at > now() + :may_step
                    ORDER BY failed_at LIMIT :limit FOR UPDATE SKIP LOCKED
                )
            """),
            {"kept": KEPT, "may_step": clock.MAY_STEP, "limit": PRUNED_AT_ONCE},
        )


def network_of(address: str | None) -> str:
    """What counts as one address: of IPv6 the /64 that one customer has."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return address or "unknown"
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)
