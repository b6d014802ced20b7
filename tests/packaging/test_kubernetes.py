"""The Kubernetes files: valid, least privileged, only what talks may talk, and no secret in them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from followup_api.ops import gauges
from followup_common.contracts import event_types

from tests.support.deployment import SETTINGS, container_environment, manifests, named, of_kind
from tests.support.manifests import KUBERNETES, Manifest, problems
from tests.support.prometheus_rule import WRITTEN, document

DNS, DATABASE, BROKER = 53, 5432, 5672
MAIL = {25, 143, 465, 587, 993}
WEBHOOKS = {443}
JOBS = ("migrate", "first-admin")
PODS = (*SETTINGS, *JOBS)
README = (KUBERNETES / "README.md").read_text()


def pod_of(name: str) -> Manifest:
    template: Manifest = named("Job" if name in JOBS else "Deployment", f"followup-{name}")["spec"][
        "template"
    ]
    return template


def container_of(name: str) -> Manifest:
    (container,) = pod_of(name)["spec"]["containers"]
    assert isinstance(container, dict)
    return container


@pytest.mark.parametrize("kind", ["Deployment", "ScaledObject"])
def test_the_check_finds_what_no_schema_knows(kind: str) -> None:
    manifest = copy.deepcopy(of_kind(kind)[0])
    assert problems(manifest) == []
    manifest["spec"]["replicaCuont"] = 2
    assert "replicaCuont" in problems(manifest)[0]


@pytest.mark.parametrize("name", PODS)
def test_a_pod_has_no_privileges(name: str) -> None:
    spec, container = pod_of(name)["spec"], container_of(name)
    assert spec["securityContext"]["runAsNonRoot"]
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    account = named("ServiceAccount", spec["serviceAccountName"])
    assert spec["automountServiceAccountToken"] is account["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert container["resources"]["limits"].keys() == {"memory"}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_service_is_watched_spread_and_kept_up(name: str) -> None:
    container, spec = container_of(name), pod_of(name)["spec"]
    probes = {probe: container[f"{probe}Probe"]["httpGet"]["path"] for probe in ("liveness", "readiness")}
    assert probes == {"liveness": "/healthz", "readiness": "/readyz"}
    assert len(spec["topologySpreadConstraints"]) == 2
    budget = named("PodDisruptionBudget", f"followup-{name}")["spec"]
    assert matches(budget["selector"], pod_of(name))
    assert named("Service", f"followup-{name}")["spec"]["selector"].items() <= labels(pod_of(name)).items()


@pytest.mark.parametrize(
    ("name", "ports"),
    [
        ("scheduler", {DNS, BROKER}),
        ("escalator", {DNS, DATABASE, BROKER}),
        ("notifier", {DNS, DATABASE, BROKER}),
        ("dispatcher", {DNS, DATABASE, *MAIL, *WEBHOOKS}),
        ("api", {DNS, DATABASE, BROKER}),
        ("migrate", {DNS, DATABASE}),
        ("first-admin", {DNS, DATABASE}),
    ],
)
def test_a_pod_talks_to_what_it_needs_and_to_nothing_else(name: str, ports: set[int]) -> None:
    assert {port for rule in rules(name, "egress") for port in numbers(rule)} == ports
    assert all(rule["to"] for rule in rules(name, "egress"))


@pytest.mark.parametrize(
    ("name", "peers"),
    [
        ("scheduler", {"monitoring"}),
        ("api", {"monitoring", "ingress-nginx", "keda"}),
        ("migrate", {"monitoring"}),
    ],
)
def test_only_the_ingress_prometheus_and_keda_reach_a_pod(name: str, peers: set[str]) -> None:
    namespaces = [
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        for rule in rules(name, "ingress")
        for peer in rule["from"]
    ]
    assert set(namespaces) == peers


def test_what_no_policy_allows_is_denied() -> None:
    deny = named("NetworkPolicy", "followup-default-deny")["spec"]
    assert sorted(deny["policyTypes"]) == ["Egress", "Ingress"]
    assert deny.keys() == {"podSelector", "policyTypes"}
    assert all(matches(deny["podSelector"], pod_of(name)) for name in PODS)


def test_no_secret_is_in_the_files_and_each_is_documented() -> None:
    assert of_kind("Secret") == []
    used = {
        (reference["name"], reference["key"])
        for name in PODS
        for variable in container_of(name)["env"]
        if (reference := variable.get("valueFrom", {}).get("secretKeyRef"))
    }
    assert len(used) == 21
    assert [pair for pair in used if "| `{}` | `{}` |".format(*pair) not in README] == []


def test_a_secret_of_one_service_is_not_given_to_another() -> None:
    for name in SETTINGS:
        others = {f"followup-database-{other}" for other in ("owner", *SETTINGS) if other != name}
        assert not others & {
            variable["valueFrom"]["secretKeyRef"]["name"]
            for variable in container_of(name)["env"]
            if "secretKeyRef" in variable.get("valueFrom", {})
        }


def test_consumers_scale_with_what_waits_in_the_database() -> None:
    queues = {event.queue for event in event_types().values()}
    scaled = {one["spec"]["scaleTargetRef"]["name"]: one["spec"] for one in of_kind("ScaledObject")}
    assert scaled.keys() == {f"followup-{queue}" for queue in queues}
    service = named("Service", "followup-api")
    address = f"http://followup-api.{service['metadata']['namespace']}.svc:8000/metrics"
    for target, spec in scaled.items():
        (trigger,) = spec["triggers"]
        assert trigger["type"] == "metrics-api"
        assert (trigger["metadata"]["url"], trigger["metadata"]["format"]) == (address, "prometheus")
        assert "replicas" not in named("Deployment", target)["spec"]
    read = [spec["triggers"][0]["metadata"]["valueLocation"] for spec in scaled.values()]
    assert sorted(read) == sorted([gauges.DUE.name, gauges.UNANNOUNCED.name])


def test_prometheus_scrapes_each_service_by_its_name() -> None:
    spec = named("ServiceMonitor", "followup")["spec"]
    wanted = spec["selector"]["matchLabels"].items()
    found = [one["metadata"].get("labels", {}) for one in of_kind("Service")]
    assert {one[spec["jobLabel"]] for one in found if wanted <= one.items()} == {
        f"followup-{name}" for name in SETTINGS
    }
    assert [endpoint["path"] for endpoint in spec["endpoints"]] == ["/metrics"]


def test_people_outside_do_not_reach_the_figures() -> None:
    paths = named("Ingress", "followup")["spec"]["rules"][0]["http"]["paths"]
    behind = {one["path"]: one["backend"]["service"]["name"] for one in paths}
    assert behind == {"/metrics": "followup-nowhere", "/": "followup-api"}
    assert "selector" not in named("Service", "followup-nowhere")["spec"]


def test_the_alerts_are_those_of_prometheus() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == document(), "run: make documents"


def test_the_first_admin_comes_under_the_role_of_the_api() -> None:
    environment = container_environment(container_of("first-admin"))
    assert environment["FOLLOWUP_DATABASE_URL"].startswith("postgresql://followup_api:")


def test_everything_is_in_one_namespace() -> None:
    namespaces = {one["metadata"].get("namespace") for one in manifests() if one["kind"] != "Namespace"}
    assert namespaces == {"followup"}


def labels(pod: Manifest) -> dict[str, str]:
    found: dict[str, str] = pod["metadata"]["labels"]
    return found


def matches(selector: Manifest, pod: Manifest) -> bool:
    wanted: dict[str, str] = selector["matchLabels"]
    return wanted.items() <= labels(pod).items()


def rules(name: str, direction: str) -> list[Manifest]:
    """What the policies that select a pod allow it."""
    policies = [one["spec"] for one in of_kind("NetworkPolicy")]
    own = [policy for policy in policies if matches(policy["podSelector"], pod_of(name))]
    return [rule for policy in own for rule in policy.get(direction, [])]


def numbers(rule: dict[str, Any]) -> set[int]:
    return {port["port"] for port in rule["ports"]}
