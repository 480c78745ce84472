#!/usr/bin/env python3
"""Show how fast weights stream through a model at batch 1, against a plain read of as many bytes.

usage: streaming.py [--share PERCENT] [--rounds N] [--seconds S] NGRAPH FOLDER...
example: streaming.py .build/release/ngraph .cache/benchmark/mlp_ln .cache/benchmark/mlp_bn

FOLDER holds model.onnx (as prepare.py makes it), such as mlp_ln and mlp_bn, whose batch is fixed.
The batch is set to 1 in a copy, which `NGRAPH bench --threads 1 --json` times --rounds times. The
same process measures how fast SIMD loads read as many bytes as the model has weights, again and
again. A line gives, the fastest of all rounds each: the weights in MB, the run in us, the weights'
GB/s over the whole run and over its matrix products alone, the plain read's GB/s, and both as shares
of it. The exit status is 1 where the share of the whole run is below --share (default: 85).

Needs numpy and onnx, as in requirements.txt.
"""
from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import onnx

PRODUCTS = ("MatMul", "Gemm")


def with_batch_1(source: Path, target: Path) -> int:
    """Write a copy whose inputs and outputs have batch 1; the bytes of its matrices."""
    model = onnx.load(source)
    del model.graph.value_info[:]
    for value in [*model.graph.input, *model.graph.output]:
        value.type.tensor_type.shape.dim[0].ClearField("value")
        value.type.tensor_type.shape.dim[0].dim_value = 1
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, target)
    sizes = {tensor.name: onnx.numpy_helper.to_array(tensor).nbytes for tensor in model.graph.initializer}
    return sum(sizes.get(node.input[1], 0) for node in model.graph.node if node.op_type in PRODUCTS)


def figures(ngraph: Path, model: Path, seconds: float) -> tuple[float, float, float]:
    """Seconds of a run and of its products, and bytes per second of the plain read."""
    command = [ngraph, "bench", model, "--threads", "1", "--json", "--seconds", str(seconds)]
    report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    products = sum(step["nanoseconds"] for step in report["steps"]
                   if step["operator"].removeprefix("ngraph::Fused") in PRODUCTS)
    return report["runs"]["minimum"] / 1e9, products / 1e9, report["roofline"]["bytesPerSecond"]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ngraph", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--share", type=float, default=85)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    arguments = parser.parse_args()
    failed = False
    print(f"{'model':12} {'MB':>6} {'run us':>8} {'run GB/s':>9} {'products GB/s':>14} {'read GB/s':>10}"
          f" {'run share':>10} {'products share':>15}")
    for folder in arguments.folders:
        with tempfile.TemporaryDirectory() as scratch:
            model = Path(scratch) / "model.onnx"
            size = with_batch_1(folder / "model.onnx", model)
            rounds = [figures(arguments.ngraph, model, arguments.seconds)
                      for _ in range(arguments.rounds)]
        run, products = (min(column) for column in list(zip(*rounds))[:2])
        read = max(row[2] for row in rounds)
        failed |= size / run < arguments.share / 100 * read
        print(f"{folder.name:12} {size / 1e6:6.2f} {run * 1e6:8.1f} {size / run / 1e9:9.1f}"
              f" {size / products / 1e9:14.1f} {read / 1e9:10.1f} {size / run / read:10.1%} {size / products / read:15.1%}",
              flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
