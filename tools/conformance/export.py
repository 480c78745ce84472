#!/usr/bin/env python3
"""Write the ONNX backend suites into a cache folder, complete with data.

usage: export.py [--out DIR] [--force]

DIR (default: .cache/conformance in the repository) gets one folder a case, see
case_folder.py, and index.json, a list of all cases with their tolerances and
kinds of values, so that a test needs nothing of Python. A call with the cache
up to date, by the version of onnx and these scripts, does nothing.
Needs the packages in requirements.txt.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
from collections import Counter
from pathlib import Path

import onnx
import onnxruntime

from case_folder import CaseEntry
from light import light_cases
from suites import FILE_SUITES, file_cases, node_cases

HERE = Path(__file__).resolve().parent
DEFAULT_OUT = HERE.parents[1] / ".cache" / "conformance"
EXPECTED_NODE_CASES = 1884
STAMP = "stamp.txt"


def current_stamp() -> str:
    """What the cache depends on: package versions and this folder's scripts."""
    digest = hashlib.sha256()
    for script in sorted(HERE.glob("*.py")):
        digest.update(script.read_bytes())
    return (f"onnx {onnx.__version__}\nonnxruntime {onnxruntime.__version__}\n"
            f"scripts {digest.hexdigest()}\n")


def is_current(out: Path) -> bool:
    stamp = out / STAMP
    return stamp.exists() and stamp.read_text() == current_stamp()


def export(out: Path) -> list[CaseEntry]:
    """Write everything beside `out`, then put it in its place by renaming."""
    fresh = out.with_name(f".{out.name}.{os.getpid()}.new")
    stale = out.with_name(f".{out.name}.{os.getpid()}.old")
    fresh.mkdir(parents=True)
    try:
        entries = list(node_cases(fresh))
        for suite in FILE_SUITES:
            entries += file_cases(fresh, suite)
        entries += light_cases(fresh)
        cases = ",\n".join(json.dumps(entry.as_json()) for entry in entries)
        (fresh / "index.json").write_text(f"[\n{cases}\n]\n")
        (fresh / STAMP).write_text(current_stamp())
        if out.exists():
            out.rename(stale)
        fresh.rename(out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(stale, ignore_errors=True)
    return entries


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="default: %(default)s")
    parser.add_argument("--force", action="store_true", help="write even if up to date")
    arguments = parser.parse_args()
    out: Path = arguments.out.resolve()
    if is_current(out) and not arguments.force:
        print(f"{out} is up to date")
        return
    entries = export(out)
    counts = Counter(entry.suite for entry in entries)
    for suite, count in counts.items():
        print(f"{suite:18} {count:5} cases")
    print(f"{'all':18} {len(entries):5} cases in {out}")
    if counts["node"] != EXPECTED_NODE_CASES:
        raise SystemExit(f"expected {EXPECTED_NODE_CASES} node cases, found {counts['node']}")


if __name__ == "__main__":
    main()
