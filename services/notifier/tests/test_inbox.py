"""Writing notifications: one activity an escalation, one notification a recipient; and the wake-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import psycopg
from followup_common.db import Database
from followup_common.db.wakeups import INBOX_CHANNEL
from followup_common.policy import Fallback, Recipient, Severity
from followup_notifier import inbox
from followup_notifier.inbox import Announcement, Route

from tests.support.company import Company
from tests.support.handlers import acting_as
from tests.support.postgres import libpq_url, role_url

HOUR = timedelta(hours=1)


def assignee(user_id: int) -> Recipient:
    return Recipient(user_id, "assignee")


def announcement(follow_up_id: int, step: int, repeat: int, *told: Recipient) -> Announcement:
    return Announcement(follow_up_id, 1, step, repeat, Route(told, Severity.OVERDUE))


def write(company: Company, announced: Sequence[Announcement]) -> Mapping[int, int]:
    """Write with the notifier's rights."""
    with acting_as(company.tx, "followup_notifier"):
        return inbox.write(company.tx, announced, "sweep/1")


def test_it_counts_what_is_new_by_step(company: Company) -> None:
    eve, max_ = company.person("Eve"), company.person("Max", role="manager")
    one, two, three = (company.follow_up(eve, overdue=HOUR) for _ in range(3))
    both = (Recipient(max_, "manager"), assignee(eve))
    announced = [
        announcement(one, 1, 0, assignee(eve)),
        announcement(two, 2, 0, *both),
        announcement(three, 2, 0, *both),
    ]
    assert write(company, announced) == {1: 1, 2: 4}
    assert company.told(one) == [(1, eve)]
    assert company.told(two) == company.told(three) == sorted([(2, eve), (2, max_)])


def test_an_activity_names_all_who_were_told_and_why(company: Company) -> None:
    eve, ada = company.person("Eve"), company.person("Ada", role="admin")
    call = company.follow_up(eve, overdue=HOUR)
    write(company, [announcement(call, 2, 0, Recipient(ada, "manager", Fallback.ADMINS), assignee(eve))])
    [activity] = company.activities(call)
    assert activity["step"] == 2
    assert activity["details"]["recipients"] == [
        {"user_id": ada, "audience": "manager", "fallback": "admins"},
        {"user_id": eve, "audience": "assignee"},
    ]


def test_the_same_again_adds_only_whom_it_did_not_tell(company: Company) -> None:
    eve, max_ = company.person("Eve"), company.person("Max", role="manager")
    call = company.follow_up(eve, overdue=HOUR)
    assert write(company, [announcement(call, 1, 0, assignee(eve))]) == {1: 1}
    assert write(company, [announcement(call, 1, 0, assignee(eve), Recipient(max_, "manager"))]) == {1: 1}
    assert write(company, [announcement(call, 1, 1, assignee(eve))]) == {1: 1}, "a repeat is told again"
    assert company.told(call) == sorted([(1, eve), (1, eve), (1, max_)])
    assert len(company.activities(call)) == 2


def test_nothing_to_announce_writes_nothing(company: Company) -> None:
    assert write(company, []) == {}
    assert company.count("notifications") == company.count("activities") == 0


def test_the_inboxes_of_those_who_are_told_are_woken_at_the_commit_and_not_before(database_url: str) -> None:
    owner = Database(database_url)
    with owner.transaction() as tx:
        company = Company(tx)
        eve, ben = company.person("Eve"), company.person("Ben")
        calls = [company.follow_up(eve, overdue=HOUR), company.follow_up(ben, overdue=HOUR)]
    notifier = Database(role_url(database_url, "followup_notifier"))
    with psycopg.connect(libpq_url(database_url), autocommit=True) as listener:
        listener.execute(f"LISTEN {INBOX_CHANNEL}")
        with notifier.transaction() as tx:
            routes = ((assignee(eve),), (assignee(ben),))
            told = zip(calls, routes, strict=True)
            inbox.write(tx, [announcement(call, 1, 0, *people) for call, people in told], "sweep/1")
            assert list(listener.notifies(timeout=0)) == []
        [woken] = listener.notifies(timeout=60, stop_after=1)
        assert woken.payload == ",".join(map(str, sorted([eve, ben])))
    for database in (notifier, owner):
        database.close()
