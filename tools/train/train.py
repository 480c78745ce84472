#!/usr/bin/env python3
"""Train the networks of models/ on handwritten digits and write their folders.

usage: train.py [name ...] [--out DIR]

Without names all are trained, in a few minutes. Results repeat exactly on the same
machine and package versions (requirements.txt); DIR is models/ in the
repository root unless said otherwise.
"""
from __future__ import annotations

import argparse
import time
from pathlib import Path

import data
from cnn import BatchNormConvolutional
from export import write_folder
from gru import LayerNormGated
from mlp import BatchNormPerceptron, LayerNormPerceptron
from network import Network
from rnn import LayerNormRecurrent
from training import evaluate, fit
from transformer import PreNormTransformer

NETWORKS: tuple[Network, ...] = (
    LayerNormPerceptron(), BatchNormPerceptron(), BatchNormConvolutional(),
    LayerNormRecurrent(), LayerNormGated(), PreNormTransformer())
DEFAULT_OUT = Path(__file__).resolve().parents[2] / "models"


def main() -> None:
    names = [network.name for network in NETWORKS]
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="name", help="of: " + ", ".join(names))
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="default: %(default)s")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(names))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are: {', '.join(names)}")
    digits = data.load()
    for network in NETWORKS:
        if arguments.names and network.name not in arguments.names:
            continue
        start = time.perf_counter()
        params, running = fit(network, digits, network.recipe)
        trained = time.perf_counter() - start
        _, loss = evaluate(network, digits, params, running)
        accuracy = write_folder(arguments.out / network.name, network, digits, params, running)
        print(f"{network.name:18} accuracy {100 * accuracy:.2f} %, negative log likelihood "
              f"{loss:.3f}, trained in {trained:.0f} s", flush=True)


if __name__ == "__main__":
    main()
