"""What the self-audit finds, and what Prometheus reads of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from followup_api.ops import gauges, open_follow_ups
from followup_api.ops.self_audit.queries import statement_of
from followup_api.ops.self_audit.schemas import Check
from followup_common.contracts import EscalationKey, EscalationsRaised
from followup_common.messaging import outbox
from sqlalchemy import text

from .companies import DUE, Company
from .conftest import World
from .importing import FOLLOW_UPS, send
from .test_dead_letters import fail

CHECKS = [
    *("overdue-steps", "outbox-overdue", "sweeps-stuck", "dead-letters", "unroutable", "times-ahead"),
    "left-behind",
]
HOUR = timedelta(hours=1)


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def found(company: Company) -> dict[str, Any]:
    """The findings that are not empty."""
    answer = company.get(company.ada, "/ops/self-audit")
    assert [finding["check"] for finding in answer["findings"]] == CHECKS
    problems = {finding["check"]: finding for finding in answer["findings"] if finding["count"]}
    assert answer["healthy"] == (not problems)
    return problems


def wait(company: Company, time: str, **columns: str) -> None:
    """An event in the outbox that was due to be sent again so long ago."""
    names, values = ", ".join(columns), ", ".join(columns.values())
    company.world.execute(
        f"INSERT INTO outbox (id, type, source, payload, available_at, {names}) "
        f"VALUES (gen_random_uuid(), 'x', 'x', '{{}}', now() - interval '{time}', {values})"
    )


def unroutable(company: Company, follow_up_id: int, **changed: Any) -> None:
    company.world.execute(
        "INSERT INTO escalations (follow_up_id, run, step, policy_version_id, severity, status) "
        "VALUES (:id, 1, 1, 1, 'overdue', 'unroutable')",
        id=follow_up_id,
    )
    company.world.execute("UPDATE escalation_states SET step = 1, wake_at = now() + interval '1 day'")


def test_nothing_is_wrong_with_what_goes_its_way(company: Company) -> None:
    company.follow_up(company.amir, overdue=timedelta(minutes=50))
    company.follow_up(company.amir, overdue=-HOUR)
    company.ask(company.ada, "POST", "/sweeps")
    wait(company, "1 minute", attempts="1")
    wait(company, "1 day", handled_at="now()")
    assert found(company) == {}


def test_a_step_that_no_sweep_recorded_is_found(company: Company) -> None:
    older = company.follow_up(company.amir, overdue=timedelta(hours=3))
    newer = company.follow_up(company.amir, overdue=timedelta(hours=2))
    written(company, 4 * HOUR)
    finding = found(company)["overdue-steps"]
    assert (finding["count"], finding["or_more"]) == (2, False)
    assert [seen["subject"] for seen in finding["examples"]] == [f"follow-ups/{older}", f"follow-ups/{newer}"]
    assert "sweep" in finding["fix"]


def written(company: Company, ago: timedelta) -> None:
    """Everything was written so long ago."""
    company.world.execute("ALTER TABLE follow_ups DISABLE TRIGGER follow_ups_keep_rules")
    company.world.execute(
        "UPDATE follow_ups SET created_at = now() - :ago, updated_at = now() - :ago", ago=ago
    )
    company.world.execute("ALTER TABLE follow_ups ENABLE TRIGGER follow_ups_keep_rules")


def import_old(company: Company) -> None:
    line = f"deal-1,Call,amir.patel@example.com,{DUE},,,,,,\n"
    assert send(company, "follow-ups", FOLLOW_UPS + line).is_success


WRITES: dict[str, Callable[[Company, int], Any]] = {
    "created": lambda company, _: company.create(company.amir),
    "imported": lambda company, _: import_old(company),
    "moved": lambda company, id_: company.ask(
        company.amir, "PATCH", f"/follow-ups/{id_}", json={"due_at": DUE}
    ),
    "reopened": lambda company, id_: (
        company.ask(company.amir, "POST", f"/follow-ups/{id_}/complete"),
        company.ask(company.amir, "POST", f"/follow-ups/{id_}/reopen"),
    ),
}


@pytest.mark.parametrize("write", WRITES)
def test_what_was_overdue_when_it_was_written_counts_from_then(
    company: Company, write: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Due long ago, and no sweep could have known of it."""
    monkeypatch.setattr(gauges, "KEEP_SECONDS", 0)
    id_ = company.follow_up(company.amir, overdue=-HOUR if write in ("created", "imported") else 3 * HOUR)
    written(company, 3 * HOUR)
    WRITES[write](company, id_)
    assert found(company) == {}
    assert metrics(company)["followup_lag_seconds"] == pytest.approx(0, abs=60)
    written(company, 2 * HOUR)
    assert found(company)["overdue-steps"]["count"] == 1
    assert metrics(company)["followup_lag_seconds"] == pytest.approx(2 * 3600, abs=60)


