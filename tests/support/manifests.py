"""The Kubernetes files, rendered by kubectl and held to the schemas of what they describe.

`python -m tests.support.manifests FOLDER...` prints what is wrong with what the folders render to, and
exits 1 if anything is.
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from pydantic import BaseModel, ValidationError

from tests.support.processes import REPOSITORY

KUBERNETES = REPOSITORY / "deploy" / "kubernetes"
VERSIONS = ("1.30", kubernetes_validate.latest_version())
"""Of Kubernetes: the oldest that we take (its pods can sleep before they stop) and the newest known."""

MODELS = {
    "keda.sh/v1alpha1": "cloudcoil.models.keda.v1alpha1",
    "monitoring.coreos.com/v1": "cloudcoil.models.prometheus_operator.v1",
}
"""Of custom resources: classes that were generated from their definitions."""

Manifest = dict[str, Any]


def render(folder: Path) -> list[Manifest]:
    """What `kubectl apply -k` would send to a cluster.

    Raises:
        AssertionError: the folder does not render; with what kubectl says.
    """
    kubectl = Path(sys.executable).with_name("kubectl")
    finished = subprocess.run(
        [kubectl, "kustomize", folder], capture_output=True, text=True, check=False, timeout=60
    )
    assert finished.returncode == 0, finished.stderr
    return [manifest for manifest in yaml.safe_load_all(finished.stdout) if manifest]


def problems(manifest: Manifest) -> list[str]:
    """Where a manifest is not what its schema says; a field that the schema does not know is a problem."""
    found = _custom_problems(manifest) if manifest["apiVersion"] in MODELS else _core_problems(manifest)
    return [f"{manifest['kind']} {manifest['metadata']['name']}: {problem}" for problem in found]


def _core_problems(manifest: Manifest) -> list[str]:
    found = []
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            path = ".".join(map(str, error.path))
            found.append(f"Kubernetes {version}: {path}: {error.message}")
        except kubernetes_validate.SchemaNotFoundError as error:
            found.append(error.message)
    return found


def _custom_problems(manifest: Manifest) -> list[str]:
    model: type[BaseModel] = getattr(import_module(MODELS[manifest["apiVersion"]]), manifest["kind"])
    try:
        understood = model.model_validate(manifest)
    except ValidationError as error:
        return [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
    read = understood.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return [f"{path} is unknown" for path in sorted(set(_paths(manifest)) - set(_paths(read)))]


def _paths(value: object, path: str = "") -> list[str]:
    """Where each field is: `spec.triggers.0.type`."""
    if isinstance(value, dict):
        return [found for key, part in value.items() for found in _paths(part, f"{path}.{key}".strip("."))]
    if isinstance(value, list):
        return [found for index, part in enumerate(value) for found in _paths(part, f"{path}.{index}")]
    return [re.sub(r"^\.", "", path)]


def main(folders: list[str]) -> int:
    """The command line."""
    rendered = [manifest for folder in folders for manifest in render(Path(folder))]
    found = [problem for manifest in rendered for problem in problems(manifest)]
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"{len(rendered)} Kubernetes manifests, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
