"""One happening that tells somebody of many follow-ups is one notification that is heard.

Each follow-up has its notification all the same, written as read, as with hand-overs: who was told of which
is known, and nobody is told of it again. One more sums them up. What belongs together has the same bundle:
what one happening (a sweep, say) told one person, as grave as each other. The batches of a sweep are written
side by side, and the first may have told one aloud: the one that brings a second sums up both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

from followup_common.db import Transaction
from followup_common.db.arrays import int_array
from sqlalchemy import text

ALONE = 1
"""So many of a bundle are told by themselves: two are one happening that is told once."""

# Other transactions that add to one of these bundles have committed by then, and what they wrote is seen; or
# they wait. In the order of numbers, so that no two wait for each other. Taken late: held until the commit.
IN_TURN = text("SELECT pg_advisory_xact_lock(number) FROM unnest(CAST(:bundles AS bigint[])) AS b (number)")
# Counted no further than it matters.
MANY = text("""
    SELECT user_id, bundle FROM unnest(CAST(:people AS bigint[]), CAST(:bundles AS bigint[]),
                                       CAST(:numbers AS bigint[])) AS told (user_id, bundle, number)
    WHERE number > :alone OR (
        SELECT count(*) > :alone FROM (
            SELECT FROM notifications n WHERE n.user_id = told.user_id AND n.bundle = told.bundle
            LIMIT :alone + 1) few)
    ORDER BY user_id, bundle
""")
SILENCE = text("""
    UPDATE notifications n SET read_at = COALESCE(read_at, now()), summed_up = true
    FROM unnest(CAST(:people AS bigint[]), CAST(:bundles AS bigint[])) AS many (user_id, bundle)
    WHERE n.user_id = many.user_id AND n.bundle = many.bundle AND NOT n.summed_up
""")
# One a person and bundle: the unique key says so. Who has read it hears of what is new.
SUM_UP = text("""
    INSERT INTO notifications (user_id, audience, summary_of, actor_id, details)
    SELECT user_id, 'bundle', bundle, CAST(said ->> 'actor_id' AS bigint), said - 'actor_id'
    FROM unnest(CAST(:people AS bigint[]), CAST(:bundles AS bigint[])) AS many (user_id, bundle),
        LATERAL (SELECT CAST(:details AS jsonb) -> CAST(bundle AS text) AS said) s
    ON CONFLICT (user_id, audience, summary_of) WHERE summary_of IS NOT NULL
        DO UPDATE SET read_at = NULL WHERE notifications.read_at IS NOT NULL
""")


@dataclass(frozen=True)
class Bundle:
    """What is summed up together, for each person it tells.

    Attributes:
        happening: what brought it, such as `sweep/812`.
        severity: how grave it is, or `assigned`.
        actor_id: who did it, if somebody did.
    """

    happening: str
    severity: str
    actor_id: int | None = None

    @cached_property
    def number(self) -> int:
        """What notifications keep of it: 64 bits, the same in every process and at every repetition."""
        name = f"{self.happening}/{self.severity}".encode()
        return int.from_bytes(blake2b(name, digest_size=8).digest(), "big", signed=True)

    @property
    def details(self) -> Mapping[str, str | int | None]:
        """What its summaries keep. The release before reads the numbers, of summaries of absences."""
        said = {"happening": self.happening, "severity": self.severity, "actor_id": self.actor_id}
        return {**said, "escalated": 0, "assigned": 0}


class Told(NamedTuple):
    """A person, and the number of a bundle of theirs."""

    user_id: int
    bundle: int


def sum_up(tx: Transaction, told: Mapping[Told, int], bundles: Iterable[Bundle]) -> None:
    """Have one notification heard in place of many.

    Args:
        tx: the transaction that has written them; the bundles are held until its end.
        told: of how many each person was told in it, by bundle; nothing costs anything where nobody was.
        bundles: those.
    """
    if not told:
        return
    details = {str(bundle.number): bundle.details for bundle in bundles}
    tx.execute(IN_TURN, {"bundles": int_array(sorted({each.bundle for each in told}))})
    people, numbers = zip(*told, strict=True)
    given = {"people": int_array(people), "bundles": int_array(numbers), "numbers": int_array(told.values())}
    many = tx.execute(MANY, {**given, "alone": ALONE}).all()
    if many:
        people, numbers = zip(*many, strict=True)
        found = {"people": int_array(people), "bundles": int_array(numbers)}
        tx.execute(SILENCE, found)
        tx.execute(SUM_UP, {**found, "details": json.dumps(details)})