def test_a_step_counts_though_its_follow_up_was_written_under_a_clock_that_was_ahead(
    company: Company,
) -> None:
    company.follow_up(company.amir, overdue=2 * HOUR)
    written(company, -72 * HOUR)
    assert found(company)["overdue-steps"]["count"] == 1


def test_an_import_of_old_ones_hides_none_that_waits(company: Company) -> None:
    company.follow_up(company.amir, overdue=2 * HOUR)
    written(company, 3 * HOUR)
    import_old(company)
    assert found(company)["overdue-steps"]["count"] == 1


@pytest.mark.parametrize(
    ("age", "attempts", "again_in", "expected"),
    [
        ("7 minutes", 3, 1, 7),
        ("3 days", 0, 1, 0),  # held back by the limit of escalations, or replayed a moment ago
        ("3 days", 2, 1, 3),  # replayed three minutes ago, and sent twice since
        ("3 days", 9, 60, 3 * 24 * 60),
    ],
)
def test_an_event_is_as_old_as_the_time_for_which_it_could_have_been_handled(
    company: Company, age: str, attempts: int, again_in: int, expected: int
) -> None:
    wait(company, f"-{again_in} minutes", created_at=f"now() - interval '{age}'", attempts=str(attempts))
    assert metrics(company)["followup_outbox_age_seconds"] == pytest.approx(expected * 60, abs=60)


def test_how_late_is_late_can_be_set(build: Callable[..., World]) -> None:
    company = Company(build(late_after_minutes=300))
    company.follow_up(company.amir, overdue=timedelta(hours=3))
    written(company, 3 * HOUR)
    assert found(company) == {}


@pytest.mark.parametrize(("time", "attempts"), [("6 minutes", "0"), ("-1 hour", "3")])
def test_events_that_wait_too_long_are_found(company: Company, time: str, attempts: str) -> None:
    wait(company, time, attempts=attempts, error="'OperationalError: away'")
    finding = found(company)["outbox-overdue"]
    assert finding["count"] == 1
    assert finding["examples"][0]["detail"] == "OperationalError: away"


def test_a_sweep_that_does_not_end_is_found(company: Company) -> None:
    company.world.execute(
        "INSERT INTO sweeps (trigger, status, requested_at, finished_at) VALUES "
        "('manual', 'running', now() - interval '2 hours', NULL), "
        "('manual', 'completed', now() - interval '2 hours', now()), ('manual', 'running', now(), NULL)"
    )
    finding = found(company)["sweeps-stuck"]
    assert (finding["count"], finding["examples"][0]["detail"]) == (1, "running")


def test_dead_letters_are_found_until_somebody_deals_with_them(company: Company) -> None:
    event_id = fail(company, "ValueError: no")
    finding = found(company)["dead-letters"]
    assert finding["examples"][0]["subject"] == f"dead-letters/{event_id}"
    answer = company.ask(
        company.ada, "POST", f"/ops/dead-letters/{event_id}/discard", json={"note": "told by phone"}
    )
    assert answer.status_code == 204
    assert found(company) == {}


def test_escalations_that_found_nobody_are_found_while_they_matter(company: Company) -> None:
    follow_up = company.follow_up(company.amir, overdue=HOUR)
    unroutable(company, follow_up)
    assert found(company)["unroutable"]["examples"][0]["subject"] == f"follow-ups/{follow_up}"
    company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/complete")
    assert found(company) == {}


