"""URLs of Apprise are taken that ask only servers that may be asked; what becomes of a message is known."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from followup_common.apprise_urls import ON_ONE_S_OWN, ON_THE_INTERNET, NotTaken, service, taken
from followup_common.egress import Egress, NotAllowed, NotResolved

from tests.support.receiver import Receiver, answering, hanging

HERE = Egress([ip_network("127.0.0.0/8")])
TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/12315544/"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.mark.parametrize(
    ("url", "said"),
    [
        *(
            (url, "must begin with one of barks, ")
            for url in (
                *("syslog://", "dbus://", "macosx://", "windows://", "gnome://", "growl://93.184.215.14"),
                *("matrixs://u:p@93.184.215.14/#r", "xmls://93.184.215.14", "ircs://93.184.215.14/#r"),
                *("file:///etc/passwd", "nonsense", "", "https://93.184.215.14/x", "mqtts://93.184.215.14/t"),
            )
        ),
        ("mailto://eve:secret@example.com", "tells by itself: choose e-mail"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "choose Slack"),
        ("workflows://prod-1.westeurope.logic.azure.com/x/y", "choose Teams"),
        ("jsons://93.184.215.14/x?redirect=yes", "must not have redirect"),
        ("jsons://93.184.215.14/x?Verify=no", "must not have verify"),
        ("discord://1234567890123456789/abcdefghijk?template=/etc/passwd", "must not have template"),
        ("json://93.184.215.14/x", "must begin with jsons://"),
        ("jsons://", "names no server"),
        ("jsons://93.184.215.14:x/", "names no server"),
        ("tgram://x", "is not one that Apprise reads: write it as https://appriseit.com"),
        *(
            (f"{name}://{rest}", "must name one server plainly")
            for name in ("jsons", "gotifys", "ntfys", "mmosts", "rockets")
            for rest in ("a@127.0.0.1:8443@93.184.215.14/abcdefgh", "93.184.215.14#@127.0.0.1/abcdefgh")
        ),
        ("rockets://16843009/abc@127.0.0.1/#chan", "is read otherwise by Apprise"),
        ("jsons://93.184.215.14\\@127.0.0.1/x", "must name one server plainly"),
        ("jsons://%3127.0.0.1/x", "must name one server plainly"),
        ("jsons://93.184.215.14/x?port=22", "must not have port"),
        *(
            (f"jsons://93.184.215.14/x?a=1;{more}", "must not have ;")
            for more in ("redirect=yes", "verify=no", "template=/etc/passwd", "attach=/etc/passwd")
        ),
        *(
            (f"jsons://93.184.215.14/x?{key}=1", "must not have ")
            for key in ("%20redirect", "+verify", "Verify%09", "re%64irect", "rto", "cto", "retry", "wait")
        ),
        ("ntfys://93.184.215.14/a b", "must be written in ASCII without spaces"),
    ],
)
def test_what_is_not_taken_says_why_and_the_fix(url: str, said: str) -> None:
    with pytest.raises(NotTaken) as caught:
        service(url, HERE)
    assert said in str(caught.value)


def test_a_private_server_is_not_asked_unless_it_is_allowed() -> None:
    for url in ("jsons://10.1.2.3/x", "ntfys://[::1]/topic", "gotifys://169.254.169.254/token"):
        with pytest.raises(NotAllowed, match="not a public address"):
            service(url, HERE)
    with pytest.raises(NotResolved):
        service("ntfys://topic", HERE)
    assert service("json://127.0.0.1/x", HERE).shown == "json://127.0.0.1"


def test_what_is_shown_has_no_secret() -> None:
    assert (service(TELEGRAM, HERE).shown, "abcdefg" in repr(service(TELEGRAM, HERE))) == ("tgram", False)
    assert service("ntfys://eve:secret@93.184.215.14/topic", HERE).shown == "ntfys://93.184.215.14"


def test_each_name_is_one_of_apprise() -> None:
    """None was misspelt, and none is gone in another version."""
    from apprise import Apprise

    known = {
        name
        for each in Apprise().details()["schemas"]
        for name in (*(each["protocols"] or ()), *(each["secure_protocols"] or ()))
    }
    assert {*taken(), *ON_ONE_S_OWN, *ON_THE_INTERNET} <= known


def test_a_service_is_told_and_says_what_it_took(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = service(f"json://127.0.0.1:{receiver.port}/secret", HERE)
    receiver.respond = answering(200)
    assert told.tell("Call Ada", "is due") == (True, "success")
    said = json.loads(receiver.received[0].body)
    assert (said["title"], said["message"]) == ("Call Ada", "is due")
    receiver.respond = answering(503)
    assert told.tell("Call Ada", "is due") == (False, "failure (503)")
    assert "secret" not in caplog.text


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.respond = answering(307, location=f"http://127.0.0.1:{receiver.port}/elsewhere")
    well, _ = service(f"json://127.0.0.1:{receiver.port}/x", HERE).tell("a", "b")
    assert (well, [each.path for each in receiver.received]) == (False, ["/x"])


def test_one_that_hangs_is_left_after_a_while(receiver: Receiver) -> None:
    receiver.respond = hanging(receiver)
    assert service(f"json://127.0.0.1:{receiver.port}/x", HERE).tell("a", "b", 0.2) == (False, "timeout")


def test_those_that_hang_keep_no_other_from_being_told(receiver: Receiver) -> None:
    """Not even more of them than Apprise has threads; and the process may end meanwhile."""
    receiver.respond = hanging(receiver)
    for _ in range((os.cpu_count() or 1) + 6):
        assert service(f"json://127.0.0.1:{receiver.port}/x", HERE).tell("a", "b", 0.05)[1] == "timeout"
    assert {each.daemon for each in threading.enumerate() if each.name == "apprise"} == {True}
    with Receiver() as other:
        other.respond = answering(200)
        assert service(f"json://127.0.0.1:{other.port}/x", HERE).tell("a", "b") == (True, "success")


def test_each_that_names_a_server_asks_the_one_that_was_checked() -> None:
    key = "6e8f4b6a-5b4c-4c5d-8e6f-123456789012"
    for url in (
        *(
            "barks://93.184.215.14:99/key",
            f"goalerts://93.184.215.14:99/{key}",
            "gotifys://93.184.215.14:99/abcdef",
        ),
        *("jsons://eve:secret@93.184.215.14:99/x", "ntfys://93.184.215.14:99/topic"),
        *("mmosts://93.184.215.14:99/abcdefghijklmnopqrstuvwxyz", "nctalks://u:p@93.184.215.14:99/room"),
        *("rockets://u:p@93.184.215.14:99/room", "signals://93.184.215.14:99/15551234567/15551234568"),
        "jsons://[2606:4700::1111]:99/x",
    ):
        assert service(url, HERE).shown.partition("://")[2] in ("93.184.215.14", "2606:4700::1111"), url


def test_several_targets_are_counted() -> None:
    assert service("ntfys://93.184.215.14/one/two", HERE).targets == 2
    assert service("ntfys://93.184.215.14/one", HERE).targets == 1
