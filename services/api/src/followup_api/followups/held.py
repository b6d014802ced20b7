"""What holds the follow-ups of a list now, as the API shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import Time, escalation_states
from followup_common.policy import HoldKind
from sqlalchemy import case, cast, func, select

from followup_api.followups.activities import names_of
from followup_api.rows import Record

HELD = escalation_states.c.holds.label("holds_kept")
"""What `held` reads of a row."""
_UNTIL = cast(escalation_states.c.holds[("waiting", "until")].astext, Time)
WAITS_UNTIL = case((func.now() < _UNTIL, _UNTIL)).label("waits_until")
"""Until when a follow-up waits; null: it does not."""
NOTHING: Mapping[str, Any] = {"holds": (), "waiting_until": None, "snoozed": 0, "acknowledged_by": None}


def held(tx: Transaction, rows: Sequence[Record]) -> Mapping[int, Mapping[str, Any]]:
    """The fields of a `FollowUp` about what holds it, by id; of most nothing does."""
    found = [row for row in rows if row.holds_kept is not None]
    if not found:
        return {}
    now: datetime = tx.execute(select(func.now())).scalar_one()
    open_ones = {row.id: list(_open(row.holds_kept, row.run, now)) for row in found}
    names = names_of(tx, {each["user_id"] for each in chain.from_iterable(open_ones.values())})
    return {
        row.id: _fields(
            row.holds_kept, [{**each, "user": names.of(each["user_id"])} for each in open_ones[row.id]]
        )
        for row in found
    }


def _open(kept: Mapping[str, Any], run: int, now: datetime) -> Iterator[dict[str, Any]]:
    """Those that have not ended. A step's number says nothing in a run that another policy began."""
    found = [
        *((HoldKind.WAIT, each) for each in [kept.get("waiting")]),
        *((HoldKind.ACKNOWLEDGE, each) for each in [kept.get("acknowledged")]),
        *((HoldKind.SNOOZE, each) for each in kept.get("snoozes", ())),
    ]
    for kind, each in found:
        if each is None or (kind is not HoldKind.WAIT and each["run"] != run):
            continue
        if datetime.fromisoformat(each["until"]) > now:
            yield {**each, "kind": kind}


def _fields(kept: Mapping[str, Any], open_ones: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    by_kind = {each["kind"]: each for each in open_ones}
    waiting, acknowledged = by_kind.get(HoldKind.WAIT), by_kind.get(HoldKind.ACKNOWLEDGE)
    return {
        "holds": [
            {name: each[name] for name in ("id", "kind", "user", "since", "until")} for each in open_ones
        ],
        "waiting_until": waiting and waiting["until"],
        "snoozed": kept.get("snoozed", 0),
        "acknowledged_by": acknowledged and acknowledged["user"],
    }
