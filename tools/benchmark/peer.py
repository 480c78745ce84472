"""Run one model in one engine other than ngraph, and print what was measured as JSON.

usage: peer.py ENGINE FOLDER --threads N [--seconds S] [--out DIR]

ENGINE is onnxruntime, openvino or tract; FOLDER holds model.onnx and input_<i>.npy. Times
are in milliseconds: `load` is the creation of a session, `first` the first run, `minimum`
and `median` those of repeated runs; `imports` is what was resident before the session, in
bytes. With --out the outputs are written there as output_<i>.npy and nothing is repeated.
"""
from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

Run = Callable[[], list[np.ndarray]]

WARM_UP_RUNS = 3
MINIMUM_RUNS = 5


def onnxruntime(model: Path, inputs: list[np.ndarray], threads: int) -> Callable[[], Run]:
    """Threads inside operators, none across them; all optimizations, the default."""
    import onnxruntime as engine

    def load() -> Run:
        options = engine.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = engine.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        feed = {value.name: array for value, array in zip(session.get_inputs(), inputs)}
        return lambda: session.run(None, feed)

    return load


def openvino(model: Path, inputs: list[np.ndarray], threads: int) -> Callable[[], Run]:
    """One stream for the least latency, in f32 throughout."""
    import openvino as engine
    from openvino import properties as key

    def load() -> Run:
        compiled = engine.Core().compile_model(str(model), "CPU", {
            key.hint.inference_precision: engine.Type.f32,
            key.hint.performance_mode: key.hint.PerformanceMode.LATENCY,
            key.inference_num_threads: threads,
        })
        request = compiled.create_infer_request()
        feed = dict(enumerate(inputs))
        return lambda: list(request.infer(feed, share_inputs=True, share_outputs=True).values())

    return load


def tract(model: Path, inputs: list[np.ndarray], threads: int) -> Callable[[], Run]:
    """One thread whatever was asked for: its Python package has no other way."""
    del threads
    import tract as engine

    def load() -> Run:
        imported = engine.onnx().load(str(model))
        for i, array in enumerate(inputs):
            name = {"f": "f", "i": "i", "b": "b"}[array.dtype.kind]
            bits = "ool" if name == "b" else str(array.dtype.itemsize * 8)
            imported.set_input_fact(i, ",".join([*map(str, array.shape), name + bits]))
        runnable = imported.into_model().into_runnable()
        return lambda: [value.to_numpy() for value in runnable.run(list(inputs))]

    return load


ENGINES = {engine.__name__: engine for engine in (onnxruntime, openvino, tract)}


def resident(field: str) -> int:
    """A field of this process's status, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    return 0


def timed(body: Callable[[], object]) -> tuple[float, object]:
    """How long a call took in milliseconds, and what it gave."""
    start = time.perf_counter()
    result = body()
    return (time.perf_counter() - start) * 1e3, result


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("engine", choices=sorted(ENGINES))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    paths = sorted(arguments.folder.glob("input_*.npy"), key=lambda p: int(p.stem.split("_")[1]))
    inputs = [np.load(path) for path in paths]
    load = ENGINES[arguments.engine](arguments.folder / "model.onnx", inputs, arguments.threads)
    report: dict[str, float] = {"imports": resident("VmRSS")}
    report["load"], run = timed(load)
    report["first"], outputs = timed(run)
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        for i, output in enumerate(outputs):
            np.save(arguments.out / f"output_{i}.npy", np.asarray(output))
    else:
        for _ in range(WARM_UP_RUNS):
            run()
        times: list[float] = []
        deadline = time.perf_counter() + arguments.seconds
        while len(times) < MINIMUM_RUNS or time.perf_counter() < deadline:
            times.append(timed(run)[0])
        report["minimum"], report["median"] = min(times), statistics.median(times)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
