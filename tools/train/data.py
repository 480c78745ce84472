"""Handwritten digits: 1,797 grey images of 8 x 8 pixels, values 0 to 16.

Source: scikit-learn's `load_digits`, the test part of the UCI 'Optical
Recognition of Handwritten Digits' data set (Alpaydin and Kaynak 1998). The
package ships the images, so nothing is downloaded.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

TEST_IMAGES = 360
SPLIT_SEED = 0


@dataclass(frozen=True)
class Digits:
    """Raw pixels [n, 64] in f32 and labels [n], split; and the pixels' statistics."""

    train_pixels: np.ndarray
    train_labels: np.ndarray
    test_pixels: np.ndarray
    test_labels: np.ndarray
    mean: np.float32
    """Mean of all training pixels."""
    deviation: np.float32
    """Standard deviation of all training pixels."""

    def standardize(self, pixels: np.ndarray) -> np.ndarray:
        """What every exported graph does first: (pixels - mean) / deviation."""
        return (pixels - self.mean) / self.deviation


@cache
def load() -> Digits:
    """The data set under its fixed split, stratified by digit."""
    images = load_digits()
    pixels = images.data.astype(np.float32)
    train_x, test_x, train_y, test_y = train_test_split(
        pixels, images.target.astype(np.int32), test_size=TEST_IMAGES,
        random_state=SPLIT_SEED, stratify=images.target)
    return Digits(train_x, train_y, test_x, test_y,
                  np.float32(train_x.mean()), np.float32(train_x.std()))
