#!/usr/bin/env python3
"""Time ONNX Runtime on prepared folders, for comparison in the same session.

usage: onnxruntime_times.py FOLDER... [--threads 1 2] [--seconds S] [--json]

A FOLDER holds model.onnx and input_<i>.npy, as prepare.py writes them. Each
(folder, thread count) is warmed up, then run for S seconds and at least
MINIMUM_RUNS times; times are of one `run`, in milliseconds. Prints one JSON
object a line as it goes and a table at the end; --json leaves the table out.
"""
from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

WARM_UP_RUNS = 3
MINIMUM_RUNS = 5


def make_session(model: Path, threads: int) -> onnxruntime.InferenceSession:
    """A CPU session with `threads` threads inside operators and none across them."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def load_feed(folder: Path, session: onnxruntime.InferenceSession) -> dict[str, np.ndarray]:
    """The folder's inputs by name, in the order of the model's inputs."""
    return {value.name: np.load(folder / f"input_{i}.npy")
            for i, value in enumerate(session.get_inputs())}


def measure(folder: Path, threads: int, seconds: float) -> dict[str, Any]:
    """Minimum and median time of one run, and the time to make the session."""
    start = time.perf_counter()
    session = make_session(folder / "model.onnx", threads)
    load = time.perf_counter() - start
    feed = load_feed(folder, session)
    for _ in range(WARM_UP_RUNS):
        session.run(None, feed)
    times: list[float] = []
    deadline = time.perf_counter() + seconds
    while len(times) < MINIMUM_RUNS or time.perf_counter() < deadline:
        start = time.perf_counter()
        session.run(None, feed)
        times.append(time.perf_counter() - start)
    return {
        "model": folder.name, "engine": f"onnxruntime {onnxruntime.__version__}",
        "threads": threads, "runs": len(times), "load_ms": round(load * 1e3, 3),
        "min_ms": round(min(times) * 1e3, 4),
        "median_ms": round(statistics.median(times) * 1e3, 4),
    }


def print_table(rows: list[dict[str, Any]]) -> None:
    print(f"\n{'model':18} {'threads':>7} {'runs':>6} {'min ms':>10} {'median ms':>10}")
    for row in rows:
        print(f"{row['model']:18} {row['threads']:7} {row['runs']:6} "
              f"{row['min_ms']:10.3f} {row['median_ms']:10.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--json", action="store_true", help="JSON lines only")
    arguments = parser.parse_args()
    rows = []
    for folder in arguments.folders:
        if not (folder / "model.onnx").exists():
            parser.error(f"{folder} holds no model.onnx")
        for threads in arguments.threads:
            rows.append(measure(folder, threads, arguments.seconds))
            print(json.dumps(rows[-1]), flush=True)
    if not arguments.json:
        print_table(rows)


if __name__ == "__main__":
    main()
