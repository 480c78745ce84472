"""What a model family provides: its layers to train, and its graph to export."""
from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import jax

from graph_builder import GraphBuilder
from layers import Array, Params


@dataclass(frozen=True)
class Recipe:
    """How a network is trained: by Adam with decoupled weight decay."""

    epochs: int
    batch: int = 128
    rate: float = 2e-3
    cosine: bool = True
    """Let the rate fall to zero along a cosine, instead of keeping it."""
    weight_decay: float = 1e-4
    seed: int = 0


class Network(ABC):
    """One entry of models/."""

    name: ClassVar[str]
    title: ClassVar[str]
    stands_for: ClassVar[str]
    """The published experiment that it repeats in miniature."""
    architecture: ClassVar[str]
    image_shape: ClassVar[tuple[int, ...]]
    """Shape of one image as the graph takes it; 64 pixels in all."""
    recipe: ClassVar[Recipe]

    @abstractmethod
    def init(self, key: jax.Array) -> tuple[Params, Params]:
        """Parameters to train, and running statistics (empty where there are none)."""

    @abstractmethod
    def apply(self, params: Params, running: Params, images: Array,
              training: bool) -> tuple[Array, Params]:
        """Scores before softmax [batch, 10] of standardized images, and new statistics."""

    @abstractmethod
    def export(self, builder: GraphBuilder, params: Params, running: Params, images: str) -> str:
        """Write the same computation as ONNX nodes; the value's name of the scores."""

    def notes(self) -> str:
        """Further sections of the model's README."""
        return ""
