"""What a delivery tells, and whom: all that a channel needs to write its message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from followup_common.policy import Command


class Unreachable(Exception):
    """A channel does not work now, whatever is to be sent; the message says why."""


@dataclass(frozen=True)
class Recipient:
    """Who is told, and how they read times."""

    name: str
    time_zone: str
    clock: str
    date_order: str


@dataclass(frozen=True)
class Notification:
    """What they are told, as their inbox has it.

    Args:
        step: of the policy; 0: it was assigned to them; below: a hold has ended, or somebody commented.
        severity: of the step, where it is one.
        label: of the step, where it is one.
        subject: the lead or client.
        told_at: when it was written.
        first: whether its step tells the assignee only where nobody was told before.
        comment: what somebody said, where it tells of that.
    """

    follow_up_id: int
    run: int
    step: int
    title: str
    subject: str | None
    due_at: datetime
    told_at: datetime
    assignee: str
    audience: str
    fallback: str | None
    severity: str | None
    label: str | None
    policy: str | None
    actor: str | None
    absent: str | None
    until: date | None
    first: bool = False
    comment: str | None = None


@dataclass(frozen=True)
class Line:
    """One of the follow-ups that a summary tells of.

    Args:
        step: of the policy; 0: it was assigned to them.
        audience: as which they are told.
    """

    follow_up_id: int
    step: int
    audience: str
    title: str
    subject: str | None
    due_at: datetime
    assignee: str


@dataclass(frozen=True)
class Summary:
    """One notification that tells of many follow-ups, as far as nothing has stopped that.

    Args:
        severity: how grave they are.
        number: how many they are.
        own: whether all of them are the recipient's.
        lines: the longest overdue of them.
        told_at: when it was written.
    """

    severity: str
    number: int
    own: bool
    lines: tuple[Line, ...]
    told_at: datetime


@dataclass(frozen=True)
class Code:
    """What verifies a destination, on its way there.

    Args:
        code: to be typed where the destination was added; nobody else may see it.
        until: when it ends.
        told_at: when it was asked for.
    """

    code: str = field(repr=False)
    until: datetime
    told_at: datetime


@dataclass(frozen=True)
class Group:
    """Lines of a digest that belong together.

    Args:
        name: of the person or of the lead or client; None: there is none.
        by_person: which of the two.
        lines: the longest overdue first.
    """

    name: str | None
    by_person: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Digest:
    """What was due to somebody before a time, as far as nothing has stopped it.

    Args:
        number: how many follow-ups.
        groups: those that have a line.
        told_at: when it was due.
    """

    number: int
    groups: tuple[Group, ...]
    told_at: datetime


@dataclass(frozen=True)
class Section:
    """What a day brings of one kind.

    Args:
        kind: `overdue`, `today` or `came_in`.
        number: how many follow-ups.
        lines: those that are due first.
    """

    kind: str
    number: int
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Day:
    """What somebody's day brings.

    Args:
        sections: those that are not empty.
        told_at: when it was due.
    """

    sections: tuple[Section, ...]
    told_at: datetime


@dataclass(frozen=True)
class Trial:
    """A message that somebody sends to a destination of theirs to see whether it arrives.

    Args:
        told_at: when it was asked for.
    """

    told_at: datetime


Message = Notification | Summary | Digest | Day | Code | Trial
"""What a delivery can tell."""


@dataclass(frozen=True)
class Links:
    """Links by which the recipient does something at once, each for one act.

    Args:
        tokens: what each carries, by its act; nobody else may see it.
        until: when they end.
    """

    tokens: Mapping[Command, str] = field(repr=False)
    until: datetime


@dataclass(frozen=True)
class Delivery:
    """One notification on its way to one address.

    Args:
        id: the same at each attempt.
        attempt: which one this is, from 1.
        address: where it goes.
        links: by follow-up, those by which the recipient acts on it.
        unsubscribing: what the link carries by which the recipient gets no more of the same kind; None: there
            is none. Nobody else may see it.
        answering: what the address carries at which the recipient answers; None: an answer does nothing.
            Nobody else may see it.
        destination_id: whose address it is.
        sealed: the address as it is kept where it is a secret; then `address` is what may be shown of it.
        due_at: since when it was due; None: it never was.
    """

    id: UUID
    attempt: int
    address: str
    recipient: Recipient
    notification: Message
    links: Mapping[int, Links] = field(default_factory=dict)
    unsubscribing: str | None = field(default=None, repr=False)
    answering: str | None = field(default=None, repr=False)
    destination_id: int | None = None
    sealed: bytes | None = field(default=None, repr=False)
    due_at: datetime | None = None
