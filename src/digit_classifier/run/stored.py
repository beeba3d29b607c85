"""The network of a run on disk, to predict with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digit_classifier.artifacts.rules import from_base64
from digit_classifier.learning.layers import Convolution, Dense, Layer
from digit_classifier.learning.network import Network, count_parameters
from digit_classifier.numerics.arithmetic import EXACT, ORDINARY, Floats

if TYPE_CHECKING:
    from digit_classifier.artifacts import Payload


def network_of(model: Payload, *, exact: bool = False) -> Network:
    """The network of a valid model.json; `exact` computes as the setting of that name says."""
    layers = tuple(_layer(each) for each in model["layers"])
    parameters = np.empty(count_parameters(layers), np.float32)
    offset, scale = (_floats(model[key], key) for key in ("offset", "scale"))
    network = Network(layers, parameters, offset, scale, EXACT if exact else ORDINARY)
    for matrix, each in zip(network.matrices, model["layers"], strict=True):
        matrix[:, :-1] = _floats(each["weights"], "weights").reshape(len(matrix), -1)
        matrix[:, -1] = _floats(each["bias"], "bias")
    return network


def _layer(stated: Payload) -> Layer:
    image, units = stated.get("convolution"), stated["units"]
    if image is None:
        return Dense(stated["inputs"], units)
    return Convolution(image["channels"], image["height"], image["width"], units, image["pooled"])


def _floats(encoded: str, name: str) -> Floats:
    values: Floats = np.frombuffer(from_base64(encoded, None, f"model.{name}"), "<f4").astype(np.float32)
    return values
