"""A click in Slack acts as the one whom its message went to, once, and the message says what came of it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from followup_api.app import create_app
from followup_api.settings import ApiSettings
from followup_common.db import Database, Transaction
from followup_common.egress import Egress
from followup_common.messaging import Publisher, in_process_broker
from followup_dispatcher.channels import AnyChannel
from followup_dispatcher.channels.slack import Slack
from followup_dispatcher.channels.slack_changes import SlackChanges
from followup_dispatcher.destinations import switch
from followup_dispatcher.ended import Stopped
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.slack_changes import Change
from followup_dispatcher.slack_messages import SlackMessages
from followup_dispatcher.telling import Delivery
from httpx import Response
from pydantic import SecretStr
from sqlalchemy import text

from tests.support.pipeline import Pipeline
from tests.support.postgres import role_url
from tests.support.receiver import Receiver, Respond
from tests.support.waiting import eventually

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TEAM, MEMBER = "T012AB3CD", "U012AB3CD"
HOUR = timedelta(hours=1)
ADD = """
    INSERT INTO destinations (user_id, channel, address, verified_at)
    SELECT id, 'slack', :address, now() FROM users WHERE name = :name
"""


@dataclass
class Workspace:
    """Slack as its Web API answers, with what each message says now."""

    receiver: Receiver
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    refuses: dict[str, str] = field(default_factory=dict)
    """By method, with which error."""

    def respond(self, received: Any) -> Respond:
        method = received.path.rpartition("/")[2]
        assert received.headers["authorization"] == "Bearer xoxb-a"
        if error := self.refuses.get(method):
            return saying({"ok": False, "error": error})
        said = json.loads(received.body) if method.startswith("chat.") else {}
        match method:
            case "auth.test":
                return saying({"ok": True, "team_id": TEAM, "user_id": "UBOT"})
            case "users.lookupByEmail":
                return saying({"ok": True, "user": {"id": MEMBER}})
            case "chat.postMessage":
                ts = f"1503435956.{len(self.messages):06}"
                self.messages[ts] = said
                return saying({"ok": True, "channel": f"D{said['channel'][1:]}", "ts": ts})
            case "chat.update":
                assert said["channel"] == f"D{MEMBER[1:]}"
                self.messages[said["ts"]] |= said
                return saying({"ok": True, "channel": said["channel"], "ts": said["ts"]})
        raise AssertionError(method)

    @property
    def message(self) -> dict[str, Any]:
        """The only one."""
        [message] = self.messages.values()
        return message

    @property
    def said(self) -> str:
        """All that it says."""
        return json.dumps([self.message["text"], self.message["blocks"]])

    @property
    def elements(self) -> dict[str, Any]:
        """What can be clicked, by its action."""
        [actions] = [each for each in self.message["blocks"] if each["type"] == "actions"]
        return {each["action_id"]: each for each in actions["elements"]}

    @property
    def notes(self) -> list[str]:
        """What it says below."""
        return [each["elements"][0]["text"] for each in self.message["blocks"] if each["type"] == "context"]


def saying(said: dict[str, Any]) -> Respond:
    body = json.dumps(said).encode()

    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return respond


@dataclass
class Parts:
    """API and dispatcher on one database, and a workspace."""

    api: TestClient
    pipeline: Pipeline
    dispatcher: Database
    workspace: Workspace
    slack: Slack
    changes: SlackChanges

    def dispatch(self) -> None:
        """Let all be sent and changed that is due, and what has happened elsewhere be found."""
        with self.dispatcher.transaction() as tx:
            self.changes.queue.bring_back(tx)
        channels: tuple[AnyChannel, ...] = (self.slack, self.changes)
        for channel in channels:
            while self._send(channel):
                pass

    def _send(self, channel: AnyChannel) -> bool:
        with self.dispatcher.transaction() as tx:
            taken = channel.queue.take(tx, {})
        if taken is None or isinstance(taken, Stopped):
            return taken is not None
        outcome = channel.open().send(channel.write(taken))
        with self.dispatcher.transaction() as tx:
            channel.queue.record(tx, taken, outcome)
        return True

    def click(self, act: str, preset: int = 0, **more: Any) -> Response:
        """What Slack sends when somebody clicks what the message has now."""
        return self.clicked(self.carried(act, preset), **more)

    def carried(self, act: str, preset: int = 0) -> dict[str, Any]:
        """What a click on something carries."""
        element = self.workspace.elements[act]
        options = element.get("options")
        carried = {"selected_option": options[preset]} if options else {"value": element["value"]}
        return {"type": element["type"], "action_id": act, **carried}

    def clicked(
        self,
        action: dict[str, Any],
        *,
        member: str = MEMBER,
        team: str = TEAM,
        secret: str = SECRET,
        age: int = 0,
        then: Callable[[bytes], bytes] = lambda body: body,
        **headers: Any,
    ) -> Response:
        """A click as Slack signs it, or almost so."""
        payload = {"type": "block_actions", "team": {"id": team}, "user": {"id": member}, "actions": [action]}
        body = urlencode({"payload": json.dumps(payload)}).encode()
        at = str(int(time.time()) - age)
        signature = hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
        answer: Response = self.api.post(
            "/slack/interactivity",
            content=then(body),
            headers={
                "content-type": "application/x-www-form-urlencoded",
                "x-slack-request-timestamp": at,
                "x-slack-signature": f"v0={signature}",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        return answer

    def tell_max(self, *, dispatch: bool = True) -> None:
        """Let Eve's manager be the only one who is told in Slack."""
        self.workspace.messages.clear()
        self.sql("DELETE FROM slack_messages; DELETE FROM destinations WHERE channel = 'slack'")
        self.sql(ADD, name="Max", address=MEMBER)
        with self.pipeline.company() as company:
            company.let_pass(timedelta(days=2))
        self.pipeline.request_sweep()
        self.pipeline.work()
        if dispatch:
            self.dispatch()

    def post_more(self, number: int, *, due: bool = False) -> None:
        """Let there be so many more messages, of follow-ups and deliveries that nobody has."""
        with self.pipeline.owner.transaction() as tx:
            tx.execute(text("SET LOCAL session_replication_role = replica"))
            tx.execute(
                text("""
                    INSERT INTO slack_messages
                        (delivery_id, follow_up_id, run, assignee_id, conversation, ts, shows, due_at)
                    SELECT gen_random_uuid(), 1000 + i, 1, 1, 'D1', '2', 'deleted',
                        CASE WHEN :due THEN now() - interval '1 hour' END
                    FROM generate_series(1, :number) i
                """),
                {"number": number, "due": due},
            )
        self.sql("ANALYZE slack_messages")

    def record(self, delivery: Delivery, outcome: Outcome) -> None:
        """Record what an attempt came to."""
        with self.dispatcher.transaction() as tx:
            self.slack.queue.record(tx, delivery, outcome)

    def sql(self, statement: str, **values: Any) -> list[Any]:
        """Rows of the database, as its owner."""
        with self.pipeline.owner.transaction() as tx:
            result = tx.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    @property
    def kinds(self) -> list[str]:
        """What has happened to the follow-up."""
        return [kind for (kind,) in self.sql("SELECT kind FROM activities ORDER BY id")]

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """What the audit log has of clicks that did nothing."""
        found = "SELECT action, details ->> 'reason' FROM audit_log WHERE action LIKE '%refused' ORDER BY id"
        return [tuple(row) for row in self.sql(found)]


