"""What nobody asked for is not loaded: it would cost time at every start, and memory until the end."""

from __future__ import annotations

import subprocess
import sys

import pytest

TRACING = {"opentelemetry.sdk", "opentelemetry.exporter"}
"""Only those pay for it who trace."""

UNUSED = {
    "followup_scheduler.__main__": {"sqlalchemy", "psycopg", "alembic", "httpx", *TRACING},
    "followup_escalator.worker": {"alembic", "httpx", *TRACING},
    "followup_notifier.worker": {"alembic", "httpx", *TRACING},
    "followup_dispatcher.__main__": {"alembic", "httpx", "urllib3", "cryptography", *TRACING},
    "followup_api.__main__": {"alembic", "httpx", "cryptography", "authlib", "requests", "zxcvbn", *TRACING},
}
"""What a start imports, and what not before it is needed; the scheduler never needs a database."""


@pytest.mark.parametrize(("module", "unused"), UNUSED.items(), ids=list(UNUSED))
def test_importing_a_service_loads_what_every_start_needs(module: str, unused: set[str]) -> None:
    tell = f"import sys, {module}; print(*(name for name, module in sys.modules.items() if module))"
    finished = subprocess.run([sys.executable, "-c", tell], capture_output=True, text=True, check=True)
    loaded = set(finished.stdout.split())
    assert module in loaded
    assert unused & loaded == set()
