"""Documents generated from the code: written again, or checked against what is there."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path


def keep(generate: Callable[[], str], description: str | None) -> int:
    """The command line of a generated document: `[--check] FILE`; returns the exit status.

    Args:
        generate: makes the document's text.
        description: what `--help` says.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("file", type=Path, help="the document")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    current = generate()
    if not arguments.check:
        arguments.file.write_text(current, encoding="utf-8")
    elif not arguments.file.exists() or arguments.file.read_text(encoding="utf-8") != current:
        sys.stderr.write(f"{arguments.file} differs from the code: write it again with `make documents`\n")
        return 1
    return 0