@pytest.fixture
def parts(database_url: str, pipeline: Pipeline) -> Iterator[Parts]:
    """Eve was told in Slack of a follow-up of hers."""
    with pipeline.company() as company:
        eve = company.person("Eve", manager=company.person("Max", role="manager"))
        company.follow_up(eve, overdue=HOUR, title="Call Ada")
    api_url, dispatcher_url = (role_url(database_url, f"followup_{name}") for name in ("api", "dispatcher"))
    settings = ApiSettings.model_validate({"database_url": api_url, "slack_signing_secret": SECRET})
    api, dispatcher = Database(api_url), Database(dispatcher_url)
    app = create_app(settings, database=api, publisher=Publisher(in_process_broker()))
    with Receiver() as receiver, TestClient(app) as client:
        workspace = Workspace(receiver)
        receiver.choose = workspace.respond
        slack = Slack(
            SecretStr("xoxb-a"),
            SlackMessages("https://followup.example.com", acting=True),
            Egress([ip_network("127.0.0.0/8")]),
            url=f"http://127.0.0.1:{receiver.port}/api",
            act_for=timedelta(days=7),
        )
        with dispatcher.transaction() as tx:
            switch(tx, [slack])
        with pipeline.owner.transaction() as tx:
            tx.execute(text(ADD), {"name": "Eve", "address": "eve@example.com"})
        pipeline.request_sweep()
        pipeline.work()
        parts = Parts(client, pipeline, dispatcher, workspace, slack, SlackChanges(slack))
        parts.dispatch()
        yield parts
    api.close()
    dispatcher.close()


