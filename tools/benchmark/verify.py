#!/usr/bin/env python3
"""Check that ngraph's answers for whole networks are ONNX Runtime's.

usage: verify.py NGRAPH FOLDER...

A FOLDER holds model.onnx, input_<i>.npy and expected_<i>.npy (as prepare.py makes
them), or model.onnx and test_data_set_*/ (as tools/conformance/export.py does).
Each is run with every kernel table, optimized and not, with 1 and 2 threads: the
error must be at most 1e-4 of the largest magnitude of each output, and both thread
counts must give the same bits. Last line: "N passed, N failed".
"""
from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

TOLERANCE = 1e-4
TABLES = ("baseline", "avx2", "avx512")


def read(path: Path) -> np.ndarray:
    """The array in an .npy or TensorProto file."""
    if path.suffix == ".npy":
        return np.load(path)
    return numpy_helper.to_array(onnx.load_tensor(str(path)))


def data_sets(folder: Path) -> list[tuple[list[Path], list[np.ndarray]]]:
    """Inputs and expected outputs of each data set in a folder."""
    sets = sorted(folder.glob("test_data_set_*")) or [folder]
    result = []
    for data in sets:
        inputs = sorted(data.glob("input_*.*"), key=lambda p: int(p.stem.split("_")[1]))
        outputs = sorted([*data.glob("expected_*.npy"), *data.glob("output_*.pb")],
                         key=lambda p: int(p.stem.split("_")[1]))
        result.append((inputs, [read(path) for path in outputs]))
    return result


def run(ngraph: str, model: Path, inputs: list[Path], options: list[str], out: Path) -> list[np.ndarray]:
    """The outputs of one run."""
    command = [ngraph, "run", str(model), *map(str, inputs), "--output", str(out), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f"exit code {done.returncode}")
    paths = sorted(out.glob("output_*.npy"), key=lambda p: int(p.stem.split("_")[1]))
    return [np.load(path) for path in paths]


def error(expected: list[np.ndarray], actual: list[np.ndarray]) -> float:
    """The largest error relative to the largest magnitude of its output."""
    if len(expected) != len(actual):
        return float("inf")
    worst = 0.0
    for want, got in zip(expected, actual):
        if want.shape != got.shape or not np.array_equal(np.isnan(want), np.isnan(got)):
            return float("inf")
        scale = max(float(np.nanmax(np.abs(want), initial=0)), 1e-30)
        worst = max(worst, float(np.nanmax(np.abs(want.astype(np.float64) - got), initial=0)) / scale)
    return worst


def check(ngraph: str, folder: Path) -> list[str]:
    """What is wrong with a folder's answers, and a line about the error."""
    problems: list[str] = []
    worst = 0.0
    for inputs, expected in data_sets(folder):
        for table in TABLES:
            for flags in ([], ["--no-optimize"]):
                answers = []
                for threads in ("1", "2"):
                    with tempfile.TemporaryDirectory() as scratch:
                        options = ["--kernels", table, "--threads", threads, *flags]
                        try:
                            answers.append(run(ngraph, folder / "model.onnx", inputs, options, Path(scratch)))
                        except RuntimeError as failure:
                            return [f"{table} {flags}: {failure}"]
                found = error(expected, answers[0])
                worst = max(worst, found)
                if not found <= TOLERANCE:
                    problems.append(f"{table} {flags}: error {found:.3g}")
                if any(a.tobytes() != b.tobytes() for a, b in zip(*answers)):
                    problems.append(f"{table} {flags}: 1 and 2 threads differ")
    print(f"{folder.name:28} error {worst:.2e}", *problems, flush=True)
    return problems


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    ngraph, folders = sys.argv[1], [Path(name) for name in sys.argv[2:]]
    results = [check(ngraph, folder) for folder in folders]
    failed = sum(1 for problems in results if problems)
    for folder, problems in zip(folders, results):
        for problem in problems:
            print(f"FAILED: {folder.name}: {problem}")
    print(f"{len(results) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
