"""`followup doctor` asks DNS about the domain of the sender, of a real server, and says what is missing."""

from __future__ import annotations

import socket

import pytest
from dns.resolver import Resolver
from followup_dispatcher import sender_domain
from followup_dispatcher.sender_domain import CLOSED_SPF, DMARC, MX, ONE_SPF, SPF, examine_domain

from tests.support.dns_server import Records, serving

NAME = "mail.followup.net"
GOOD: Records = {
    (NAME, "MX"): ["20 b.mx.net.", "10 a.mx.net."],
    (NAME, "TXT"): ['"v=spf1 include:mx.net" " -all"', '"another=1"'],
    (f"_dmarc.{NAME}", "TXT"): ['"v=DMARC1; p=reject"'],
}


def found(records: Records, name: str = NAME) -> list[tuple[str, str | None]]:
    with serving(records) as resolver:
        return [(finding.seen, finding.fix) for finding in examine_domain(name, resolver)]


def test_a_domain_that_has_all_is_well() -> None:
    assert found(GOOD, f"{NAME.upper()}.") == [
        (f"mail to {NAME} goes to a.mx.net, b.mx.net", None),
        ("v=spf1 include:mx.net -all", None),
        ("v=DMARC1; p=reject", None),
    ]


@pytest.mark.parametrize(
    ("changes", "place", "fix"),
    [
        ({(NAME, "MX"): []}, 0, MX),
        ({(NAME, "MX"): ["0 ."]}, 0, MX),
        ({(NAME, "TXT"): ['"another=1"']}, 1, SPF),
        ({(NAME, "TXT"): ['"v=spf1 -all"', '"v=spf1 a -all"']}, 1, ONE_SPF),
        ({(NAME, "TXT"): ['"v=spf1 a +all"']}, 1, CLOSED_SPF),
        ({(f"_dmarc.{NAME}", "TXT"): []}, 2, DMARC),
        ({(f"_dmarc.{NAME}", "TXT"): ['"v=spf1 -all"']}, 2, DMARC),
    ],
    ids=str,
)
def test_what_is_missing_has_its_fix(changes: Records, place: int, fix: str) -> None:
    fixes = [each for _, each in found({**GOOD, **changes})]
    assert fixes == [fix.format(NAME) if number == place else None for number in range(3)]


def test_a_domain_above_says_it_for_those_below() -> None:
    above = {**GOOD, (f"_dmarc.{NAME}", "TXT"): [], ("_dmarc.followup.net", "TXT"): ['"v=DMARC1; p=none"']}
    assert found(above)[2] == ("v=DMARC1; p=none (of followup.net)", None)


def test_a_domain_that_is_not_there_has_nothing() -> None:
    assert [fix for _, fix in found(GOOD, "elsewhere.net")] == [
        each.format("elsewhere.net") for each in (MX, SPF, DMARC)
    ]


def test_without_an_answer_it_says_so_once_and_finds_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender_domain, "PATIENCE_SECONDS", 0.2)
    with serving({}, refuses=True) as refusing, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        hanging = Resolver(configure=False)
        hanging.nameservers, hanging.port = ["127.0.0.1"], silent.getsockname()[1]
        nobody = Resolver(configure=False)
        for resolver in (refusing, hanging, nobody):
            [finding] = examine_domain(NAME, resolver)
            assert finding.seen.startswith(f"could not be asked about {NAME} from here: "), finding
            assert finding.well


@pytest.mark.parametrize(
    "name", ["example.com", "mail.example.org", "relay.local", "localhost", "[192.0.2.1]"]
)
def test_what_is_no_domain_of_the_internet_is_not_asked(name: str) -> None:
    [finding] = examine_domain(name, Resolver(configure=False))
    assert finding.seen == f"not asked: {name} is no domain of the internet"