def test_a_click_completes_once_and_the_message_says_so(parts: Parts) -> None:
    assert {*parts.workspace.elements} == {"open_0", "complete", "snooze", "acknowledge"}
    assert "They act as Eve at once" in parts.workspace.notes[-1]
    action = parts.carried("complete")
    done = parts.clicked(action)
    assert (done.status_code, done.content) == (200, b"")
    parts.dispatch()
    assert {*parts.workspace.elements} == {"open_0"}
    assert parts.workspace.message["blocks"][0]["text"]["text"].startswith("Call Ada")
    assert parts.workspace.notes[-2].startswith("Eve completed it on ")
    assert parts.workspace.notes[-1].startswith("Eve has completed it.")
    again = parts.clicked(action)
    parts.dispatch()
    assert (again.status_code, parts.kinds.count("completed")) == (200, 1)
    assert parts.workspace.notes[-1].endswith("You clicked again: nothing was done again.")
    assert parts.refusals == [("action-link.refused", "used")]
    [(actor, by)] = parts.sql(
        "SELECT u.name, a.details ->> 'by' FROM audit_log a JOIN users u ON u.id = a.actor_id "
        "WHERE action = 'action-link.used'"
    )
    assert (actor, by) == ("Eve", "slack")


def test_what_slack_sends_again_acts_once_and_changes_nothing_that_is_said(parts: Parts) -> None:
    action = parts.carried("snooze", 2)
    parts.clicked(action)
    parts.dispatch()
    said = parts.workspace.notes
    assert "Eve is not reminded of it until" in said[-1]
    assert parts.clicked(action, X_Slack_Retry_Num="1").status_code == 200
    parts.dispatch()
    assert (parts.workspace.notes, parts.kinds.count("snoozed")) == (said, 1)


def test_a_message_that_still_stands_can_be_clicked_again(parts: Parts) -> None:
    before = parts.carried("complete")
    parts.click("acknowledge")
    parts.dispatch()
    assert "Eve has it until" in parts.workspace.notes[-1]
    after = parts.carried("complete")
    assert after["value"] != before["value"]
    [(lives,)] = parts.sql("SELECT count(DISTINCT expires_at) FROM action_links")
    assert lives == 1  # none lasts longer than those that it was posted with
    parts.clicked(after)
    assert parts.kinds.count("completed") == 1


