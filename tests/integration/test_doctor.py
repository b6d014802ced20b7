"""`followup doctor` names each problem of an installation, and the fix."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pika
import pytest
from followup_common.db.collations import changed_collations
from followup_common.doctor import Finding, examine_broker
from followup_common.doctor.__main__ import examine_environment
from followup_common.doctor.database import examine_database
from followup_common.messaging import rabbitmq_broker
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.faults.server_faults import WATERMARK, control
from tests.support.ports import free_port
from tests.support.postgres import role_url
from tests.support.rabbitmq import RabbitMQ

HEALTHY = """
    INSERT INTO users (email, name, role) VALUES ('ada@example.com', 'Ada', 'admin');
    INSERT INTO sweeps (trigger, slot) VALUES ('schedule', date_trunc('minute', now()));
"""

CALENDAR = """
    INSERT INTO calendars (name, time_zone, first_day, last_day)
    VALUES ('Berlin', 'Europe/Berlin', current_date - 9, current_date + 731);
    INSERT INTO calendar_spans SELECT id, current_date - 9, current_date + 731 FROM calendars;
"""


def in_force(conditions: str, archived: str = "NULL", position: str = "0") -> str:
    """Another policy, for what meets some conditions."""
    return f"""
        INSERT INTO policies (name, position, archived_at) VALUES ('Some', {position}, {archived});
        INSERT INTO policy_versions (policy_id, policy, version, steps, conditions)
        SELECT p.id, p.name, 1, v.steps, CAST('{conditions.replace(":", chr(92) + ":")}' AS jsonb)
        FROM policies p, policy_versions v
        WHERE p.name = 'Some' AND v.policy_id = 1 AND p.id NOT IN (SELECT policy_id FROM policy_versions);
    """


DATABASE_FAULTS = {
    "no table was made": ("DROP TABLE alembic_version", "schema", "followup migrate"),
    "a migration is missing": (
        "DELETE FROM alembic_version",
        "schema",
        "followup migrate",
    ),
    "it is older than the first release": (
        "DROP TABLE escalation_states CASCADE",
        "schema",
        "make a new one",
    ),
    "a newer release has migrated": (
        "UPDATE alembic_version SET version_num = '9999'",
        "schema",
        "deploy that one",
    ),
    "a grant was taken away": (
        "REVOKE UPDATE ON escalation_states FROM followup_escalator",
        "grants",
        "GRANT UPDATE ON escalation_states TO followup_escalator",
    ),
    "nobody is an admin": ("UPDATE users SET active = false", "people", "followup_api.bootstrap"),
    "somebody who is inactive has open work": (
        "INSERT INTO users (email, name, active) VALUES ('otto@example.com', 'Otto Klein', false);"
        " INSERT INTO follow_ups (title, assignee_id, due_at) SELECT 'Call', id, now() FROM users"
        " WHERE name = 'Otto Klein'",
        "open work",
        "Hand it over",
    ),
    "a calendar is not worked out far enough": (
        CALENDAR + "UPDATE calendars SET last_day = current_date + 30",
        "calendars",
        "Start the scheduler and the escalator",
    ),
    "a calendar has no open hours ahead": (
        CALENDAR + "UPDATE calendar_spans SET ends_at = starts_at + interval '1 day'",
        "hours of calendars",
        "hours that lie ahead",
    ),
    "holidays of a calendar are not known": (
        CALENDAR + "UPDATE calendars SET country = 'DE', holidays_until = current_date + 364",
        "holidays",
        "holidays_unknown",
    ),
    "a policy asks for somebody who is not active": (
        in_force('{"all": [{"field": "team", "is": "none_of", "value": [4711]}]}'),
        "policies",
        "somebody else in their place",
    ),
    "a policy cannot be read": (
        "SET LOCAL session_replication_role = replica; ALTER TABLE policy_versions DISABLE TRIGGER ALL;"
        """ UPDATE policy_versions SET steps = '[{"after": "PT0S", "audience": ["assignee"], "label": "x","""
        """ "severity": "overdue"}, {"after": "PT0S", "audience": ["assignee"], "label": "x","""
        """ "severity": "overdue"}]'; ALTER TABLE policy_versions ENABLE TRIGGER ALL""",
        "policies",
        "steps that can be read",
    ),
    "a policy asks for a kind that nobody knows": (
        in_force('{"any": [{"field": "kind", "is": "any_of", "value": ["call", "fax"]}]}'),
        "kinds of policies",
        "kinds that are in use",
    ),
    "a policy asks for a kind that is archived": (
        in_force('{"all": [{"field": "kind", "is": "any_of", "value": ["call"]}]}')
        + "UPDATE follow_up_kinds SET position = NULL, archived_at = now() WHERE name = 'call'",
        "kinds of policies",
        "kinds that are in use",
    ),
    "a draft is forgotten": (
        "UPDATE policies SET draft = '{}', draft_at = now() - interval '31 days'",
        "drafts of policies",
        "Publish them or discard them",
    ),
    "a policy names somebody who is not active": (
        "INSERT INTO policy_versions (policy, version, steps) SELECT policy, version + 1, CAST("
        """'[{"after": "PT0S", "audience": ["user(4711)"], "label": "x", "severity": "overdue"}]' AS jsonb)"""
        " FROM policy_versions",
        "policies",
        "somebody else in their place",
    ),
    "no sweep was ever asked for": (
        "DELETE FROM sweeps; SET LOCAL session_replication_role = replica;"  # no trigger keeps the old time
        " UPDATE policy_versions SET created_at = now() - interval '2 hours'",
        "clock of sweeps",
        "Start the scheduler",
    ),
    "the clock of sweeps has stopped": (
        "UPDATE sweeps SET requested_at = now() - interval '2 hours'",
        "clock of sweeps",
        "Start the scheduler",
    ),
    "an event was given up": (
        "INSERT INTO outbox (id, type, source, payload, failed_at)"
        " VALUES (gen_random_uuid(), 'x', 'x', '{}', now())",
        "events",
        "dead-letters list",
    ),
    "events wait": (
        "INSERT INTO outbox (id, type, source, payload, available_at)"
        " VALUES (gen_random_uuid(), 'x', 'x', '{}', now() - interval '1 hour')",
        "events",
        "Start escalator and notifier",
    ),
}


