"""`python -m tests.faults.day`: a day of sweeps in minutes, with faults; does the memory of services grow?

Before each of 96 sweeps a quarter of an hour passes, for which every due time moves back; some
follow-ups are new, some are completed, some are put off. After every eighth sweep comes a fault that
services must survive without a restart. Ends with status 1 when the memory of a process at the end is
more than 20 % above that after the tenth sweep, when one was restarted, or when a step was not announced.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from followup_common.contracts import OutboxTick
from sqlalchemy import text

from tests.faults import digests
from tests.faults.catalogue import FAULTS
from tests.faults.fleet import CONSUMERS
from tests.faults.injection import Missed
from tests.faults.system import MORE_SCHEDULERS, Hosts, System
from tests.faults.verdict import LEFT
from tests.faults.workload import silence
from tests.support import memory
from tests.support.company import Company
from tests.support.servers import Servers
from tests.support.waiting import eventually

QUARTER = timedelta(minutes=15)
WARM_AFTER = 10
FAULT_EVERY = 8
GROWTH = 1.2
KINDS = (
    "rabbitmq_closes_connections",
    "postgres_terminates_connections",
    "messages_repeated",
    "queues_purged",
    "rabbitmq_restarted",
    "rows_locked",
    "network_drops",
    "statements_time_out",
    "queues_deleted",
    "postgres_shut_down",
    "memory_alarm",
    "network_cut",
)

# Policies never change: the day is played under the standard policy, as a version of its own.
STANDARD_AGAIN = """
INSERT INTO policy_versions (policy, version, steps)
SELECT 'standard', 3, steps FROM policy_versions WHERE policy = 'standard' AND version = 1
"""
CREATE = text("""
    INSERT INTO follow_ups (title, due_at, assignee_id)
    SELECT 'Call', now() + (:from_hours + random() * (:to_hours - :from_hours)) * interval '1 hour', u.id
    FROM generate_series(1, :number) i
    JOIN LATERAL (SELECT id FROM users WHERE i IS NOT NULL ORDER BY random() LIMIT 1) u ON true
""")
COMPLETE = text("""
    UPDATE follow_ups SET completed_at = now()
    WHERE id IN (SELECT id FROM follow_ups WHERE is_open ORDER BY random() LIMIT :number)
""")
PUT_OFF = text("""
    UPDATE follow_ups SET due_at = now() + random() * interval '1 day'
    WHERE id IN (SELECT id FROM follow_ups WHERE is_open ORDER BY random() LIMIT :number)
""")
# Each follow-up is at the step of its hours overdue (a few seconds ago, at the last sweep), and that step is
# announced.
NOT_ANNOUNCED = text("""
    SELECT count(*) FROM (
        SELECT id, run, step,
            (overdue >= interval '0')::int + (overdue >= interval '48 hours')::int
            + (overdue >= interval '96 hours')::int AS reached
        FROM (
            SELECT f.id, s.run, s.step, now() - interval '5 seconds' - f.due_at AS overdue
            FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id WHERE f.is_open
        ) o
    ) f
    WHERE f.step < f.reached OR f.step > 0 AND NOT EXISTS (
        SELECT FROM activities a
        WHERE (a.follow_up_id, a.run, a.step) = (f.id, f.run, f.step))
""")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.day",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sweeps", type=int, default=96)
    parser.add_argument("--follow-ups", type=int, default=10_000)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    silence()
    servers = Servers()
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            System(Hosts.of(servers), Path(folder), str(arguments.seed), 0, timedelta(0)) as system,
        ):
            figures = play(system, Random(arguments.seed), arguments.sweeps, arguments.follow_ups)
    finally:
        servers.stop()
    Path("build").mkdir(exist_ok=True)
    Path("build/day.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))
    grown = [name for name, sizes in figures["mib"].items() if sizes["end"] > GROWTH * sizes["warm"]]
    return 1 if grown or figures["restarted"] or figures["not_announced"] else 0


def play(system: System, rng: Random, sweeps: int, follow_ups: int) -> dict[str, Any]:
    """Run the day; returns what came of it."""
    with system.owner.transaction() as tx:
        tx.execute(text(STANDARD_AGAIN))
        tx.execute(CREATE, {"from_hours": -100, "to_hours": 24, "number": follow_ups})
    system.fleet.start(without=frozenset(MORE_SCHEDULERS))
    system.workload.start_publishing()
    warm: dict[str, int] = {}
    pids: dict[str, int] = {}
    faults: list[str] = []
    for number in range(1, sweeps + 1):
        _let_a_quarter_pass(system, follow_ups // 100)
        system.workload.sweep()
        eventually(lambda: _settled(system), 120, interval=0.3, what=f"sweep {number} and all its events")
        if number == WARM_AFTER:
            warm, pids = _sizes(system), _pids(system)
        if number % FAULT_EVERY == 0:
            faults.append(_fault(system, rng, KINDS[len(faults) % len(KINDS)]))
    end = _sizes(system)
    with system.owner.transaction() as tx:
        not_announced = tx.execute(NOT_ANNOUNCED).scalar_one()
    sizes = {name: {"warm": warm[name], "end": end.get(name, 0)} for name in warm}
    restarted = sorted(name for name, pid in _pids(system).items() if pids.get(name) != pid)
    counts = {"sweeps": sweeps, "not_announced": not_announced}
    return {**counts, "faults": faults, "restarted": restarted, "mib": sizes}


def _let_a_quarter_pass(system: System, number: int) -> None:
    with system.owner.transaction() as tx:
        Company(tx).let_pass(QUARTER)
        tx.execute(CREATE, {"from_hours": -1, "to_hours": 24, "number": number})
        tx.execute(COMPLETE, {"number": number})
        tx.execute(PUT_OFF, {"number": number // 2})


def _settled(system: System) -> bool:
    system.workload.tick(OutboxTick())
    digests.hasten(system.owner)
    with system.owner.transaction() as tx:
        return not tx.execute(LEFT).scalar()


def _fault(system: System, rng: Random, kind: str) -> str:
    try:
        FAULTS[kind].inject(system, rng)
    except Missed as missed:
        return f"{kind}: {missed}"
    print(f"  {kind}", flush=True)
    return kind


def _sizes(system: System) -> dict[str, int]:
    """MiB that each process holds."""
    return {name: memory.resident(pid) // memory.MIB for name, pid in _pids(system).items()}


def _pids(system: System) -> dict[str, int]:
    found = {}
    for name in ("scheduler", *CONSUMERS):
        pids = [system.fleet.pid(name), *system.fleet.workers(name)]
        for place, pid in enumerate(filter(None, pids)):
            found[f"{name} {'worker' if place else 'parent'}"] = pid
    return found


if __name__ == "__main__":
    sys.exit(main())
