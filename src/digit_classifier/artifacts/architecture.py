"""The layers of a network as model.json and run_summary.json state them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts.rules import Payload, require
from digit_classifier.artifacts.schema import FLAG, Schema, integer, obj, one_of

if TYPE_CHECKING:
    from collections.abc import Sequence

LAYER = ("inputs", "units", "activation", "convolution")  # what model.json and run_summary.json state of a layer


def layer_schema(**more: Schema) -> Schema:
    """Declare a layer: its size, its activation, what else a file says about it; how a convolution sees its inputs."""
    activation = one_of("relu", "softmax")
    side = integer(1, 4096)
    convolution = obj({"channels": integer(1, 2**16), "height": side, "width": side, "pooled": FLAG})
    required = {"inputs": integer(1, 2**24), "units": integer(1, 2**16), "activation": activation, **more}
    return obj(required, {"convolution": convolution})


def check_layers(layers: Sequence[Payload], where: str) -> int:
    """Each layer takes what the one before gives, ReLU inside and softmax at the end; the number of parameters."""
    for index, layer in enumerate(layers):
        here = f"{where}[{index}]"
        if index:
            outputs = count_outputs(layers[index - 1])
            require(layer["inputs"] == outputs, f"{here}.inputs", f"{outputs}, the outputs before", layer["inputs"])
        if image := layer.get("convolution"):
            pixels = image["channels"] * image["height"] * image["width"]
            require(layer["inputs"] == pixels, f"{here}.inputs", f"{pixels}, its pixels", layer["inputs"])
            require(count_outputs(layer) > 0, f"{here}.convolution", "at least 2 × 2 pixels to pool", image)
        activation = "relu" if index + 1 < len(layers) else "softmax"
        require(layer["activation"] == activation, f"{here}.activation", repr(activation), layer["activation"])
    return sum(layer_parameters(layer) for layer in layers)


def layer_parameters(layer: Payload) -> int:
    """Weights and biases of a layer."""
    return int((weights_per_unit(layer) + 1) * layer["units"])


def weights_per_unit(layer: Payload) -> int:
    """A dense unit has one for each input, a unit of a convolution 3 × 3 for each channel."""
    return int(9 * layer["convolution"]["channels"] if "convolution" in layer else layer["inputs"])


def count_outputs(layer: Payload) -> int:
    """What a layer passes on: one number per unit, or one image."""
    image = layer.get("convolution")
    if image is None:
        return int(layer["units"])
    step = 2 if image["pooled"] else 1
    return int(layer["units"] * (image["height"] // step) * (image["width"] // step))


def hidden_units(layers: Sequence[Payload]) -> Payload:
    """The units of every layer but the last, as the settings name them: `channels` and `hidden_sizes`."""
    hidden = layers[:-1]
    return {
        "channels": [layer["units"] for layer in hidden if "convolution" in layer],
        "hidden_sizes": [layer["units"] for layer in hidden if "convolution" not in layer],
    }
