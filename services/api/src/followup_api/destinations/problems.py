"""What can be wrong with a request about destinations."""

from __future__ import annotations

from collections.abc import Sequence

from followup_api.problems import Conflict, Forbidden, Invalid, NotFound, Problem, TooManyTries


class DestinationNotFound(NotFound):
    """The person has no such destination."""

    def __init__(self, destination_id: int) -> None:
        super().__init__(f"You have no destination {destination_id}.")
        self.destination_id = destination_id


class TooManyDestinations(Conflict):
    """Somebody has as many as one may have."""

    def __init__(self, most: int) -> None:
        super().__init__(f"You have {most} destinations, and that is the most: remove one.")
        self.most = most


class DestinationExists(Conflict):
    """It is one of theirs already."""

    def __init__(self, destination_id: int) -> None:
        super().__init__(f"You have this address already: it is your destination {destination_id}.")
        self.destination_id = destination_id


class IsDefault(Conflict):
    """The address that somebody logs in with is a destination by itself."""

    detail = (
        "It is the address that you log in with, which is a destination by itself. Switch it off instead: "
        "then nothing is sent there."
    )


class AdminsOnly(Forbidden):
    """It could ask servers and spend money in the name of the company."""

    detail = "Only admins add destinations by Apprise: ask one to add it for you, then type the code."


class NotVerified(Conflict):
    """Nobody knows yet whether its owner wants it."""

    detail = "It is not verified yet: give the code that was sent there, or send another."


class VerifiedAlready(Conflict):
    """A code is of no use."""

    detail = "It is verified already: send a test to see whether it works."


class SwitchedOff(Conflict):
    """Nothing is sent there."""

    detail = "It is switched off: switch it on first."


class ChannelNotOn(Invalid):
    """Nothing could be sent by this channel."""

    def __init__(self, channel: str, others: Sequence[str]) -> None:
        instead = f"use {' or '.join(others)}" if others else "ask an operator to set up mail or chat"
        super().__init__("channel", f"channel {channel} is not set up here: {instead}.")
        self.channel = channel


class TooManyMessages(Problem):
    """Somebody has sent as many codes and tests as one may send in an hour.

    Args:
        seconds: until the next one may be sent.
    """

    status, kind, title = TooManyTries.status, "too-many-messages", "Too many codes and tests"

    def __init__(self, most: int, seconds: int) -> None:
        detail = f"You have sent {most} codes and tests within an hour: send the next one in {seconds} s."
        super().__init__(detail, headers={"Retry-After": str(seconds)})
        self.seconds = seconds


class CodeEnded(Invalid):
    """There is no code that could be given."""

    def __init__(self) -> None:
        super().__init__(
            "code", "code does not work any more, or was not sent yet: wait for it, or send another."
        )


class CodeWrong(Invalid):
    """It is another one."""

    def __init__(self, left: int) -> None:
        tries = "1 more try" if left == 1 else f"{left} more tries"
        then = f"you have {tries}" if left else "it does not work any more, send another"
        super().__init__("code", f"code is not the one that was sent last: {then}.")
        self.left = left
