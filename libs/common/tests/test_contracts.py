"""Events: what is refused, and that halves make the whole."""

import pytest
from followup_common.contracts import (
    EscalationKey,
    EscalationsRaised,
    EventRejected,
    SweepRequested,
    open_envelope,
    wrap,
)
from hypothesis import given
from hypothesis import strategies as st


def raw(**changes: object) -> dict[str, object]:
    envelope = wrap(SweepRequested(sweep_id=7), source="followup/test").model_dump(mode="json")
    return {**envelope, **changes}


def test_an_envelope_survives_the_wire() -> None:
    envelope, event = open_envelope(raw())
    assert event == SweepRequested(sweep_id=7)
    assert envelope.subject == "sweeps/7"
    assert envelope.traceparent


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"type": "followup.sweep.requested.v2"}, "version this service does not know"),
        ({"type": "followup.coffee.requested.v1"}, "unknown event type"),
        ({"type": "'; DROP TABLE follow_ups --"}, "unknown event type"),
        ({"data": {"sweep_id": "many"}}, "sweep_id"),
        ({"data": {"sweep_id": 1, "more": 2}}, "more"),
        ({"data": None}, "data"),
        ({"data": {"sweep_id": "7"}}, "sweep_id"),
        ({"data": {"sweep_id": True}}, "sweep_id"),
        ({"data": {"sweep_id": 7.0}}, "sweep_id"),
        ({"time": 46083}, "time"),
        ({"time": "46083"}, "time"),
        ({"time": "2026-03-02"}, "time"),
        ({"time": "2026-03-02T09:00:00"}, "time"),
        ({"id": "nine"}, "id"),
        ({"specversion": "0.3"}, "specversion"),
        ({"extra": 1}, "extra"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_the_field(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(EventRejected, match=reason):
        open_envelope(raw(**changes))


@pytest.mark.parametrize("name", ["follow_up_ids", "runs", "steps", "repeats"])
@pytest.mark.parametrize("value", [True, "1", 1.0, None])
def test_a_number_of_an_event_is_a_number(name: str, value: object) -> None:
    event = EscalationsRaised.of(3, [EscalationKey(follow_up_id=1, run=1, step=1)])
    data = {**event.model_dump(mode="json"), name: [value]}
    with pytest.raises(EventRejected, match=name):
        open_envelope(raw(type=event.type, data=data))


@pytest.mark.parametrize("junk", [None, 1, "text", [], {}])
def test_what_is_no_envelope_is_rejected(junk: object) -> None:
    with pytest.raises(EventRejected, match="envelope"):
        open_envelope(junk)


@given(st.integers(1, 50))
def test_halves_make_the_whole_and_single_escalations_cannot_be_split(size: int) -> None:
    keys = tuple(EscalationKey(follow_up_id=i, run=1, step=1) for i in range(1, size + 1))
    event = EscalationsRaised.of(3, keys)
    halves = event.halves()
    if size == 1:
        assert halves is None
    else:
        assert halves
        first, second = halves
        assert first.escalations + second.escalations == keys
        assert first.escalations
        assert second.escalations
