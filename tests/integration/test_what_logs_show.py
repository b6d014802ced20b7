"""After a day's work at DEBUG no log shows a secret, an address, or what people wrote."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from tests.support.ports import free_port
from tests.support.processes import Process
from tests.support.rabbitmq import RabbitMQ
from tests.support.system import System
from tests.support.waiting import eventually

SERVICES = ("scheduler", "escalator", "notifier", "dispatcher", "api")
ADDRESS = "zoe.private@sample-8531.example"
IMPORTED = "yan.private@sample-8532.example"
TITLE = "Call about the secret merger 8533"
NOTE = "They will pay 8534 in cash"
CLIENT = "Client Incognito 8535"
REASON = "Ill at home 8536"
PASSWORDS = ("first password of 8537", "second password of 8538", "mistyped password of 8539")
CRON_SECRET = "cron-secret-8540-" + "x" * 20
SEARCHED = "searched-8541"
WRITTEN = [ADDRESS, IMPORTED, TITLE, NOTE, CLIENT, REASON, *PASSWORDS, CRON_SECRET, SEARCHED]
LONG_OVERDUE = "2026-01-01T09:00:00Z"


def a_day(api: httpx.Client, site: str) -> Iterator[str]:
    """Work as people do, well and badly; yields the secrets that were made on the way."""
    zoe = {"email": ADDRESS, "name": "Zoe", "password": PASSWORDS[0]}
    created = api.post("/users", json=zoe)
    assert created.status_code == 201, created.text
    assert api.post("/users", json=zoe).status_code == 409
    people = f"email,name,role,manager_email,time_zone,active\n{IMPORTED},Yan,employee,{ADDRESS},UTC,true\n"
    csv = {"Content-Type": "text/csv"}
    assert api.post("/imports/users", content=people, headers=csv).status_code == 200
    assert (
        api.post("/imports/users", content=people + f"{IMPORTED},,x,{TITLE},,\n", headers=csv).status_code
        == 422
    )
    with httpx.Client(base_url=site, headers={"Origin": site}) as browser:
        for password, status in ((PASSWORDS[2], 401), (PASSWORDS[0], 201)):
            log_in = browser.post("/api/v1/session", json={"email": ADDRESS, "password": password})
            assert log_in.status_code == status, log_in.text
        yield from browser.cookies.values()
        plan(browser, created.json()["id"])
        changed = browser.put(
            "/api/v1/me/password", json={"current_password": PASSWORDS[0], "new_password": PASSWORDS[1]}
        )
        assert changed.status_code < 300, changed.text
        token = browser.post("/api/v1/tokens", json={"name": "of Zoe"})
        assert token.status_code == 201, token.text
        yield token.json()["token"]
        browser.delete("/api/v1/session")
    for secret in (CRON_SECRET, PASSWORDS[2]):
        httpx.post(f"{site}/api/cron/followups", headers={"Authorization": f"Bearer {secret}"})


def plan(browser: httpx.Client, zoe: int) -> None:
    subject = {"kind": "client", "name": CLIENT, "external_id": CLIENT}
    body: dict[str, Any] = {"title": TITLE, "notes": NOTE, "due_at": LONG_OVERDUE, "assignee_id": zoe}
    planned = browser.post("/api/v1/follow-ups", json={**body, "subject": subject})
    assert planned.status_code == 201, planned.text
    assert browser.post("/api/v1/follow-ups", json={**body, "due_at": TITLE}).status_code == 422
    assert browser.get("/api/v1/follow-ups", params={"q": SEARCHED}).status_code == 200
    number = planned.json()["id"]
    for due_at in ("2031-01-01T09:00:00Z", LONG_OVERDUE):
        moved = {"due_at": due_at, "reason": REASON}
        assert browser.patch(f"/api/v1/follow-ups/{number}", json=moved).status_code == 200


def shown(log: str, secrets: list[str]) -> list[str]:
    return [secret for secret in (*WRITTEN, *secrets) if secret in log]


@pytest.mark.serial  # whose RabbitMQ nobody else uses, so that its log is of this test
def test_the_logs_of_the_services_and_of_rabbitmq(system: System, rabbitmq: RabbitMQ) -> None:
    settings = {"FOLLOWUP_LOG_LEVEL": "DEBUG", "FOLLOWUP_CRON_SECRET": CRON_SECRET}
    system.start(*SERVICES, **settings)
    with system.api_client() as api:
        site = f"http://localhost:{system.services['api'].environment['FOLLOWUP_PORT']}"
        secrets = list(a_day(api, site))
        assert api.post("/sweeps").status_code == 202
        eventually(lambda: system.notifications() > 0, 90, what="somebody is told")
        token = str(api.headers["Authorization"]).partition(" ")[2]
    for service in system.services.values():
        service.terminate(40)
    for name, service in system.services.items():
        assert '"level": "debug"' in service.output, name
        assert shown(service.output, [*secrets, token]) == [], name
    assert shown(rabbitmq.log(), [*secrets, token]) == []


@pytest.mark.long  # the same services, started by one command
def test_the_logs_of_followup_run(tmp_path: Path) -> None:
    with TemporaryDirectory(prefix="followup-logs-", ignore_cleanup_errors=True) as place:
        folder, port = Path(place), free_port()
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FOLLOWUP_")}
        command = [str(Path(sys.executable).with_name("followup")), "run", "--no-demo", "--port", str(port)]
        process = Process(
            [*command, "--data", str(folder / "data")],
            folder / "followup.log",
            {**inherited, "FOLLOWUP_LOG_LEVEL": "DEBUG", "FOLLOWUP_CRON_SECRET": CRON_SECRET},
        )
        process.start()
        site = f"http://localhost:{port}"
        process.wait_until(lambda: httpx.get(f"{site}/readyz").is_success, 120, what="it is ready")
        token = (folder / "data" / "admin-token").read_text().strip()
        with httpx.Client(base_url=f"{site}/api/v1", headers={"Authorization": f"Bearer {token}"}) as api:
            secrets = list(a_day(api, site))
            assert api.post("/sweeps").status_code == 202
            eventually(lambda: api.get("/escalations").json()["items"], 90, what="it is escalated")
        process.terminate(60)
        logs = [folder / "followup.log", *(folder / "data").glob("*.log")]
        assert len(logs) > 1, "there is a log of PostgreSQL"
        for log in logs:
            assert shown(log.read_text(errors="replace"), [*secrets, token]) == [], log.name
