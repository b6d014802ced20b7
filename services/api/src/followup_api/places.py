"""How many of something may go on at once: of one person, and of all together."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from followup_api.problems import Problem


class Places:
    """Those of this process.

    Args:
        at_most: places that all people have together.
        of_one_person: places that one person has.
        too_many: what to answer somebody who has taken all of theirs, from how many these are.
        full: what to answer when none is left.
    """

    def __init__(
        self,
        *,
        at_most: int,
        of_one_person: int,
        too_many: Callable[[int], Problem],
        full: Callable[[], Problem],
    ) -> None:
        self._at_most = at_most
        self._of_one_person = of_one_person
        self._too_many = too_many
        self._full = full
        self._by_person: Counter[int] = Counter()
        # Taken again by the same thread where a place is given back while an answer is forgotten.
        self._lock = threading.RLock()

    @property
    def taken(self) -> int:
        """Places that somebody has."""
        return self._by_person.total()

    @contextmanager
    def one(self, user_id: int) -> Iterator[None]:
        """Give a person a place until the context ends.

        Raises:
            Problem: what `too_many` or `full` makes, when there is none for them.
        """
        with self._lock:
            if self._by_person[user_id] >= self._of_one_person:
                raise self._too_many(self._of_one_person)
            if self.taken >= self._at_most:
                raise self._full()
            self._by_person[user_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._by_person -= Counter({user_id: 1})  # without those that have none left
