"""Where people are told outside the house: added, verified by a code, tested, switched off and removed."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from fastapi.testclient import TestClient
from followup_common.db import Database
from followup_common.sealing import Seal
from followup_dispatcher.attempts import record
from followup_dispatcher.deliveries import take
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.telling import Code, Delivery, Trial

from tests.support.postgres import role_url

from .conftest import PASSWORD, Person, World

MINE = "/api/v1/me/destinations"
HOME = "eve@home.example.com"


@pytest.fixture
def eve(world: World) -> Person:
    """Mail is set up."""
    world.execute("INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true)")
    return world.person("Eve")


@pytest.fixture
def client(world: World, eve: Person) -> TestClient:
    """Eve in a browser."""
    return logged_in(world, eve)


def logged_in(world: World, person: Person) -> TestClient:
    client = world.client()
    client.headers.update({"Sec-Fetch-Site": "same-origin"})
    answer = client.post("/api/v1/session", json={"email": person.email, "password": PASSWORD})
    assert answer.status_code == 201
    return client


def add(client: TestClient, address: str = HOME, status: int = 201) -> Any:
    answer = client.post(MINE, json={"channel": "email", "address": address})
    assert answer.status_code == status, answer.text
    return answer.json()


def test_one_added_twice_with_one_key_is_there_once(client: TestClient) -> None:
    body = {"channel": "email", "address": HOME}
    first, again = (client.post(MINE, json=body, headers={"Idempotency-Key": "home"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"


def delivered(world: World, result: Result = Result.SENT, answer: str = "250 OK") -> Delivery:
    """What the dispatcher sends next."""
    database = Database(role_url(world.database_url, "followup_dispatcher"))
    try:
        with database.transaction() as tx:
            taken = take(tx, "email")
        assert isinstance(taken, Delivery)
        with database.transaction() as tx:
            record(tx, taken, Outcome(result, answer))
    finally:
        database.close()
    return taken


def code_of(delivery: Delivery) -> str:
    told = delivery.notification
    assert isinstance(told, Code)
    return told.code


def verify(client: TestClient, destination: int, code: str) -> tuple[int, Any]:
    answer = client.post(f"{MINE}/{destination}/verify", json={"code": code})
    return answer.status_code, answer.json()


def message(answer: tuple[int, Any], status: int = 422) -> str:
    assert answer[0] == status, answer
    return str(answer[1]["errors"][0]["message"])


def listed(client: TestClient) -> list[tuple[str, str, bool]]:
    """(Address, state, whether notifications go there) of each."""
    items = client.get(MINE).json()["items"]
    return [(each["address"], each["state"], each["in_use"]) for each in items]


def actions(world: World) -> list[str]:
    rows = world.execute("SELECT action FROM audit_log WHERE action LIKE 'destination.%' ORDER BY id")
    return [action.removeprefix("destination.") for (action,) in rows]


def test_an_address_is_used_once_its_code_has_come_back(
    world: World, eve: Person, client: TestClient
) -> None:
    made = add(client)
    assert (made["state"], made["in_use"], made["last_message"]["state"]) == ("unverified", False, "queued")
    assert client.post(f"{MINE}/{made['id']}/test").status_code == 409  # nothing else goes there
    sent = delivered(world)
    assert (sent.address, sent.recipient.name) == (HOME, "Eve")
    code = code_of(sent)
    assert len(code) == 8
    assert code not in str(world.execute("SELECT d::text, v::text FROM destinations d, deliveries v"))
    status, verified = verify(client, made["id"], f"{code[:4]} {code[4:]}")
    assert (status, verified["state"], verified["in_use"]) == (200, "on", True)
    assert listed(client) == [(eve.email, "on", True), (HOME, "on", True)]
    assert actions(world) == ["added", "verified"]
    assert code not in str(world.execute("SELECT details::text FROM audit_log"))


def test_wrong_codes_end_it_and_another_one_can_be_sent(world: World, client: TestClient) -> None:
    made = add(client)
    assert "was not sent yet" in message(verify(client, made["id"], "12345678"))
    code = code_of(delivered(world))
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    tries = [message(verify(client, made["id"], wrong)) for _ in range(5)]
    assert "4 more tries" in tries[0]
    assert "send another" in tries[4]
    assert "does not work any more" in message(verify(client, made["id"], code))
    assert client.post(f"{MINE}/{made['id']}/code").status_code == 202
    assert "does not work any more" in message(verify(client, made["id"], code))
    world.execute("UPDATE destinations SET code_expires_at = now()")
    another = code_of(delivered(world))
    assert verify(client, made["id"], code)[0] == 422
    world.execute("UPDATE destinations SET code_expires_at = now() WHERE code_hash IS NOT NULL")
    assert "does not work any more" in message(verify(client, made["id"], another))
    world.execute("UPDATE destinations SET code_expires_at = now() + interval '1 minute'")
    assert verify(client, made["id"], another)[0] == 200
    assert client.post(f"{MINE}/{made['id']}/code").status_code == 409
    assert actions(world) == ["added", *["code-wrong"] * 6, "verified"]


@pytest.mark.parametrize("code", ["1234567", "123456789", "abcdefgh", ""])
def test_what_is_no_code_is_said_so(client: TestClient, code: str) -> None:
    assert message(verify(client, add(client)["id"], code)).startswith("code ")


def test_a_test_says_what_became_of_it(world: World, eve: Person, client: TestClient) -> None:
    [default] = client.get(MINE).json()["items"]
    asked = client.post(f"{MINE}/{default['id']}/test")
    assert (asked.status_code, asked.json()["last_message"]["notice"]) == (202, "test")
    assert isinstance(delivered(world, Result.REFUSED, "550 no such user").notification, Trial)
    [failing] = client.get(MINE).json()["items"]
    assert (failing["problem"], failing["last_message"]["state"]) == ("550 no such user", "failed")
    assert failing["problem_since"]
    client.post(f"{MINE}/{default['id']}/test")
    delivered(world)
    [well] = client.get(MINE).json()["items"]
    assert (well["problem"], well["problem_since"], well["last_message"]["state"]) == (None, None, "sent")
    items = world.client(ada(world)).get("/api/v1/deliveries").json()["items"]
    assert [(each["notice"], each["notification_id"]) for each in items] == [("test", None)] * 2


def ada(world: World) -> Person:
    return world.person("Ada Admin", "admin")


def test_one_that_is_off_or_removed_is_sent_nothing(world: World, eve: Person, client: TestClient) -> None:
    made = add(client)
    verify(client, made["id"], code_of(delivered(world)))
    [default, _] = client.get(MINE).json()["items"]
    assert client.patch(f"{MINE}/{made['id']}", json={"state": "off"}).json()["in_use"] is False
    assert client.post(f"{MINE}/{made['id']}/test").status_code == 409
    assert client.patch(f"{MINE}/{made['id']}", json={"state": "on"}).json()["in_use"] is True
    assert client.delete(f"{MINE}/{made['id']}").status_code == 204
    assert client.delete(f"{MINE}/{made['id']}").status_code == 404
    assert "Switch it off" in client.delete(f"{MINE}/{default['id']}").json()["detail"]
    assert listed(client) == [(eve.email, "on", True)]
    assert actions(world)[2:] == ["switched", "switched", "removed"]


def test_what_cannot_be_added_says_what_to_do(world: World, client: TestClient) -> None:
    assert "ada@example.com" in message((422, add(client, "nobody", 422)))
    add(client)
    assert "already" in add(client, HOME, 409)["detail"]
    for number in range(9):
        status = 201 if number < 8 else 409
        answer = client.post(MINE, json={"channel": "email", "address": f"eve{number}@example.com"})
        assert answer.status_code == status, answer.text
    world.execute("UPDATE channels SET is_on = false")
    answer = client.post(MINE, json={"channel": "email", "address": "more@example.com"})
    assert message((answer.status_code, answer.json())) == (
        "channel email is not set up here: ask an operator to set up mail or chat."
    )


def test_nobody_fills_a_mailbox_with_codes(world: World, client: TestClient) -> None:
    made = add(client)
    statuses = [client.post(f"{MINE}/{made['id']}/code").status_code for _ in range(10)]
    assert statuses == [202] * 9 + [429]
    client.delete(f"{MINE}/{made['id']}")
    refused = client.post(MINE, json={"channel": "email", "address": HOME})
    assert refused.status_code == 429  # removing it begins nothing again
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    world.execute("UPDATE deliveries SET created_at = now() - interval '61 minutes'")
    add(client)


def test_who_has_found_a_token_or_an_open_browser_adds_nothing(
    world: World, eve: Person, client: TestClient
) -> None:
    body = {"channel": "email", "address": HOME}
    assert world.client(eve).post(MINE, json=body).status_code == 403
    world.execute("UPDATE sessions SET proved_at = now() - interval '1 day'")
    assert client.post(MINE, json=body).json()["type"].endswith("reauthentication-needed")
    assert world.client(eve).get(MINE).status_code == 200


def test_who_has_an_address_that_takes_no_mail_is_told_and_switches_it_on_again(
    world: World, client: TestClient, eve: Person
) -> None:
    world.execute(
        "UPDATE destinations SET state = 'off', problem = '550 no such user', problem_since = now()"
    )
    [off] = client.get(MINE).json()["items"]
    assert (off["state"], off["problem"]) == ("off", "550 no such user")
    [told] = client.get("/api/v1/notifications").json()["items"]
    assert (told["kind"], told["destination_id"], told["follow_up"]) == ("destination", off["id"], None)
    assert told["message"] == f"Mail to {eve.email} came back: 550 no such user"
    assert told["reason"].startswith("Nothing is sent there any more.")
    assert told["reason"].endswith("else ask an admin to correct it.")
    summed_up = {"summed_up_by": told["id"]}
    assert client.get("/api/v1/notifications", params=summed_up).json()["items"] == []
    assert client.get("/api/v1/follow-ups", params=summed_up).json()["items"] == []
    answer = client.patch(f"{MINE}/{off['id']}", json={"state": "on"})
    assert (answer.json()["state"], answer.json()["problem"]) == ("on", None)
    world.execute("UPDATE destinations SET state = 'off', problem = '550 still none', problem_since = now()")
    [again] = client.get("/api/v1/notifications").json()["items"]
    assert again["message"].endswith("550 still none")


def test_who_has_a_chat_that_is_gone_is_told(world: World, client: TestClient, eve: Person) -> None:
    world.execute(
        "INSERT INTO destinations (user_id, channel, address, verified_at) "
        "VALUES (:eve, 'teams', 'example.com (0a1b2c3d)', now())",
        eve=eve.id,
    )
    world.execute("UPDATE destinations SET state = 'off', problem = '410 Gone' WHERE channel = 'teams'")
    [told] = client.get("/api/v1/notifications").json()["items"]
    assert told["message"] == "example.com (0a1b2c3d) takes no more messages: 410 Gone"
    assert told["reason"].endswith("switch it on in your settings; else add the right one.")


def test_destinations_of_others_are_not_there(
    world: World, client: TestClient, build: Callable[..., World]
) -> None:
    made = add(client)
    other = logged_in(world, world.person("Otto Other"))
    path = f"{MINE}/{made['id']}"
    for answer in (
        other.patch(path, json={"state": "off"}),
        other.post(f"{path}/code"),
        other.post(f"{path}/verify", json={"code": "12345678"}),
        other.post(f"{path}/test"),
        other.delete(path),
    ):
        assert answer.status_code == 404, answer.text


def test_slack_takes_a_member_or_an_address(world: World, client: TestClient) -> None:
    def answer(address: str) -> Any:
        return client.post(MINE, json={"channel": "slack", "address": address})

    assert answer("U012AB3CD").json()["errors"][0]["field"] == "channel"  # it is not set up
    world.execute("INSERT INTO channels (name, is_on, everybody) VALUES ('slack', true, false)")
    for address in ("U012AB3CD", HOME):
        assert answer(address).json()["address"] == address
    for wrong in ("u012ab3cd", "C012AB3CD", "@eve"):
        [error] = answer(wrong).json()["errors"]
        assert error["field"] == "address"
        assert "a member ID such as U012AB3CD" in error["message"]


SLACK_URL = "https://93.184.215.14/services/T0/B0/" + "x" * 24
CHATS = """
    INSERT INTO channels (name, is_on, everybody)
    VALUES ('slack_webhook', true, false), ('teams', true, false)
