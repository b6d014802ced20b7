"""Comments on follow-ups, whom they mention, and who is told: once, and only of what they may see."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from httpx import Response

from .companies import Company
from .conftest import Person, World


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


@pytest.fixture
def call(company: Company) -> int:
    return company.follow_up(company.amir, "Call Acme")


def write(company: Company, who: Person, call: int, body: str, **headers: str) -> Response:
    return company.ask(who, "POST", f"/follow-ups/{call}/comments", json={"body": body}, headers=headers)


def written(company: Company, who: Person, call: int, body: str) -> int:
    answer = write(company, who, call, body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def inbox(company: Company, who: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = company.get(who, "/notifications")["items"]
    return items


def kinds(company: Company, who: Person) -> list[str]:
    return [each["kind"] for each in inbox(company, who)]


def at(person: Person) -> str:
    return f"<@{person.id}>"


def test_a_comment_is_read_as_it_was_written_with_the_names_of_now(company: Company, call: int) -> None:
    answer = write(company, company.amir, call, f"  Ask {at(company.dana)} first,\r\nthen call.  ")
    assert answer.status_code == 201, answer.text
    comment = answer.json()
    assert comment["body"] == f"Ask {at(company.dana)} first,\nthen call."
    assert comment["text"] == "Ask @Dana Reyes first,\nthen call."
    assert comment["mentions"] == [{"id": company.dana.id, "name": "Dana Reyes"}]
    company.world.execute("UPDATE users SET name = 'Dana Roth' WHERE id = :id", id=company.dana.id)
    path = answer.headers["Location"].removeprefix("/api/v1")
    assert company.get(company.mia, path)["text"] == "Ask @Dana Roth first,\nthen call."
    [entry] = company.get(company.mia, f"/follow-ups/{call}/activities")["items"]
    assert entry["kind"] == "commented"
    assert entry["comment"]["id"] == comment["id"]
    assert entry["summary"] == "Amir Patel commented: “Ask @Dana Roth first,\nthen call.”"


def test_who_is_mentioned_is_told_and_so_is_the_assignee(company: Company, call: int) -> None:
    written(
        company, company.mia, call, f"{at(company.dana)}, look. {at(company.dana)}! And I, {at(company.mia)}."
    )
    [told] = inbox(company, company.dana)
    assert told["kind"] == "mention"
    assert told["message"] == "Mia Middle mentioned you in Call Acme"
    assert told["comment"]["text"].startswith("@Dana Reyes, look.")
    assert (told["why"]["audience"], told["why"]["text"]) == ("mentioned", "A comment mentions you.")
    assert told["follow_up"]["id"] == call
    [told] = inbox(company, company.amir)
    assert (told["kind"], told["message"]) == ("comment", "Mia Middle commented on Call Acme")
    assert inbox(company, company.mia) == []
    assert inbox(company, company.ada) == []


def test_an_assignee_who_is_mentioned_is_told_once(company: Company, call: int) -> None:
    written(company, company.mia, call, f"{at(company.amir)}?")
    assert kinds(company, company.amir) == ["mention"]


def test_nobody_is_told_of_their_own_comment(company: Company, call: int) -> None:
    written(company, company.amir, call, f"A note to myself, {at(company.amir)}.")
    assert inbox(company, company.amir) == []


def test_the_same_request_writes_and_tells_once(company: Company, call: int) -> None:
    body = f"{at(company.dana)}?"
    first, again = (write(company, company.amir, call, body, **{"Idempotency-Key": "k-1"}) for _ in range(2))
    assert first.json() == again.json()
    assert len(company.get(company.amir, f"/follow-ups/{call}/comments")["items"]) == 1
    assert kinds(company, company.dana) == ["mention"]


def test_comments_that_come_at_once_are_numbered_one_after_the_other(company: Company, call: int) -> None:
    with ThreadPoolExecutor(4) as several:
        answers = [
            *several.map(lambda i: write(company, company.amir, call, f"{i} {at(company.dana)}"), range(8))
        ]
    assert [each.status_code for each in answers] == [201] * 8
    rows = company.world.execute("SELECT number FROM comments ORDER BY number")
    assert [row.number for row in rows] == list(range(1, 9))
    assert kinds(company, company.dana) == ["mention"] * 8


def test_a_mention_of_somebody_who_would_not_see_it_is_refused_with_the_fix(
    company: Company, call: int
) -> None:
    gone = company.world.person("Gus Gone", "admin", active=False)
    robot = company.world.person("Robot", "admin", is_person=False)
    reasons = {
        company.otto.id: "Otto Other may not see this follow-up, and cannot be mentioned: mention its",
        gone.id: "Gus Gone is inactive",
        robot.id: "Robot is an account for commands",
        999_999: "There is no person 999999: take <@999999> out",
    }
    for user_id, reason in reasons.items():
        answer = write(company, company.amir, call, f"Hello {at(company.dana)} and <@{user_id}>")
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert error["field"] == "body"
        assert reason in error["message"]
    assert company.get(company.amir, f"/follow-ups/{call}/comments")["items"] == []
    assert inbox(company, company.dana) == []


@pytest.mark.parametrize("body", ["", "  \n ", "\u200b", "x" * 4_001, "a\x00b"])
def test_what_says_nothing_or_too_much_is_refused(company: Company, call: int, body: str) -> None:
    answer = write(company, company.amir, call, body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body"


def test_at_most_50_people_are_mentioned(company: Company, call: int) -> None:
    answer = write(company, company.amir, call, "".join(f"<@{number}>" for number in range(1, 52)))
    assert "mention at most 50" in answer.json()["errors"][0]["message"]


def test_a_follow_up_out_of_sight_has_no_comments(company: Company, call: int) -> None:
    comment = written(company, company.amir, call, "Between us.")
    path = f"/follow-ups/{call}/comments"
    for method, where in (
        ("GET", ""),
        ("POST", ""),
        ("GET", f"/{comment}"),
        ("PATCH", f"/{comment}"),
        ("DELETE", f"/{comment}"),
    ):
        body = {"json": {"body": "x"}} if method in ("POST", "PATCH") else {}
        assert company.ask(company.otto, method, path + where, **body).status_code == 404
    assert company.ask(company.otto, "GET", f"/follow-ups/{call}/mentionable").status_code == 404
    other = company.follow_up(company.amir, "Another")
    assert company.ask(company.amir, "GET", f"/follow-ups/{other}/comments/{comment}").status_code == 404


def test_who_lost_sight_of_it_reads_the_comment_no_more(company: Company, call: int) -> None:
    written(company, company.amir, call, f"The offer is 20 % off, {at(company.mia)}.")
    company.world.execute(
        "UPDATE follow_ups SET assignee_id = :id WHERE id = :call", id=company.otto.id, call=call
    )
    [told] = inbox(company, company.mia)
    assert told["kind"] == "mention"
    assert told["message"] == "A follow-up you were told about was handed on"
    assert told["comment"] is None
    assert "20 %" not in str(told)


def test_completed_ones_are_commented_and_deleted_ones_are_not(company: Company, call: int) -> None:
    assert company.ask(company.amir, "POST", f"/follow-ups/{call}/complete").status_code == 200
    written(company, company.dana, call, "Well done!")
    assert company.ask(company.ada, "DELETE", f"/follow-ups/{call}").status_code == 204
    assert write(company, company.amir, call, "Gone").status_code == 404
    assert inbox(company, company.amir) == []
    assert company.ask(company.ada, "POST", f"/follow-ups/{call}/restore").status_code == 200
    assert [each["text"] for each in company.get(company.amir, f"/follow-ups/{call}/comments")["items"]] == [
        "Well done!"
    ]
    assert kinds(company, company.amir) == ["comment"]


def test_an_edit_says_so_and_tells_only_who_is_mentioned_now(company: Company, call: int) -> None:
    comment = written(company, company.mia, call, f"{at(company.dana)}, please call.")
    path = f"/follow-ups/{call}/comments/{comment}"
    for body in (
        f"{at(company.dana)} and {at(company.ada)}, please.",
        "Nobody.",
        f"{at(company.dana)} {at(company.ada)}!",
    ):
        answer = company.ask(company.mia, "PATCH", path, json={"body": body})
        assert answer.status_code == 200, answer.text
        assert answer.json()["edited_at"] is not None
    assert kinds(company, company.dana) == kinds(company, company.ada) == ["mention"]
    assert inbox(company, company.dana)[0]["comment"]["text"] == "@Dana Reyes @Ada Admin!"
    assert kinds(company, company.amir) == ["comment"]
    company.ask(company.mia, "PATCH", path, json={"body": f"{at(company.amir)}!"})
    assert kinds(company, company.amir) == ["mention"]
    assert company.activities(call) == ["commented", *["comment_edited"] * 4]


def test_the_same_text_again_is_no_edit(company: Company, call: int) -> None:
    comment = written(company, company.amir, call, "Call back")
    answer = company.ask(
        company.amir, "PATCH", f"/follow-ups/{call}/comments/{comment}", json={"body": "Call back"}
    )
    assert answer.json()["edited_at"] is None
    assert company.activities(call) == ["commented"]


def test_an_edit_mentions_nobody_who_may_not_see_it(company: Company, call: int) -> None:
    comment = written(company, company.amir, call, "Call back")
    path = f"/follow-ups/{call}/comments/{comment}"
    answer = company.ask(company.amir, "PATCH", path, json={"body": f"{at(company.otto)}?"})
    assert answer.status_code == 422
    assert company.get(company.amir, path)["text"] == "Call back"


def test_only_the_author_edits_and_only_for_a_day(company: Company, call: int) -> None:
    comment = written(company, company.amir, call, "Call back")
    path = f"/follow-ups/{call}/comments/{comment}"
    answer = company.ask(company.ada, "PATCH", path, json={"body": "No"})
    assert answer.status_code == 403
    assert "Only Amir Patel may change" in answer.json()["detail"]
    company.world.execute("UPDATE comments SET created_at = now() - interval '24 hours 1 second'")
    answer = company.ask(company.amir, "PATCH", path, json={"body": "Late"})
    assert answer.status_code == 409
    assert "older than 24 hours" in answer.json()["detail"]
    assert company.get(company.amir, path)["text"] == "Call back"


def test_a_comment_that_is_deleted_leaves_no_text(company: Company, call: int) -> None:
    comment = written(company, company.mia, call, f"The secret, {at(company.dana)}")
    path = f"/follow-ups/{call}/comments/{comment}"
    answer = company.ask(company.dana, "DELETE", path)
    assert answer.status_code == 403
    assert "Mia Middle or an admin" in answer.json()["detail"]
    for _ in range(2):
        assert company.ask(company.ada, "DELETE", path).status_code == 204
    gone = company.get(company.amir, path)
    assert (gone["body"], gone["text"], gone["mentions"]) == ("", "", [])
    assert gone["deleted_by"] == {"id": company.ada.id, "name": "Ada Admin"}
    assert inbox(company, company.dana) == inbox(company, company.amir) == []
    history = company.get(company.amir, f"/follow-ups/{call}/activities")["items"]
    assert [each["summary"] for each in history] == [
        "Ada Admin deleted a comment",
        "Mia Middle commented, and it was deleted",
    ]
    answer = company.ask(company.mia, "PATCH", path, json={"body": "Again"})
    assert (answer.status_code, "was deleted" in answer.json()["detail"]) == (409, True)
    [entry] = [
        each
        for each in company.get(company.ada, "/ops/audit-log")["items"]
        if each["action"] == "comment.deleted"
    ]
    assert entry["summary"] == f"Ada Admin deleted a comment of Mia Middle's on follow-up {call}"
    assert "secret" not in str(entry)


def test_who_is_away_finds_it_when_they_are_back(company: Company, call: int) -> None:
    company.world.execute(
        "INSERT INTO absences (user_id, first_day, last_day, set_by) "
        "SELECT :id, current_date - 1, current_date + 1, :id",
        id=company.dana.id,
    )
    written(company, company.amir, call, f"{at(company.dana)}?")
    [told] = inbox(company, company.dana)
    assert told["read_at"] is not None
    assert told["why"]["fallback"] == "absent"


def test_the_people_offered_are_those_who_may_see_it(company: Company, call: int) -> None:
    company.world.person("Gus Gone", "admin", active=False)
    path = f"/follow-ups/{call}/mentionable"

    def offered(who: Person, **query: Any) -> list[str]:
        return [each["name"] for each in company.get(who, path, **query)["items"]]

    assert offered(company.amir) == ["Ada Admin", "Dana Reyes", "Mia Middle"]
    assert offered(company.dana) == ["Ada Admin", "Amir Patel", "Mia Middle"]
    assert offered(company.dana, q="pat") == ["Amir Patel"]
    assert offered(company.dana, limit=1) == ["Ada Admin"]


def test_who_reads_it_by_name_comments_and_is_mentioned(company: Company, call: int) -> None:
    """A policy has told Otto, who is on no line of Amir's."""
    company.world.execute(
        "INSERT INTO notifications (user_id, follow_up_id, run, step, policy_version_id, due_at, audience) "
        "VALUES (:user, :call, 1, 1, 1, now(), 'user(1)')",
        user=company.otto.id,
        call=call,
    )
    written(company, company.otto, call, "I know them.")
    written(company, company.amir, call, f"Thanks, {at(company.otto)}")
    mention = inbox(company, company.otto)[0]
    assert (mention["kind"], mention["comment"]["text"]) == ("mention", "Thanks, @Otto Other")
    assert "Otto Other" in [
        each["name"] for each in company.get(company.amir, f"/follow-ups/{call}/mentionable")["items"]
    ]


