"""`followup doctor` names what is wrong with the mail server, and the fix."""

from __future__ import annotations

import ssl
from pathlib import Path

from followup_dispatcher.doctor import LOG_IN, REACH, RECIPIENT, SENDER, TRUST, examine_mail
from followup_dispatcher.settings import DispatcherSettings

from tests.support.certificates import make_certificate
from tests.support.mail_server import MailServer
from tests.support.ports import free_port

LOGGED_IN = ("mailer", "word")


def settings(url: str | None) -> DispatcherSettings:
    values = {"database_url": "postgresql+psycopg://localhost/x", "smtp_url": url}
    sender = "Followup <followup@example.com>"
    return DispatcherSettings.model_validate({**values, **({"mail_from": sender} if url else {})})


def fixes(url: str | None, test_to: str | None = None) -> list[str | None]:
    """Of all that is looked at but DNS, which is not asked about the domain of the sender here."""
    findings = examine_mail(settings(url), test_to)
    return [finding.fix for finding in findings if not finding.seen.startswith("not asked: example.com")]


def test_a_mail_server_that_takes_all_is_well_and_gets_one_mail_only_when_asked() -> None:
    with MailServer() as server:
        assert fixes(server.url) == [None, None]
        assert server.taken == []
        assert fixes(server.url, "eve@example.com") == [None, None, None]
    [taken] = server.taken
    assert (taken.recipients, taken.message["Auto-Submitted"]) == (("eve@example.com",), "auto-generated")


def test_each_refusal_has_its_fix(tmp_path: Path) -> None:
    with MailServer() as server:
        server.on_recipient = lambda _: "550 no such person"
        assert fixes(server.url, "eve@example.com") == [None, None, RECIPIENT]
        server.on_sender = lambda _: "553 not yours"
        assert fixes(server.url, "eve@example.com") == [None, SENDER]
        assert server.taken == []
    assert fixes(f"smtp://127.0.0.1:{free_port()}") == [REACH]
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(make_certificate(tmp_path / "server.pem"))
    with MailServer(tls=tls, from_the_start=True) as server:
        assert fixes(f"smtps://localhost:{server.port}") == [TRUST]
    with MailServer(log_in=LOGGED_IN) as server:
        assert fixes(f"smtp://mailer:wrong@127.0.0.1:{server.port}") == [LOG_IN]
    assert fixes(None) == [None]
    assert all(fixes(None, "eve@example.com"))
