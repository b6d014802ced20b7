"""PostgreSQL's clock, which decides everything, can be wrong: it may jump ahead and be set back.

What was written meanwhile lies in the future afterwards. Whatever reads such a time knows how far ahead it
can lie while the clock is right, and takes what lies further ahead for due, or for over.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MAY_STEP = timedelta(minutes=1)
"""How far ahead of one transaction's `now()` another one may have written its own while nothing is wrong:
they begin at different times, and NTP moves the clock a little."""

STAMPED_AHEAD = timedelta(days=1)
"""Further ahead than a clock is corrected without anybody noticing; for what is done once a day or less."""

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""A time that has come by any clock, however wrong: what waits for it is due."""