def test_open_work_of_who_left_is_found_until_it_is_handed_over(company: Company) -> None:
    left, done = company.follow_up(company.amir), company.follow_up(company.amir)
    company.follow_up(company.otto)
    company.ask(company.amir, "POST", f"/follow-ups/{done}/complete")
    body: dict[str, Any] = {"active": False, "open_work": {"stays": True}}
    who = f"/users/{company.amir.id}"
    assert company.ask(company.ada, "PATCH", who, json=body).status_code == 200
    finding = found(company)["left-behind"]
    assert [each["subject"] for each in finding["examples"]] == [f"follow-ups/{left}"]
    assert finding["examples"][0]["detail"] == "Amir Patel"
    handed = company.ask(company.ada, "POST", f"{who}/hand-over", json={"to": company.mia.id, "expected": 1})
    assert handed.status_code == 200, handed.text
    assert found(company) == {}


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        (
            "INSERT INTO outbox (id, type, source, payload, available_at) "
            "VALUES (gen_random_uuid(), 'x', 'x', '{}', now() + interval '3 days')",
            "outbox",
        ),
        ("INSERT INTO sweeps (trigger, requested_at) VALUES ('manual', now() + interval '3 days')", "sweeps"),
        ("INSERT INTO audit_log (action, at) VALUES ('log-out', now() + interval '3 days')", "audit-log"),
        (
            "INSERT INTO log_in_failures (key, failures, failed_at) "
            "VALUES ('k', 1, now() + interval '1 day')",
            "log-in-failures",
        ),
    ],
)
def test_times_in_the_future_are_found(company: Company, written: str, kind: str) -> None:
    company.world.execute(written.replace(":", "\\:"))
    finding = found(company)["times-ahead"]
    assert finding["count"] == 1
    assert finding["examples"][0]["subject"].startswith(f"{kind}/")
    assert "NTP" in finding["fix"]


def test_only_admins_see_it(company: Company) -> None:
    for person in (company.dana, company.amir):
        assert company.ask(person, "GET", "/ops/self-audit").status_code == 403


@pytest.mark.parametrize("check", [check for check in Check if check is not Check.UNROUTABLE])
def test_a_check_reads_an_index_of_what_is_unsettled(company: Company, check: Check) -> None:
    with company.world.engine.begin() as tx:
        tx.execute(text("SET LOCAL enable_seqscan = off"))
        sql = statement_of(check, HOUR).compile(tx, compile_kwargs={"literal_binds": True})
        plan = "\n".join(tx.execute(text(f"EXPLAIN {str(sql).replace(':', chr(92) + ':')}")).scalars())
    assert "ix_" in plan, plan
    assert "Seq Scan" not in plan, plan


def metrics(company: Company) -> dict[str, float]:
    lines = company.world.client().get("/metrics").text.splitlines()
    names = {gauge.name for gauge in gauges.METRICS}
    return {name: float(value) for name, _, value in (line.partition(" ") for line in lines) if name in names}


