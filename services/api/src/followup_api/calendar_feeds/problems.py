"""What can be wrong with a request about calendar feeds."""

from __future__ import annotations

from followup_api.calendar_feeds.schemas import MOST_FEEDS
from followup_api.problems import Conflict, NotFound


class CalendarFeedNotFound(NotFound):
    """The person has no such feed."""

    def __init__(self, feed_id: int) -> None:
        super().__init__(f"You have no calendar feed {feed_id}.")


class TooManyCalendarFeeds(Conflict):
    """A person has as many feeds as they may have."""

    def __init__(self) -> None:
        super().__init__(
            f"You have {MOST_FEEDS} calendar feeds, and that is the most: revoke one that is not read."
        )


class CalendarFeedMade(Conflict):
    """The same request has made a feed before; nobody can read its address again."""

    def __init__(self, feed_id: int) -> None:
        super().__init__(
            f"This request has made the calendar feed {feed_id} already, and its address was shown "
            f"only then: give feed {feed_id} another address."
        )
