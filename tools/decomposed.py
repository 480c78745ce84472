"""Graphs as exporters write them, without the operators they mean, and what optimizing must make of each.

Used by test-cli: what is written must pass onnx's full check, have the operators named here, and give in
ONNX Runtime what the graph gave before.

usage: decomposed.py BEFORE AFTER [BEFORE AFTER ...]

Prints for each pair of models how far ONNX Runtime's results are apart. That runs in a process of its own,
so that test-cli stays small: it measures the memory of processes that it forks.
"""
from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TOLERANCE = 2e-5


class Script:
    """A graph that is being written, with seeded random weights."""

    def __init__(self, shape: list[int | str]) -> None:
        self.random = np.random.default_rng(1)
        self.shape = shape
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def __call__(self, operator: str, *inputs: str, **attributes: object) -> str:
        number = len(self.nodes)
        self.nodes.append(helper.make_node(operator, inputs, [f"v{number}"], name=f"node{number}", **attributes))
        return f"v{number}"

    def constant(self, value: object, dtype: type = np.float32) -> str:
        name = f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def weight(self, *shape: int) -> str:
        return self.constant(self.random.uniform(-1, 1, shape))

    def gain(self, *shape: int) -> str:
        return self.constant(self.random.uniform(0.5, 2, shape))

    def dense(self, x: str, rows: int, columns: int) -> str:
        return self("Gemm", x, self.weight(rows, columns), self.weight(columns))

    def layer_norm(self, x: str, parameters: list[int], axis: int = -1, exponent: float = 2) -> str:
        difference = self("Sub", x, self("ReduceMean", x, axes=[axis]))
        square = self("Pow", difference, self.constant(exponent))
        spread = self("Add", self("ReduceMean", square, axes=[axis]), self.constant(1e-5))
        normal = self("Div", difference, self("Sqrt", spread))
        return self("Add", self("Mul", normal, self.gain(*parameters)), self.weight(*parameters))

    def model(self, *outputs: str) -> onnx.ModelProto:
        graph = helper.make_graph(
            self.nodes, "decomposed", [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs], self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 16)], ir_version=8)
        return onnx.shape_inference.infer_shapes(model)


def layer_norm() -> tuple[onnx.ModelProto, list[str]]:
    script = Script(["n", 3, 8])
    return script.model(script.layer_norm("x", [8])), ["LayerNormalization"]


def channels_first_layer_norm() -> tuple[onnx.ModelProto, list[str]]:
    script = Script(["n", 6, 5, 4])
    result = script.layer_norm("x", [6, 1, 1], axis=1)
    return script.model(result), ["Transpose", "LayerNormalization", "Transpose"]


def exponent_four() -> tuple[onnx.ModelProto, list[str]]:
    script = Script(["n", 3, 8])
    model = script.model(script.layer_norm("x", [8], exponent=4))
    return model, [node.op_type for node in model.graph.node]


def rms_norm() -> tuple[onnx.ModelProto, list[str]]:
    script = Script(["n", 3, 8])
    square = script("ReduceMean", script("Pow", "x", script.constant(2)), axes=[-1])
    root = script("Sqrt", script("Add", square, script.constant(1e-6)))
    normal = script("Mul", "x", script("Reciprocal", root))
    return script.model(script("Mul", script.weight(8), normal)), ["RMSNormalization"]


def group_norm() -> tuple[onnx.ModelProto, list[str]]:
    script = Script(["n", 6, 5, 4])
    parts = script("Reshape", "x", script.constant([0, 3, -1], np.int64))
    normal = script("InstanceNormalization", parts, script.constant([1] * 3), script.constant([0] * 3))
    back = script("Reshape", normal, script("Shape", "x"))
    result = script("Add", script("Mul", back, script.weight(6, 1, 1)), script.weight(6, 1, 1))
    return script.model(result), ["GroupNormalization"]


def gelu() -> tuple[onnx.ModelProto, list[str]]:
    script = Script(["n", 8])
    error = script("Erf", script("Div", "x", script.constant(2**0.5)))
    product = script("Mul", "x", script("Add", error, script.constant(1)))
    return script.model(script("Mul", product, script.constant(0.5))), ["Gelu"]


