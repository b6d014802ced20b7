"""What people do to their destinations."""

from __future__ import annotations

import hmac
import math
from datetime import timedelta

from followup_common.codes import digest
from followup_common.db import Transaction
from followup_common.db.tables import deliveries, destinations
from sqlalchemy import delete, func, insert, select, update

from followup_api.audit import Action, Trail
from followup_api.destinations import addresses, queries
from followup_api.destinations.problems import (
    ChannelNotOn,
    CodeEnded,
    CodeWrong,
    DestinationExists,
    DestinationNotFound,
    IsDefault,
    NotVerified,
    SwitchedOff,
    TooManyDestinations,
    TooManyMessages,
    VerifiedAlready,
)
from followup_api.destinations.schemas import OWN_CHANNELS, NewDestination
from followup_api.problems import Invalid
from followup_api.rows import Record
from followup_api.settings import ApiSettings
from followup_api.users.service import lock_user

MOST_DESTINATIONS = 10
MOST_MESSAGES = 10
"""Codes and tests of one person in an hour: nobody fills the mailbox of somebody else."""
MOST_TRIES = 5
"""Of one code."""

d, v = destinations.c, deliveries.c


def add(tx: Transaction, audit: Trail, user_id: int, new: NewDestination, settings: ApiSettings) -> int:
    """Add a destination, and send a code there; returns its id.

    Raises:
        ChannelNotOn, WrongAddress: nothing could be sent there.
        NoSecretsKey: its address is a secret, and could not be kept.
        TooManyDestinations, DestinationExists: there is no place for it.
        TooManyMessages: no code may be sent now.
    """
    _require_channel(tx, new.channel)
    address, sealed = addresses.kept(new, settings)
    lock_user(tx, user_id)
    theirs = tx.execute(select(d.id, d.channel, d.address).where(d.user_id == user_id)).all()
    for each in theirs:
        if (each.channel, each.address) == (new.channel, address):
            raise DestinationExists(each.id)
    if sum(each.channel in OWN_CHANNELS for each in theirs) >= MOST_DESTINATIONS:
        raise TooManyDestinations(MOST_DESTINATIONS)
    values = {"user_id": user_id, "channel": new.channel, "address": address, "sealed": sealed}
    destination_id: int = tx.execute(insert(destinations).values(values).returning(d.id)).scalar_one()
    _send(tx, user_id, destination_id, new.channel, "code")
    audit(Action.DESTINATION_ADDED, f"destinations/{destination_id}", channel=new.channel, address=address)
    return destination_id


def send_code(tx: Transaction, user_id: int, destination_id: int) -> None:
    """Send another code; the one before ends.

    Raises:
        DestinationNotFound: they have none with this id.
        VerifiedAlready: it needs none.
        TooManyMessages: no code may be sent now.
    """
    lock_user(tx, user_id)
    held = _held(tx, user_id, destination_id)
    if held.verified_at is not None:
        raise VerifiedAlready
    _change(tx, destination_id, code_hash=None, code_expires_at=None, code_tries=0)
    _send(tx, user_id, destination_id, held.channel, "code")


def verify(tx: Transaction, audit: Trail, user_id: int, destination_id: int, code: str) -> Invalid | None:
    """Verify a destination with the code that was sent there.

    Returns:
        The problem, which is not raised: that a code was wrong has to be committed.

    Raises:
        DestinationNotFound: they have none with this id.
    """
    held = _held(tx, user_id, destination_id)
    if held.verified_at is not None:
        return None
    if held.code_hash is None or not held.code_works or held.code_tries >= MOST_TRIES:
        return CodeEnded()
    target = f"destinations/{destination_id}"
    if not hmac.compare_digest(held.code_hash, digest(destination_id, code)):
        _change(tx, destination_id, code_tries=held.code_tries + 1)
        audit(Action.DESTINATION_CODE_WRONG, target, channel=held.channel, address=held.address)
        return CodeWrong(MOST_TRIES - held.code_tries - 1)
    _change(tx, destination_id, verified_at=func.now(), code_hash=None, code_expires_at=None, code_tries=0)
    audit(Action.DESTINATION_VERIFIED, target, channel=held.channel, address=held.address)
    return None


def test(tx: Transaction, audit: Trail, user_id: int, destination_id: int) -> None:
    """Send a test to a destination.

    Raises:
        DestinationNotFound: they have none with this id.
        NotVerified, SwitchedOff: nothing is sent there.
        TooManyMessages: no test may be sent now.
    """
    lock_user(tx, user_id)
    held = _held(tx, user_id, destination_id)
    if held.state == "unverified":
        raise NotVerified
    if held.state == "off":
        raise SwitchedOff
    _require_channel(tx, held.channel)
    _send(tx, user_id, destination_id, held.channel, "test")
    audit(
        Action.DESTINATION_TESTED,
        f"destinations/{destination_id}",
        channel=held.channel,
        address=held.address,
    )


def switch(tx: Transaction, audit: Trail, user_id: int, destination_id: int, state: str) -> None:
    """Switch a destination on or off.

    Raises:
        DestinationNotFound: they have none with this id.
        NotVerified: it cannot be switched.
    """
    held = _held(tx, user_id, destination_id)
    if held.state == state:
        return
    if held.state == "unverified":
        raise NotVerified
    _change(tx, destination_id, state="ok" if state == "on" else "off", problem=None, problem_since=None)
    said = {"channel": held.channel, "address": held.address, "state": state}
    audit(Action.DESTINATION_SWITCHED, f"destinations/{destination_id}", **said)


def remove(tx: Transaction, audit: Trail, user_id: int, destination_id: int) -> None:
    """Remove a destination: what is still to be sent there is not.

    Raises:
        DestinationNotFound: they have none with this id.
        IsDefault: it is the address that they log in with.
    """
    held = _held(tx, user_id, destination_id)
    if held.by_default:
        raise IsDefault
    tx.execute(delete(destinations).where(d.id == destination_id))
    said = {"channel": held.channel, "address": held.address}
    audit(Action.DESTINATION_REMOVED, f"destinations/{destination_id}", **said)


def get(tx: Transaction, user_id: int, destination_id: int) -> Record:
    """One of a person's destinations.

    Raises:
        DestinationNotFound: they have none with this id.
    """
    row = queries.find(tx, user_id, destination_id)
    if row is None:
        raise DestinationNotFound(destination_id)
    return row


def _held(tx: Transaction, user_id: int, destination_id: int) -> Record:
    row = queries.hold(tx, user_id, destination_id)
    if row is None:
        raise DestinationNotFound(destination_id)
    return row


def _change(tx: Transaction, destination_id: int, **values: object) -> None:
    tx.execute(update(destinations).where(d.id == destination_id).values(values))


def _require_channel(tx: Transaction, channel: str) -> None:
    names = [row.name for row in queries.channels_on(tx)]
    if channel not in names:
        raise ChannelNotOn(channel, names)


def _send(tx: Transaction, user_id: int, destination_id: int, channel: str, notice: str) -> None:
    """Send a code or a test, unless that were too many. Whose it is is held."""
    lately = select(func.count(), func.min(v.created_at) + timedelta(hours=1) - func.now()).where(
        v.user_id == user_id, v.notice.is_not(None), v.created_at > func.now() - timedelta(hours=1)
    )
    number, wait = tx.execute(lately).one()
    if number >= MOST_MESSAGES:
        raise TooManyMessages(MOST_MESSAGES, max(1, math.ceil(wait.total_seconds())))
    values = {"user_id": user_id, "destination_id": destination_id, "channel": channel, "notice": notice}
    tx.execute(insert(deliveries).values(values))
