"""What mail servers send back, in the shapes of those that most people have (RFC 3464)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

ID = UUID("11111111-2222-4333-8444-555555555555")
ADDRESS = "eve@example.com"


@dataclass(frozen=True)
class Shape:
    """How a server writes its reports.

    Args:
        explains: its own words for people.
        about_mail: fields about the whole mail.
        about_recipient: fields about the recipient; what is in braces is filled in.
        returned: type of the part with what was sent, and what it begins with.
    """

    explains: str
    about_mail: str
    about_recipient: str
    returned: str = "message/rfc822"

    def report(
        self,
        *,
        action: str = "failed",
        status: str = "5.1.1",
        code: str = "550 5.1.1 no such user",
        to: str = ADDRESS,
        message_id: str = f"<{ID}@followup.example.com>",
    ) -> bytes:
        """One report."""
        recipient = self.about_recipient.format(action=action, status=status, code=code, to=to)
        lines = f"""\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mail.example.net>
To: followup@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="outer"

--outer
Content-Type: text/plain; charset=utf-8

{self.explains}

--outer
Content-Type: message/delivery-status

{self.about_mail}

{recipient}

--outer
Content-Type: {self.returned}

Received: from followup.example.com
From: Followup <followup@example.com>
To: Eve Okafor <{to}>
Subject: Call Acme is 2 h overdue
Message-ID: {message_id}
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain

Call Acme is 2 h overdue
--inner--

--outer--
"""
        return lines.replace("\n", "\r\n").encode()


POSTFIX = Shape(
    explains="This is the mail system at host mail.example.net.",
    about_mail="""\
Reporting-MTA: dns; mail.example.net
X-Postfix-Queue-ID: 4D0F1200B2
X-Postfix-Sender: rfc822; followup@example.com
Arrival-Date: Mon,  2 Mar 2026 10:00:00 +0100 (CET)""",
    about_recipient="""\
Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.com
Diagnostic-Code: smtp; {code}""",
    returned="message/rfc822",
)
POSTFIX_HEADERS = Shape(
    POSTFIX.explains, POSTFIX.about_mail, POSTFIX.about_recipient, returned="text/rfc822-headers"
)
EXCHANGE = Shape(
    explains="Your message couldn't be delivered. The recipient wasn't found.",
    about_mail="""\
Reporting-MTA: dns;AM0PR01MB1234.eurprd01.prod.exchangelabs.com
Received-From-MTA: dns;followup.example.com
Arrival-Date: Mon, 2 Mar 2026 09:00:01 +0000""",
    about_recipient="""\
Original-Recipient: rfc822;{to}
Final-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp;{code}
X-Display-Name: Eve Okafor""",
)
GMAIL = Shape(
    explains="** Address not found **\n\nYour message wasn't delivered.",
    about_mail="""\
Reporting-MTA: dns; googlemail.com
Arrival-Date: Mon, 02 Mar 2026 01:00:00 -0800 (PST)
X-Original-Message-ID: <x@mail.example.com>""",
    about_recipient="""\
Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Remote-MTA: dns; gmail-smtp-in.l.google.com. (142.250.102.26, the server for the
 domain.)
Diagnostic-Code: smtp; {code}
Last-Attempt-Date: Mon, 02 Mar 2026 01:00:01 -0800 (PST)""",
)
EXIM = Shape(
    explains="A message that you sent could not be delivered to one or more of its recipients.",
    about_mail="Reporting-MTA: dns; mail.example.net",
    about_recipient="""\
Action: {action}
Final-Recipient: rfc822;{to}
Status: {status}
Remote-MTA: dns; mx.example.com
Diagnostic-Code: smtp; {code}""",
    returned="text/rfc822-headers",
)
SHAPES = {
    "Postfix": POSTFIX,
    "Postfix, headers only": POSTFIX_HEADERS,
    "Exchange": EXCHANGE,
    "Gmail": GMAIL,
    "Exim": EXIM,
}
