"""A layer-normalized gated recurrent unit that reads an image row by row.

    (z_t; r_t) = LN(W_h h_{t-1}) + LN(W_x x_t)
    c_t = tanh(LN(W x_t) + sigmoid(r_t) * LN(U h_{t-1}))
    h_t = (1 - sigmoid(z_t)) * h_{t-1} + sigmoid(z_t) * c_t,  h_0 = 0

Every LN has its own gain and offset; the two gates share one LN over both.
Source: Ba, Kiros, Hinton 2016, supplementary material (the GRU of the skip-thoughts
and order-embedding experiments); Cho et al. 2014 for the unit.
"""
from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from onnx import TensorProto, ValueInfoProto, helper

from graph_builder import BATCH, GraphBuilder, float_value
from layers import Array, Params, dense, dense_init, layer_norm, norm_init, weight
from network import Network, Recipe

HIDDEN = 64
ROWS = 8
NORMS = {"gates_h": 2 * HIDDEN, "gates_x": 2 * HIDDEN, "candidate_h": HIDDEN,
         "candidate_x": HIDDEN}
"""The four normalized products and their widths."""


def scalar(name: str, element: int) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, element, [])


class LayerNormGated(Network):
    name = "gru-ln"
    title = "Layer-normalized gated recurrent unit"
    stands_for = ("the layer-normalized GRU of the paper's skip-thoughts and order-embedding "
                  "experiments (Ba, Kiros, Hinton 2016, supplementary material)")
    architecture = ("Loop over the 8 rows: a GRU of 64 units with four LayerNormalizations a "
                    "step; Gemm 64-10 on the last state, Softmax")
    image_shape = (ROWS, 8)
    recipe = Recipe(epochs=60, batch=32, weight_decay=0.5)

    def init(self, key: jax.Array) -> tuple[Params, Params]:
        keys = iter(jax.random.split(key, len(NORMS) + 1))
        params: Params = {"scores": dense_init(next(keys), HIDDEN, 10)}
        for name, width in NORMS.items():
            inputs = HIDDEN if name.endswith("_h") else 8
            params[name] = {"weight": weight(next(keys), inputs, width), "norm": norm_init(width)}
        return params, {}

    def apply(self, params: Params, running: Params, images: Array,
              training: bool) -> tuple[Array, Params]:
        def normal(name: str, x: Array) -> Array:
            return layer_norm(params[name]["norm"], x @ params[name]["weight"])

        def step(h: Array, x: Array) -> tuple[Array, None]:
            gates = jax.nn.sigmoid(normal("gates_h", h) + normal("gates_x", x))
            z, r = jnp.split(gates, 2, axis=-1)
            candidate = jnp.tanh(normal("candidate_x", x) + r * normal("candidate_h", h))
            return (1 - z) * h + z * candidate, None

        start = jnp.zeros((images.shape[0], HIDDEN))
        last, _ = jax.lax.scan(step, start, images.swapaxes(0, 1))
        return dense(params["scores"], last), running

    def export(self, builder: GraphBuilder, params: Params, running: Params, images: str) -> str:
        body = GraphBuilder(outer=builder)
        row = body.node("Gather", [images, "row_index"], "row", axis=1)

        def normal(name: str, x: str) -> str:
            product = body.matmul(x, params[name]["weight"], f"{name}.product")
            return body.layer_norm(product, params[name]["norm"], name)

        gates = body.node("Add", [normal("gates_h", "h"), normal("gates_x", row)], "gates")
        gates = body.node("Sigmoid", [gates], "gates.open")
        body.nodes.append(helper.make_node("Split", [gates], ["z", "r"], name="split", axis=-1,
                                           num_outputs=2))
        reset = body.node("Mul", ["r", normal("candidate_h", "h")], "reset")
        summed = body.node("Add", [normal("candidate_x", row), reset], "candidate.sum")
        candidate = body.node("Tanh", [summed], "candidate")
        keep = body.node("Sub", [builder.constant("one", 1.0), "z"], "keep")
        old = body.node("Mul", [keep, "h"], "old")
        new = body.node("Mul", ["z", candidate], "new")
        body.node("Add", [old, new], "next_h")
        body.node("Identity", ["condition"], "next_condition")

        rows = builder.integers("rows", ROWS)
        always = builder.constant("always", True, np.bool_)
        start = builder.zero_state(images, HIDDEN, "start")
        last = builder.node("Loop", [rows, always, start], "last_state", body=body.body(
            "step",
            [scalar("row_index", TensorProto.INT64), scalar("condition", TensorProto.BOOL),
             float_value("h", (BATCH, HIDDEN))],
            [scalar("next_condition", TensorProto.BOOL),
             float_value("next_h", (BATCH, HIDDEN))]))
        return builder.gemm(last, params["scores"], "scores")
