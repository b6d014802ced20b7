"""The licences of what we ship: `python -m tests.support.licences docs/licences.md`."""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

SHIPPED = (
    "followup-common",
    "followup-cli[run]",
    "followup-scheduler",
    "followup-escalator",
    "followup-notifier",
    "followup-dispatcher",
    "followup-api",
)
SPDX = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
}
HEADING = """# Licences

What the services and the command need at run time, and under which licence; written by
`python -m tests.support.licences docs/licences.md`, and held to what is installed by a test. The page's own
packages are in `services/web/package-lock.json`, each with its licence. LGPL packages are used as they are,
as separate modules that anybody can replace. The list of the most used passwords is part of zxcvbn.

| package | licence |
|---|---|
"""


def shipped() -> dict[str, str]:
    """The licence of every package of others that our own need, directly or not."""
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(name) for name in SHIPPED]
    while waiting:
        requirement = waiting.pop()
        name, extras = _normal(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue  # for another platform
        if not name.startswith("followup-"):
            found[name] = licence_of(installed)
        waiting += [
            needed for line in installed.requires or () if _applies(needed := Requirement(line), extras)
        ]
    return found


def licence_of(package: Distribution) -> str:
    """The licence that a package names, as an SPDX expression where it can be told."""
    metadata = package.metadata
    for expression in metadata.get_all("License-Expression") or ():
        return str(expression)
    prefix = "License :: OSI Approved :: "
    classifiers = [each for each in metadata.get_all("Classifier") or () if each.startswith(prefix)]
    if classifiers:
        named = (each.removeprefix(prefix) for each in classifiers)
        return " OR ".join(sorted(SPDX.get(each, each) for each in named))
    stated = metadata.get_all("License") or ["unknown"]
    first = str(stated[0]).splitlines()[0]
    return SPDX.get(first, first)


def document() -> str:
    """The list as it is published."""
    return HEADING + "".join(f"| {name} | {licence} |\n" for name, licence in sorted(shipped().items()))


def _applies(needed: Requirement, extras: frozenset[str]) -> bool:
    if needed.marker is None:
        return True
    return any(needed.marker.evaluate({"extra": extra}) for extra in (extras or {""}))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
