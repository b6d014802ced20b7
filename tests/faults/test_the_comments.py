"""What a round finds wrong with comments: else zeros would say little."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.faults.comments import failures
from tests.support.company import Company


@pytest.fixture
def body(company: Company) -> str:
    """Ada has mentioned Eve on a follow-up of Max's: he was told, too."""
    ada, eve, max_ = company.person("Ada", role="admin"), company.person("Eve"), company.person("Max")
    call = company.follow_up(max_, overdue=timedelta(hours=1))
    body = f"Look, <@{eve}> and <@{ada}>"
    company.tx.execute(
        text("INSERT INTO comments (follow_up_id, number, author_id, body) VALUES (:call, 1, :ada, :body)"),
        {"call": call, "ada": ada, "body": body},
    )
    company.tx.execute(
        text("""
            INSERT INTO comment_recipients
            SELECT c.id, told.id, told.mentioned FROM comments c,
                unnest(CAST(:people AS bigint[]), ARRAY[true, true, false]) AS told (id, mentioned)
        """),
        {"people": [ada, eve, max_]},
    )
    return body


def wrong(company: Company, *accepted: str) -> list[str]:
    return [failure for failure, number, _ in failures(company.tx, accepted) if number]


def test_a_comment_as_it_should_be_is_not_wrong(company: Company, body: str) -> None:
    assert wrong(company, body) == []


COPY = """
    INSERT INTO notifications (follow_up_id, run, step, repeat, policy_version_id, due_at, user_id, audience)
"""
WRONG = {
    "DELETE FROM notifications WHERE step = -4": ["lost"],
    "DELETE FROM comments": ["lost", "duplicated"],
    "UPDATE notifications SET step = -4": ["wrong_level"],
    f"""{COPY}
       SELECT follow_up_id, run + 1, step, repeat, policy_version_id, due_at, user_id, audience
       FROM notifications WHERE step = -4""": ["duplicated"],
    f"""{COPY}
       SELECT follow_up_id, run, -5, repeat, policy_version_id, due_at, user_id, audience
       FROM notifications WHERE step = -4""": ["duplicated", "wrong_level"],
    """INSERT INTO comments (follow_up_id, number, author_id, body)
       SELECT follow_up_id, 2, author_id, body FROM comments""": ["duplicated", "lost"],
}


@pytest.mark.parametrize("sql", WRONG)
def test_what_is_wrong_is_found(company: Company, body: str, sql: str) -> None:
    company.tx.execute(text(sql))
    assert wrong(company, body) == WRONG[sql]


def test_of_one_that_was_deleted_nobody_is_told(company: Company, body: str) -> None:
    company.tx.execute(text("DELETE FROM follow_ups"))
    assert wrong(company, body) == []
