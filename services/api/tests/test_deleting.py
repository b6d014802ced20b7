"""Deleting follows the role and leaves a trace; for 30 days everything can be brought back as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from followup_api.settings import ApiSettings
from followup_common.contracts import OutboxTick
from httpx import Response
from pydantic import ValidationError

from tests.support.pipeline import Pipeline

from .companies import Company
from .conftest import Person, World
from .pipelines import sweep

HOUR = timedelta(hours=1)
TABLES = ("follow_ups", "notifications", "activities", "escalations")


def everything(company: Company) -> dict[str, list[Any]]:
    """All rows of follow-ups and of what belongs to them, but for the entry of a restoration."""
    return {
        table: sorted(
            (
                row.row
                for row in company.world.execute(f"SELECT to_jsonb(t) AS row FROM {table} t")
                if row.row.get("kind") != "restored"
            ),
            key=str,
        )
        for table in TABLES
    }


def delete(company: Company, who: Person, follow_up: int, **more: Any) -> Response:
    return company.ask(who, "DELETE", f"/follow-ups/{follow_up}", **more)


def restore(company: Company, who: Person, follow_up: int) -> Response:
    return company.ask(who, "POST", f"/follow-ups/{follow_up}/restore")


@pytest.mark.parametrize("overdue", [-30 * HOUR, HOUR, 50 * HOUR, 100 * HOUR])
@pytest.mark.parametrize("completed", [False, True])
def test_what_is_restored_is_as_it_was(
    company: Company, pipeline: Pipeline, overdue: timedelta, completed: bool
) -> None:
    follow_up = company.follow_up(
        company.amir, overdue=overdue, external_id="deal-1", notes="Ask for Ms Okafor"
    )
    other = company.follow_up(company.otto, overdue=overdue)
    sweep(pipeline)
    company.ask(company.dana, "PATCH", f"/follow-ups/{follow_up}", json={"assignee_id": company.mia.id})
    if completed:
        company.ask(company.mia, "POST", f"/follow-ups/{follow_up}/complete")
    sweep(pipeline)
    company.ask(company.amir, "POST", "/notifications/read-all", json={})
    before, seen = everything(company), company.get(company.ada, f"/follow-ups/{follow_up}")
    assert delete(company, company.dana, follow_up).status_code == 204
    assert {row["id"] for row in everything(company)["follow_ups"]} == {other}
    left = {row["follow_up_id"] for table in TABLES[1:] for row in everything(company)[table]}
    assert left <= {other, None}, "what sums up both is of neither"
    answer = restore(company, company.dana, follow_up)
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == seen["etag"]
    assert everything(company) == before
    of_the_detail = {name: seen[name] for name in ("policy", "next_step")}
    assert {**answer.json(), "hours_overdue": 0, **of_the_detail} == {**seen, "hours_overdue": 0}
    assert company.get(company.ada, f"/follow-ups/{follow_up}")["policy"] == seen["policy"]
    sweep(pipeline)
    assert everything(company) == before
    assert company.activities(follow_up)[-1] == "restored"
    [latest, *_] = company.get(company.ada, f"/follow-ups/{follow_up}/activities")["items"]
    assert latest["summary"] == "Dana Reyes restored it"
    new = company.follow_up(company.amir)
    assert new not in {follow_up, other}


def test_a_step_that_the_deletion_stopped_is_told_after_the_restoration(
    company: Company, pipeline: Pipeline
) -> None:
    follow_up = company.follow_up(company.amir)
    pipeline.request_sweep()
    pipeline.escalator_only()
    delete(company, company.ada, follow_up)
    sweep(pipeline)
    restore(company, company.ada, follow_up)
    for _ in range(2):
        sweep(pipeline)
    told = company.world.execute("SELECT step, user_id FROM notifications")
    assert [tuple(line) for line in told] == [(1, company.amir.id)]


def test_what_passed_while_it_was_away_is_announced_by_the_next_sweep(
    company: Company, pipeline: Pipeline
) -> None:
    follow_up = company.follow_up(company.amir, overdue=47 * HOUR)
    sweep(pipeline)
    with pipeline.company() as database:
        database.let_pass(2 * HOUR)
    delete(company, company.ada, follow_up)
    sweep(pipeline)
    restore(company, company.ada, follow_up)
    sweep(pipeline)
    assert company.get(company.ada, f"/follow-ups/{follow_up}")["level"] == 2


def test_who_may_delete_is_said_to_the_page_and_to_those_who_may_not(company: Company) -> None:
    follow_up = company.follow_up(company.amir)
    assert "follow-ups:delete" not in company.get(company.amir, "/me")["permissions"]
    assert "follow-ups:delete" in company.get(company.mia, "/me")["permissions"]
    for answer in (
        delete(company, company.amir, follow_up),
        restore(company, company.amir, follow_up),
        company.ask(company.amir, "GET", "/follow-ups/deleted"),
    ):
        assert answer.status_code == 403
        assert "Complete the follow-up instead" in answer.json()["detail"]
    assert company.activities(follow_up) == []


@pytest.mark.parametrize(
    ("roles", "may"), [("admin", "ada"), ("employee,manager,admin", "amir mia ada"), (" manager ", "mia")]
)
def test_who_may_delete_is_a_setting(build: Callable[..., World], roles: str, may: str) -> None:
    company = Company(build(delete_roles=roles))
    for name in ("amir", "mia", "ada"):
        person: Person = getattr(company, name)
        allowed = name in may.split()
        follow_up = company.follow_up(company.amir)
        assert (delete(company, person, follow_up).status_code == 204) is allowed
        assert ("follow-ups:delete" in company.get(person, "/me")["permissions"]) is allowed


@pytest.mark.parametrize("roles", ["", " , ", "boss", "admin;manager"])
def test_a_wrong_setting_is_refused(settings: ApiSettings, roles: str) -> None:
    with pytest.raises(ValidationError, match="delete_roles"):
        ApiSettings.model_validate({**settings.model_dump(), "delete_roles": roles})


def test_the_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", "postgresql://unused")
    monkeypatch.setenv("FOLLOWUP_DELETE_ROLES", "admin, manager")
    assert ApiSettings().delete_roles == {"admin", "manager"}


def test_the_audit_log_says_who_deleted_what_and_what_was_lost(company: Company, pipeline: Pipeline) -> None:
    follow_up = company.follow_up(company.amir, "Secret plans", overdue=100 * HOUR, external_id="deal-1")
    sweep(pipeline)
    delete(company, company.dana, follow_up)
    restore(company, company.mia, follow_up)
    rows = company.world.execute(
        "SELECT action, actor_id, target, address, details FROM audit_log "
        "WHERE action LIKE 'follow-up.%' ORDER BY id"
    )
    lost = {
        "external_id": "deal-1",
        "assignee_id": company.amir.id,
        "level": 3,
        "notifications": 2,  # to Ada, and to Amir, whom nobody had told before
        "activities": 1,
    }
    assert [tuple(row) for row in rows] == [
        ("follow-up.deleted", company.dana.id, f"follow-ups/{follow_up}", "testclient", lost),
        ("follow-up.restored", company.mia.id, f"follow-ups/{follow_up}", "testclient", lost),
    ]


def test_one_lists_and_restores_what_one_may_see(company: Company) -> None:
    amirs, ottos = company.follow_up(company.amir, "Amir's"), company.follow_up(company.otto, "Otto's")
    for follow_up in (amirs, ottos):
        delete(company, company.ada, follow_up)
    [entry] = company.get(company.mia, "/follow-ups/deleted")["items"]
    assert (entry["id"], entry["title"], entry["assignee"]["name"]) == (amirs, "Amir's", "Amir Patel")
    assert entry["deleted_by"] == {"id": company.ada.id, "name": "Ada Admin"}
    assert entry["deleted_at"] < entry["kept_until"]
    assert [each["id"] for each in company.get(company.ada, "/follow-ups/deleted")["items"]] == [ottos, amirs]
    first = company.get(company.ada, "/follow-ups/deleted", limit=1)
    later = company.get(company.ada, "/follow-ups/deleted", limit=1, cursor=first["next_cursor"])
    assert [each["id"] for each in later["items"]] == [amirs]
    assert restore(company, company.mia, ottos).status_code == 404
    assert restore(company, company.mia, amirs).status_code == 200
    assert restore(company, company.mia, amirs).status_code == 404
    assert company.get(company.mia, "/follow-ups/deleted")["items"] == []


def test_its_external_id_is_free_meanwhile_and_may_be_taken(company: Company) -> None:
    follow_up = company.create(company.mia, external_id="deal-1")["id"]
    delete(company, company.mia, follow_up)
    other = company.create(company.mia, external_id="deal-1")["id"]
    answer = restore(company, company.mia, follow_up)
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["field"] == "external_id"
    delete(company, company.mia, other)
    assert restore(company, company.mia, follow_up).json()["external_id"] == "deal-1"


@pytest.mark.parametrize(("column", "status"), [("external_id", 409), ("id", 404)])
def test_what_is_taken_meanwhile_is_named_for_what_it_is(company: Company, column: str, status: int) -> None:
    follow_up = company.follow_up(company.amir, external_id="deal-1")
    delete(company, company.mia, follow_up)
    if column == "external_id":
        company.follow_up(company.amir, external_id="deal-1")
    else:  # written by hand
        company.world.execute(
            "INSERT INTO follow_ups (id, title, due_at, assignee_id) OVERRIDING SYSTEM VALUE "
            "VALUES (:id, 'Call', now(), :amir)",
            id=follow_up,
            amir=company.amir.id,
        )
    assert restore(company, company.mia, follow_up).status_code == status


def test_another_fault_of_a_restoration_is_none_of_the_callers(company: Company) -> None:
    company.world.execute("CREATE UNIQUE INDEX by_hand ON follow_ups (title)")
    follow_up = company.follow_up(company.amir, "Call Acme", external_id="deal-1")
    delete(company, company.mia, follow_up)
    company.follow_up(company.amir, "Call Acme")
    assert restore(company, company.mia, follow_up).status_code == 500


def test_it_goes_back_to_somebody_who_has_left(company: Company) -> None:
    follow_up = company.follow_up(company.amir)
    delete(company, company.mia, follow_up)
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.amir.id)
    assert restore(company, company.mia, follow_up).json()["assignee"]["active"] is False


def test_a_stale_tag_and_what_is_out_of_sight_are_refused(company: Company) -> None:
    follow_up = company.follow_up(company.amir)
    assert delete(company, company.mia, follow_up, headers={"If-Match": '"0"'}).status_code == 412
    stranger = company.world.person("Max Other", "manager", company.ada)
    assert delete(company, stranger, follow_up).status_code == 404
    assert company.world.execute("SELECT * FROM audit_log WHERE action LIKE 'follow-up.%'") == []


def test_after_30_days_it_is_gone_for_good(company: Company, pipeline: Pipeline) -> None:
    old, new = company.follow_up(company.amir), company.follow_up(company.amir)
    for follow_up in (old, new):
        delete(company, company.mia, follow_up)
    company.world.execute(
        "UPDATE deleted_follow_ups SET deleted_at = deleted_at - interval '30 days' WHERE id = :id", id=old
    )
    assert restore(company, company.mia, old).status_code == 404
    assert [each["id"] for each in company.get(company.mia, "/follow-ups/deleted")["items"]] == [new]
    pipeline.tick(OutboxTick())
    pipeline.work()
    assert company.world.execute("SELECT id FROM deleted_follow_ups") == [(new,)]


def test_the_service_itself_reads_neither_notes_nor_history_of_what_is_deleted(company: Company) -> None:
    with company.world.database.transaction() as tx:
        may = tx.exec_driver_sql(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'deleted_follow_ups' "
            "AND has_column_privilege('deleted_follow_ups', column_name, 'SELECT')"
        ).scalars()
        assert {"was", "history"}.isdisjoint(may)
