"""`python -m tests.support.prometheus_rule`: writes the alerts as the Prometheus Operator takes them."""

from __future__ import annotations

import yaml

from tests.support.manifests import KUBERNETES
from tests.support.processes import REPOSITORY

RULES = REPOSITORY / "deploy" / "prometheus" / "followup.rules.yml"
WRITTEN = KUBERNETES / "components" / "monitoring" / "rules.yaml"
HEADING = "# Written from deploy/prometheus/followup.rules.yml by `make documents`.\n"


def document() -> str:
    """The custom resource that carries our rules."""
    manifest = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "followup"},
        "spec": yaml.safe_load(RULES.read_text(encoding="utf-8")),
    }
    return HEADING + yaml.safe_dump(manifest, sort_keys=False, width=110)


if __name__ == "__main__":
    WRITTEN.write_text(document(), encoding="utf-8")