def test_comments_change_no_version_and_no_undo(company: Company, call: int) -> None:
    before = company.get(company.amir, f"/follow-ups/{call}")
    company.ask(company.amir, "POST", f"/follow-ups/{call}/complete")
    written(company, company.dana, call, "Well done!")
    assert company.ask(company.amir, "POST", f"/follow-ups/{call}/undo").status_code == 200
    assert company.get(company.amir, f"/follow-ups/{call}")["status"] == before["status"]


def test_a_follow_up_takes_so_many_comments(
    company: Company, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("followup_api.comments.service.MOST", 1)
    written(company, company.amir, call, "One")
    answer = write(company, company.amir, call, "Two")
    assert (answer.status_code, "has 1 comments" in answer.json()["detail"]) == (409, True)


def test_a_webhook_hears_what_was_said(company: Company, call: int) -> None:
    company.world.execute(
        "INSERT INTO webhooks (url, event_types, owner_id, secret) "
        "VALUES ('https://crm.example.com', '{follow_up.commented}', :id, '')",
        id=company.ada.id,
    )
    comment = written(company, company.amir, call, f"{at(company.dana)}?")
    company.ask(company.amir, "DELETE", f"/follow-ups/{call}/comments/{comment}")
    rows = company.world.execute("SELECT type, data FROM webhook_events ORDER BY created_at")
    assert [row.type for row in rows] == ["follow_up.commented"] * 2
    first, last = (row.data["follow_ups"][0]["activity"] for row in rows)
    assert (first["kind"], last["kind"]) == ("commented", "comment_deleted")
    said = {
        "id": comment,
        "author_id": company.amir.id,
        "body": f"{at(company.dana)}?",
        "mentions": [company.dana.id],
    }
    assert first["details"] == {"comment_id": comment, "comment": said}
    assert last["details"]["comment"]["body"] == ""
