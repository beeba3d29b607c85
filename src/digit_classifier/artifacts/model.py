"""model.json: the trained network as numbers, so that a page can predict with it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from digit_classifier.artifacts.architecture import check_layers, layer_parameters, layer_schema, weights_per_unit
from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import (
    BASE64,
    IMAGE,
    IMAGE_SHAPE,
    MAX_VALUE,
    Payload,
    check_shape,
    decode_float32,
    float32_bytes,
    from_base64,
    require,
    shape_of,
    size_of,
    to_base64,
)
from digit_classifier.artifacts.schema import SHA256, Schema, arr, check_payload, document, integer, versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digit_classifier.artifacts.results import Results

__all__ = ["MODEL", "build_model", "validate_model_payload"]

KEYS: dict[str, Schema] = {
    "offset": BASE64,
    "scale": BASE64,
    "layers": arr(layer_schema(weights=BASE64, bias=BASE64), 1, 32),
    "parameters": integer(1),
    "sha256": SHA256,
}
SCHEMA = versions(
    document("model", {"image_shape": IMAGE_SHAPE, "max_value": MAX_VALUE, **KEYS}),
    document("model", KEYS, optional=IMAGE, version=2),  # a network for tables takes numbers without a shape
)


def build_model(
    shape: Payload,
    offset: bytes | Sequence[float],
    scale: bytes | Sequence[float],
    layers: Sequence[tuple[Payload, str, bytes | Sequence[float], bytes | Sequence[float]]],
) -> Payload:
    """model.json: input = (number − offset) / scale, then each layer (description, activation, weights, bias).

    A description holds inputs, units and, for a convolution, how the inputs are an image. All numbers are float32, as
    flat lists or as little-endian bytes; weights are units × inputs or units × channels × 3 × 3, row by row.
    """
    payload: Payload = {
        "schema_version": 2,
        **{key: value for key, value in shape_of(shape).items() if key in IMAGE},
        "offset": to_base64(float32_bytes(offset)),
        "scale": to_base64(float32_bytes(scale)),
        "layers": [
            {
                **description,
                "activation": activation,
                "weights": to_base64(float32_bytes(weights)),
                "bias": to_base64(float32_bytes(bias)),
            }
            for description, activation, weights, bias in layers
        ],
    }
    payload["parameters"] = sum(layer_parameters(layer) for layer in payload["layers"])
    return payload | {"sha256": model_sha256(payload)}


def model_sha256(payload: Payload) -> str:
    """Digest of the architecture and the bytes of offset, scale, and each layer's weights and bias."""
    shapes = [
        (layer["inputs"], layer["units"], layer["activation"], *sorted(layer.get("convolution", {}).items()))
        for layer in payload["layers"]
    ]
    head: tuple[object, ...] = (shapes,)
    if "image_shape" in payload:
        channels = payload.get("channels", 1)  # a grey image has none here, as in the first version
        head = (((channels,) if channels > 1 else ()) + tuple(payload["image_shape"]), payload["max_value"], shapes)
    digest = hashlib.sha256(repr(head).encode())
    for key in ("offset", "scale"):
        digest.update(from_base64(payload[key], 4 * payload["layers"][0]["inputs"], f"model.{key}"))
    for index, layer in enumerate(payload["layers"]):
        where = f"model.layers[{index}]"
        digest.update(from_base64(layer["weights"], 4 * weights_per_unit(layer) * layer["units"], f"{where}.weights"))
        digest.update(from_base64(layer["bias"], 4 * layer["units"], f"{where}.bias"))
    return digest.hexdigest()


def validate_model_payload(payload: Payload) -> None:
    """Check model.json."""
    check_payload(payload, SCHEMA, "model")
    layers = payload["layers"]
    inputs = layers[0]["inputs"]
    if any(key in payload for key in IMAGE):
        check_shape(payload, "model")
        pixels = size_of(payload)
        require(inputs == pixels, "model.layers[0].inputs", f"{pixels}, one per pixel", inputs)
    decode_float32(payload["offset"], inputs, "model.offset")
    smallest = min(decode_float32(payload["scale"], inputs, "model.scale"))
    require(smallest > 0, "model.scale", "positive numbers", smallest)
    parameters = check_layers(layers, "model.layers")
    require(payload["parameters"] == parameters, "model.parameters", str(parameters), payload["parameters"])
    for index, layer in enumerate(layers):
        where = f"model.layers[{index}]"
        decode_float32(layer["weights"], weights_per_unit(layer) * layer["units"], f"{where}.weights")
        decode_float32(layer["bias"], layer["units"], f"{where}.bias")
    digest = model_sha256(payload)
    require(payload["sha256"] == digest, "model.sha256", digest, payload["sha256"])


def _of(results: Results) -> Payload:
    return build_model(results.data.shape, results.offset, results.scale, results.layers)


MODEL = Artifact("model.json", SCHEMA, build_model, validate_model_payload, _of)