def test_the_counts_are_metrics(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(metrics(company).values()) == {0}
    fail(company)
    assert metrics(company)["followup_dead_letters"] == 0  # counted a moment ago
    monkeypatch.setattr(gauges, "KEEP_SECONDS", 0)
    company.follow_up(company.amir, overdue=timedelta(hours=3))
    written(company, 4 * HOUR)
    counted = metrics(company)
    assert counted.pop("followup_lag_seconds") == pytest.approx(3 * 3600, abs=60)
    ones = ("followup_dead_letters", "followup_overdue_steps", "followup_due")
    assert counted == dict.fromkeys(counted, 0) | dict.fromkeys(ones, 1)
    for minutes in (7, 3):
        wait(company, "1 second", created_at=f"now() - interval '{minutes} minutes'", attempts="3")
    counted = metrics(company)
    assert counted["followup_outbox_depth"] == 2
    assert counted["followup_outbox_age_seconds"] == pytest.approx(7 * 60, abs=60)


def test_what_waits_for_the_services_is_a_metric(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauges, "KEEP_SECONDS", 0)
    due = [company.follow_up(company.amir, overdue=HOUR) for _ in range(3)]
    company.follow_up(company.amir, overdue=-HOUR)
    assert metrics(company)["followup_due"] == 3
    keys = [EscalationKey(follow_up_id=number, run=1, step=1) for number in due]
    with company.world.database.transaction() as tx:
        events = [EscalationsRaised.of(None, keys), EscalationsRaised.of(None, keys[:2])]
        outbox.store(tx, events, source="followup/test")
    assert metrics(company)["followup_unannounced"] == 5
    company.world.execute("UPDATE outbox SET handled_at = now()")
    assert metrics(company)["followup_unannounced"] == 0


def test_what_waits_is_counted_by_indexes(company: Company) -> None:
    with company.world.engine.begin() as tx:
        tx.execute(text("SET LOCAL enable_seqscan = off"))
        values = gauges.BACKLOG.compile(tx, compile_kwargs={"literal_binds": True})
        plan = "\n".join(tx.exec_driver_sql(f"EXPLAIN {values}").scalars())
    assert "ix_escalation_states_wake_at" in plan
    assert "ix_outbox_unhandled" in plan
    assert "Seq Scan" not in plan


def test_a_scrape_does_not_wait_for_a_database_that_hangs(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges, "KEEP_SECONDS", 0)
    with company.world.database.transaction() as tx:
        tx.execute(text("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE"))
        counted = metrics(company)
    assert all(map(math.isnan, counted.values()))
    assert set(metrics(company).values()) == {0}


def test_counts_are_unknown_while_the_database_is_away(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges, "KEEP_SECONDS", 0)
    assert metrics(company)["followup_dead_letters"] == 0
    company.world.execute("ALTER TABLE outbox RENAME TO elsewhere")
    assert math.isnan(metrics(company)["followup_dead_letters"])


def test_calendars_that_end_soon_are_a_metric(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauges, "KEEP_SECONDS", 0)
    hours = [{"days": [1], "opens": "09:00", "closes": "17:00"}]
    company.calendar(name="Plain", time_zone="UTC", hours=hours)
    company.calendar(name="Berlin", time_zone="UTC", hours=hours, holidays={"country": "DE"})
    assert metrics(company)["followup_calendars_ending"] == 0
    for column, day, ending in (
        ("holidays_until", "current_date + 364", 1),
        ("holidays_until", "current_date + 365", 0),
        ("last_day", "current_date + 364", 2),
        ("archived_at", "now()", 0),
    ):
        company.world.execute(f"UPDATE calendars SET {column} = {day}")
        company.world.execute("UPDATE calendars SET holidays_until = NULL WHERE country IS NULL")
        assert metrics(company)["followup_calendars_ending"] == ending, (column, day)


def opened(company: Company) -> dict[str, float]:
    lines = company.world.client().get("/metrics").text.splitlines()
    found = (line.rpartition(" ") for line in lines if line.startswith("followup_policy_open{"))
    return {labels.partition('policy="')[2].rstrip('"}'): float(value) for labels, _, value in found}


def test_open_follow_ups_are_counted_by_policy(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_follow_ups, "COUNT", open_follow_ups.COUNT.bindparams(told_apart=2))
    assert opened(company) == {}
    for _ in range(3):
        company.follow_up(company.amir, overdue=HOUR)
    assert opened(company) == {}  # counted a moment ago
    monkeypatch.setattr(open_follow_ups, "KEEP_SECONDS", 0)
    assert opened(company) == {"standard": 3}
    company.world.execute(
        "INSERT INTO policy_versions (policy_id, policy, version, steps)"
        " SELECT policy_id, name, number + 1, steps"
        " FROM policy_versions, unnest(ARRAY['a', 'b']) WITH ORDINALITY AS named (name, number)"
    )
    company.world.execute(
        "UPDATE escalation_states s SET policy_version_id = v.id FROM policy_versions v, ("
        "    SELECT follow_up_id, row_number() OVER (ORDER BY follow_up_id) AS number FROM escalation_states"
        ") n WHERE n.follow_up_id = s.follow_up_id AND v.version = n.number"
    )
    assert opened(company) == {"a": 1, "b": 1, "(others)": 1}
    company.world.execute("UPDATE escalation_states SET is_open = false, wake_at = NULL")
    assert opened(company) == {}


def test_open_follow_ups_are_unknown_while_the_database_is_away(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_follow_ups, "KEEP_SECONDS", 0)
    company.follow_up(company.amir, overdue=HOUR)
    assert opened(company) == {"standard": 1}
    company.world.execute("ALTER TABLE policy_versions RENAME TO elsewhere")
    assert opened(company) == {}
