"""Who asks: some people of the benchmark's company, logged in as browsers are, and what each may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
from followup_api.auth.passwords import hashed
from followup_api.etags import tag_of
from followup_common.db.tables import follow_ups, notifications, users
from sqlalchemy import Connection, create_engine, func, select, update

from benchmarks.api.company import ADMIN, DIRECTOR

PASSWORD = "a password of the benchmark"
EMPLOYEES, MANAGERS = 40, 18
DIRECTORS = 9
"""How often the director of half of the company is among the managers: a third of what they ask is hers."""


@dataclass
class Actor:
    """A person whose page is open.

    Args:
        user_id: of the person.
        email: of their account.
        reports: the ids of those who report to them, or of some others for the admin.
        open_: id and entity tag of open follow-ups of theirs, each to be changed once.
        completed: ids of completed ones.
        unread: ids of notifications; once those that nobody has read are used up, of others.
        headers: what their browser sends with each request.
    """

    user_id: int
    email: str
    reports: list[int]
    open_: list[tuple[int, str]]
    completed: list[int]
    unread: list[int]
    headers: dict[str, str]


def let_log_in(database_url: str, address: str) -> dict[str, list[Actor]]:
    """The people of each role, with a session each.

    Args:
        database_url: the owner's, of `benchmarks.api.company`.
        address: of the API.
    """
    engine = create_engine(database_url)
    with engine.begin() as tx:
        actors = {who: [_actor(tx, user_id) for user_id in ids] for who, ids in _ids(tx).items()}
        everybody = {actor.user_id for some in actors.values() for actor in some}
        tx.execute(update(users).where(users.c.id.in_(everybody)).values(password_hash=hashed(PASSWORD)))
    engine.dispose()
    for some in actors.values():
        for actor in some:
            actor.headers = _log_in(address, actor)
    return {**actors, "manager": [*actors["manager"], *[actors["manager"][0]] * (DIRECTORS - 1)]}


def _ids(tx: Connection) -> dict[str, list[int]]:
    drawn = select(users.c.id).order_by(func.md5(users.c.email))
    managers = drawn.where(users.c.role == "manager", users.c.id > DIRECTOR + 1).limit(MANAGERS)
    return {
        "employee": list(tx.scalars(drawn.where(users.c.role == "employee").limit(EMPLOYEES))),
        "manager": [DIRECTOR, *tx.scalars(managers)],
        "admin": [ADMIN],
    }


def _actor(tx: Connection, user_id: int) -> Actor:
    email = tx.scalars(select(users.c.email).where(users.c.id == user_id)).one()
    reports = list(tx.scalars(select(users.c.id).where(users.c.manager_id == user_id).limit(8)))
    theirs = follow_ups.c.assignee_id == user_id
    open_ = select(follow_ups.c.id, tag_of(follow_ups)).where(theirs, follow_ups.c.is_open)
    completed = select(follow_ups.c.id).where(theirs, ~follow_ups.c.is_open).limit(100)
    theirs = notifications.c.user_id == user_id
    newest = notifications.c.read_at.is_(None).desc(), notifications.c.id.desc()
    unread = select(notifications.c.id).where(theirs).order_by(*newest).limit(100)
    changed = [(row[0], row[1]) for row in tx.execute(open_.order_by(follow_ups.c.id))]
    return Actor(user_id, email, reports, changed, [*tx.scalars(completed)], [*tx.scalars(unread)], {})


def _log_in(address: str, actor: Actor) -> dict[str, str]:
    origin = {"Sec-Fetch-Site": "same-origin", "Origin": address}
    body = {"email": actor.email, "password": PASSWORD}
    answer = httpx.post(f"{address}/api/v1/session", json=body, headers=origin, timeout=60)
    answer.raise_for_status()
    cookie = "; ".join(_pairs(answer))
    return {"Cookie": cookie, "Followup-Person": str(actor.user_id), **origin}


def _pairs(answer: httpx.Response) -> Iterator[str]:
    for name, value in answer.cookies.items():
        yield f"{name}={value}"
