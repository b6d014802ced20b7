"""One batch: what is due is claimed, placed on its policy, moved there and recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from followup_escalator.batches import Batch, claim_batch

from tests.support.company import Company
from tests.support.handlers import acting_as

HOUR = timedelta(hours=1)
MANY = 100


def claim(company: Company, at_most: int = MANY) -> Batch:
    """What the escalator claims, with the rights that it has."""
    sweep_id = company.new_sweep()
    with acting_as(company.tx, "followup_escalator"):
        return claim_batch(company.tx, sweep_id, at_most)


def reached(batch: Batch) -> list[tuple[int, int]]:
    """What is to be announced: (follow-up, step)."""
    event = batch.raised(None)
    return list(zip(event.follow_up_ids, event.steps, strict=True))


def test_what_has_waited_longest_is_claimed_first_and_no_more_than_was_asked_for(company: Company) -> None:
    eve = company.person("Eve")
    one, three, two = (company.follow_up(eve, overdue=hours * HOUR) for hours in (1, 3, 2))
    first = claim(company, 2)
    assert (first.claimed, reached(first)) == (2, sorted([(three, 1), (two, 1)]))
    rest = claim(company, 2)
    assert (rest.claimed, reached(rest)) == (1, [(one, 1)])


def test_what_is_not_due_or_completed_is_left_alone(company: Company) -> None:
    eve = company.person("Eve")
    company.follow_up(eve, overdue=-HOUR)
    done = company.follow_up(eve, overdue=HOUR)
    company.set(done, completed_at=company.get(done)["now"])
    assert claim(company) == Batch(claimed=0, reached=[], until=None)
    assert company.count("escalations") == 0


@pytest.mark.parametrize(
    ("hours", "recorded"),
    [
        (1, {1: "raised"}),
        (50, {1: "skipped", 2: "raised"}),
        (100, {1: "skipped", 2: "skipped", 3: "raised"}),
    ],
)
def test_only_the_step_reached_is_announced_and_the_ones_before_are_recorded(
    company: Company, hours: int, recorded: dict[int, str]
) -> None:
    call = company.follow_up(company.person("Eve"), overdue=hours * HOUR)
    assert reached(claim(company)) == [(call, max(recorded))]
    assert company.escalations(call) == recorded


def test_a_follow_up_is_due_again_when_its_next_step_comes_and_never_after_the_last(company: Company) -> None:
    call = company.follow_up(company.person("Eve"), overdue=HOUR)
    for passed, step in ((0, 1), (47, 2), (48, 3)):
        company.let_pass(passed * HOUR)
        assert reached(claim(company)) == [(call, step)]
        assert claim(company).claimed == 0
    company.let_pass(1_000 * HOUR)
    assert claim(company).claimed == 0
    assert company.escalations(call) == {1: "raised", 2: "raised", 3: "raised"}


def test_follow_ups_at_different_steps_travel_in_one_event(company: Company) -> None:
    eve = company.person("Eve")
    calls = {
        company.follow_up(eve, overdue=hours * HOUR): step for hours, step in ((100, 3), (1, 1), (50, 2))
    }
    assert dict(reached(claim(company))) == calls
