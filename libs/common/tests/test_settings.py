"""Settings: a missing or wrong one stops the service with its name and what it expects."""

import pytest
from followup_common.settings import WorkerSettings, load


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
    ],
)
def test_an_address_that_cannot_be_one_is_named_with_what_is_expected(
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
