"""Runs the Swift conformance test and collects the outcome of every case.

The test writes a journal as it goes; where a case ends the process, the journal
says which, and the run goes on without it.
"""
from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def build() -> None:
    subprocess.run(["swift", "build", "-c", "release", "--build-tests"], cwd=REPOSITORY,
                   check=True, stdout=sys.stderr)


def run(filters: list[str], modes: str | None) -> dict[str, str | None]:
    """The reason why each case fails, None where it passes."""
    results: dict[str, str | None] = {}
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal"
        while True:
            journal.write_text("")
            status = run_once(journal, filters, modes, done=results)
            begun = read(journal, results)
            if begun is None:
                if not results:
                    sys.exit("no case ran: nothing matches, or .cache/conformance is not there "
                             "(tools/conformance/export.py writes it)")
                return results
            results[begun] = f"crash: the process ended with status {status}"


def run_once(journal: Path, filters: list[str], modes: str | None,
             done: dict[str, str | None]) -> int:
    environment = dict(os.environ, NGRAPH_CONFORMANCE_JOURNAL=str(journal))
    if filters:
        environment["NGRAPH_CONFORMANCE_FILTER"] = ",".join(filters)
    if modes:
        environment["NGRAPH_CONFORMANCE_MODES"] = modes
    skip = journal.with_name("skip")
    skip.write_text("\n".join(done))
    environment["NGRAPH_CONFORMANCE_SKIP"] = str(skip)
    command = ["swift", "test", "-c", "release", "--skip-build", "--filter",
               "ConformanceTests.ConformanceTests/ratchet"]
    return subprocess.run(command, cwd=REPOSITORY, env=environment,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def read(journal: Path, results: dict[str, str | None]) -> str | None:
    """Adds what the journal tells; returns the case that was begun and not ended."""
    begun: str | None = None
    for line in journal.read_text().splitlines():
        fields = line.split("\t")
        if fields[0] == "begin":
            begun = fields[1]
        else:
            results[fields[1]] = None if fields[2] == "pass" else fields[3]
            begun = None
    return begun
