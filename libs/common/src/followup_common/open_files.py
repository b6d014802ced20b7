"""How many files a process may have open; a connection counts as one."""

from __future__ import annotations

import resource

ENOUGH = 65_536
"""What is asked for where the system names no limit or takes none as high as it says."""
LEAST = 10_240
"""What macOS gives at most."""


def raise_limit() -> int:
    """Let this process, and those that it starts, open as many files as the system allows it to.

    Most systems start a process with a limit of 1,024, and let it raise that to a limit that is far higher.

    Returns:
        The limit from now on.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (hard, ENOUGH, LEAST):
        if _more(wanted, soft) and _set(wanted, hard):
            break
    return limit()


def limit() -> int:
    """How many files this process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return ENOUGH if soft == resource.RLIM_INFINITY else soft


def _more(wanted: int, soft: int) -> bool:
    return soft != resource.RLIM_INFINITY and (wanted == resource.RLIM_INFINITY or wanted > soft)


def _set(soft: int, hard: int) -> bool:
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    except (ValueError, OSError):  # the kernel's own limit is lower
        return False
    return True
