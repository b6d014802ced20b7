"""What KEDA scales by is what waits in the database, whatever the queues show."""

from __future__ import annotations

from math import ceil

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.deployment import of_kind
from tests.support.system import System, ask, populate
from tests.support.waiting import eventually

SCALED = {one["spec"]["scaleTargetRef"]["name"]: one["spec"] for one in of_kind("ScaledObject")}


def figure(system: System, service: str) -> float:
    """What KEDA reads for a service."""
    name = SCALED[f"followup-{service}"]["triggers"][0]["metadata"]["valueLocation"]
    families = text_string_to_metric_families(ask(system.services["api"], "/metrics").text)
    (sample,) = (sample for family in families for sample in family.samples if sample.name == name)
    return sample.value


def pods(system: System, service: str) -> int:
    """How many the autoscaler wants: the figure over the target, between least and most."""
    spec = SCALED[f"followup-{service}"]
    wanted = ceil(figure(system, service) / float(spec["triggers"][0]["metadata"]["targetValue"]))
    return int(min(max(wanted, spec["minReplicaCount"]), spec["maxReplicaCount"]))


@pytest.mark.parametrize(
    ("due", "wanted"), [(5_000, 2), pytest.param(40_000, 4, marks=pytest.mark.long)], ids=str
)
def test_what_waits_is_seen_at_each_stage_and_gone_at_the_end(system: System, due: int, wanted: int) -> None:
    system.start("api")
    with system.api_client() as api:
        populate(system, due)
        eventually(lambda: figure(system, "escalator") == due, what="what is due is seen")
        assert (pods(system, "escalator"), pods(system, "notifier")) == (wanted, 2)
        system.start("escalator")
        assert api.post("/sweeps").status_code == 202
        eventually(lambda: figure(system, "notifier") == due, 60, what="what was raised is seen")
        assert (figure(system, "escalator"), pods(system, "notifier")) == (0, wanted)
        system.start("notifier")
        eventually(lambda: figure(system, "notifier") == 0, 120, what="all is announced")
    system.eventually_settled()
    assert system.notifications() == due
