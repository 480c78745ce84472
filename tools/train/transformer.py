"""A small pre-LN Transformer encoder over 2 x 2 patches.

x = x + attention(LN(x)), x = x + W_2 gelu(W_1 LN(x)) in each block, a last LN, the mean
over patches, scores. Attention is written as exporters spell it: MatMul, Add,
Reshape, Transpose, Softmax. Sources: Vaswani et al. 2017 (attention); Xiong et
al. 2020 (pre-LN); Dosovitskiy et al. 2021 (patches); Hendrycks, Gimpel 2016 (gelu).
"""
from __future__ import annotations

import jax
import jax.numpy as jnp

from graph_builder import GraphBuilder
from layers import Array, Params, dense, dense_init, layer_norm, norm_init
from network import Network, Recipe

WIDTH, HEADS, BLOCKS, INNER = 48, 4, 2, 96
HEAD_WIDTH = WIDTH // HEADS
PATCHES, PATCH_PIXELS = 16, 4
PARTS = ("query", "key", "value")


class PreNormTransformer(Network):
    name = "transformer-preln"
    title = "Pre-LN Transformer"
    stands_for = ("Transformers with the normalization before each sublayer (Xiong et al. 2020), "
                  "as vision and language models use it")
    architecture = (f"{PATCHES} patches of 2x2 pixels to width {WIDTH}, learned positions; "
                    f"{BLOCKS} blocks of LayerNormalization, attention with {HEADS} heads, "
                    f"residual, LayerNormalization, MatMul {WIDTH}-{INNER}, Gelu, "
                    f"MatMul {INNER}-{WIDTH}, residual; LayerNormalization, mean over patches, Gemm 48-10, Softmax")
    image_shape = (8, 8)
    recipe = Recipe(epochs=60, batch=32, weight_decay=0.5)

    def init(self, key: jax.Array) -> tuple[Params, Params]:
        keys = iter(jax.random.split(key, 3 + BLOCKS * 6))
        params: Params = {
            "embed": dense_init(next(keys), PATCH_PIXELS, WIDTH),
            "positions": jax.random.normal(next(keys), (PATCHES, WIDTH)) * 0.5,
            "norm": norm_init(WIDTH), "scores": dense_init(next(keys), WIDTH, 10)}
        for i in range(BLOCKS):
            block = {part: dense_init(next(keys), WIDTH, WIDTH) for part in (*PARTS, "join")}
            params[f"block{i}"] = block | {
                "widen": dense_init(next(keys), WIDTH, INNER),
                "narrow": dense_init(next(keys), INNER, WIDTH),
                "norm1": norm_init(WIDTH), "norm2": norm_init(WIDTH)}
        return params, {}

    def apply(self, params: Params, running: Params, images: Array,
              training: bool) -> tuple[Array, Params]:
        batch = images.shape[0]
        x = images.reshape(batch, 4, 2, 4, 2).transpose(0, 1, 3, 2, 4)
        x = dense(params["embed"], x.reshape(batch, PATCHES, PATCH_PIXELS)) + params["positions"]
        for i in range(BLOCKS):
            block = params[f"block{i}"]
            y = layer_norm(block["norm1"], x)
            query, key, value = (
                dense(block[part], y).reshape(batch, PATCHES, HEADS, HEAD_WIDTH)
                .transpose(0, 2, 1, 3) for part in PARTS)
            share = jax.nn.softmax(query @ key.swapaxes(2, 3) / HEAD_WIDTH**0.5)
            mixed = (share @ value).transpose(0, 2, 1, 3).reshape(batch, PATCHES, WIDTH)
            x = x + dense(block["join"], mixed)
            y = dense(block["widen"], layer_norm(block["norm2"], x))
            x = x + dense(block["narrow"], jax.nn.gelu(y, approximate=False))
        return dense(params["scores"], layer_norm(params["norm"], x).mean(1)), running

    def export(self, builder: GraphBuilder, params: Params, running: Params, images: str) -> str:
        node = builder.node
        squares = builder.integers("squares.shape", [-1, 4, 2, 4, 2])
        patches = builder.integers("patches.shape", [-1, PATCHES, PATCH_PIXELS])
        x = node("Reshape", [images, squares], "squares")
        x = node("Transpose", [x], "squares.order", perm=[0, 1, 3, 2, 4])
        x = node("Reshape", [x, patches], "patches")
        x = builder.dense(x, params["embed"], "embed")
        x = node("Add", [x, builder.constant("positions", params["positions"])], "placed")
        builder.integers("split_heads", [0, 0, HEADS, HEAD_WIDTH])
        builder.integers("join_heads", [0, 0, WIDTH])
        builder.constant("head_scale", HEAD_WIDTH**0.5)
        for i in range(BLOCKS):
            x = self.export_block(builder, params[f"block{i}"], x, f"block{i}")
        x = builder.layer_norm(x, params["norm"], "norm")
        x = node("ReduceMean", [x, builder.integers("mean.axes", [1])], "mean", keepdims=0)
        return builder.gemm(x, params["scores"], "scores")

    def export_block(self, builder: GraphBuilder, block: Params, x: str, name: str) -> str:
        """One block; the value's name of its residual stream."""
        node = builder.node
        y = builder.layer_norm(x, block["norm1"], f"{name}.norm1")
        heads = {}
        for part in PARTS:
            wide = builder.dense(y, block[part], f"{name}.{part}")
            split = node("Reshape", [wide, "split_heads"], f"{name}.{part}.split")
            order = [0, 2, 3, 1] if part == "key" else [0, 2, 1, 3]
            heads[part] = node("Transpose", [split], f"{name}.{part}.heads", perm=order)
        match = node("MatMul", [heads["query"], heads["key"]], f"{name}.match")
        match = node("Div", [match, "head_scale"], f"{name}.match.scaled")
        share = node("Softmax", [match], f"{name}.share", axis=-1)
        mixed = node("MatMul", [share, heads["value"]], f"{name}.mixed")
        mixed = node("Transpose", [mixed], f"{name}.mixed.rows", perm=[0, 2, 1, 3])
        mixed = node("Reshape", [mixed, "join_heads"], f"{name}.mixed.joined")
        x = node("Add", [x, builder.dense(mixed, block["join"], f"{name}.join")],
                 f"{name}.residual1")
        y = builder.layer_norm(x, block["norm2"], f"{name}.norm2")
        y = builder.dense(y, block["widen"], f"{name}.widen")
        y = node("Gelu", [y], f"{name}.gelu")
        return node("Add", [x, builder.dense(y, block["narrow"], f"{name}.narrow")],
                    f"{name}.residual2")
