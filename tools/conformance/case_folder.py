"""One conformance case as a folder, in the layout of ONNX's own backend tests.

    <suite>/<name>/model.onnx
    <suite>/<name>/test_data_set_<k>/input_<i>.pb, output_<i>.pb

A value file holds a TensorProto, SequenceProto or OptionalProto, whichever the
type of the graph's input or output says. The layout is the one that
`onnx/backend/test/runner` reads; inputs that a node leaves out are not graph
inputs, so they have no file.
"""
from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Iterable

import numpy as np
from onnx import (AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto,
                  TypeProto, ValueInfoProto, helper, numpy_helper)

BFLOAT16_RTOL = 2.0**-6
"""Two units in the last place, which ONNX's runner grants to bfloat16 outputs."""


@dataclass
class CaseEntry:
    """What index.json says about a case; all that a test needs beside the folder."""

    suite: str
    name: str
    rtol: float
    atol: float
    data_sets: int
    opsets: dict[str, int]
    operators: list[str]
    inputs: list[dict[str, str]]
    outputs: list[dict[str, str]]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def value_kind(type_proto: TypeProto) -> tuple[str, str]:
    """(kind, element type): kind is a nesting such as `optional(sequence(tensor))`."""
    case = type_proto.WhichOneof("value")
    if case == "tensor_type":
        return "tensor", TensorProto.DataType.Name(type_proto.tensor_type.elem_type).lower()
    if case == "sequence_type":
        inner, element = value_kind(type_proto.sequence_type.elem_type)
        return f"sequence({inner})", element
    if case == "optional_type":
        inner, element = value_kind(type_proto.optional_type.elem_type)
        return f"optional({inner})", element
    raise ValueError(f"no value file is defined for a {case}")


def describe(infos: Iterable[ValueInfoProto]) -> list[dict[str, str]]:
    """Name, kind and element type of each value."""
    entries = []
    for info in infos:
        kind, element = value_kind(info.type)
        entries.append({"name": info.name, "kind": kind, "type": element})
    return entries


def operators_of(graph: GraphProto | Iterable[NodeProto]) -> set[str]:
    """Operators used in a graph and its subgraphs, as `Name` or `domain.Name`."""
    nodes = graph.node if isinstance(graph, GraphProto) else graph
    found: set[str] = set()
    for node in nodes:
        standard = node.domain in ("", "ai.onnx")
        found.add(node.op_type if standard else f"{node.domain}.{node.op_type}")
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                found |= operators_of(attribute.g)
            for graph_value in attribute.graphs:
                found |= operators_of(graph_value)
    return found


def make_entry(suite: str, name: str, model: ModelProto, rtol: float, atol: float,
               data_sets: int, input_count: int) -> CaseEntry:
    """Index entry of a case. Graph inputs after `input_count` have initializers."""
    outputs = describe(model.graph.output)
    if any(output["type"] == "bfloat16" for output in outputs):
        rtol = max(rtol, BFLOAT16_RTOL)
    operators = operators_of(model.graph)
    for function in model.functions:
        operators |= operators_of(function.node)
    return CaseEntry(
        suite=suite, name=name, rtol=rtol, atol=atol, data_sets=data_sets,
        opsets={opset.domain: opset.version for opset in model.opset_import},
        operators=sorted(operators),
        inputs=describe(list(model.graph.input)[:input_count]), outputs=outputs)


def encode_value(value: Any, info: ValueInfoProto) -> bytes:
    """A value as the bytes of the proto that its declared type calls for."""
    case = info.type.WhichOneof("value")
    if isinstance(value, TensorProto):
        return value.SerializeToString()
    if case == "sequence_type":
        return numpy_helper.from_list(value, info.name).SerializeToString()
    if case == "optional_type":
        return numpy_helper.from_optional(value, info.name).SerializeToString()
    if case == "tensor_type":
        return numpy_helper.from_array(np.asarray(value), info.name).SerializeToString()
    raise ValueError(f"no value file is defined for a {case}")


def write_data_set(folder: Path, index: int, model: ModelProto,
                   inputs: Iterable[Any], outputs: Iterable[Any]) -> None:
    """Write test_data_set_<index> of a case."""
    data_folder = folder / f"test_data_set_{index}"
    data_folder.mkdir(parents=True)
    for stem, values, infos in (("input", inputs, model.graph.input),
                                ("output", outputs, model.graph.output)):
        for i, (value, info) in enumerate(zip(values, infos)):
            (data_folder / f"{stem}_{i}.pb").write_bytes(encode_value(value, info))


def free_inputs(model: ModelProto) -> list[ValueInfoProto]:
    """Graph inputs that no initializer fills."""
    filled = {tensor.name for tensor in model.graph.initializer}
    return [info for info in model.graph.input if info.name not in filled]


def static_shape(info: ValueInfoProto) -> tuple[int, ...]:
    """Shape of a tensor value, every free dimension being 1."""
    dims = info.type.tensor_type.shape.dim
    return tuple(d.dim_value if d.HasField("dim_value") else 1 for d in dims)


def numpy_type(info: ValueInfoProto) -> np.dtype:
    """NumPy's name for a tensor value's element type."""
    return helper.tensor_dtype_to_np_dtype(info.type.tensor_type.elem_type)