def test_a_click_while_a_message_is_being_changed_is_said_too(parts: Parts) -> None:
    complete = parts.carried("complete")
    parts.click("acknowledge")
    with parts.dispatcher.transaction() as tx:
        change = parts.changes.queue.take(tx)
    assert isinstance(change, Change)
    parts.clicked(complete)
    outcome = parts.changes.open().send(parts.changes.write(change))
    with parts.dispatcher.transaction() as tx:
        parts.changes.queue.record(tx, change, outcome)
    parts.dispatch()
    assert parts.workspace.notes[-1].startswith("Eve has completed it.")


FORGED: dict[str, dict[str, Any]] = {
    "another secret": {"secret": "another-secret-of-somebody"},
    "another body": {"then": lambda body: body.replace(TEAM.encode(), b"T0000OTHER")},
    "an old one": {"age": 301},
    "one of tomorrow": {"age": -301},
    "none": {"x_slack_signature": ""},
    "not in ASCII": {"x_slack_signature": "v0=é".encode()},
    "no time": {"x_slack_request_timestamp": "soon"},
}


def test_what_slack_has_not_signed_lately_does_nothing(parts: Parts) -> None:
    kinds, action = parts.kinds, parts.carried("complete")
    for how in FORGED.values():
        parts.sql("DELETE FROM log_in_failures")
        answer = parts.clicked(action, **how)
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json"), how
    assert parts.kinds == kinds
    reasons = ["timestamp" if "age" in how else "signature" for how in FORGED.values()]
    assert parts.refusals == [("slack-request.refused", reason) for reason in reasons]


def test_who_guesses_has_to_wait_and_slack_does_not(parts: Parts) -> None:
    action = parts.carried("complete")
    answers = [parts.clicked(action, secret="another-secret-of-somebody").status_code for _ in range(8)]
    assert (answers[0], answers[-1]) == (401, 429)
    assert parts.clicked(action).status_code == 200
    assert parts.kinds.count("completed") == 1


def test_only_who_was_told_may_click_as_long_as_the_destination_is_theirs(parts: Parts) -> None:
    action = parts.carried("complete")
    others: tuple[dict[str, Any], ...] = ({"member": "U999ZZ9ZZ"}, {"team": "T999ZZ9ZZ"})
    for who in others:
        assert parts.clicked(action, **who).status_code == 200
    parts.sql("DELETE FROM destinations WHERE channel = 'slack'")
    parts.clicked(action)
    assert ("completed" in parts.kinds, parts.refusals) == (
        *(False, [("action-link.refused", "not-theirs")] * 3),
    )


CHANGES = {
    "completed": ("UPDATE follow_ups SET completed_at = now()", "It was completed on "),
    "moved": ("UPDATE follow_ups SET due_at = now() + interval '1 day'", "Its escalation has started over"),
    "handed on": (
        "UPDATE follow_ups SET assignee_id = (SELECT id FROM users WHERE name = 'Max')",
        "It was handed on: it is somebody else's now.",
    ),
}


@pytest.mark.parametrize(("change", "said"), CHANGES.values(), ids=CHANGES)
def test_what_changes_elsewhere_is_said_and_clicks_say_so_too(parts: Parts, change: str, said: str) -> None:
    action = parts.carried("complete")
    parts.sql(change)
    parts.dispatch()
    assert parts.workspace.notes[-1].startswith(said)
    assert {*parts.workspace.elements} == {"open_0"}
    before = parts.kinds
    parts.clicked(action)
    parts.dispatch()
    assert parts.kinds == before
    assert "Nothing was done." in parts.workspace.notes[-1]
    [(kind, _)] = parts.refusals
    assert kind == "action-link.refused"


@pytest.mark.parametrize("then", ["SELECT 1", "UPDATE follow_ups SET completed_at = now()"])
def test_what_was_handed_on_is_told_nothing_of_any_more(parts: Parts, then: str) -> None:
    parts.sql(CHANGES["handed on"][0])
    parts.sql("UPDATE follow_ups SET title = 'Sue Ada'")
    parts.sql(then)
    parts.dispatch()
    said = parts.workspace.said
    assert "It was handed on" in said
    assert not [each for each in ("Ada", "Max", "Assignee") if each in said]


