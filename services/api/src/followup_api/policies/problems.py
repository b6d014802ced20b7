"""What can be wrong with a request about policies."""

from __future__ import annotations

from collections.abc import Mapping

from followup_api.places import Places
from followup_api.policies.schemas import Policy
from followup_api.problems import Conflict, Invalid, NotFound, Problem, Stale, Unavailable

MOST_REPLAYS = 2
RETRY_SECONDS = "10"


class PolicyNotFound(NotFound):
    """There is no policy with this id."""

    def __init__(self, policy_id: int) -> None:
        super().__init__(f"There is no policy {policy_id}.")
        self.policy_id = policy_id


class PolicyNameTaken(Conflict):
    """Another policy in use has the name."""

    def __init__(self, name: str) -> None:
        message = f"name {name!r} belongs to another policy: use that one, or choose another name."
        super().__init__(message, errors=[("name", message)])


class PolicyArchived(Conflict):
    """The policy is not in use any more."""

    def __init__(self, policy_id: int) -> None:
        super().__init__(f"Policy {policy_id} is archived and cannot be changed: add another one.")
        self.policy_id = policy_id


class CatchAllStays(Conflict):
    """Some policy must take what no other one does."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Policy {name!r} takes every follow-up that no other policy takes, so it cannot be archived: "
            "change its steps instead."
        )


class NoDraft(Conflict):
    """There is nothing to publish."""

    def __init__(self, policy_id: int) -> None:
        super().__init__(
            f"Policy {policy_id} has no draft: write one with `PUT /api/v1/policies/{policy_id}/draft`, then "
            "publish it."
        )
        self.policy_id = policy_id


class NeverPublished(Conflict):
    """The draft is all that there is of a policy."""

    def __init__(self, policy_id: int) -> None:
        super().__init__(
            f"Policy {policy_id} was never published, so that nothing would be left of it without its draft: "
            f"archive it with `DELETE /api/v1/policies/{policy_id}`, or write another draft."
        )
        self.policy_id = policy_id


class PolicyStale(Stale):
    """Somebody has changed it since the caller read it."""

    def __init__(self, current: Policy) -> None:
        super().__init__(current.name, current, current.etag)


class TellsMany(Conflict):
    """Publishing would tell very many people something at once."""

    kind, title = "tells-many", "This would tell many people at once"

    def __init__(self, told: int, most: int) -> None:
        super().__init__(
            f"Moving the open follow-ups too would tell {told:,} people something at once. Above {most:,} "
            f"the number has to be given: publish again with `expected_told: {told}`, or without moving.",
            told=told,
        )
        self.told = told


class WrongOrder(Invalid):
    """The ids of an order are not those of the policies in use."""

    def __init__(self, expected: list[int]) -> None:
        ids = ", ".join(map(str, expected))
        super().__init__(
            "policies",
            "policies must name each policy in use once, the one for everything last: they are "
            f"{ids} (the last one stays the last).",
        )


class ReplayRunning(Problem):
    """Somebody looks back while a look of theirs is under way."""

    status, kind, title = 429, "too-many-simulations", "Too many simulations at once"

    detail = "You are looking back at the last 90 days already: wait until that is done."
    headers: Mapping[str, str] = {"Retry-After": RETRY_SECONDS}


class ReplaysFull(Unavailable):
    """As many looks back are under way as may be without making others wait."""

    detail = "Others are looking back right now: try again shortly."
    headers: Mapping[str, str] = {"Retry-After": RETRY_SECONDS}


def replay_places(threads: int) -> Places:
    """How many looks back may go on at once.

    Args:
        threads: those of the process; a look back keeps one for long.
    """
    return Places(
        at_most=max(1, min(MOST_REPLAYS, threads // 4)),
        of_one_person=1,
        too_many=lambda _: ReplayRunning(),
        full=ReplaysFull,
    )
