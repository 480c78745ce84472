"""The training loop: cross entropy, Adam with decoupled weight decay, cosine decay.

Sources: Kingma, Ba 2015 (Adam); Loshchilov, Hutter 2017 and 2019 (schedule, decay).
Everything random comes from the recipe's seed.
"""
from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from data import Digits
from layers import Array, Params
from network import Network, Recipe

BETA1, BETA2, TINY = 0.9, 0.999, 1e-8


def cross_entropy(scores: Array, labels: Array) -> Array:
    """Mean negative log likelihood of the labels."""
    return -jnp.take_along_axis(jax.nn.log_softmax(scores), labels[:, None], axis=1).mean()


def adam(params: Params, gradient: Params, first: Params, second: Params,
         step: Array, rate: Array | float, decay: float) -> tuple[Params, Params, Params]:
    """One step; decay acts on matrices and kernels alone, not on gains and biases."""
    tree = jax.tree_util.tree_map
    first = tree(lambda m, g: BETA1 * m + (1 - BETA1) * g, first, gradient)
    second = tree(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, gradient)
    scale1, scale2 = 1 / (1 - BETA1**step), 1 / (1 - BETA2**step)

    def move(p: Array, m: Array, v: Array) -> Array:
        change = m * scale1 / (jnp.sqrt(v * scale2) + TINY)
        return p - rate * (change + (decay * p if p.ndim > 1 else 0))

    return tree(move, params, first, second), first, second


@partial(jax.jit, static_argnames=("network", "recipe", "total"))
def run_epoch(carry: Any, images: Array, labels: Array, network: Network,
              recipe: Recipe, total: int) -> tuple[Any, Array]:
    """One pass over batches [steps, batch, ...]; the mean loss."""

    def loss_of(params: Params, running: Params, x: Array, y: Array) -> tuple[Array, Params]:
        scores, running = network.apply(params, running, x, training=True)
        return cross_entropy(scores, y), running

    def one_step(carry: Any, batch: tuple[Array, Array]) -> tuple[Any, Array]:
        params, running, first, second, step = carry
        (loss, running), gradient = jax.value_and_grad(loss_of, has_aux=True)(
            params, running, *batch)
        share = 0.5 * (1 + jnp.cos(jnp.pi * step / total)) if recipe.cosine else 1.0
        params, first, second = adam(params, gradient, first, second, step + 1,
                                     recipe.rate * share, recipe.weight_decay)
        return (params, running, first, second, step + 1), loss

    carry, losses = jax.lax.scan(one_step, carry, (images, labels))
    return carry, losses.mean()


def fit(network: Network, digits: Digits, recipe: Recipe) -> tuple[Params, Params]:
    """Train from scratch for the recipe's epochs; parameters and running statistics."""
    images = digits.standardize(digits.train_pixels).reshape(-1, *network.image_shape)
    steps = len(images) // recipe.batch
    params, running = network.init(jax.random.key(recipe.seed))
    zeros = jax.tree_util.tree_map(jnp.zeros_like, params)
    carry = (params, running, zeros, zeros, jnp.float32(0))
    order = np.random.default_rng(recipe.seed)
    for _ in range(recipe.epochs):
        chosen = order.permutation(len(images))[: steps * recipe.batch]
        chosen = chosen.reshape(steps, recipe.batch)
        carry, _ = run_epoch(carry, images[chosen], digits.train_labels[chosen], network,
                             recipe, recipe.epochs * steps)
    return jax.block_until_ready((carry[0], carry[1]))


def evaluate(network: Network, digits: Digits, params: Params,
             running: Params) -> tuple[float, float]:
    """Accuracy and mean negative log likelihood on the test images."""
    images = digits.standardize(digits.test_pixels).reshape(-1, *network.image_shape)
    scores, _ = network.apply(params, running, images, training=False)
    right = (scores.argmax(1) == digits.test_labels).mean()
    return float(right), float(cross_entropy(scores, digits.test_labels))