def gelu_tanh() -> tuple[onnx.ModelProto, list[str]]:
    script = Script(["n", 8])
    cube = script("Mul", script.constant(0.044715), script("Pow", "x", script.constant(3)))
    inner = script("Mul", script.constant((2 / np.pi) ** 0.5), script("Add", "x", cube))
    gate = script("Add", script("Tanh", inner), script.constant(1))
    return script.model(script("Mul", script("Mul", script.constant(0.5), "x"), gate)), ["Gelu"]


def swish() -> tuple[onnx.ModelProto, list[str]]:
    script = Script(["n", 8])
    gate = script("Sigmoid", script("Mul", "x", script.constant(1.702)))
    return script.model(script("Mul", "x", gate)), ["Swish"]


def hard_swish() -> tuple[onnx.ModelProto, list[str]]:
    script = Script(["n", 8])
    gate = script("Clip", script("Add", "x", script.constant(3)), script.constant(0), script.constant(6))
    return script.model(script("Div", script("Mul", "x", gate), script.constant(6))), ["HardSwish"]


def residual() -> tuple[onnx.ModelProto, list[str]]:
    """A pre-norm block whose sum is an output too: a function of our own, with both of its outputs."""
    script = Script(["n", 3, 8])
    product = script("MatMul", script.layer_norm("x", [8]), script.weight(8, 8))
    total = script("Add", "x", script("Tanh", script("Add", product, script.weight(8))))
    model = script.model(total, script.layer_norm(total, [8]))
    return model, ["LayerNormalization", "MatMul", "Add", "Tanh", "ResidualLayerNormalization"]


def centered() -> tuple[onnx.ModelProto, list[str]]:
    """Norms whose writers are centered: one keeps its offset before the Relu, one loses gain and offset."""
    script = Script(["n", 6])
    hidden = script("Relu", script.layer_norm(script.dense("x", 6, 8), [8]))
    hidden = script.layer_norm(script.dense(hidden, 8, 8), [8])
    model = script.model(script.dense(hidden, 8, 4))
    return model, ["Gemm", "OffsetRMSNormalization", "Relu", "Gemm", "RMSNormalization", "Gemm"]


def two_norms() -> tuple[onnx.ModelProto, list[str]]:
    script = Script(["n", 8])
    branches = [script.dense(script.layer_norm("x", [8]), 8, 5) for _ in range(2)]
    return script.model(*branches), ["LayerNormalization", "Gemm", "Gemm"]


FORMS: list[Callable[[], tuple[onnx.ModelProto, list[str]]]] = [
    layer_norm, channels_first_layer_norm, exponent_four, rms_norm, group_norm, gelu, gelu_tanh, swish, hard_swish,
    residual, centered, two_norms,
]


def decomposed_forms(ngraph: Callable[..., object], work: Path) -> None:
    """What exporters spell out is recognized, and what is written says the same to ONNX Runtime."""
    pairs: list[tuple[str, Path, Path]] = []
    for form in FORMS:
        model, operators = form()
        source = work / f"{form.__name__}.onnx"
        onnx.save(model, source)
        for options in ([], ["--standard-only"]):
            target = source.with_suffix(f".{len(options)}.pb")
            ngraph("optimize", source, target, "--verify", *options)
            written = onnx.load(target)
            onnx.checker.check_model(written, full_check=True)
            found = [node.op_type for node in written.graph.node]
            if not options and found != operators:
                raise ValueError(f"{form.__name__}: expected {operators}, found {found}")
            if options and written.functions:
                raise ValueError(f"{form.__name__}: functions among standard operators")
            pairs.append((form.__name__, source, target))
    words = [str(path) for _, *paths in pairs for path in paths]
    result = subprocess.run([sys.executable, __file__, *words], capture_output=True, text=True, check=True)
    for (name, _, target), line in zip(pairs, result.stdout.split(), strict=True):
        if not float(line) <= TOLERANCE:
            raise ValueError(f"{name}: ONNX Runtime's results for {target.name} differ by {line}")


def deviation(before: str, after: str) -> float:
    """How far ONNX Runtime's results for both models are apart, relative to the largest of them."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    sessions = [onnxruntime.InferenceSession(path) for path in (before, after)]
    shape = [size if isinstance(size, int) else 2 for size in sessions[0].get_inputs()[0].shape]
    inputs = {"x": np.random.default_rng(2).standard_normal(shape).astype(np.float32)}
    results = [session.run(None, inputs) for session in sessions]
    return max(float(np.abs(expected - actual).max() / np.abs(expected).max()) for expected, actual in zip(*results))


if __name__ == "__main__":
    for model_before, model_after in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        print(deviation(model_before, model_after))
