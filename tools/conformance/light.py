"""The nine `light` networks of PyPI `onnx`, as they are and with seeded weights.

The package holds well-known ImageNet graphs whose weights are ConstantOfShape
nodes, all 0.02; its runner feeds arange(n)/n and compares with a stored output.
`light/` keeps that as data set 0 and adds a seeded normal input as data set 1,
its output computed by ONNX Runtime.

With equal weights every class gets the same score, so a wrong channel order
goes unseen. `light-seeded/` holds the same graphs with seeded weights in place of
the constants (He et al. 2015 for kernels); only weights of more than
`LARGEST_SEEDED` elements stay constant, to keep the files small.
"""
from __future__ import annotations

import json
import math
import zlib
from pathlib import Path
from typing import Iterator

import numpy as np
import onnx
import onnxruntime
from onnx import ModelProto, numpy_helper

from case_folder import CaseEntry, free_inputs, make_entry, numpy_type, static_shape, write_data_set
from suites import DATA, DEFAULT_ATOL, DEFAULT_RTOL

LARGEST_SEEDED = 5_000_000
SEEDED_ATOL = 1e-6
SCORE_DEVIATION = 2.0


def run(model: bytes, feed: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The model's outputs by ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return session.run(None, feed)


def ramp_feed(model: ModelProto) -> dict[str, np.ndarray]:
    """The package runner's own input: arange(n)/n."""
    feed = {}
    for info in free_inputs(model):
        shape = static_shape(info)
        count = math.prod(shape)
        feed[info.name] = (np.arange(count).reshape(shape) / count).astype(numpy_type(info))
    return feed


def normal_feed(model: ModelProto) -> dict[str, np.ndarray]:
    """Seeded standard normal inputs."""
    rng = np.random.default_rng(0)
    return {info.name: rng.standard_normal(static_shape(info)).astype(numpy_type(info))
            for info in free_inputs(model)}


def order_inputs(model: ModelProto) -> ModelProto:
    """Put the inputs that a caller feeds first, so that input_<i> is graph input i."""
    free = free_inputs(model)
    names = {info.name for info in free}
    rest = [info for info in model.graph.input if info.name not in names]
    del model.graph.input[:]
    model.graph.input.extend(free + rest)
    return model


def seed_weights(model: ModelProto) -> ModelProto:
    """Replace ConstantOfShape weights by seeded initializers, one generator a name."""
    shapes = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    consumers = {name: node.op_type for node in model.graph.node for name in node.input}
    kept = []
    for node in model.graph.node:
        shape = shapes.get(node.input[0]) if node.op_type == "ConstantOfShape" else None
        if shape is None or int(np.prod(shape)) > LARGEST_SEEDED:
            kept.append(node)
            continue
        name = node.output[0]
        rng = np.random.default_rng(zlib.crc32(name.encode()))
        if len(shape) > 1:  # a kernel: He initialization
            value = rng.standard_normal(shape) * math.sqrt(2 / np.prod(shape[1:]))
        elif consumers[name] in ("Conv", "Gemm"):  # a bias
            value = rng.standard_normal(shape) * 0.1
        else:  # a normalization's parameter: positive
            value = rng.uniform(0.5, 1.5, shape)
        model.graph.initializer.append(numpy_helper.from_array(value.astype(np.float32), name))
    del model.graph.node[:]
    model.graph.node.extend(kept)
    model.ir_version = max(model.ir_version, 4)  # initializers need not be inputs
    return spread_scores(model)


def spread_scores(model: ModelProto) -> ModelProto:
    """Scale the layer before a final Softmax so that its scores deviate by SCORE_DEVIATION.

    Otherwise one class takes all of the probability, and the outputs say little.
    """
    softmax = model.graph.node[-1]
    layers = [node for node in model.graph.node
              if node.output[0] == softmax.input[0] and node.op_type == "Gemm"]
    if softmax.op_type != "Softmax" or not layers:
        return model
    probe = ModelProto()
    probe.CopyFrom(model)
    del probe.graph.node[-1]
    probe.graph.output[0].name = softmax.input[0]
    scores = run(probe.SerializeToString(), normal_feed(model))[0]
    for tensor in model.graph.initializer:
        if tensor.name in layers[0].input[1:]:
            value = numpy_helper.to_array(tensor) * np.float32(SCORE_DEVIATION / scores.std())
            tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))
    return model


def light_cases(out: Path) -> Iterator[CaseEntry]:
    """Write `light/` and `light-seeded/` for each network."""
    for source in sorted((DATA / "light").glob("light_*.onnx")):
        name = source.stem
        settings = DATA / "real" / name.replace("light_", "test_") / "data.json"
        tolerance = json.loads(settings.read_text())
        rtol, atol = tolerance.get("rtol", DEFAULT_RTOL), tolerance.get("atol", DEFAULT_ATOL)

        model = order_inputs(onnx.load(source))
        encoded = model.SerializeToString()
        stored = [onnx.load_tensor(source.with_name(f"{name}_output_{i}.pb"))
                  for i in range(len(model.graph.output))]
        folder = out / "light" / name
        folder.mkdir(parents=True)
        (folder / "model.onnx").write_bytes(encoded)
        write_data_set(folder, 0, model, ramp_feed(model).values(), stored)
        feed = normal_feed(model)
        write_data_set(folder, 1, model, feed.values(), run(encoded, feed))
        yield make_entry("light", name, model, rtol, atol, 2, len(feed))

        seeded = seed_weights(model)
        encoded = seeded.SerializeToString()
        folder = out / "light-seeded" / name
        folder.mkdir(parents=True)
        (folder / "model.onnx").write_bytes(encoded)
        write_data_set(folder, 0, seeded, feed.values(), run(encoded, feed))
        yield make_entry("light-seeded", name, seeded, rtol, SEEDED_ATOL, 1, len(feed))
