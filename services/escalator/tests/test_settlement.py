"""What the notifier answers is counted, and marks what it did not announce."""

from __future__ import annotations

from datetime import timedelta

from followup_common.contracts import EscalationsDelivered
from followup_escalator.batches import claim_batch
from followup_escalator.settlement import settle_delivery

from tests.support.company import Company, raised
from tests.support.handlers import Run, acting_as, claim

HOUR = timedelta(hours=1)


def test_what_belongs_to_no_sweep_counts_for_none(company: Company, run: Run) -> None:
    sweep_id = company.new_sweep()
    run(settle_delivery, EscalationsDelivered(sweep_id=None, delivered=2, notified=2))
    counts = company.sweep(sweep_id)
    assert (counts["delivered"], counts["notified"], counts["status"]) == (0, 0, "queued")


def test_counts_of_several_batches_add_up(company: Company, run: Run) -> None:
    sweep_id = company.new_sweep()
    for notified in (3, 0):
        run(settle_delivery, EscalationsDelivered(sweep_id=sweep_id, delivered=2, notified=notified))
    counts = company.sweep(sweep_id)
    assert (counts["delivered"], counts["notified"]) == (4, 3)


def test_nobody_to_tell_is_noted_for_the_escalation_that_it_concerns(company: Company, run: Run) -> None:
    eve = company.person("Eve")
    lonely, other = (company.follow_up(eve, overdue=HOUR) for _ in range(2))
    keys = {key.follow_up_id: key for key in raised(claim(company, run))}
    answer = EscalationsDelivered(sweep_id=None, delivered=2, notified=1, unroutable=(keys[lonely],))
    assert run(settle_delivery, answer) == []
    assert company.escalations(lonely) == {1: "unroutable"}
    assert company.escalations(other) == {1: "raised"}


def test_what_a_later_step_overtook_is_passed_over_and_looked_at_by_the_next_sweep(
    company: Company, run: Run
) -> None:
    eve = company.person("Eve")
    call, other = (company.follow_up(eve, overdue=HOUR) for _ in range(2))
    keys = {key.follow_up_id: key for key in raised(claim(company, run))}
    assert raised(claim(company, run)) == []
    answer = EscalationsDelivered(sweep_id=None, delivered=2, notified=1, superseded=(keys[call],))
    assert run(settle_delivery, answer) == []
    assert (company.escalations(call), company.escalations(other)) == ({1: "skipped"}, {1: "raised"})
    assert [key.follow_up_id for key in raised(claim(company, run))] == [call]


def test_an_answer_about_a_run_that_is_over_changes_nothing_of_the_new_one(
    company: Company, run: Run
) -> None:
    call = company.follow_up(company.person("Eve"), overdue=HOUR)
    [old] = raised(claim(company, run))
    company.set(call, due_at=company.get(call)["now"] - 2 * HOUR)
    [new] = raised(claim(company, run))
    assert old != new
    for about in ({"superseded": (old,)}, {"unroutable": (old,)}):
        run(settle_delivery, EscalationsDelivered(sweep_id=None, delivered=1, notified=0, **about))
        assert company.escalations(call) == {1: "raised"}
        sweep_id = company.new_sweep()
        with acting_as(company.tx, "followup_escalator"):
            assert claim_batch(company.tx, sweep_id, 10).claimed == 0
