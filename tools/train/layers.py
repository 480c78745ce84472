"""Layers as pure functions of their parameters, with their initializers.

Weights are [inputs, outputs]. Parameters are plain dictionaries of arrays.
"""
from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

Array = jax.Array
Params = dict[str, Any]

EPSILON = 1e-5
"""Added to every variance, here and in the exported graphs."""
BATCH_MOMENTUM = 0.9
"""Share of the old value in batch normalization's running statistics."""


def weight(key: Array, inputs: int, outputs: int, gain: float = 1.0) -> Array:
    """Normal weights with variance gain^2 / inputs (gain sqrt(2) before a ReLU)."""
    return jax.random.normal(key, (inputs, outputs)) * (gain / inputs**0.5)


def dense_init(key: Array, inputs: int, outputs: int, gain: float = 1.0) -> Params:
    return {"weight": weight(key, inputs, outputs, gain), "bias": jnp.zeros(outputs)}


def dense(params: Params, x: Array) -> Array:
    return x @ params["weight"] + params["bias"]


def norm_init(size: int) -> Params:
    return {"gain": jnp.ones(size), "offset": jnp.zeros(size)}


def layer_norm(params: Params, x: Array) -> Array:
    """Ba, Kiros, Hinton 2016, equations 3 and 4: normalize each row by its own statistics."""
    mean = x.mean(-1, keepdims=True)
    variance = jnp.square(x - mean).mean(-1, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(variance + EPSILON) * params["gain"] + params["offset"]


def statistics_init(size: int) -> Params:
    return {"mean": jnp.zeros(size), "variance": jnp.ones(size)}


def batch_norm(params: Params, running: Params, x: Array, training: bool,
               axis: int = -1) -> tuple[Array, Params]:
    """Ioffe, Szegedy 2015: normalize each channel of `axis` by the batch's statistics.

    In training it also moves the running statistics, which inference uses.
    """
    axis %= x.ndim
    others = tuple(i for i in range(x.ndim) if i != axis)
    shape = tuple(-1 if i == axis else 1 for i in range(x.ndim))
    mean, variance = running["mean"], running["variance"]
    if training:
        mean, variance = x.mean(others), x.var(others)
        count = x.size // x.shape[axis]
        unbiased = variance * count / max(count - 1, 1)
        running = {
            "mean": BATCH_MOMENTUM * running["mean"] + (1 - BATCH_MOMENTUM) * mean,
            "variance": BATCH_MOMENTUM * running["variance"] + (1 - BATCH_MOMENTUM) * unbiased,
        }
    scale = params["gain"] * jax.lax.rsqrt(variance + EPSILON)
    shift = params["offset"] - mean * scale
    return x * scale.reshape(shape) + shift.reshape(shape), running
