"""`python -m tests.faults`: rounds of faults against real services, judged by an independent model.

Writes build/faults.json, and ends with status 1 unless nothing was lost, said twice, said after a
stop, said at a wrong level or given up as a dead letter. A seed says which faults come, in which order,
and what people do; when exactly things meet is up to the machine.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
from pathlib import Path

from tests.faults import report
from tests.faults.catalogue import FAULTS
from tests.faults.injection import Planned, plan
from tests.faults.rounds import Outcome, run_round
from tests.faults.system import Hosts
from tests.faults.workload import silence
from tests.support.servers import Servers

OUT = Path("build")


def main() -> int:
    """The command line."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    silence()
    logs = OUT / "faults"
    shutil.rmtree(logs, ignore_errors=True)
    servers = Servers()
    try:
        outcomes = run(Hosts.of(servers), arguments, logs)
    finally:
        servers.stop()
    content = report.figures(arguments.seed, outcomes)
    report.write(OUT / "faults.json", content)
    clean = all(outcome.verdict.clean for outcome in outcomes)
    failures = ", ".join(f"{content[name]} {name.replace('_', ' ')}" for name in report.FAILURES)
    print(f"seed {arguments.seed}: {sum(content['faults'].values())} faults; {failures}")
    if clean:
        shutil.rmtree(logs, ignore_errors=True)
    else:
        print(f"the services' logs, and the tables of rounds that went wrong, are in {logs}")
    return 0 if clean else 1


def run(hosts: Hosts, arguments: argparse.Namespace, logs: Path) -> list[Outcome]:
    """All rounds of a seed."""
    outcomes = []
    plans = _plans(arguments)
    for number, planned in enumerate(plans, 1):
        print(f"seed {arguments.seed}, round {number} of {len(plans)}", flush=True)
        outcome = run_round(
            hosts,
            logs / f"round-{number}",
            f"{arguments.seed}-{number}",
            arguments.follow_ups,
            planned,
            lambda message: print(message, flush=True),
        )
        print(report.line(outcome), flush=True)
        outcomes.append(outcome)
    return outcomes


def _plans(arguments: argparse.Namespace) -> list[list[Planned]]:
    faults = [FAULTS[kind] for kind in arguments.only or sorted(FAULTS)]
    if arguments.each_alone:
        return [plan(arguments.seed, [fault], 1, arguments.faults)[0] for fault in faults]
    return plan(arguments.seed, faults, arguments.rounds, arguments.faults)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--follow-ups", type=int, default=20_000, help="in each round, at its start")
    parser.add_argument("--faults", type=int, default=26, help="in each round")
    parser.add_argument(
        "--each-alone", action="store_true", help="a round for each kind, in place of --rounds"
    )
    parser.add_argument(
        "--only", action="append", choices=sorted(FAULTS), metavar="KIND", help=f"{', '.join(sorted(FAULTS))}"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
