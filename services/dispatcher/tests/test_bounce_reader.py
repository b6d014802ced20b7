"""What comes back is recorded once, with what it is about; an address that takes no mail is switched off."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from followup_dispatcher.bounce_reader import note
from followup_dispatcher.bounces import Bounce, Kind
from followup_dispatcher.ended import Stopped
from followup_dispatcher.outcomes import Result
from followup_dispatcher.telling import Delivery
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run, acting_as

from .test_deliveries import HOUR, deliveries, ended, set_up, taken

SAID = "550 5.1.1 no such user"


def sent(company: Company, run: Run) -> Delivery:
    """A mail to Eve that her server has taken."""
    set_up(company, run)
    delivery = taken(company)
    assert isinstance(delivery, Delivery)
    ended(company, delivery, Result.SENT)
    return delivery


def came_back(company: Company, delivery: Delivery, kind: Kind = Kind.HARD, **more: Any) -> bool:
    """Whether what came back is of a delivery, with the rights that the dispatcher has."""
    values = {"recipients": (delivery.address.lower(),), "said": SAID, "delivery_id": delivery.id, **more}
    with acting_as(company.tx, "followup_dispatcher"):
        return note(company.tx, Bounce(kind=kind, **values))


def destination(company: Company) -> tuple[str, str | None]:
    rows = company.tx.execute(
        text(
            "SELECT d.state, d.problem FROM destinations d JOIN users u ON u.id = d.user_id "
            "WHERE u.name = 'Eve'"
        )
    )
    state, problem = rows.one()
    return state, problem


def inbox(company: Company) -> list[tuple[str, str]]:
    """What Eve is told of her addresses: address and reason."""
    rows = company.tx.execute(
        text("""
            SELECT n.details ->> 'address', n.details ->> 'reason' FROM notifications n
            JOIN users u ON u.id = n.user_id AND u.name = 'Eve'
            WHERE n.audience = 'destination' AND n.read_at IS NULL
        """)
    )
    return [tuple(row) for row in rows]


def test_an_address_that_takes_no_mail_is_switched_off_and_its_person_told_in_the_inbox(
    company: Company, run: Run
) -> None:
    delivery = sent(company, run)
    assert came_back(company, delivery)
    assert destination(company) == ("off", SAID)
    assert deliveries(company) == [(1, "failed", SAID)]
    assert inbox(company) == [(delivery.address, SAID)]
    audit = company.tx.execute(
        text("SELECT actor_id, details FROM audit_log WHERE action = 'destination.switched'")
    )
    [(actor, details)] = audit
    assert (actor, details["address"], details["reason"]) == (None, delivery.address, SAID)
    assert company.tx.execute(text("SELECT count(*) FROM deliveries")).scalar() == 1  # it is not mailed about
    company.follow_up(company.person("Ivy"), overdue=HOUR)
    assert taken(company) is None


def test_what_is_read_again_changes_nothing_more(company: Company, run: Run) -> None:
    delivery = sent(company, run)
    came_back(company, delivery)
    company.tx.execute(text("UPDATE destinations SET state = 'ok', problem = NULL"))
    assert not came_back(company, delivery)
    assert destination(company) == ("ok", None)
    assert len(inbox(company)) == 1


@pytest.mark.parametrize(
    ("kind", "state"), [(Kind.FAILED, "failed"), (Kind.DELAYED, "sent")], ids=["failed", "delayed"]
)
def test_what_says_nothing_of_the_address_is_only_recorded(
    company: Company, run: Run, kind: Kind, state: str
) -> None:
    delivery = sent(company, run)
    assert came_back(company, delivery, kind, said="452 4.2.2 mailbox full")
    assert deliveries(company) == [(1, state, "452 4.2.2 mailbox full")]
    assert destination(company) == ("ok", None)
    assert inbox(company) == []


def test_what_nobody_has_sent_changes_nothing(company: Company, run: Run) -> None:
    delivery = sent(company, run)
    assert not came_back(company, delivery, delivery_id=uuid4())
    assert destination(company) == ("ok", None)
    assert deliveries(company) == [(1, "sent", None)]


def test_another_address_than_that_of_now_is_not_switched_off(company: Company, run: Run) -> None:
    """It was changed meanwhile; or mail was forwarded, and where it goes from there is not their address."""
    delivery = sent(company, run)
    assert came_back(company, delivery, recipients=("eve.okafor@elsewhere.example",))
    assert deliveries(company) == [(1, "failed", SAID)]
    assert destination(company) == ("ok", None)


def test_what_is_being_sent_again_is_left_alone(company: Company, run: Run) -> None:
    delivery = sent(company, run)
    company.tx.execute(text("UPDATE deliveries SET state = 'queued', ended_at = NULL, next_at = now()"))
    assert not came_back(company, delivery)
    assert not isinstance(taken(company), Stopped)


def test_a_new_address_to_log_in_with_is_on_and_has_no_problem(company: Company, run: Run) -> None:
    delivery = sent(company, run)
    came_back(company, delivery)
    company.tx.execute(text("UPDATE users SET email = 'eve.okafor@example.com' WHERE name = 'Eve'"))
    assert destination(company) == ("ok", None)


def test_a_person_who_switches_an_address_off_is_told_nothing(company: Company, run: Run) -> None:
    sent(company, run)
    company.tx.execute(text("UPDATE destinations SET problem = NULL, state = 'off'"))
    assert inbox(company) == []
