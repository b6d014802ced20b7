"""Settings: a missing or wrong one stops the service with its name and what it expects."""

from datetime import timedelta

import pytest
from followup_common.settings import Retrying, WorkerSettings, load


def test_missing_and_wrong_settings_are_named_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("FOLLOWUP_DATABASE_URL", raising=False)
    monkeypatch.setenv("FOLLOWUP_BROKER_URL", "amqp://guest:very-secret@localhost/")
    monkeypatch.setenv("FOLLOWUP_WORKER_THREADS", "many")
    with pytest.raises(SystemExit) as stopped:
        load(WorkerSettings)
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert "FOLLOWUP_DATABASE_URL is not set. Expected: URL of the PostgreSQL database" in said
    assert "FOLLOWUP_WORKER_THREADS is wrong" in said
    assert "very-secret" not in said
    assert "Traceback" not in said


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", "postgresql://u:very-secret@h/d")
    monkeypatch.setenv("FOLLOWUP_BROKER_URL", "amqp://u:very-secret@h/")
    assert "very-secret" not in repr(load(WorkerSettings))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOLLOWUP_DATABASE_URL", "nonsense"),
        ("FOLLOWUP_DATABASE_URL", "mysql://u:very-secret@h/d"),
        ("FOLLOWUP_DATABASE_URL", "postgresql://u:very-secret@h:port/d"),
        ("FOLLOWUP_BROKER_URL", "redis://u:very-secret@h/"),
        ("FOLLOWUP_BROKER_URL", "amqp://u:very-secret@h:notaport/"),
        ("FOLLOWUP_BROKER_URL", "amqp://[half"),
        ("FOLLOWUP_STATEMENT_TIMEOUT_SECONDS", "inf"),
        ("FOLLOWUP_STATEMENT_TIMEOUT_SECONDS", "0.0001"),
        ("FOLLOWUP_LOCK_TIMEOUT_SECONDS", "nan"),
        ("FOLLOWUP_LOCK_TIMEOUT_SECONDS", "1e300"),
        ("FOLLOWUP_REDRIVE_AFTER_SECONDS", "Infinity"),
        ("FOLLOWUP_WORKER_THREADS", "true"),
        ("FOLLOWUP_WORKER_THREADS", "1.5"),
    ],
)
def test_a_value_that_cannot_be_one_is_named_with_what_is_expected(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", "postgresql://h/d")
    monkeypatch.setenv("FOLLOWUP_BROKER_URL", "amqp://h/")
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        load(WorkerSettings)
    said = capsys.readouterr().err
    assert f"{name} is wrong" in said
    assert "Expected:" in said
    assert "very-secret" not in said


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FOLLOWUP_HANDLER_RETRIES", "-1", "greater than or equal to 0"),
        ("FOLLOWUP_HANDLER_BACKOFF_SECONDS", "0", "greater than 0"),
        ("FOLLOWUP_HANDLER_BACKOFF_MAX_SECONDS", "601", "less than or equal to 600"),
        (
            "FOLLOWUP_HANDLER_BACKOFF_MAX_SECONDS",
            "0.5",
            "is smaller than FOLLOWUP_HANDLER_BACKOFF_SECONDS (1): raise it, or lower that",
        ),
        (
            "FOLLOWUP_REDRIVE_MAX_SECONDS",
            "59",
            "is smaller than FOLLOWUP_REDRIVE_AFTER_SECONDS (60): raise it, or lower that",
        ),
    ],
)
def test_a_retry_that_cannot_be_is_refused_by_name(
    name: str,
    value: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", "postgresql://h/d")
    monkeypatch.setenv("FOLLOWUP_BROKER_URL", "amqp://h/")
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        load(WorkerSettings)
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(name)
    assert said in line


def test_retries_are_as_they_were_when_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", "postgresql://h/d")
    monkeypatch.setenv("FOLLOWUP_BROKER_URL", "amqp://h/")
    settings = load(WorkerSettings)
    assert settings.retrying == Retrying(5, timedelta(seconds=1), timedelta(minutes=1))
    assert (settings.redrive_attempts, settings.redrive_at_most) == (20, timedelta(hours=1))
