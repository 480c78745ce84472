"""A few words for writing ONNX graphs by hand."""
from __future__ import annotations

from typing import Any, Sequence

import numpy as np
from onnx import (GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto, helper,
                  numpy_helper)

from layers import EPSILON, Params

OPSET = 23
IR_VERSION = 11
BATCH = "batch"
"""Name of the symbolic first dimension of every model's input and output."""


def float_value(name: str, shape: Sequence[int | str]) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


class GraphBuilder:
    """Collects nodes and initializers; every method returns the name of its result.

    A body of Loop or Scan has a builder of its own, whose nodes see the outer
    values by name and whose weights are initializers of the outermost graph.
    """

    def __init__(self, outer: GraphBuilder | None = None) -> None:
        self.nodes: list[NodeProto] = []
        self.initializers: list[TensorProto] = outer.initializers if outer else []

    def node(self, operator: str, inputs: Sequence[str], name: str, **attributes: Any) -> str:
        """Append a node whose only output is called as the node itself."""
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name: str, value: Any, dtype: Any = np.float32) -> str:
        """Append an initializer."""
        array = np.asarray(value, dtype=dtype, order="C")
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def integers(self, name: str, values: Sequence[int] | int) -> str:
        """Append an int64 initializer: a shape, axes or an index."""
        return self.constant(name, values, np.int64)

    def gemm(self, x: str, params: Params, name: str) -> str:
        """x [batch, in] by a weight stored [out, in], and bias, as frameworks write it."""
        weight = self.constant(f"{name}.weight", np.asarray(params["weight"]).T)
        bias = self.constant(f"{name}.bias", params["bias"])
        return self.node("Gemm", [x, weight, bias], name, transB=1)

    def matmul(self, x: str, weight: Any, name: str) -> str:
        """x [..., in] by weight [in, out]."""
        return self.node("MatMul", [x, self.constant(f"{name}.weight", weight)], name)

    def dense(self, x: str, params: Params, name: str) -> str:
        """MatMul and Add, the form for inputs of any rank."""
        product = self.matmul(x, params["weight"], f"{name}.product")
        return self.node("Add", [product, self.constant(f"{name}.bias", params["bias"])], name)

    def layer_norm(self, x: str, params: Params, name: str) -> str:
        """LayerNormalization over the last axis."""
        gain = self.constant(f"{name}.gain", params["gain"])
        offset = self.constant(f"{name}.offset", params["offset"])
        return self.node("LayerNormalization", [x, gain, offset], name, axis=-1, epsilon=EPSILON)

    def batch_norm(self, x: str, params: Params, running: Params, name: str) -> str:
        """BatchNormalization of channels on axis 1, with the running statistics."""
        names = [self.constant(f"{name}.{key}", value) for key, value in
                 (("gain", params["gain"]), ("offset", params["offset"]),
                  ("mean", running["mean"]), ("variance", running["variance"]))]
        return self.node("BatchNormalization", [x, *names], name, epsilon=EPSILON)

    def zero_state(self, images: str, size: int, name: str) -> str:
        """Zeros [batch, size], the batch taken from the images."""
        batch = self.node("Shape", [images], f"{name}.batch", start=0, end=1)
        width = self.integers(f"{name}.width", [size])
        shape = self.node("Concat", [batch, width], f"{name}.shape", axis=0)
        return self.node("ConstantOfShape", [shape], name,
                         value=helper.make_tensor("zero", TensorProto.FLOAT, [1], [0.0]))

    def body(self, name: str, inputs: Sequence[ValueInfoProto],
             outputs: Sequence[ValueInfoProto]) -> GraphProto:
        """This builder's nodes as the body of a Loop or Scan."""
        return helper.make_graph(self.nodes, name, inputs, outputs)

    def model(self, name: str, inputs: Sequence[ValueInfoProto],
              outputs: Sequence[ValueInfoProto], doc: str) -> ModelProto:
        """This builder's nodes as a model."""
        graph = helper.make_graph(self.nodes, name, inputs, outputs, self.initializers)
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION,
            producer_name="ngraph/tools/train", doc_string=doc)