@pytest.mark.parametrize(
    "leaves",
    [
        "UPDATE users SET active = false WHERE name = 'Eve'",
        "DELETE FROM destinations WHERE channel = 'slack'",
        "UPDATE destinations SET verified_at = NULL WHERE channel = 'slack'",
    ],
)
def test_who_is_told_there_no_more_is_told_of_no_change(parts: Parts, leaves: str) -> None:
    before = dict(parts.workspace.message)
    parts.sql(leaves)
    parts.sql("UPDATE follow_ups SET completed_at = now()")
    parts.dispatch()
    assert parts.workspace.message == before
    assert parts.sql("SELECT * FROM slack_messages") == []


@pytest.mark.parametrize("change", [CHANGES["completed"][0], CHANGES["moved"][0], "SELECT 1"])
def test_who_may_see_it_no_more_is_told_nothing_of_it(parts: Parts, change: str) -> None:
    """Max is told of what Eve has, and is not her manager any more when the message changes."""
    parts.tell_max()
    parts.sql("UPDATE users SET manager_id = NULL WHERE name = 'Eve'")
    parts.sql(change)
    parts.sql("UPDATE slack_messages SET due_at = now()")
    parts.dispatch()
    said = parts.workspace.said
    assert "You cannot see this follow-up any more" in said
    assert not [each for each in ("Ada", "Eve", "Assignee", "Due") if each in said]


@pytest.mark.parametrize(
    "sees", ["UPDATE users SET role = 'admin'", "UPDATE notifications SET audience = 'user(2)'"]
)
def test_an_admin_and_who_was_named_see_it_still(parts: Parts, sees: str) -> None:
    parts.tell_max()
    parts.sql(f"UPDATE users SET manager_id = NULL WHERE name = 'Eve'; {sees}")
    parts.sql(CHANGES["completed"][0])
    parts.dispatch()
    assert "Call Ada" in parts.workspace.said


@contextmanager
def reading_few_messages(database: Database) -> Iterator[Transaction]:
    """A transaction that reads few rows and entries of indexes of messages, its planner's included."""
    with database.transaction() as tx:
        before = tx.execute(READ).scalar_one()
        yield tx
        assert tx.execute(READ).scalar_one() - before < 100


READ = text("""
    SELECT sum(pg_stat_get_xact_tuples_returned(c.oid) + pg_stat_get_xact_tuples_fetched(c.oid))
    FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
    WHERE 'slack_messages'::regclass IN (c.oid, i.indrelid)
""")


def test_to_look_for_changes_costs_what_changes(parts: Parts) -> None:
    parts.post_more(5_000)
    with reading_few_messages(parts.dispatcher) as tx:
        parts.changes.queue.bring_back(tx)
        assert parts.changes.queue.waited(tx) is None
    with reading_few_messages(parts.pipeline.owner) as tx:
        tx.execute(text(CHANGES["completed"][0]))
    with reading_few_messages(parts.dispatcher) as tx:
        assert isinstance(parts.changes.queue.take(tx), Change)