"""


def chat(client: TestClient, channel: str = "slack_webhook", address: str = SLACK_URL, **more: Any) -> Any:
    body = {"channel": channel, "address": address, **more}
    return client.post(MINE, json=body, headers={"Idempotency-Key": f"{body}".replace(" ", "")})


def test_the_url_of_a_chat_is_kept_sealed_and_nobody_reads_it_again(build: Callable[..., World]) -> None:
    key = "0123456789abcdef" * 4
    world = build(secrets_key=key)
    world.execute(CHATS)
    client = logged_in(world, world.person("Eve"))
    answer = chat(client, private=True)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["address"] == f"93.184.215.14 ({sha256(SLACK_URL.encode()).hexdigest()[:8]})"
    assert (made["state"], made["last_message"]["notice"]) == ("unverified", "code")
    [(sealed,)] = world.execute("SELECT sealed FROM destinations")
    assert json.loads(Seal(key).opened(sealed)) == {"url": SLACK_URL, "private": True}
    assert chat(client).status_code == 409  # theirs already
    assert chat(client, address=f"{SLACK_URL}y").status_code == 201
    tables = ("destinations", "audit_log", "idempotency_keys")
    kept = [world.execute(f"SELECT {each}::text FROM {each}") for each in tables]
    assert all(kept)
    assert "services" not in f"{kept}{client.get(MINE).text}"


def test_without_a_key_no_url_of_a_chat_is_kept(world: World, client: TestClient) -> None:
    world.execute(CHATS)
    answer = chat(client)
    assert answer.status_code == 503
    assert "FOLLOWUP_SECRETS_KEY" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("channel", "address", "said"),
    [
        ("teams", "contoso", "must begin with https://"),
        ("teams", "http://93.184.215.14/x", "must begin with https://"),
        ("teams", "https://10.1.2.3/x", "which is not a public address"),
        ("slack_webhook", "https://127.0.0.1/x", "which is not a public address"),
        ("slack_webhook", "https://nowhere.invalid/x", "cannot be resolved"),
        ("teams", "https://contoso.webhook.office.com/webhookb2/x", "Microsoft has retired"),
        ("slack_webhook", "https://outlook.office.com/webhook/x", "Microsoft has retired"),
        ("teams", "https://hooks.slack.com/services/T/B/x", "choose the webhook of Slack"),
        ("slack_webhook", "https://prod-1.westeurope.logic.azure.com:443/workflows/x", "choose Teams"),
        ("slack_webhook", "https://hooks.slack.com/triggers/T/1/x", "starts a workflow of Slack"),
    ],
)
def test_the_url_of_a_chat_to_which_nothing_may_be_posted_is_refused(
    world: World, client: TestClient, channel: str, address: str, said: str
) -> None:
    world.execute(CHATS)
    answer = chat(client, channel, address)
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert error["field"] == "address"
    assert said in error["message"]
    assert address not in answer.text


APPRISE = "discord://1234567890123456789/abcdefghijklmnopqrstuvwxyz"


def test_only_admins_add_what_apprise_tells_and_the_person_types_the_code(
    build: Callable[..., World],
) -> None:
    world = build(secrets_key="0123456789abcdef" * 4)
    world.execute("INSERT INTO channels (name, is_on, everybody) VALUES ('apprise', true, false)")
    eve = world.person("Eve")
    hers, admins = logged_in(world, eve), logged_in(world, world.person("Ada Admin", "admin"))
    assert chat(hers, "apprise", APPRISE).status_code == 403
    for client, own in ((hers, False), (admins, True)):
        assert [each["own"] for each in client.get("/api/v1/me/channels").json()["items"]] == [own]
    path = f"/api/v1/users/{eve.id}/destinations"
    body = {"channel": "apprise", "address": APPRISE}
    assert hers.post(path, json=body).status_code == 403
    made = admins.post(path, json=body)
    assert made.status_code == 201, made.text
    [held] = hers.get(MINE).json()["items"]
    assert held == made.json()
    assert held["address"] == f"discord ({sha256(APPRISE.encode()).hexdigest()[:8]})"
    assert (held["state"], held["last_message"]["notice"]) == ("unverified", "code")
    assert admins.get(MINE).json()["items"] == []
    assert chat(admins, "apprise", APPRISE).status_code == 201
    kept = [world.execute(f"SELECT {each}::text FROM {each}") for each in ("destinations", "audit_log")]
    assert "abcdefgh" not in f"{kept}"
    assert admins.post("/api/v1/users/999999/destinations", json=body).status_code == 404


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("syslog://", "must begin with one of"),
        ("jsons://10.1.2.3/x", "which is not a public address"),
        ("ntfys://nowhere.invalid/x", "cannot be resolved"),
        ("pover://x", "is not one that Apprise reads"),
    ],
)
def test_a_url_of_apprise_that_is_not_taken_is_refused(world: World, address: str, said: str) -> None:
    world.execute("INSERT INTO channels (name, is_on, everybody) VALUES ('apprise', true, false)")
    answer = chat(logged_in(world, world.person("Ada Admin", "admin")), "apprise", address)
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert (error["field"], said in error["message"]) == ("address", True)
