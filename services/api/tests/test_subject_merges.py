"""Merging two leads or clients, and undoing that: what goes over, what goes back, and what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from followup_api.merges import references
from followup_common.db.tables import metadata

from tests.support.waiting import eventually

from .companies import DUE, Company
from .conftest import World
from .importing import FOLLOW_UPS

CSV = {"Content-Type": "text/csv"}
WEEKLY = {"due_at": "2199-03-02T09:00:00Z", "repeats": {"unit": "week"}}


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def add(company: Company, name: str = "Acme", kind: str = "lead", **more: Any) -> dict[str, Any]:
    answer = company.ask(company.amir, "POST", "/subjects", json={"kind": kind, "name": name, **more})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def merge(company: Company, kept: dict[str, Any], gone: dict[str, Any], who: Any = None, **more: Any) -> Any:
    headers = {"If-Match": more.pop("tag")} if "tag" in more else {}
    other = {"id": gone["id"], **more.pop("other", {})}
    path = f"/subjects/{kept['id']}/merge"
    return company.ask(who or company.mia, "POST", path, json={"other": other, **more}, headers=headers)


def merged(company: Company, kept: dict[str, Any], gone: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = merge(company, kept, gone, **more)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()["merge"]
    return body


def undo(company: Company, merge_id: int, who: Any = None) -> Any:
    return company.ask(who or company.mia, "POST", f"/subject-merges/{merge_id}/undo")


def read(company: Company, subject: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = company.get(company.ada, f"/subjects/{subject['id']}")
    return body


def about(company: Company, follow_up: int) -> int:
    [(subject_id,)] = company.world.execute("SELECT subject_id FROM follow_ups WHERE id = :id", id=follow_up)
    return int(subject_id)


def test_every_reference_to_a_lead_or_client_is_moved_or_said_to_stay(company: Company) -> None:
    known = {(column.table.name, column.name) for column in (*references.MOVED, *references.STAYS)}
    in_code = {
        (table.name, key.parent.name)
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "subjects"
    }
    in_database = company.world.execute("""
        SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
        WHERE c.contype = 'f' AND c.confrelid = 'subjects'::regclass""")
    assert known == in_code == {tuple(row) for row in in_database}
    following = company.world.execute("""
        SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger
        WHERE tgfoid = 'subject_id_follows_merge'::regproc""")
    moved = {column.table.name for column in references.MOVED if column.name == "subject_id"}
    assert {name for (name,) in following} == moved


def test_what_is_on_the_one_goes_over_and_comes_back(company: Company) -> None:
    kept, gone = add(company, url="https://acme.example"), add(company, "ACME", phone="030 1234567")
    open_one, done = (company.follow_up(company.amir, subject_id=gone["id"]) for _ in range(2))
    company.world.execute("UPDATE follow_ups SET completed_at = now() WHERE id = :id", id=done)
    weekly = company.create(company.amir, subject={"id": gone["id"]}, **WEEKLY)
    mine = company.follow_up(company.amir, subject_id=kept["id"])

    counted = merge(company, kept, gone, dry_run=True)
    assert counted.json() == {"follow_ups": 3, "open": 2, "series": 1, "merge": None}
    assert about(company, open_one) == gone["id"]

    made = merged(company, kept, gone)
    assert (made["number"], made["merged"]["name"], made["survivor"]["name"]) == (3, "ACME", "Acme")
    assert {about(company, each) for each in (open_one, done, weekly["id"], mine)} == {kept["id"]}
    series = "SELECT subject_id FROM series"
    assert company.world.execute(series) == [(kept["id"],)]
    now = read(company, kept)
    assert (now["name"], now["phone"], now["url"]) == ("Acme", "030 1234567", "https://acme.example")
    assert read(company, gone)["id"] == kept["id"]
    assert [each["id"] for each in company.get(company.ada, "/subjects")["items"]] == [kept["id"]]
    said = company.get(company.amir, f"/follow-ups/{open_one}/activities")["items"][0]["summary"]
    assert said == "Mia Middle changed the lead or client by merging two, or undoing that"

    assert undo(company, made["id"], company.ada).json()["given_back"] == 3
    assert {about(company, each) for each in (open_one, done, weekly["id"])} == {gone["id"]}
    assert about(company, mine) == kept["id"]
    assert company.world.execute(series) == [(gone["id"],)]
    assert read(company, kept)["phone"] is None
    assert (read(company, gone)["id"], read(company, gone)["phone"]) == (gone["id"], "030 1234567")
    entries = company.get(company.amir, f"/subjects/{kept['id']}/changes")["items"]
    assert [(each["kind"], each["changes"], each["merge"]["merged"]["name"]) for each in entries] == [
        ("merge_undone", {"phone": {"from": "030 1234567", "to": None}}, "ACME"),
        ("merged", {"phone": {"from": None, "to": "030 1234567"}}, "ACME"),
    ]
    assert entries == company.get(company.amir, f"/subjects/{gone['id']}/changes")["items"]
    assert undo(company, made["id"]).json()["detail"] == "Nothing was undone. It was undone already."


def test_each_field_is_the_one_that_was_chosen(company: Company) -> None:
    kept = add(company, phone="030 1", email="a@acme.example")
    gone = add(company, "ACME AG", phone="030 22", email="b@acme.example", url="https://crm.example/2")
    merged(company, kept, gone, take=["name", "email", "url"])
    now = read(company, kept)
    assert (now["name"], now["phone"], now["email"], now["url"]) == (
        *("ACME AG", "030 1", "b@acme.example", "https://crm.example/2"),
    )


def test_one_without_an_owner_gets_that_of_the_other_until_an_undo(company: Company) -> None:
    kept, gone = add(company), add(company, "ACME", owner_id=company.amir.id)
    made = merged(company, kept, gone)
    amir = {"id": company.amir.id, "name": "Amir Patel"}
    assert read(company, kept)["owner"] == amir
    [entry, *_] = company.get(company.ada, f"/subjects/{kept['id']}/changes")["items"]
    assert entry["changes"]["owner"] == {"from": None, "to": amir}
    assert undo(company, made["id"]).status_code == 200
    assert (read(company, kept)["owner"], read(company, gone)["owner"]) == (None, amir)


def test_an_undo_leaves_what_was_changed_by_hand_since(company: Company) -> None:
    kept, gone, third = (
        add(company),
        add(company, "ACME", phone="030 1", email="a@acme.example"),
        add(company, "Third"),
    )
    stays, elsewhere = (company.follow_up(company.amir, subject_id=gone["id"]) for _ in range(2))
    made = merged(company, kept, gone)
    added = company.follow_up(company.amir, subject_id=gone["id"])
    company.ask(company.amir, "PATCH", f"/follow-ups/{stays}", json={"title": "Call twice"})
    moved = {"subject": {"id": third["id"]}}
    company.ask(company.amir, "PATCH", f"/follow-ups/{elsewhere}", json=moved)
    company.ask(company.mia, "PATCH", f"/subjects/{kept['id']}", json={"phone": "030 99"})
    assert undo(company, made["id"]).json()["given_back"] == 1
    assert [about(company, each) for each in (stays, elsewhere, added)] == [
        gone["id"],
        third["id"],
        kept["id"],
    ]
    assert (read(company, kept)["phone"], read(company, kept)["email"]) == ("030 99", None)


def test_what_a_series_made_since_goes_back_with_it(company: Company) -> None:
    kept, gone = add(company), add(company, "ACME")
    weekly = company.create(company.amir, subject={"id": gone["id"]}, **WEEKLY)
    made = merged(company, kept, gone)
    done = company.ask(company.amir, "POST", f"/follow-ups/{weekly['id']}/complete", json={})
    assert done.status_code == 200, done.text
    [(following,)] = company.world.execute(
        "SELECT id FROM follow_ups WHERE series_id = :id AND is_open", id=weekly["series_id"]
    )
    assert about(company, following) == kept["id"]
    undo(company, made["id"])
    assert about(company, following) == about(company, weekly["id"]) == gone["id"]


def test_an_external_id_goes_to_the_one_without_and_comes_back(company: Company) -> None:
    kept, gone = add(company), add(company, "ACME", external_id="L-1")
    made = merged(company, kept, gone)
    assert read(company, kept)["external_id"] == "L-1"
    assert undo(company, made["id"]).status_code == 200
    assert (read(company, kept)["external_id"], read(company, gone)["external_id"]) == (None, "L-1")


def test_two_of_one_kind_with_different_external_ids_are_refused(company: Company) -> None:
    kept, gone = add(company, external_id="L-1"), add(company, "ACME", external_id="L-2")
    on_it = company.follow_up(company.amir, subject_id=gone["id"])
    for dry_run in (True, False):
        answer = merge(company, kept, gone, dry_run=dry_run)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "other.id")
        assert "'L-1' and 'L-2'" in answer.json()["detail"]
        assert "empty the external_id" in answer.json()["detail"]
    assert about(company, on_it) == gone["id"]
    client = add(company, "Acme", "client", external_id="C-9")
    merged(company, client, gone)  # another kind: it was a lead, and is a client by now
    assert read(company, client)["external_id"] == "C-9"


def test_whatever_names_the_one_that_went_finds_the_survivor(company: Company) -> None:
    kept = add(company, "Acme", "client", external_id="C-9", phone="030 1")
    lead, unnumbered = add(company, external_id="L-2"), add(company, "Old Name")
    deleted = company.follow_up(company.amir, subject_id=lead["id"])
    assert company.ask(company.mia, "DELETE", f"/follow-ups/{deleted}").status_code == 204
    edited = company.create(company.amir, subject={"kind": "lead", "external_id": "L-2", "name": "x"})
    other = {"subject": {"id": kept["id"]}}
    assert company.ask(company.amir, "PATCH", f"/follow-ups/{edited['id']}", json=other).status_code == 200
    for gone in (lead, unnumbered):
        merged(company, kept, gone)

    lines = (
        f"m-1,T,amir.patel@example.com,{DUE},lead,L-2,Another name,,,\n",
        f"m-2,T,amir.patel@example.com,{DUE},lead,,Old Name,,,\n",
    )
    for created, updated in ((2, 0), (0, 0)):
        sent = company.ask(
            company.ada, "POST", "/imports/follow-ups", content=FOLLOW_UPS + "".join(lines), headers=CSV
        )
        assert (sent.status_code, sent.json()["created"], sent.json()["updated"]) == (200, created, updated)
        assert sent.json()["subjects_changed"] == 0
    assert read(company, kept)["name"] == "Acme"
    by_number = company.create(company.amir, subject={"kind": "lead", "external_id": "L-2", "name": "x"})
    by_id = company.create(company.amir, subject={"id": lead["id"]})
    assert company.ask(company.mia, "POST", f"/follow-ups/{deleted}/restore").status_code == 200
    assert company.ask(company.amir, "POST", f"/follow-ups/{edited['id']}/undo").status_code == 200
    found = company.world.execute("SELECT DISTINCT subject_id FROM follow_ups")
    assert [tuple(row) for row in found] == [(kept["id"],)]
    old, new = (
        company.get(company.ada, "/follow-ups", subject_id=each["id"], limit=200)["items"]
        for each in (lead, kept)
    )
    assert old == new
    assert {by_number["id"], by_id["id"], deleted} <= {each["id"] for each in old}
    change = company.ask(company.mia, "PATCH", f"/subjects/{lead['id']}", json={"phone": "030 2"})
    assert (change.json()["id"], change.json()["phone"]) == (kept["id"], "030 2")
    assert company.get(company.ada, f"/subjects/{lead['id']}/activities")["items"]


def test_merges_are_undone_from_the_last_one_on(company: Company) -> None:
    first, second, third = add(company, "A"), add(company, "B"), add(company, "C")
    on_it = company.follow_up(company.amir, subject_id=first["id"])
    one = merged(company, second, first)
    two = merged(company, third, second)
    assert about(company, on_it) == read(company, first)["id"] == third["id"]
    assert "“B” was merged into another one since" in undo(company, one["id"]).json()["detail"]
    assert undo(company, two["id"]).status_code == 200
    assert about(company, on_it) == read(company, first)["id"] == second["id"]
    three = merged(company, second, third)
    assert f"undo merge {three['id']} first" in undo(company, one["id"]).json()["detail"]
    assert undo(company, three["id"]).status_code == 200
    assert undo(company, one["id"]).status_code == 200
    assert about(company, on_it) == read(company, first)["id"] == first["id"]


def test_after_a_day_nothing_is_undone(company: Company) -> None:
    made = merged(company, add(company), add(company, "ACME"))
    company.world.execute("UPDATE subject_merges SET created_at = now() - interval '25 hours'")
    late = undo(company, made["id"])
    assert (late.status_code, "more than a day ago" in late.json()["detail"]) == (409, True)
    assert undo(company, 999).status_code == 404


def test_what_cannot_be_is_refused_by_name(company: Company) -> None:
    kept, gone = add(company), add(company, "ACME")
    assert merge(company, kept, gone, company.amir).status_code == 403
    assert merge(company, {"id": 999}, gone).status_code == 404
    for other, wrong in ((kept, "itself"), ({"id": 999}, "no lead or client 999")):
        answer = merge(company, kept, other)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "other.id")
        assert wrong in answer.json()["detail"]
    assert merge(company, kept, gone, take=["kind"]).status_code == 422
    merged(company, kept, gone)
    assert "itself" in merge(company, kept, gone).json()["detail"]


def test_a_merge_of_what_somebody_else_changed_is_refused_and_shown(company: Company) -> None:
    kept, gone = add(company), add(company, "ACME")
    company.ask(company.ada, "PATCH", f"/subjects/{gone['id']}", json={"phone": "030 1"})
    stale = merge(company, kept, gone, tag=kept["etag"], other={"etag": gone["etag"]})
    assert (stale.status_code, stale.json()["current"]["id"]) == (412, gone["id"])
    fresh = {"etag": stale.json()["current"]["etag"]}
    company.ask(company.ada, "PATCH", f"/subjects/{kept['id']}", json={"phone": "030 2"})
    stale = merge(company, kept, gone, tag=kept["etag"], other=fresh)
    assert (stale.status_code, stale.json()["current"]["id"]) == (412, kept["id"])
    assert merge(company, kept, gone, tag=stale.headers["ETag"], other=fresh).status_code == 200


def test_more_than_one_transaction_moves_is_refused(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("followup_api.merges.service.AT_ONCE", 2)
    kept, gone = add(company), add(company, "ACME")
    for _ in range(3):
        company.follow_up(company.amir, subject_id=gone["id"])
    for dry_run in (True, False):
        answer = merge(company, kept, gone, dry_run=dry_run)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "other.id")
        assert "the other way round" in answer.json()["detail"]
    assert merge(company, gone, kept).status_code == 200


def test_the_same_request_again_merges_once(company: Company) -> None:
    kept, gone = add(company), add(company, "ACME")
    ask = {"json": {"other": {"id": gone["id"]}}, "headers": {"Idempotency-Key": "merge-1"}}
    first, again = (
        company.ask(company.mia, "POST", f"/subjects/{kept['id']}/merge", **ask) for _ in range(2)
    )
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert company.world.execute("SELECT count(*) FROM subject_merges") == [(1,)]


LATE = {
    "follow-up": "INSERT INTO follow_ups (title, due_at, assignee_id, subject_id) "
    "VALUES ('Late', now(), %(amir)s, %(gone)s)",
    "enrolment": "INSERT INTO enrolments (name, steps, assignee_id, created_by, subject_id) "
    "VALUES ('Late', '[{}]', %(amir)s, %(amir)s, %(gone)s)",
}
TITLE = {"follow-up": "title", "enrolment": "name"}
WAITING = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.mark.parametrize("late", LATE)
def test_a_merge_waits_for_what_is_being_put_on_the_one_that_goes(company: Company, late: str) -> None:
    kept, gone = add(company), add(company, "ACME")
    with company.world.engine.connect() as other, ThreadPoolExecutor(1) as aside:
        other.exec_driver_sql(LATE[late], {"amir": company.amir.id, "gone": gone["id"]})
        answer = aside.submit(merge, company, kept, gone)
        eventually(lambda: company.world.execute(WAITING), what="one waits for the other")
        other.commit()
        assert (answer.result().status_code, read(company, gone)["id"]) == (409, gone["id"])
    assert merge(company, kept, gone).status_code == 200
    found = company.world.execute(
        f"SELECT subject_id FROM {late.replace('-', '_')}s WHERE {TITLE[late]} = 'Late'"
    )
    assert found == [(kept["id"],)]


def test_what_was_begun_before_a_merge_and_is_written_after_it_is_on_the_survivor(company: Company) -> None:
    kept, gone = add(company), add(company, "ACME")
    with company.world.engine.connect() as merging, ThreadPoolExecutor(1) as aside:
        merging.exec_driver_sql("SELECT FROM subjects WHERE id = %s FOR UPDATE", (gone["id"],))
        merging.exec_driver_sql(
            "UPDATE subjects SET merged_into = %s WHERE id = %s", (kept["id"], gone["id"])
        )
        late = aside.submit(company.follow_up, company.amir, subject_id=gone["id"])
        eventually(lambda: company.world.execute(WAITING), what="one waits for the other")
        merging.commit()
        assert about(company, late.result()) == kept["id"]


def test_what_is_put_on_one_whose_survivor_is_being_merged_is_on_the_last_one(company: Company) -> None:
    first, second, third = add(company, "A"), add(company, "B"), add(company, "C")
    deleted = company.follow_up(company.amir, subject_id=first["id"])
    assert company.ask(company.mia, "DELETE", f"/follow-ups/{deleted}").status_code == 204
    merged(company, second, first)
    with company.world.engine.connect() as merging, ThreadPoolExecutor(1) as aside:
        merging.exec_driver_sql("SELECT FROM subjects WHERE id = %s FOR UPDATE", (second["id"],))
        merging.exec_driver_sql(
            "UPDATE subjects SET merged_into = %s WHERE id = ANY(%s)",
            (third["id"], [first["id"], second["id"]]),
        )
        late = aside.submit(company.ask, company.mia, "POST", f"/follow-ups/{deleted}/restore")
        eventually(lambda: company.world.execute(WAITING), what="one waits for the other")
        merging.commit()
        assert late.result().status_code == 200
    assert about(company, deleted) == third["id"]


NEXT = """
    INSERT INTO follow_ups (title, due_at, assignee_id, subject_id, series_id, occurs_on)
    SELECT title, due_at + interval '7 days', assignee_id, %(subject)s, series_id, occurs_on + 7
    FROM follow_ups WHERE id = %(id)s RETURNING id"""
DONE = "UPDATE follow_ups SET completed_at = now() WHERE id = %(id)s"


def test_an_undo_waits_for_what_a_series_that_goes_back_is_making(company: Company) -> None:
    kept, gone = add(company), add(company, "ACME")
    weekly = company.create(company.amir, subject={"id": gone["id"]}, **WEEKLY)
    made = merged(company, kept, gone)
    at = {"id": weekly["id"], "subject": kept["id"]}
    with company.world.engine.connect() as completing, ThreadPoolExecutor(1) as aside:
        completing.exec_driver_sql(DONE, at)
        answer = aside.submit(undo, company, made["id"])
        eventually(lambda: company.world.execute(WAITING), what="one waits for the other")
        following = completing.exec_driver_sql(NEXT, at).scalar_one()
        completing.commit()
        assert (answer.result().status_code, about(company, weekly["id"])) == (409, kept["id"])
    assert "Send it again" in answer.result().json()["detail"]
    assert undo(company, made["id"]).json()["given_back"] == 2
    assert about(company, following) == about(company, weekly["id"]) == gone["id"]


def test_what_a_completion_from_before_a_merge_has_made_after_it_goes_back(company: Company) -> None:
    kept, gone = add(company), add(company, "ACME")
    weekly = company.create(company.amir, subject={"id": gone["id"]}, **WEEKLY)
    by_hand = company.create(company.amir, subject={"id": gone["id"]}, **WEEKLY)
    elsewhere = {"subject": {"id": kept["id"]}}
    moved = company.ask(company.amir, "PATCH", f"/follow-ups/{by_hand['id']}", json=elsewhere)
    assert moved.status_code == 200, moved.text
    at = {"id": weekly["id"], "subject": kept["id"]}
    with company.world.engine.connect() as completing:
        completing.exec_driver_sql("SELECT now()")
        made = merged(company, kept, gone)
        completing.exec_driver_sql(DONE, at)
        following = completing.exec_driver_sql(NEXT, at).scalar_one()
        completing.commit()
    assert undo(company, made["id"]).json()["given_back"] == 2
    assert about(company, following) == about(company, weekly["id"]) == gone["id"]
    assert about(company, by_hand["id"]) == kept["id"]


def deleted(company: Company, follow_up: int) -> None:
    assert company.ask(company.mia, "DELETE", f"/follow-ups/{follow_up}").status_code == 204


def restored(company: Company, follow_up: int) -> int:
    """Whose it is then."""
    answer = company.ask(company.mia, "POST", f"/follow-ups/{follow_up}/restore")
    assert answer.status_code == 200, answer.text
    return about(company, follow_up)


def test_what_was_deleted_after_merges_comes_back_where_their_undo_would_have_put_it(
    company: Company,
) -> None:
    first, second, third = add(company, "A"), add(company, "B"), add(company, "C")
    of_first, of_second, by_hand = (
        company.follow_up(company.amir, subject_id=each["id"]) for each in (first, second, first)
    )
    one = merged(company, second, first)
    two = merged(company, third, second)
    for each in (of_first, of_second):
        deleted(company, each)
    for made in (two, one):
        assert undo(company, made["id"]).status_code == 200
    assert (restored(company, of_first), restored(company, of_second)) == (first["id"], second["id"])
    for subject in (second, third):
        moved = {"subject": {"id": subject["id"]}}
        assert company.ask(company.amir, "PATCH", f"/follow-ups/{by_hand}", json=moved).status_code == 200
        deleted(company, by_hand)
        assert restored(company, by_hand) == subject["id"]


def test_what_comes_back_after_merges_goes_back_with_them(company: Company) -> None:
    first, second, third = add(company, "A"), add(company, "B"), add(company, "C")
    gone, edited = (company.follow_up(company.amir, subject_id=first["id"]) for _ in range(2))
    deleted(company, gone)
    moved = {"subject": {"id": third["id"]}}
    assert company.ask(company.amir, "PATCH", f"/follow-ups/{edited}", json=moved).status_code == 200
    one = merged(company, second, first)
    two = merged(company, third, second)
    assert restored(company, gone) == third["id"]
    assert company.ask(company.amir, "POST", f"/follow-ups/{edited}/undo").status_code == 200
    for made, subject in ((two, second), (one, first)):
        assert undo(company, made["id"]).json()["given_back"] == 2
        assert about(company, gone) == about(company, edited) == subject["id"]
