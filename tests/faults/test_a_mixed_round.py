"""The short round of `make test`: a dozen faults of all sorts; `make faults` runs the long ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import report
from tests.faults.catalogue import FAULTS
from tests.faults.injection import plan
from tests.faults.rounds import run_round
from tests.faults.system import Hosts
from tests.support.servers import Servers

SEED = 7
FOLLOW_UPS = 2_000
EDITS = ["calendars_edited", "policies_published"]
PEOPLE = ["follow_ups_held", "people_away", "work_handed_over"]
REACH = [
    *("mail_comes_back", "mailbox_is_full", "browser_is_gone"),
    *("quiet_hours_begin", "day_begins", "mail_domain_hangs"),
]
DOZEN = [
    "kill_between_commit_and_publish",
    "kill_between_handling_and_acknowledgement",
    "sigterm_mid_batch",
    "messages_repeated",
    "queues_deleted",
    "postgres_killed",
    "network_cut",
    "kill_dispatcher_after_it_has_sent",
    "mail_server_gives_any_answer",
    "kill_dispatcher_while_it_calls",
    "receiver_gives_any_answer",
    "kill_dispatcher_after_it_has_pushed",
]
MORE = [
    "kill_escalator",
    "kill_api",
    "kill_api_between_commit_and_publish",
    "clock_off",
    "escalations_raised_again",
    "queues_purged",
    "queue_repeated_and_shuffled",
    "postgres_terminates_connections",
    "database_clock_jumps",
    "rows_locked",
    "kill_dispatcher_before_it_sends_a_digest",
    "mail_server_dies_behind_texts",
    "receiver_is_gone",
    "webhook_paused",
]


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    """Servers of this test's own: PostgreSQL is told to keep commit times."""
    servers = Servers()
    try:
        yield Hosts.of(servers)
    finally:
        servers.stop()


@pytest.mark.integration
def test_nothing_is_lost_doubled_said_late_or_wrongly(hosts: Hosts, tmp_path: Path) -> None:
    _expect_clean(hosts, tmp_path, DOZEN)


@pytest.mark.long
@pytest.mark.integration
def test_nor_while_calendars_and_policies_are_edited(hosts: Hosts, tmp_path: Path) -> None:
    _expect_clean(hosts, tmp_path, EDITS + MORE + DOZEN)


@pytest.mark.long
@pytest.mark.integration
def test_nor_while_mails_come_back_and_people_are_not_to_be_told(hosts: Hosts, tmp_path: Path) -> None:
    _expect_clean(hosts, tmp_path, REACH + MORE + DOZEN)


@pytest.mark.long
@pytest.mark.integration
def test_nor_while_people_hold_follow_ups_are_away_and_hand_work_over(hosts: Hosts, tmp_path: Path) -> None:
    _expect_clean(hosts, tmp_path, PEOPLE + MORE + DOZEN)


def _expect_clean(hosts: Hosts, tmp_path: Path, kinds: list[str]) -> None:
    [planned] = plan(SEED, [FAULTS[kind] for kind in kinds], rounds=1, per_round=len(kinds))
    outcome = run_round(hosts, tmp_path, str(SEED), FOLLOW_UPS, planned, print)
    print(report.line(outcome))
    assert outcome.verdict.clean, report.line(outcome)
    assert outcome.verdict.announced > FOLLOW_UPS / 2
    assert outcome.verdict.mailed > 100
    assert outcome.verdict.called > 30
    assert outcome.verdict.in_digests > 50
    assert outcome.verdict.pushed > 0
    assert outcome.faults.total() >= len(kinds) - 2
