"""Comments against who was told of them: each that the API has accepted is there once, and each of its
mentions was told once."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection

from followup_common.db import Transaction
from sqlalchemy import text

from tests.faults.deliveries import Failures

MENTION = re.compile(r"<@(\d+)>")
MENTIONED, COMMENTED = -4, -5
"""What notifications of comments have for a step."""

WRITTEN = text("""
    SELECT c.follow_up_id, c.number, c.author_id, c.body, f.id IS NOT NULL AS is_there
    FROM comments c LEFT JOIN follow_ups f ON f.id = c.follow_up_id ORDER BY c.id
""")
TOLD = text("""
    SELECT follow_up_id, repeat AS number, step, user_id, count(*) AS times FROM notifications
    WHERE step IN (-4, -5) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
""")


def failures(tx: Transaction, accepted: Collection[str]) -> Failures:
    """Everything that is wrong with comments.

    Args:
        tx: where the database is.
        accepted: the texts of those that the API said it has written; none is written twice.
    """
    written = tx.execute(WRITTEN).all()
    bodies = Counter(row.body for row in written)
    for body in accepted:
        if body not in bodies:
            yield "lost", 1, f"the comment {body!r} was accepted, and is not there"
    for body, times in bodies.items():
        yield "duplicated", times - 1, f"the comment {body!r} is there {times} times"
    told: defaultdict[tuple[int, int], dict[tuple[int, int], int]] = defaultdict(dict)
    for row in tx.execute(TOLD):
        told[row.follow_up_id, row.number][row.step, row.user_id] = row.times
    for row in written:
        who = told.pop((row.follow_up_id, row.number), {})
        wanted = {int(found) for found in MENTION.findall(row.body)} - {row.author_id}
        yield from _of_one(row.body, wanted if row.is_there else set(), row.author_id, who)
    for which in told:
        yield "duplicated", 1, f"people were told of comment {which}, which is not there"


def _of_one(body: str, wanted: set[int], author_id: int, told: dict[tuple[int, int], int]) -> Failures:
    mentioned = {user_id for step, user_id in told if step == MENTIONED}
    as_assignee = {user_id for step, user_id in told if step == COMMENTED}
    for user_id in wanted - mentioned:
        yield "lost", 1, f"{user_id} was not told of the comment {body!r}"
    for user_id in mentioned - wanted:
        yield "wrong_level", 1, f"{user_id} was told of the comment {body!r}, which does not mention them"
    for user_id in as_assignee & (mentioned | {author_id}):
        yield "duplicated", 1, f"{user_id} was told as the assignee, too, of the comment {body!r}"
    yield "wrong_level", max(0, len(as_assignee) - 1), f"{as_assignee} were told as assignees of {body!r}"
    for (_, user_id), times in told.items():
        yield "duplicated", times - 1, f"{user_id} was told {times} times of the comment {body!r}"
