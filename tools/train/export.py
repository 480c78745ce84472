"""Write a trained network as a folder of models/: model, input, expected output, README."""
from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import ModelProto

from data import Digits
from graph_builder import BATCH, OPSET, GraphBuilder, float_value
from layers import Params
from network import Network

SHOWN_IMAGES = 8
LEAST_ACCURACY = 0.96
README = """# {name}: {title}

Stands for {stands_for}.

- Data: scikit-learn's handwritten digits, 8 x 8 pixels of 0 to 16; {train} images to train,
  {test} to test.
- Graph (opset {opset}): Sub and Div to standardize the pixels; {architecture}.
- Input `images` [batch, {shape}] in f32, output `probabilities` [batch, 10].
- Parameters: {parameters:,}. Test accuracy: **{accuracy:.2f} %**, measured
  with ONNX Runtime on the exported file.
- Made by `python3 tools/train/train.py {name}`: {epochs} epochs, batch {batch}, Adam, seed {seed}.

    tools/ngraph run models/{name}/model.pb models/{name}/input.bin

`input.bin` holds the first {shown} test images, the digits {digits}, and `expected.bin`
what ONNX Runtime {runtime} answers; both are raw little-endian f32.
"""


def build_model(network: Network, digits: Digits, params: Params, running: Params) -> ModelProto:
    """The network as ONNX, from raw pixels to probabilities, checked in full."""
    builder = GraphBuilder()
    centered = builder.node("Sub", ["images", builder.constant("pixel.mean", digits.mean)],
                            "centered")
    standard = builder.node("Div", [centered, builder.constant("pixel.deviation",
                                                               digits.deviation)], "standard")
    scores = network.export(builder, params, running, standard)
    builder.node("Softmax", [scores], "probabilities", axis=-1)
    model = builder.model(
        network.name, [float_value("images", (BATCH, *network.image_shape))],
        [float_value("probabilities", (BATCH, 10))],
        f"{network.title}. {network.architecture}. Trained on scikit-learn's handwritten digits.")
    onnx.checker.check_model(model, full_check=True)
    return model


def run(model: bytes, images: np.ndarray) -> np.ndarray:
    """The model's probabilities by ONNX Runtime, unoptimized and in one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return session.run(None, {"images": images})[0]


def check_batches(model: bytes, images: np.ndarray) -> None:
    """The answer for an image must not depend on the batch around it."""
    together = run(model, images)
    alone = np.concatenate([run(model, image[None]) for image in images])
    np.testing.assert_allclose(alone, together, rtol=1e-4, atol=1e-6)


def write_folder(folder: Path, network: Network, digits: Digits, params: Params,
                 running: Params) -> float:
    """Write models/<name>/ beside its place, then rename it; the test accuracy."""
    encoded = build_model(network, digits, params, running).SerializeToString(deterministic=True)
    images = digits.test_pixels.reshape(-1, *network.image_shape)
    probabilities = run(encoded, images)
    accuracy = float((probabilities.argmax(1) == digits.test_labels).mean())
    if accuracy < LEAST_ACCURACY:
        raise SystemExit(f"{network.name}: test accuracy {accuracy:.4f} is below {LEAST_ACCURACY}")
    shown = images[:SHOWN_IMAGES]
    check_batches(encoded, shown)

    shape = ", ".join(map(str, network.image_shape))
    readme = README.format(
        name=network.name, title=network.title, stands_for=network.stands_for,
        train=len(digits.train_pixels), test=len(digits.test_pixels), opset=OPSET,
        architecture=network.architecture, shape=shape, accuracy=100 * accuracy,
        parameters=sum(np.size(leaf) for leaf in _leaves(params)),
        epochs=network.recipe.epochs, batch=network.recipe.batch, seed=network.recipe.seed,
        shown=SHOWN_IMAGES, digits=" ".join(map(str, digits.test_labels[:SHOWN_IMAGES])),
        runtime=onnxruntime.__version__)
    notes = network.notes()

    fresh = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    (fresh / "model.pb").write_bytes(encoded)
    (fresh / "input.bin").write_bytes(shown.astype("<f4").tobytes())
    (fresh / "expected.bin").write_bytes(run(encoded, shown).astype("<f4").tobytes())
    (fresh / "README.md").write_text(readme + (f"\n{notes}\n" if notes else ""))
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    return accuracy


def _leaves(params: Params) -> list[np.ndarray]:
    """All arrays of nested dictionaries."""
    leaves = []
    for value in params.values():
        leaves += _leaves(value) if isinstance(value, dict) else [value]
    return leaves
