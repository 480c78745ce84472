"""A small convolutional network with batch normalization after every convolution.

Source: Ioffe, Szegedy 2015, section 3.2 (convolutions without bias, one
statistic a channel).
"""
from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from graph_builder import GraphBuilder
from layers import Array, Params, batch_norm, dense, dense_init, norm_init, statistics_init
from network import Network, Recipe

CHANNELS = (1, 16, 32, 64)
STAGES = (1, 2, 3)
POOLED_STAGE = 2


class BatchNormConvolutional(Network):
    name = "cnn-bn"
    title = "Convolutional network with batch normalization"
    stands_for = ("batch-normalized convolutional networks (Ioffe, Szegedy 2015), the ones whose "
                  "normalization folds into the convolutions")
    architecture = ("three times Conv 3x3 without bias, BatchNormalization, Relu (16, 32, 64 "
                    "channels); MaxPool 2x2 after the second; GlobalAveragePool, Gemm 64-10, "
                    "Softmax")
    image_shape = (1, 8, 8)
    recipe = Recipe(epochs=25)

    def init(self, key: jax.Array) -> tuple[Params, Params]:
        keys = jax.random.split(key, 4)
        params: Params = {"scores": dense_init(keys[3], CHANNELS[-1], 10)}
        for i in STAGES:
            inputs, outputs = CHANNELS[i - 1], CHANNELS[i]
            params[f"conv{i}"] = (jax.random.normal(keys[i - 1], (outputs, inputs, 3, 3))
                                  * (2 / (inputs * 9)) ** 0.5)
            params[f"norm{i}"] = norm_init(outputs)
        return params, {f"norm{i}": statistics_init(CHANNELS[i]) for i in STAGES}

    def apply(self, params: Params, running: Params, images: Array,
              training: bool) -> tuple[Array, Params]:
        x, moved = images, {}
        for i in STAGES:
            x = jax.lax.conv(x, params[f"conv{i}"], (1, 1), "SAME")
            x, moved[f"norm{i}"] = batch_norm(
                params[f"norm{i}"], running[f"norm{i}"], x, training, axis=1)
            x = jax.nn.relu(x)
            if i == POOLED_STAGE:
                x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2),
                                          "VALID")
        return dense(params["scores"], x.mean((2, 3))), moved

    def export(self, builder: GraphBuilder, params: Params, running: Params, images: str) -> str:
        x = images
        for i in STAGES:
            kernel = builder.constant(f"conv{i}.weight", np.asarray(params[f"conv{i}"]))
            x = builder.node("Conv", [x, kernel], f"conv{i}", kernel_shape=[3, 3],
                             pads=[1, 1, 1, 1])
            x = builder.batch_norm(x, params[f"norm{i}"], running[f"norm{i}"], f"norm{i}")
            x = builder.node("Relu", [x], f"relu{i}")
            if i == POOLED_STAGE:
                x = builder.node("MaxPool", [x], f"pool{i}", kernel_shape=[2, 2], strides=[2, 2])
        x = builder.node("GlobalAveragePool", [x], "average")
        x = builder.node("Flatten", [x], "features", axis=1)
        return builder.gemm(x, params["scores"], "scores")
