"""Writes page.json: values that NumPy, SciPy and scikit-learn compute and the page's TypeScript has to agree with.

Run by hand after a change: `python tests/golden/make_page_golden.py` (needs SciPy, which nothing else here does).
"""

from __future__ import annotations

import base64
import itertools
import json
from pathlib import Path

import numpy as np
from scipy.signal import correlate
from scipy.stats import binomtest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

rng = np.random.default_rng(20261122)


def encoded(values: np.ndarray) -> str:
    return base64.b64encode(values.astype("<f4").tobytes()).decode()


def network() -> dict[str, object]:
    sizes = [64, 12, 5]
    offset, scale = rng.normal(8, 2, 64).astype(np.float32), rng.uniform(1, 6, 64).astype(np.float32)
    images = rng.integers(0, 17, (6, 64))
    layers, activations = [], (images - offset.astype(float)) / scale.astype(float)
    for inputs, units in itertools.pairwise(sizes):
        weights = rng.normal(0, 0.3, (units, inputs)).astype(np.float32)
        bias = rng.normal(0, 0.3, units).astype(np.float32)
        last = units == sizes[-1]
        logits = activations @ weights.astype(float).T + bias
        if last:
            powers = np.exp(logits - logits.max(axis=1, keepdims=True))
            activations = powers / powers.sum(axis=1, keepdims=True)
        else:
            activations = np.maximum(logits, 0)
        layer = {"inputs": inputs, "units": units, "activation": "softmax" if last else "relu"}
        layers.append({**layer, "weights": encoded(weights), "bias": encoded(bias)})
    shared = {"offset": encoded(offset), "scale": encoded(scale), "layers": layers}
    return {**shared, "images": images.tolist(), "probabilities": activations.tolist()}


def convolutions() -> dict[str, object]:
    """Two convolutions, the second pooled to an odd size, and a dense layer, sample by sample with SciPy."""
    shape, units, classes = (5, 6), (2, 3), 4
    offset, scale = np.zeros(30, np.float32), np.full(30, 16, np.float32)
    images = rng.integers(0, 17, (4, *shape))
    kernels = [rng.normal(0, 0.4, size).astype(np.float32) for size in ((2, 1, 3, 3), (3, 2, 3, 3))]
    biases = [rng.normal(0, 0.3, size).astype(np.float32) for size in (2, 3, 4)]
    weights = rng.normal(0, 0.4, (classes, 18)).astype(np.float32)
    probabilities = []
    for image in images:
        maps = image[None] / 16
        for kernel, bias, pooled in zip(kernels, biases, (False, True), strict=False):
            padded = np.pad(maps, ((0, 0), (1, 1), (1, 1)))
            sums = [correlate(padded, k.astype(float), "valid")[0] + b for k, b in zip(kernel, bias, strict=True)]
            maps = np.maximum(sums, 0)
            if pooled:
                maps = maps[:, :4, :6].reshape(3, 2, 2, 3, 2).max(axis=(2, 4))
        powers = np.exp(weights.astype(float) @ maps.ravel() + biases[2])
        probabilities.append((powers / powers.sum()).tolist())
    layers = [
        {
            "inputs": 30 * channels,
            "units": count,
            "activation": "relu",
            "convolution": {"channels": channels, "height": 5, "width": 6, "pooled": pooled},
            "weights": encoded(kernel),
            "bias": encoded(bias),
        }
        for channels, count, pooled, kernel, bias in zip((1, 2), units, (False, True), kernels, biases, strict=False)
    ]
    layers.append(
        {"inputs": 18, "units": 4, "activation": "softmax", "weights": encoded(weights), "bias": encoded(biases[2])}
    )
    shared = {"offset": encoded(offset), "scale": encoded(scale), "layers": layers}
    return {**shared, "images": images.reshape(4, -1).tolist(), "probabilities": probabilities}


def scores() -> dict[str, object]:
    true = rng.integers(0, 5, 200)
    predicted = np.where(rng.random(200) < 0.7, true, rng.integers(0, 5, 200))
    precision, recall, f1, support = precision_recall_fscore_support(true, predicted)
    matrix = confusion_matrix(true, predicted).tolist()
    columns = {"precision": precision, "recall": recall, "f1": f1, "support": support}
    return {"matrix": matrix, **{name: values.tolist() for name, values in columns.items()}}


def nearest() -> dict[str, object]:
    images = rng.integers(0, 17, (40, 64))
    distance = ((images - images[0]) ** 2).sum(axis=1)
    order = sorted(range(1, 40), key=lambda i: (distance[i], i))[:6]
    return {"images": images.tolist(), "nearest_to_first": order}


def components() -> dict[str, object]:
    rows = load_digits().data[:80]
    analysis = PCA(2, svd_solver="full").fit(rows)
    points, shares = analysis.transform(rows), analysis.explained_variance_ratio_
    return {"rows": rows.astype(int).tolist(), "points": points.tolist(), "shares": shares.tolist()}


golden = {
    "mcnemar": [
        {"first": a, "second": b, "p": binomtest(a, a + b, 0.5).pvalue}
        for a, b in [(0, 5), (1, 1), (3, 14), (20, 60), (400, 470), (0, 1)]
    ],
    "network": network(),
    "scores": scores(),
    "nearest": nearest(),
    "convolutions": convolutions(),
    "components": components(),
}
Path(__file__).with_name("page.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
