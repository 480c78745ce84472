#!/usr/bin/env python3
"""Write the layer-normalized recurrent networks of models/ at the sizes of real ones.

usage: recurrent.py [--out DIR] [--units N...] [--batch N...] [--steps N]

The cells are those of tools/train/rnn.py and gru.py, in the same operators: a Scan over the
steps around `h = Tanh(LayerNormalization(h W + x V))`, and a Loop around a GRU of four
LayerNormalizations a step. 512 units read 512 numbers a step; 2,400 units read 620, as the
skip-thoughts encoder does (Kiros et al. 2015). Weights and inputs are seeded. Each folder of
--out (default: .cache/recurrent) is what `compare` takes: model.onnx, input_0.npy, and
expected_0.npy, the last state as ONNX Runtime gives it.
"""
from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

ROOT = Path(__file__).resolve().parents[2]
EPSILON = 1e-5
OPSET = 23
INPUT_WIDTHS = {2400: 620}


class Body:
    """Nodes of a graph, and the initializers of the outermost one."""

    def __init__(self, initializers: list[onnx.TensorProto], generator: np.random.Generator) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers, self.generator = initializers, generator

    def node(self, op: str, inputs: list[str], name: str, **attributes) -> str:
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name: str, value: object, dtype: object = np.float32) -> str:
        self.initializers.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def product(self, x: str, name: str, inputs: int, width: int) -> str:
        weight = self.generator.standard_normal((inputs, width)) / np.sqrt(inputs)
        return self.node("MatMul", [x, self.constant(f"{name}.weight", weight)], f"{name}.product")

    def norm(self, x: str, name: str, width: int) -> str:
        gain = self.constant(f"{name}.gain", self.generator.uniform(0.5, 1.5, width))
        offset = self.constant(f"{name}.offset", self.generator.uniform(-0.2, 0.2, width))
        return self.node("LayerNormalization", [x, gain, offset], name, axis=-1, epsilon=EPSILON)


def value(name: str, shape: list, element: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, element, shape)


def rnn(body: Body, graph: Body, units: int, width: int, batch: int, steps: int) -> None:
    """h = Tanh(LayerNormalization(h W + x V))."""
    del steps
    summed = body.node("Add", [body.product("h", "state", units, units),
                               body.product("x", "row", width, units)], "summed")
    body.node("Tanh", [body.norm(summed, "norm", units)], "next_h")
    step = helper.make_graph(body.nodes, "step", [value("h", [batch, units]), value("x", [batch, width])],
                             [value("next_h", [batch, units])])
    graph.node("Scan", ["start", "inputs"], "last", num_scan_inputs=1, scan_input_axes=[1], body=step)


def gru(body: Body, graph: Body, units: int, width: int, batch: int, steps: int) -> None:
    """The GRU whose gates and candidate are sums of two normalized products."""
    row = body.node("Gather", ["inputs", "index"], "x", axis=1)

    def normal(name: str, x: str, inputs: int, outputs: int) -> str:
        return body.norm(body.product(x, name, inputs, outputs), name, outputs)

    gates = body.node("Add", [normal("gates_h", "h", units, 2 * units),
                              normal("gates_x", row, width, 2 * units)], "gates")
    body.node("Sigmoid", [gates], "open")
    body.nodes.append(helper.make_node("Split", ["open"], ["z", "r"], name="split", axis=-1, num_outputs=2))
    reset = body.node("Mul", ["r", normal("candidate_h", "h", units, units)], "reset")
    summed = body.node("Add", [normal("candidate_x", row, width, units), reset], "candidate.sum")
    candidate = body.node("Tanh", [summed], "candidate")
    keep = body.node("Sub", [body.constant("one", 1.0), "z"], "keep")
    old = body.node("Mul", [keep, "h"], "old")
    new = body.node("Mul", ["z", candidate], "new")
    body.node("Add", [old, new], "next_h")
    body.node("Identity", ["condition"], "next_condition")
    step = helper.make_graph(
        body.nodes, "step",
        [value("index", [], TensorProto.INT64), value("condition", [], TensorProto.BOOL),
         value("h", [batch, units])],
        [value("next_condition", [], TensorProto.BOOL), value("next_h", [batch, units])])
    graph.constant("steps", steps, np.int64)
    graph.constant("always", True, np.bool_)
    graph.node("Loop", ["steps", "always", "start"], "last", body=step)


def write(cell, units: int, batch: int, steps: int, folder: Path) -> None:
    """One model folder."""
    generator = np.random.default_rng([units, batch, steps])
    width = INPUT_WIDTHS.get(units, units)
    graph = Body([], generator)
    body = Body(graph.initializers, generator)
    graph.constant("start", np.zeros((batch, units)))
    cell(body, graph, units, width, batch, steps)
    model = helper.make_model(
        helper.make_graph(graph.nodes, f"{cell.__name__}-ln", [value("inputs", [batch, steps, width])],
                          [value("last", [batch, units])], graph.initializers),
        opset_imports=[helper.make_opsetid("", OPSET)], ir_version=11)
    onnx.checker.check_model(model, full_check=True)
    inputs = generator.standard_normal((batch, steps, width)).astype(np.float32)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / "model.onnx")
    np.save(folder / "input_0.npy", inputs)
    np.save(folder / "expected_0.npy", session.run(None, {"inputs": inputs})[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / ".cache" / "recurrent")
    parser.add_argument("--units", type=int, nargs="+", default=[512, 2400])
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 64])
    parser.add_argument("--steps", type=int, default=100)
    arguments = parser.parse_args()
    for cell in (rnn, gru):
        for units in arguments.units:
            for batch in arguments.batch:
                folder = arguments.out / f"{cell.__name__}_ln_{units}_b{batch}"
                write(cell, units, batch, arguments.steps, folder)
                print(folder, flush=True)


if __name__ == "__main__":
    main()