WAITING = """
    SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def test_what_changed_while_a_message_was_on_its_way_is_said(parts: Parts) -> None:
    """The change waits for the record of the message, or the record for the change."""
    parts.tell_max(dispatch=False)
    with parts.dispatcher.transaction() as tx:
        taken = parts.slack.queue.take(tx)
    assert isinstance(taken, Delivery)
    posted = parts.slack.open().send(parts.slack.write(taken))
    with ThreadPoolExecutor() as pool:
        with parts.pipeline.owner.transaction() as tx:
            tx.execute(text(CHANGES["completed"][0]))
            recorded = pool.submit(parts.record, taken, posted)
            eventually(lambda: parts.sql(WAITING))
        recorded.result(10)
    parts.dispatch()
    assert "It was completed on" in parts.workspace.said


def test_what_was_completed_and_taken_back_while_it_was_said_is_said_at_last(parts: Parts) -> None:
    parts.sql(CHANGES["completed"][0])
    with parts.dispatcher.transaction() as tx:
        change = parts.changes.queue.take(tx)
    assert isinstance(change, Change)
    parts.sql("UPDATE follow_ups SET completed_at = NULL")
    outcome = parts.changes.open().send(parts.changes.write(change))
    with parts.dispatcher.transaction() as tx:
        parts.changes.queue.record(tx, change, outcome)
    parts.dispatch()
    assert parts.workspace.notes[-1].startswith("Its escalation has started over")


def test_a_click_is_answered_before_what_happened_elsewhere(parts: Parts) -> None:
    parts.click("complete")
    parts.post_more(1, due=True)
    with parts.dispatcher.transaction() as tx:
        change = parts.changes.queue.take(tx)
    assert isinstance(change, Change)
    assert change.answer


def test_being_asked_for_time_is_no_attempt_and_all_changes_wait(parts: Parts) -> None:
    parts.post_more(1, due=True)
    parts.click("complete")
    parts.sql("UPDATE slack_messages SET attempts = 11")
    with parts.dispatcher.transaction() as tx:
        change = parts.changes.queue.take(tx)
        assert isinstance(change, Change)
        asked = Outcome(Result.PUT_OFF, "Slack: ratelimited", wait=timedelta(seconds=30), everywhere=True)
        parts.changes.queue.record(tx, change, asked)
    with parts.dispatcher.transaction() as tx:
        assert (parts.changes.queue.waited(tx), parts.changes.queue.take(tx)) == (None, None)
    waits = "SELECT attempts, due_at > now() FROM slack_messages ORDER BY due_at"
    assert parts.sql(waits) == [(11, False), (11, True)]


def test_what_is_taken_back_is_not_said_to_be_completed(parts: Parts) -> None:
    parts.click("complete")
    parts.dispatch()
    parts.sql("UPDATE follow_ups SET completed_at = NULL")
    parts.dispatch()
    assert parts.workspace.notes[-1].startswith("Its escalation has started over: it is due on ")


def test_a_message_says_that_its_follow_up_was_deleted(parts: Parts) -> None:
    parts.sql("DELETE FROM follow_ups")
    parts.dispatch()
    [header] = parts.workspace.message["blocks"]
    assert header["text"]["text"] == "This follow-up was deleted"


def test_what_is_refused_says_what_is_missing_and_can_be_clicked_again(parts: Parts) -> None:
    parts.click("snooze", 2)
    parts.dispatch()
    parts.click("snooze")
    parts.dispatch()
    assert "Nothing was done. " in parts.workspace.notes[-1]
    assert "snooze" in parts.workspace.elements
    assert parts.kinds.count("snoozed") == 1


def test_a_message_that_slack_knows_no_more_is_left_alone_and_others_are_tried_again(parts: Parts) -> None:
    parts.workspace.refuses["chat.update"] = "internal_error"
    parts.click("complete")
    parts.dispatch()
    [(attempts, waits)] = parts.sql("SELECT attempts, due_at > now() FROM slack_messages")
    assert (attempts, waits) == (1, True)
    parts.workspace.refuses["chat.update"] = "message_not_found"
    parts.sql("UPDATE slack_messages SET due_at = now()")
    parts.dispatch()
    assert parts.sql("SELECT * FROM slack_messages") == []


def test_other_clicks_and_other_bodies_do_nothing(parts: Parts) -> None:
    before = parts.kinds
    link = {"type": "button", "action_id": "open_0", "value": None}
    assert parts.clicked(link).status_code == 200
    assert parts.clicked({"type": "button", "action_id": "complete", "value": "guessed"}).status_code == 200
    assert parts.clicked({"type": "button"}).status_code == 422
    assert (parts.kinds, parts.refusals) == (before, [("action-link.refused", "unknown")])