def do(url: str, statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as tx:
        tx.execute(text(statements))
    engine.dispose()


def bad(findings: Iterator[Finding]) -> dict[str, str]:
    return {finding.check: finding.fix for finding in findings if finding.fix}


COPIES = 3


@pytest.fixture
def healthy_url(database_url: str) -> str:
    do(database_url, HEALTHY)
    return role_url(database_url, "followup_escalator")


@pytest.fixture
def consumed_url(broker_url: str) -> Iterator[str]:
    """A broker on which somebody consumes both queues."""
    broker = rabbitmq_broker(broker_url)
    consumers = [broker.consume(queue, timeout=1) for queue in ("escalator", "notifier")]
    for consumer in consumers:
        next(consumer)  # begins to consume with the first message that it asks for
    yield broker_url
    for consumer in consumers:
        consumer.close()
    broker.close()


def test_it_finds_nothing_where_all_is_well(healthy_url: str, consumed_url: str) -> None:
    assert bad(examine_database(healthy_url)) == {}
    assert bad(examine_broker(consumed_url)) == {}


def test_a_clock_of_sweeps_has_an_hour_for_its_first_one(database_url: str, healthy_url: str) -> None:
    do(database_url, "DELETE FROM sweeps")
    assert bad(examine_database(healthy_url)) == {}


@pytest.mark.parametrize("fault", DATABASE_FAULTS)
def test_it_names_what_is_wrong_with_the_database(database_url: str, healthy_url: str, fault: str) -> None:
    damage, check, fix = DATABASE_FAULTS[fault]
    do(database_url, damage)
    # What kinds there are, and how people are called, only the API may see.
    seen_by_api = check in ("kinds of policies", "open work")
    url = role_url(database_url, "followup_api") if seen_by_api else healthy_url
    found = bad(examine_database(url))
    assert list(found) == [check]
    assert fix in found[check]


def test_what_is_not_in_use_any_more_is_no_fault(database_url: str, healthy_url: str) -> None:
    archived = {"archived": "now()", "position": "NULL"}
    for field, value in (("kind", '"fax"'), ("assignee", "4711")):
        conditions = f'{{"all": [{{"field": "{field}", "is": "any_of", "value": [{value}]}}]}}'
        do(database_url, in_force(conditions, **archived))
    do(
        database_url,
        "UPDATE policies SET draft = '{}', draft_at = now() - interval '31 days' WHERE name = 'Some';"
        f"{CALENDAR} UPDATE calendars SET archived_at = now(), last_day = current_date, country = 'DE';"
        "DELETE FROM calendar_spans",
    )
    assert bad(examine_database(role_url(database_url, "followup_api"))) == {}


def test_it_names_an_owner_who_works_as_a_service(database_url: str, healthy_url: str) -> None:
    assert "its own role" in bad(examine_database(database_url))["role"]


def test_it_names_a_collation_that_changed_under_the_database(database_url: str, healthy_url: str) -> None:
    change = "UPDATE pg_database SET datcollversion = {} WHERE datname = current_database()"
    do(database_url, change.format("'0.1'"))
    try:
        found = bad(examine_database(healthy_url))
    finally:
        do(database_url, change.format("pg_database_collation_actual_version(oid)"))
    assert list(found) == ["collation"]
    assert "REINDEX DATABASE" in found["collation"]
    assert "collation" not in bad(examine_database(healthy_url))


def test_it_names_a_collation_of_an_index_that_changed(database_url: str, healthy_url: str) -> None:
    """Another than the database's own, which indexes may have as well."""
    do(database_url, 'CREATE INDEX by_icu ON users (name COLLATE "de-x-icu")')
    change = "UPDATE pg_collation SET collversion = {} WHERE collname = 'de-x-icu'"
    do(database_url, change.format("'0.1'"))
    try:
        found = bad(examine_database(healthy_url))
        with create_engine(database_url).connect() as tx:
            assert [each.kept for each in changed_collations(tx)] == ["0.1"]
    finally:
        do(database_url, change.format("pg_collation_actual_version(oid)") + "; DROP INDEX by_icu")
    assert list(found) == ["collation"]
    assert 'ALTER COLLATION pg_catalog."de-x-icu" REFRESH' in found["collation"]
    assert "collation" not in bad(examine_database(healthy_url))


def test_it_names_a_clock_that_is_off(healthy_url: str) -> None:
    assert "NTP" in bad(examine_database(healthy_url, clock=lambda: time.time() - 3_600))["clock"]


def test_it_names_a_clock_that_was_ahead(database_url: str, healthy_url: str) -> None:
    do(database_url, "INSERT INTO sweeps (trigger, requested_at) VALUES ('cron', now() + interval '3 days')")
    assert "NTP" in bad(examine_database(healthy_url))["clock of sweeps"]


@pytest.mark.parametrize(
    ("changes", "fix"),
    [
        ({"port": 1}, "Start PostgreSQL"),
        ({"database": "nowhere"}, "Create the database"),
        ({"username": "nobody-of-that-name"}, "followup migrate"),
    ],
)
def test_it_names_why_the_database_does_not_let_it_in(
    database_url: str, changes: dict[str, object], fix: str
) -> None:
    url = make_url(database_url).set(**changes)  # type: ignore[arg-type]
    assert fix in bad(examine_database(url.render_as_string(hide_password=False)))["database"]


@pytest.mark.parametrize(
    ("change", "fix"),
    [
        (lambda url: url.replace(f":{pika.URLParameters(url).port}/", f":{free_port()}/"), "Start RabbitMQ"),
        (lambda url: url.replace("@", "-wrong@"), "user and password"),
        (lambda url: url + "-nowhere", "virtual host"),
    ],
)
def test_it_names_why_the_broker_does_not_let_it_in(
    broker_url: str, change: Callable[[str], str], fix: str
) -> None:
    assert fix in bad(examine_broker(change(broker_url)))["broker"]


def test_it_names_a_broker_of_no_known_host() -> None:
    assert "Correct the host" in bad(examine_broker("amqp://u:p@nowhere.invalid/"))["broker"]


def test_it_names_a_broker_where_somebody_listens_and_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"amqp://u:p@127.0.0.1:{silent.getsockname()[1]}/"
        assert "Start RabbitMQ" in bad(examine_broker(url))["broker"]


def test_it_names_what_a_role_may_not_look_at_and_goes_on(database_url: str, healthy_url: str) -> None:
    do(
        database_url,
        "REVOKE SELECT ON outbox FROM followup_escalator; ALTER TABLE policy_versions RENAME TO x",
    )
    seen = {finding.check: finding for finding in examine_database(healthy_url)}
    assert "grants" in seen
    assert "does not exist" in seen["clock of sweeps"].seen
    assert "events" not in seen  # for the doctor of a service that may


@pytest.mark.parametrize(
    ("variable", "url", "seen"),
    [
        ("FOLLOWUP_DATABASE_URL", "postgresql://u:very/secret@h/d", "%2F"),
        ("FOLLOWUP_DATABASE_URL", "postgresql://u:p@127.0.0.1:1,127.0.0.1:2/d", "127.0.0.1:1,127.0.0.1:2"),
        ("FOLLOWUP_DATABASE_URL", "postgresql://u:p@nowhere.invalid/d", "Correct the host"),
        ("FOLLOWUP_DATABASE_URL", "postgresql://u:p@127.0.0.1:1/d?no_such=1", "options behind ?"),
        ("FOLLOWUP_DATABASE_URL", "postgresql://u:p@127.0.0.1:1/d?sslmode=none", "options behind ?"),
        ("FOLLOWUP_BROKER_URL", "amqp://u:very#secret@h/", "%23"),
        ("FOLLOWUP_BROKER_URL", "amqp://u:p@h1:1,h2:2/", "several hosts"),
        ("FOLLOWUP_BROKER_URL", "amqp://u:p@nowhere.invalid/", "Correct the host"),
        ("FOLLOWUP_BROKER_URL", "amqp://u:p@h/?heartbeat=often", "options behind ?"),
        ("FOLLOWUP_BROKER_URL", "amqp://u@h/", "no password"),
    ],
)
def test_whatever_a_url_says_the_command_names_it_and_goes_on(
    variable: str, url: str, seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = {
        "FOLLOWUP_DATABASE_URL": "postgresql://u:p@127.0.0.1:1/d",
        "FOLLOWUP_BROKER_URL": "amqp://127.0.0.1:1",
    }
    for name, value in {**away, variable: url}.items():
        monkeypatch.setenv(name, value)
    found = {finding.check: f"{finding.seen} {finding.fix}" for finding in examine_environment()}
    assert list(found) == ["database", "broker"]
    assert seen in found["database" if variable == "FOLLOWUP_DATABASE_URL" else "broker"]
    assert "secret" not in str(found)


def test_tls_against_a_plain_port_is_named(database_url: str, broker_url: str) -> None:
    of_tls = broker_url.replace("amqp://", "amqps://")
    assert "amqps://" in bad(examine_broker(of_tls))["broker"]
    url = make_url(database_url).update_query_dict({"sslmode": "require"})
    assert "sslmode" in bad(examine_database(url.render_as_string(hide_password=False)))["database"]


def test_it_names_queues_that_are_wrong_and_makes_none(broker_url: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(broker_url)) as connection:
        channel = connection.channel()
        for queue in ("escalator.XQ", "escalator.DQ", "escalator"):
            channel.queue_declare(queue, durable=True, arguments={"x-max-priority": 5})
    for _ in range(2):  # the second look finds what the first did: nothing was made
        found = bad(examine_broker(broker_url))
        assert "delete_queue escalator" in found["queue escalator"]
        assert "Start the notifier" in found["queue notifier"]


@pytest.mark.long
@pytest.mark.serial
def test_it_names_an_alarm_that_blocks_publishers(rabbitmq: RabbitMQ, broker_url: str) -> None:
    control(rabbitmq, "set_vm_memory_high_watermark", "0.00001")
    try:
        assert "rabbitmq-diagnostics alarms" in bad(examine_broker(broker_url))["publishing"]
    finally:
        control(rabbitmq, "set_vm_memory_high_watermark", WATERMARK)


def test_it_names_a_queue_without_consumers(broker_url: str) -> None:
    broker = rabbitmq_broker(broker_url)
    broker.declare_queue("notifier", ensure=True)
    broker.close()
    assert "Start the notifier" in bad(examine_broker(broker_url))["queue notifier"]


def test_what_was_replayed_is_no_fault_though_rabbitmq_still_has_a_copy(
    database_url: str, healthy_url: str, consumed_url: str
) -> None:
    with pika.BlockingConnection(pika.URLParameters(consumed_url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        for _ in range(COPIES):
            channel.basic_publish("", "notifier.XQ", b"{}", mandatory=True)
    seen = {finding.check: finding for finding in examine_broker(consumed_url)}["queue notifier"]
    assert seen.well
    assert f"{COPIES} copies of what was given up" in seen.seen
    assert "events" not in bad(examine_database(healthy_url))
    do(database_url, DATABASE_FAULTS["an event was given up"][0])
    assert "dead-letters list" in bad(examine_database(healthy_url))["events"]
    do(database_url, "UPDATE outbox SET handled_at = now(), failed_at = NULL")  # replayed
    assert "events" not in bad(examine_database(healthy_url))


def test_the_command_says_it_all_and_fails(healthy_url: str, consumed_url: str) -> None:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("FOLLOWUP_")}
    servers = {"FOLLOWUP_DATABASE_URL": healthy_url, "FOLLOWUP_BROKER_URL": consumed_url}

    def run(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *command],
            env={**inherited, **servers, **settings},
            capture_output=True,
            text=True,
            check=False,
        )

    well = run("followup_cli.main", "doctor", "--json")
    assert (well.returncode, well.stderr) == (0, "")
    assert {finding["fix"] for finding in json.loads(well.stdout)} == {None}

    wrong = run("followup_cli.main", "doctor", FOLLOWUP_SWEEP_CRON="often", FOLLOWUP_WORKER_THREADS="0")
    assert wrong.returncode == 1
    assert "FOLLOWUP_SWEEP_CRON is wrong" in wrong.stdout
    assert "FOLLOWUP_WORKER_THREADS is wrong" in wrong.stdout
    assert "a cron line of five fields" in wrong.stdout

    in_a_container = run("followup_common.doctor")
    assert (in_a_container.returncode, in_a_container.stderr) == (0, "")
    assert "ok  grants" in in_a_container.stdout
