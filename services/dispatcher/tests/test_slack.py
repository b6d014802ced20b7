"""Messages are posted to Slack within its published limits, and every answer of it is understood."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qs

import pytest
from followup_common.egress import Egress
from followup_common.policy import Command
from followup_dispatcher.channels.slack import Slack
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.slack_deliveries import Posted
from followup_dispatcher.slack_messages import SlackMessages
from followup_dispatcher.telling import Code, Delivery, Line, Links, Summary, Trial
from pydantic import SecretStr

from tests.support.receiver import Receiver, answering, sending

from .test_email import DELIVERY, NOTIFICATION

TOKEN = "xoxb-a-secret"
MEMBER = "U012AB3CD"
AT = datetime(2026, 3, 6, 10, tzinfo=UTC)
LINE = Line(7, 3, "manager", "z" * 900, None, AT, "Amir")
LINKS = Links({Command.COMPLETE: "t1", Command.SNOOZE: "t2", Command.ACKNOWLEDGE: "t3"}, AT)
TOLD = replace(DELIVERY, address=MEMBER, links={7: LINKS})
OK: Mapping[str, Any] = {"ok": True, "channel": "D1", "ts": "1503435956.000247"}


@pytest.fixture
def slack() -> Iterator[Receiver]:
    with Receiver() as receiver:
        receiver.respond = saying(OK)
        yield receiver


def saying(
    said: Mapping[str, Any], status: int = 200, **headers: str
) -> Callable[[BaseHTTPRequestHandler], None]:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        body = json.dumps(said).encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return respond


def sent(
    receiver: Receiver, delivery: Delivery = TOLD, *, allowed: str = "127.0.0.0/8", acting: bool = False
) -> Outcome:
    channel = Slack(
        SecretStr(TOKEN),
        SlackMessages("https://followup.example.com/", acting=acting),
        Egress([ip_network(allowed)]),
        url=f"http://127.0.0.1:{receiver.port}/api",
        patience=2,
    )
    return channel.open().send(channel.write(delivery))


def fits(message: Mapping[str, Any]) -> None:
    """Within the limits of docs.slack.dev/reference/block-kit."""
    assert len(message["text"]) <= 4000
    assert len(message["blocks"]) <= 50
    for block in message["blocks"]:
        match block["type"]:
            case "header":
                assert len(block["text"]["text"]) <= 150
            case "section":
                assert ("text" in block) != ("fields" in block)
                assert len(block.get("fields", [])) <= 10
                assert all(0 < len(each["text"]) <= 2000 for each in block.get("fields", []))
                assert 0 < len(block.get("text", {"text": "x"})["text"]) <= 3000
            case "actions":
                assert 0 < len(block["elements"]) <= 25
                assert len({each["action_id"] for each in block["elements"]}) == len(block["elements"])
                for each in block["elements"]:
                    button_fits(each) if each["type"] == "button" else select_fits(each)
            case "context":
                assert 0 < len(block["elements"]) <= 10
            case other:
                raise AssertionError(f"no block of ours: {other}")


def button_fits(button: Mapping[str, Any]) -> None:
    assert {*button} <= {"type", "action_id", "text", "url", "value", "style"}
    assert len(button["text"]["text"]) <= 75
    assert len(button.get("url", "")) <= 3000
    assert len(button.get("value", "")) <= 2000
    assert button.get("style", "primary") in {"primary", "danger"}


def select_fits(select: Mapping[str, Any]) -> None:
    assert {*select} == {"type", "action_id", "placeholder", "options"}
    assert select["type"] == "static_select"
    assert len(select["placeholder"]["text"]) <= 150
    assert 0 < len(select["options"]) <= 100
    assert all(len(each["text"]["text"]) <= 75 and len(each["value"]) <= 75 for each in select["options"])


def test_a_message_says_what_the_inbox_says_and_has_buttons(slack: Receiver) -> None:
    assert sent(slack) == Posted(
        Result.SENT, "posted", member_id=MEMBER, conversation="D1", ts="1503435956.000247"
    )
    [received] = slack.received
    assert (received.path, received.headers["authorization"]) == (
        "/api/chat.postMessage",
        f"Bearer {TOKEN}",
    )
    message = json.loads(received.body)
    fits(message)
    assert message["channel"] == MEMBER
    assert message["text"].startswith("SLA breach: Call Ada &amp; Söhne &lt;now&gt;")
    header, facts, buttons, why, of_links = message["blocks"]
    assert header["text"]["text"].startswith("SLA breach: Call Ada & Söhne <now>")
    assert {"Lead or client: Acme GmbH", "Assignee: Amir Patel"} <= {e["text"] for e in facts["fields"]}
    assert {each["text"]["text"]: each["url"] for each in buttons["elements"]} == {
        "Open": "https://followup.example.com/followups/7",
        "Complete": "https://followup.example.com/a/t1",
        "Snooze": "https://followup.example.com/a/t2",
        "I have it": "https://followup.example.com/a/t3",
    }
    assert why["elements"][0]["text"] == "You manage Amir Patel."
    assert "do not pass this message on" in of_links["elements"][0]["text"]
    assert message["metadata"]["event_payload"] == {"id": str(DELIVERY.id)}


@pytest.mark.parametrize(
    "told",
    [
        replace(NOTIFICATION, title="x" * 5000, subject="y" * 5000, label=None),
        Summary("breach", 312, False, tuple(LINE for _ in range(50)), AT),
        Code("12345678", AT, AT),
        Trial(AT),
    ],
    ids=("long", "many", "code", "test"),
)
def test_whatever_is_told_fits(slack: Receiver, told: Any) -> None:
    assert sent(slack, replace(TOLD, notification=told)).result is Result.SENT
    fits(json.loads(slack.received[0].body))


def test_a_member_is_found_by_their_address(slack: Receiver) -> None:
    said = iter((saying({"ok": True, "user": {"id": MEMBER}}), saying(OK)))

    def respond(handler: BaseHTTPRequestHandler) -> None:
        next(said)(handler)

    slack.respond = respond
    assert sent(slack, replace(TOLD, address="eve@example.com")).result is Result.SENT
    asked, posted = slack.received
    assert (asked.path, parse_qs(asked.body.decode())) == (
        "/api/users.lookupByEmail",
        {"email": ["eve@example.com"]},
    )
    assert json.loads(posted.body)["channel"] == MEMBER


def test_buttons_act_at_once_where_clicks_are_known(slack: Receiver) -> None:
    """The workspace is asked for once, and is a part of who may click."""
    slack.choose = lambda received: saying({**OK, "team_id": "T1"})
    long_token = "t" * 43
    links = {7: Links(dict.fromkeys(LINKS.tokens, long_token), AT)}
    outcome = sent(slack, replace(TOLD, links=links), acting=True)
    assert isinstance(outcome, Posted)
    assert (outcome.team_id, outcome.member_id) == ("T1", MEMBER)
    assert [each.path for each in slack.received] == ["/api/auth.test", "/api/chat.postMessage"]
    message = json.loads(slack.received[1].body)
    fits(message)
    opens, complete, snooze, acknowledge = message["blocks"][2]["elements"]
    assert opens["url"] == "https://followup.example.com/followups/7"
    assert (complete["value"], acknowledge["value"]) == (long_token, long_token)
    assert [each["value"] for each in snooze["options"]] == [
        f"{preset}:{long_token}" for preset in ("tomorrow", "monday", "in_3_working_days")
    ]
    assert "https://followup.example.com/a/" not in json.dumps(message)


@pytest.mark.parametrize(
    ("respond", "expected"),
    [
        (saying({"ok": False, "error": "invalid_auth"}), Result.PUT_OFF),
        (sending(b"HTTP/1.1 200"), Result.PUT_OFF),
        (saying({"ok": True}), Result.PUT_OFF),
    ],
    ids=("refused", "half", "nameless"),
)
def test_nothing_is_posted_before_the_workspace_is_known(
    slack: Receiver, respond: Any, expected: Result
) -> None:
    slack.respond = respond
    assert sent(slack, acting=True).result is expected
    assert [each.path for each in slack.received] == ["/api/auth.test"]


@pytest.mark.parametrize(
    ("respond", "expected"),
    [
        (saying({"ok": False, "error": "users_not_found"}), Result.REFUSED),
        (sending(b"HTTP/1.1 200"), Result.PUT_OFF),
        (saying({"ok": True}), Result.PUT_OFF),
    ],
    ids=("nobody", "half", "nameless"),
)
def test_whom_nobody_finds_gets_nothing_and_nothing_of_it_is_unknown(
    slack: Receiver, respond: Any, expected: Result
) -> None:
    slack.respond = respond
    assert sent(slack, replace(TOLD, address="eve@example.com")).result is expected
    assert [each.path for each in slack.received] == ["/api/users.lookupByEmail"]


@pytest.mark.parametrize(
    ("respond", "expected"),
    [
        *(
            (saying({"ok": False, "error": error}), Outcome(result, f"Slack: {error}"))
            for error, result in (
                *(
                    (error, Result.REFUSED)
                    for error in ("channel_not_found", "invalid_blocks", "is_archived")
                ),
                *((error, Result.PUT_OFF) for error in ("invalid_auth", "token_revoked", "missing_scope")),
                *((error, Result.UNKNOWN) for error in ("internal_error", "fatal_error")),
            )
        ),
        (
            saying({"ok": False, "error": "ratelimited"}, 429, Retry_After="30"),
            Outcome(Result.PUT_OFF, "Slack: ratelimited", wait=timedelta(seconds=30), everywhere=True),
        ),
        (
            saying({"ok": False, "error": "ratelimited"}),
            Outcome(Result.PUT_OFF, "Slack: ratelimited", wait=timedelta(seconds=30), everywhere=True),
        ),
        (
            answering(429, retry_after="7"),
            Outcome(
                Result.PUT_OFF, "Slack: 429 Too Many Requests", wait=timedelta(seconds=7), everywhere=True
            ),
        ),
        (answering(502), Outcome(Result.UNKNOWN, "Slack: 502 Bad Gateway")),
        (answering(200), Outcome(Result.UNKNOWN, "Slack: 200 OK")),
    ],
)
def test_every_answer_is_understood(slack: Receiver, respond: Any, expected: Outcome) -> None:
    slack.respond = respond
    assert sent(slack) == expected


@pytest.mark.parametrize(
    "raw", [b"", b'HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{"ok": tr'], ids=("nothing", "half")
)
def test_of_half_an_answer_nobody_knows(slack: Receiver, raw: bytes) -> None:
    slack.respond = sending(raw)
    assert sent(slack).result is Result.UNKNOWN


def test_no_token_goes_to_a_private_address(slack: Receiver) -> None:
    outcome = sent(slack, allowed="10.0.0.0/8")
    assert outcome.result is Result.PUT_OFF
    assert "not a public address" in outcome.answer
    assert slack.received == []
