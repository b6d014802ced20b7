"""What of a mail is an answer: from a person, to one delivery, and only what they wrote themselves."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from followup_dispatcher.answers import Answer, AnswerAddress, Refusal, headers_of, new_token, read
from followup_dispatcher.reply_texts import MOST_LETTERS, latest
from followup_dispatcher.settings import DispatcherSettings
from pydantic import ValidationError

TO = AnswerAddress("followup@example.com")


def mail(text: str = "done\n", *, html: str | None = None, **headers: str) -> EmailMessage:
    """An answer as mail programs write it; `Auto_Submitted="..."` sets a header."""
    written = EmailMessage()
    defaults = {
        "From": "Eve <eve@example.com>",
        "To": "followup@example.com",
        "Message-ID": "<1@eve.example>",
    }
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in {**defaults, **given}.items():
        written[name] = value
    if html is None:
        written.set_content(text)
    else:
        written.set_content(html, subtype="html")
    return written


def understood(content: bytes) -> Answer:
    return read(headers_of(content), content)


def said(written: EmailMessage) -> str | None:
    return understood(written.as_bytes()).said


def test_the_address_carries_what_the_delivery_is_known_by_whatever_servers_make_of_it() -> None:
    token = new_token()
    assert TO.of(token) == f"followup+{token}@example.com"
    for header in ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"):
        written = headers_of(mail(**{"To": "somebody@example.com", header: TO.of(token).upper()}).as_bytes())
        assert TO.token_in(written) == token, header
    for other in ("@example.com", f"+{token}@elsewhere.example", f"+{token[1:]}@example.com"):
        assert TO.token_in(headers_of(mail(To=f"followup{other}").as_bytes())) is None
    whole_domain = AnswerAddress("*@answers.example.com")
    assert whole_domain.of(token) == f"{token}@answers.example.com"
    assert whole_domain.token_in(headers_of(mail(To=f"<{whole_domain.of(token)}>").as_bytes())) == token
    assert new_token() != token


@pytest.mark.parametrize(
    ("values", "fix"),
    [
        ({"answers_to": "followup@example.com"}, "name the mailbox in which answers arrive"),
        ({"answers_to": "followup"}, "no e-mail address"),
        ({"answers_to": "a*b*@example.com"}, "one * at most"),
        ({"answers_to": "followup@*.example.com"}, "one * at most"),
        ({"answers_to": f"{'x' * 40}@example.com"}, "shorten it"),
        ({"answers_to": "f\u00f6llowup@example.com"}, "beyond ASCII"),
    ],
)
def test_an_address_that_cannot_be_answered_is_refused_with_the_fix(values: dict[str, str], fix: str) -> None:
    with pytest.raises(ValidationError) as refused:
        DispatcherSettings.model_validate({"database_url": "postgresql+psycopg://localhost/x", **values})
    assert fix in str(refused.value)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "Auto-Generated; owner-email=eve@example.com"},
        {"Precedence": "bulk"},
        {"Precedence": "junk"},
        {"Precedence": "list"},
        {"Precedence": "auto_reply"},
        {"X_Auto_Response_Suppress": "All"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<sales.example.com>"},
        {"Return_Path": "<>"},
        {"Subject": "Automatic reply: Call Acme"},
        {"Subject": "Out of Office: Call Acme"},
        {"Subject": "Abwesenheit"},
        {"Content_Type": "multipart/report"},
    ],
    ids=str,
)
def test_what_a_machine_writes_is_refused(headers: dict[str, str]) -> None:
    written = mail()
    for name, value in headers.items():
        del written[name.replace("_", "-")]
        written[name.replace("_", "-")] = value
    answer = understood(written.as_bytes())
    assert (answer.said, answer.refused) == (None, Refusal.AUTOMATIC)


def test_what_a_person_writes_is_not() -> None:
    headers = {"Auto_Submitted": "no", "Return_Path": "<eve@example.com>", "Subject": "Re: Automatic reply"}
    assert said(mail(**headers)) == "done"


QUOTED = "> Call Acme is overdue.\n> Complete: https://followup.example.com/a/x\n"


@pytest.mark.parametrize(
    "behind",
    [
        f"\nOn Tue, 3 Nov 2026 at 10:00, Followup <followup+x@example.com> wrote:\n{QUOTED}",
        f"\nOn Tue, 3 Nov 2026 at 10:00, Followup\n<followup+x@example.com> wrote:\n\n{QUOTED}",
        f"\nAm 03.11.26 um 10:00 schrieb Followup:\n{QUOTED}",
        f"\nLe mar. 3 nov. 2026 à 10:00, Followup <f@example.com> a écrit :\n{QUOTED}",
        "\n-----Original Message-----\nFrom: Followup\nCall Acme is overdue.\n",
        "\n________________________________\nFrom: Followup <f@example.com>\nSent: Tuesday\n\nCall Acme\n",
        "\nVon: Followup <f@example.com>\nGesendet: Dienstag\nAn: Eve\n\nCall Acme\n",
        "\n-- \nEve Okafor\nSales\n",
        "\nSent from my iPhone\n",
        f"\n{QUOTED}",
    ],
    ids=lambda text: text.strip().split("\n")[0][:20],
)
def test_quotes_and_signatures_are_cut_off(behind: str) -> None:
    assert latest(f"Snooze 2d\nThey are away.\n{behind}") == "Snooze 2d\nThey are away."


def test_what_is_written_between_quotes_is_kept_and_sentences_are_no_quotes() -> None:
    assert latest("> Call them?\nI did.\n> And?\nNothing.") == "I did.\nNothing."
    for note in ("They wrote:\nno", "From: them, no answer", "On Monday I call again"):
        assert latest(note) == note


HTML = """<html><head><style>p {color: red}</style><title>x</title></head><body>
<p>snooze&nbsp;2d</p><div>They are&shy; away &amp; back<br>on Monday</div>{}</body></html>"""


@pytest.mark.parametrize(
    "quoted",
    [
        '<div class="gmail_quote"><div>On Tue wrote:</div><blockquote>Call Acme</blockquote></div>',
        "<blockquote type=cite><p>Call <b>Acme</b></p></blockquote>",
        '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Followup</div>',
        "<script>alert(1)</script>",
    ],
)
def test_html_is_read_as_what_it_shows(quoted: str) -> None:
    assert said(mail(html=HTML.replace("{}", quoted))) == "snooze 2d\n\nThey are away & back\non Monday"


def test_the_text_counts_where_a_mail_has_both_and_what_is_attached_does_not() -> None:
    written = mail("done\n")
    written.add_alternative("<p>not this</p>", subtype="html")
    written.add_attachment("nor this", filename="note.txt")
    assert said(written) == "done"


def test_a_mail_without_a_text_of_its_own_is_refused() -> None:
    for empty in (mail(QUOTED), mail("\n\n"), mail(html="<img src=x>")):
        answer = understood(empty.as_bytes())
        assert (answer.said, answer.refused) == (None, Refusal.EMPTY)


def test_signs_that_nobody_sees_and_charsets_that_nobody_knows_do_no_harm() -> None:
    assert said(mail("do\u200bne\x1b[0m\n")) == "done[0m"
    odd = b"From: eve@example.com\r\nContent-Type: text/plain; charset=nobody-knows\r\n\r\nd\xf6ne\x00\r\n"
    assert understood(odd).said == "d\ufffdne"
    assert understood(b"\x80\xff").said == "\ufffd\ufffd"
    assert len(latest("x" * 3 * MOST_LETTERS)) == MOST_LETTERS


def test_a_sender_is_one_address() -> None:
    assert understood(mail(From="Eve <EVE@example.com>").as_bytes()).sender == "eve@example.com"
    two = b"From: eve@example.com, ivy@example.com\r\n\r\ndone"
    assert understood(two).sender == ""
    assert understood(b"Subject: x\r\n\r\ndone").sender == ""


def test_a_mail_is_known_again_by_its_message_id_else_by_its_headers() -> None:
    first, again = (understood(mail(Received=by).as_bytes()) for by in ("one", "another"))
    assert first.mail_id == again.mail_id
    assert understood(mail(**{"Message-ID": "<2@eve.example>"}).as_bytes()).mail_id != first.mail_id
    without = [understood(f"From: eve@example.com\r\nDate: {n}\r\n\r\ndone".encode()) for n in (1, 1, 2)]
    assert without[0].mail_id == without[1].mail_id != without[2].mail_id
    done, snooze = (
        understood(f"From: eve@example.com\r\n\r\n{words}".encode()) for words in ("done", "snooze")
    )
    assert done.mail_id != snooze.mail_id
