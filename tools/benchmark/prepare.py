#!/usr/bin/env python3
"""Fill the benchmark graphs with seeded weights, inputs and expected outputs.

usage: prepare.py [--shared DIR] [--out DIR]

DIR/benchmark (default: shared/ beside the repository) holds real exports
without their weights and materialize.py, which fills one of them. Each graph
becomes a folder of --out (default: .cache/benchmark in the repository root):

    <name>/model.onnx, input_<i>.npy, expected_<i>.npy

A folder that is up to date is left alone. Needs the packages in requirements.txt.
"""
from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAMP = "stamp.txt"


def stamp_of(graph: Path, materialize: Path) -> str:
    """What a filled folder depends on: the graph, the script, the packages."""
    digest = hashlib.sha256()
    for file in (graph, graph.with_suffix(".inputs.json"), materialize):
        digest.update(file.read_bytes())
    packages = " ".join(f"{name} {version(name)}" for name in ("numpy", "onnx", "onnxruntime"))
    return f"{packages}\n{digest.hexdigest()}\n"


def prepare(graph: Path, materialize: Path, out: Path) -> bool:
    """Fill one graph beside `out` and rename it; False if `out` is up to date."""
    stamp = stamp_of(graph, materialize)
    if (out / STAMP).exists() and (out / STAMP).read_text() == stamp:
        return False
    fresh = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        subprocess.run([sys.executable, str(materialize), str(graph), str(fresh)], check=True)
        (fresh / STAMP).write_text(stamp)
        if out.exists():
            shutil.rmtree(out)
        fresh.rename(out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared",
                        help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=ROOT / ".cache" / "benchmark",
                        help="default: %(default)s")
    arguments = parser.parse_args()
    source: Path = arguments.shared.resolve() / "benchmark"
    graphs = sorted((source / "models").glob("*.onnx"))
    if not graphs:
        parser.error(f"no graphs in {source / 'models'}; name the folder by --shared")
    out: Path = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    for graph in graphs:
        changed = prepare(graph, source / "materialize.py", out / graph.stem)
        print(f"{graph.stem:16} {'written' if changed else 'up to date'}", flush=True)


if __name__ == "__main__":
    main()
