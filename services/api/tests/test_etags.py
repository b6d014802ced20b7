"""Entity tags: which row, in which version; and what proxies make of them."""

from __future__ import annotations

import pytest

from .companies import DUE, Company
from .conftest import World


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def test_lists_and_single_answers_give_the_same_tag(company: Company) -> None:
    follow_up_id = company.follow_up(company.amir)
    company.world.execute("UPDATE escalation_states SET step = 2, severity = 'escalated'")
    read = company.ask(company.dana, "GET", f"/follow-ups/{follow_up_id}")
    [listed] = company.get(company.dana, "/follow-ups", view="overdue")["items"]
    [found] = company.get(company.dana, "/follow-ups", q="Call")["items"]
    [escalated] = company.get(company.dana, "/escalations")["items"]
    assert read.headers["ETag"] == read.json()["etag"] == listed["etag"] == found["etag"] == escalated["etag"]


def test_each_edit_gives_another_tag_and_reading_does_not(company: Company) -> None:
    made = company.create(company.amir)
    path = f"/follow-ups/{made['id']}"
    edited = company.ask(company.amir, "PATCH", path, json={"title": "New"}).json()
    assert made["etag"] != edited["etag"] == company.get(company.amir, path)["etag"]
    assert edited["etag"].startswith('"2-')


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_the_same_version_of_another_row_does_not_fit(company: Company, method: str) -> None:
    """After a restore or a failover a row can be there once more, in a version that it had before."""
    made = company.create(company.amir)
    restored = (
        "INSERT INTO follow_ups (id, title, due_at, assignee_id) OVERRIDING SYSTEM VALUE "
        "VALUES (:id, 'Written after the backup', :due, :amir)"
    )
    company.world.execute("DELETE FROM follow_ups")
    company.world.execute(restored, id=made["id"], due=DUE, amir=company.amir.id)
    change = {"title": "Mine"} if method == "PATCH" else None
    seen = {"If-Match": made["etag"]}
    answer = company.ask(company.mia, method, f"/follow-ups/{made['id']}", json=change, headers=seen)
    assert answer.status_code == 412
    assert answer.json()["current"]["version"] == made["version"]
    assert answer.json()["current"]["title"] == "Written after the backup"


def test_two_follow_ups_of_one_version_have_two_tags(company: Company) -> None:
    assert len({company.create(company.amir)["etag"] for _ in range(20)}) == 20


def test_a_number_alone_is_no_tag_any_more_and_the_answer_says_which_is(company: Company) -> None:
    made = company.create(company.amir)
    path = f"/follow-ups/{made['id']}"
    answer = company.ask(company.amir, "PATCH", path, json={"title": "New"}, headers={"If-Match": '"1"'})
    assert answer.status_code == 412
    assert answer.headers["ETag"] == made["etag"]
    assert f"`If-Match: {made['etag']}`" in answer.json()["detail"]


@pytest.mark.parametrize(
    "sent",
    [
        '"{}"',
        'W/"{}"',
        '"{}-gzip"',
        '"{}--gzip"',
        '"{}-br"',
        '"{}-zstd"',
        'W/"{}-gzip"',
        '"7-00000000", "{}"',
        '"a,b" ,W/"{}"',
    ],
)
@pytest.mark.parametrize(("method", "suffix"), [("PATCH", ""), ("DELETE", ""), ("POST", "/complete")])
def test_a_tag_counts_as_proxies_pass_it_on(company: Company, sent: str, method: str, suffix: str) -> None:
    made = company.create(company.amir)
    path = f"/follow-ups/{made['id']}{suffix}"
    body = {"title": "New"} if method == "PATCH" else None
    headers = {"If-Match": sent.format(made["etag"].strip('"'))}
    assert company.ask(company.mia, method, path, json=body, headers=headers).status_code < 300


@pytest.mark.parametrize("sent", ["{}", '"{}', '{}"', '"{}x"', '"x{}"', '"-gzip"', '""', "", '"{}-gzip-br"'])
def test_what_is_not_quite_the_tag_matches_nothing(company: Company, sent: str) -> None:
    made = company.create(company.amir)
    headers = {"If-Match": sent.format(made["etag"].strip('"'))}
    path = f"/follow-ups/{made['id']}"
    answer = company.ask(company.amir, "PATCH", path, json={"title": "New"}, headers=headers)
    assert answer.status_code == 412
