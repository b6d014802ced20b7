"""Faults of who can be reached: mails that come back, browsers that are gone, quiet hours, a domain that
hangs; and "your day", which is made while all that goes on.

Where one sleeps, that is how long its fault lasts: nothing is awaited.
"""

from __future__ import annotations

import time
from contextlib import suppress
from random import Random

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tests.faults import deliveries, reach, your_day
from tests.faults.company import ELSEWHERE
from tests.faults.injection import Missed, fault
from tests.faults.mail_faults import PASS_WITHIN
from tests.faults.system import System
from tests.support.mail_server import Taken
from tests.support.reports import SHAPES
from tests.support.waiting import eventually

OFF_SECONDS = (1, 3)
# One whose mail arrived, and who is still told at the address that it went to.
WHO = text("""
    SELECT d.destination_id FROM deliveries d JOIN destinations t ON t.id = d.destination_id
    WHERE d.id = CAST(:id AS uuid) AND d.state = 'sent' AND t.state = 'ok' AND t.address = :address
""")
CAME_BACK = text("SELECT state = 'failed' FROM deliveries WHERE id = CAST(:id AS uuid)")
BROWSERS = text("SELECT id, address FROM destinations WHERE channel = 'push'")


@fault("mail")
def mail_comes_back(system: System, rng: Random) -> None:
    """A mail server reports twice that there is no such person, and later they are told there again."""
    mail, destination_id = _one_that_arrived(system, rng)
    _send_back(system, rng, mail, "5.1.1")
    _send_back(system, rng, mail, "5.1.1")
    try:
        eventually(lambda: reach.is_off(system.owner, destination_id), PASS_WITHIN, what="it is switched off")
        time.sleep(rng.uniform(*OFF_SECONDS))
    finally:
        reach.switch_on(system.owner, destination_id)


@fault("mail")
def mailbox_is_full(system: System, rng: Random) -> None:
    """A mail server reports that a mail was not delivered, for which the address is not to blame."""
    mail, _ = _one_that_arrived(system, rng)
    _send_back(system, rng, mail, "5.2.2")

    def came_back() -> bool:
        with suppress(SQLAlchemyError), system.owner.transaction() as tx:
            return bool(tx.execute(CAME_BACK, {"id": deliveries.id_of(mail)}).scalar())
        return False

    eventually(came_back, PASS_WITHIN, what="its delivery has failed")


@fault("mail")
def browser_is_gone(system: System, rng: Random) -> None:
    """The push service answers 404 or 410 to a message; its person wants to be told there again later."""
    with system.owner.transaction() as tx:
        browsers = {row.address: row.id for row in tx.execute(BROWSERS)}
    with system.pushes.gone(rng) as gone:

        def is_off() -> bool:
            deliveries.hasten(system.owner)
            return bool(gone) and all(reach.is_off(system.owner, browsers[each]) for each in gone)

        try:
            eventually(is_off, PASS_WITHIN, interval=0.5, what="a browser is switched off")
        except AssertionError:
            if not gone:
                raise Missed("no message came") from None
            raise
        time.sleep(rng.uniform(*OFF_SECONDS))
    with system.owner.transaction() as tx:
        for address in set(gone):
            system.pushes.subscribe_again(tx, address)


@fault("mail")
def quiet_hours_begin(system: System, rng: Random) -> None:
    """Somebody who is told much wants to be told nothing for seconds: it is held, and goes behind them."""
    above = {person.manager_id for person in system.people.by_id.values()}
    managers = [id_ for id_ in system.people.assignable if id_ in above]
    person = rng.choice([*system.people.admins, *managers])
    seconds = rng.uniform(4, 8)
    reach.be_quiet(system.owner, person, seconds)
    time.sleep(seconds - 1)
    if not reach.held(system.owner, person):
        raise Missed("nothing was held")


@fault("mail")
def day_begins(system: System, rng: Random) -> None:
    """A few want to hear what their day brings, in two seconds; some are away, or do not work today."""
    few = rng.sample(system.people.assignable, k=5)
    before = your_day.number(system.owner, few)
    your_day.want(system.owner, few)

    def came() -> bool:
        deliveries.hasten(system.owner)
        with suppress(SQLAlchemyError):
            return your_day.number(system.owner, few) > before
        return False

    try:
        eventually(came, PASS_WITHIN, interval=0.5, what="it came")
    except AssertionError:
        raise Missed("a day begins for none of them") from None


@fault("mail")
def mail_domain_hangs(system: System, rng: Random) -> None:
    """For a while the mail server says nothing to recipients of one domain of two."""
    with system.mail.hanging_at(ELSEWHERE) as hung:
        time.sleep(rng.uniform(2, 4))
    deliveries.hasten(system.owner)
    if not hung():
        raise Missed("no mail went there")


def _one_that_arrived(system: System, rng: Random) -> tuple[Taken, int]:
    """A mail that arrived, and the destination that it went to."""
    mails = list(system.mail.taken)
    for mail in rng.sample(mails, k=min(len(mails), 50)):
        said = {"id": deliveries.id_of(mail), "address": mail.recipients[0]}
        with system.owner.transaction() as tx:
            if (found := tx.execute(WHO, said).scalar()) is not None:
                return mail, int(found)
    raise Missed("no mail has arrived")


def _send_back(system: System, rng: Random, mail: Taken, status: str) -> None:
    shape = SHAPES[rng.choice(sorted(SHAPES))]
    message_id = f"<{deliveries.id_of(mail)}@example.com>"
    code = f"550 {status} not delivered"
    system.mailbox.deliver(
        shape.report(status=status, code=code, to=mail.recipients[0], message_id=message_id)
    )
