"""Logging in through an OpenID Connect provider: over real HTTP, with one that checks PKCE."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import pytest
from followup_api.auth.oidc.flow import Flow
from followup_api.auth.oidc.problems import Reason
from followup_api.auth.oidc.provider import CALLBACK

from tests.support.oidc import AMIR, Provider
from tests.support.processes import REPOSITORY

from .conftest import PASSWORD, PUBLIC, World
from .log_ins import FORGED, READABLE_KEY, START, Trusting, arrive, depart, entries, log_in, problem


def test_a_person_logs_in_with_what_the_provider_has_verified(trusting: Trusting) -> None:
    world = trusting()
    amir = world.person("Amir", email="Amir@example.com")
    client = world.client()
    answer = arrive(client, depart(client, "/followups/7?tab=a"))
    assert answer.headers["location"] == "/followups/7?tab=a"
    assert client.get("/api/v1/me").json()["id"] == amir.id
    session, flow = sorted(answer.headers.get_list("set-cookie"), key=len, reverse=True)
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=1209600"} <= set(session.split("; "))
    assert re.match(r'followup-\d+-\w+-oidc="";', flow)
    bound, succeeded = entries(world)
    assert (bound.action, bound.target, bound.details) == (
        "identity.bound",
        f"users/{amir.id}",
        {"subject": "amir-1"},
    )
    assert (succeeded.action, succeeded.actor_id, succeeded.details) == (
        "log-in.succeeded",
        amir.id,
        {"by": "oidc"},
    )
    assert client.delete("/api/v1/session", headers={"Origin": PUBLIC}).status_code == 204
    assert client.get("/api/v1/me").status_code == 401


def test_the_start_asks_for_a_code_with_pkce_and_keeps_the_secret_in_the_browser(
    trusting: Trusting,
) -> None:
    client = trusting(public_url="https://followup.example.com").client()
    answer = client.get(START, follow_redirects=False)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert asked["redirect_uri"] == f"https://followup.example.com{CALLBACK}"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["scope"] == "openid email profile"
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax", "Max-Age=600"} <= set(cookie.split("; "))
    secret = cookie.removeprefix("__Host-followup-oidc=").partition(".")[0]
    derived = {asked["state"], asked["nonce"], asked["code_challenge"]}
    assert len(derived) == 3
    assert secret not in answer.headers["location"]
    again = client.get(START, follow_redirects=False).headers["location"]
    assert not any(value in again for value in derived)


def test_an_answer_to_a_log_in_that_this_browser_did_not_start_is_refused(
    trusting: Trusting,
) -> None:
    world = trusting()
    world.person("Amir")
    client, other = world.client(), world.client()
    foreign = depart(other)
    assert arrive(client, foreign).headers["location"] == problem(Reason.ELSEWHERE)
    own = depart(client)
    assert arrive(client, foreign).headers["location"] == problem(Reason.ELSEWHERE)
    code = parse_qs(urlsplit(own).query)["code"][0]
    for state in ("", "&state=", "&state=%F0%9F%92%A9", "&state=%00"):
        assert arrive(client, f"{CALLBACK}?code={code}{state}").headers["location"] == problem(
            Reason.ELSEWHERE
        )
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("cookie", [None, "", ".", ".Lw"])
def test_a_browser_that_keeps_no_secret_has_started_nothing(cookie: str | None) -> None:
    """Anybody can derive the state of an empty secret."""
    assert Flow.resume(cookie, Flow("", "/").state) is None


def test_a_code_of_another_log_in_is_worth_nothing_here(trusting: Trusting) -> None:
    """Its PKCE challenge is another one: who catches a code, or plants one, gets nowhere."""
    world = trusting()
    world.person("Amir")
    victim, attacker = world.client(), world.client()
    caught = parse_qs(urlsplit(depart(victim)).query)["code"][0]
    state = parse_qs(urlsplit(depart(attacker)).query)["state"][0]
    address = f"{CALLBACK}?code={caught}&state={state}"
    assert arrive(attacker, address).headers["location"] == problem(Reason.CANCELLED)


def test_an_answer_works_once(trusting: Trusting) -> None:
    world = trusting()
    world.person("Amir")
    client = world.client()
    address = depart(client)
    kept = dict(client.cookies)
    assert arrive(client, address).headers["location"] == "/"
    assert arrive(client, address).headers["location"] == problem(Reason.ELSEWHERE)
    thief = world.client()
    thief.cookies.update(kept)
    assert arrive(thief, address).headers["location"] == problem(Reason.CANCELLED)
    assert len(world.execute("SELECT FROM sessions")) == 1


def test_who_changes_their_mind_at_the_provider_is_told_so(trusting: Trusting) -> None:
    client = trusting().client()
    state = parse_qs(urlsplit(depart(client, "/inbox?a=b")).query)["state"][0]
    address = f"{CALLBACK}?error=access_denied&error_description=%3Cscript%3E&state={state}"
    answer = arrive(client, address)
    assert answer.headers["location"] == problem(Reason.CANCELLED, "/inbox?a=b")


@pytest.mark.parametrize(
    "where",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n//evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        "/login?next=/login",
        "/api/v1/session/oidc",
        "/a\\b",
        "/" + "a" * 3000,
    ],
)
def test_a_log_in_leads_to_pages_of_this_site_only(where: str) -> None:
    assert Flow.start(where).return_to == "/"
    written_by_somebody = f"secret.{urlsafe_b64encode(where.encode()).decode()}"
    resumed = Flow.resume(written_by_somebody, Flow("secret", "/").state)
    assert resumed == Flow("secret", where)
    assert resumed.return_to == "/"


def test_neither_a_log_in_nor_a_refusal_leads_to_another_site(trusting: Trusting, provider: Provider) -> None:
    world = trusting()
    world.person("Amir")
    evil = "https://evil.example"
    assert log_in(world.client(), evil) == "/"
    provider.person = {**AMIR, "sub": "x", "email_verified": False}
    assert log_in(world.client(), evil) == problem(Reason.UNVERIFIED)
    assert log_in(world.client(), "/inbox") == problem(Reason.UNVERIFIED, "/inbox")


def test_a_forged_proof_is_refused(trusting: Trusting, provider: Provider) -> None:
    provider.further_keys = [READABLE_KEY]
    world = trusting()
    world.person("Amir")
    led: dict[str, str] = {}
    for name, forge in FORGED.items():
        provider.forge = lambda claims, forge=forge: forge(provider, claims)
        led[name] = log_in(world.client())
    assert led == dict.fromkeys(FORGED, problem(Reason.NOT_VALID))
    provider.forge = None
    assert log_in(world.client()) == "/"
    assert [entry.action for entry in entries(world)] == ["identity.bound", "log-in.succeeded"]


def test_passwords_can_be_switched_off(trusting: Trusting) -> None:
    world = trusting(password_log_in=False, oidc_name="Acme SSO")
    amir, ada = world.person("Amir"), world.person("Ada", "admin")
    client = world.client()
    assert client.get("/api/v1/session/options").json() == {"password": False, "provider": "Acme SSO"}
    refused = client.post("/api/v1/session", json={"email": amir.email, "password": PASSWORD})
    assert refused.status_code == 403
    assert refused.json()["detail"] == "Passwords are switched off here: log in with Acme SSO."
    assert world.execute("SELECT FROM log_in_failures") == []
    admin = world.client(ada)
    new = {"email": "new@example.com", "name": "New", "password": PASSWORD}
    for answer in (
        admin.post("/api/v1/users", json=new),
        admin.patch(f"/api/v1/users/{amir.id}", json={"password": PASSWORD}),
    ):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "password"
    assert admin.post("/api/v1/users", json={"email": "new@example.com", "name": "New"}).status_code == 201
    assert log_in(client) == "/"


def test_without_a_provider_the_log_in_page_offers_passwords_only(world: World) -> None:
    client = world.client()
    assert client.get("/api/v1/session/options").json() == {"password": True, "provider": None}
    for path in (START, CALLBACK):
        assert arrive(client, path).headers["location"] == problem(Reason.OFF)


def test_the_log_in_page_has_a_sentence_for_each_reason() -> None:
    catalogue = (REPOSITORY / "services/web/src/i18n/en/session.ts").read_text(encoding="utf-8")
    sentences = re.search(r"^  logInProblems: {$(.*?)^  },$", catalogue, re.MULTILINE | re.DOTALL)
    assert sentences
    told = set(re.findall(r'^    "?([a-z-]+)"?:', sentences[1], re.MULTILINE))
    assert told == {str(reason) for reason in Reason}
