"""A layer-normalized recurrent network that reads an image row by row.

a_t = W_hh h_{t-1} + W_xh x_t,  h_t = tanh(LN(a_t; gain, offset)),  h_0 = 0.
Source: Ba, Kiros, Hinton 2016, section 3.1, equation 4.
"""
from __future__ import annotations

import jax
import jax.numpy as jnp

from graph_builder import BATCH, GraphBuilder, float_value
from layers import Array, Params, dense, dense_init, layer_norm, norm_init, weight
from network import Network, Recipe

HIDDEN = 96


class LayerNormRecurrent(Network):
    name = "rnn-ln"
    title = "Layer-normalized recurrent network"
    stands_for = ("layer-normalized recurrent networks (Ba, Kiros, Hinton 2016, section 3.1): "
                  "the normalization runs at every time step")
    architecture = ("Scan over the 8 rows: h = Tanh(LayerNormalization(h W_hh + row W_xh)), "
                    "96 units; Gemm 96-10 on the last state, Softmax")
    image_shape = (8, 8)
    recipe = Recipe(epochs=60, batch=32, weight_decay=0.5)

    def init(self, key: jax.Array) -> tuple[Params, Params]:
        keys = jax.random.split(key, 3)
        orthogonal = jax.nn.initializers.orthogonal()
        return {"row": weight(keys[0], 8, HIDDEN), "state": orthogonal(keys[1], (HIDDEN, HIDDEN)),
                "norm": norm_init(HIDDEN), "scores": dense_init(keys[2], HIDDEN, 10)}, {}

    def apply(self, params: Params, running: Params, images: Array,
              training: bool) -> tuple[Array, Params]:
        def step(state: Array, row: Array) -> tuple[Array, None]:
            summed = state @ params["state"] + row @ params["row"]
            return jnp.tanh(layer_norm(params["norm"], summed)), None

        start = jnp.zeros((images.shape[0], HIDDEN))
        last, _ = jax.lax.scan(step, start, images.swapaxes(0, 1))
        return dense(params["scores"], last), running

    def export(self, builder: GraphBuilder, params: Params, running: Params, images: str) -> str:
        body = GraphBuilder(outer=builder)
        from_state = body.matmul("state", params["state"], "from_state")
        from_row = body.matmul("row", params["row"], "from_row")
        summed = body.node("Add", [from_state, from_row], "summed")
        normal = body.layer_norm(summed, params["norm"], "norm")
        body.node("Tanh", [normal], "next_state")
        start = builder.zero_state(images, HIDDEN, "start")
        last = builder.node(
            "Scan", [start, images], "last_state", num_scan_inputs=1, scan_input_axes=[1],
            body=body.body("step", [float_value("state", (BATCH, HIDDEN)),
                                    float_value("row", (BATCH, 8))],
                           [float_value("next_state", (BATCH, HIDDEN))]))
        return builder.gemm(last, params["scores"], "scores")
