"""The network as an ONNX model: raw samples in, probabilities out, the scaling inside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from digit_classifier.exporters.source import arrays_of, facts_of, payload, sample_shape

if TYPE_CHECKING:
    from pathlib import Path

    from digit_classifier.store import Bundle

LIBRARY = "onnx"
OPSET, IR = 17, 8  # of 2022: what is in use reads them
MARK = bytes([8, IR, 18, 16]) + b"digit-classifier"  # how a file of ours begins: its version, and who made it


def export(bundle: Bundle, target: Path) -> None:
    """Write the model as one file."""
    target.write_bytes(onnx_model(bundle).SerializeToString(deterministic=True))


def onnx_model(bundle: Bundle) -> Any:
    """The checked model: `samples` (batch, channels, height, width) or (batch, features) → `probabilities`."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    from digit_classifier import __version__

    arrays, facts, summary = arrays_of(bundle), facts_of(bundle), payload(bundle, "run_summary.json")
    shape, classes = sample_shape(summary["dataset"]), len(summary["dataset"]["class_names"])
    nodes: list[Any] = []
    flat = len(shape) == 1

    def step(kind: str, *inputs: str, **attributes: Any) -> None:
        before = nodes[-1].output[0] if nodes else "samples"
        nodes.append(helper.make_node(kind, [before, *inputs], [f"{len(nodes)}_{kind}"], **attributes))

    if arrays["offset"].any():
        step("Sub", "offset")
    step("Div", "scale")
    for index, layer in enumerate(summary["model"]["layers"]):
        names = f"layers.{index}.weight", f"layers.{index}.bias"
        image = layer.get("convolution")
        if image:
            step("Conv", *names, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
        else:
            if not flat:
                step("Flatten")
            step("Gemm", *names, transB=1)
            flat = True
        step(*(["Softmax"] if layer["activation"] == "softmax" else ["Relu"]))
        if image and image["pooled"]:
            step("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
    nodes[-1].output[0] = "probabilities"
    samples = helper.make_tensor_value_info("samples", TensorProto.FLOAT, ["batch", *shape], facts["input"])
    order = "one per class, in the order of class_names"
    result = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", classes], order)
    used = {name for node in nodes for name in node.input}
    numbers = [numpy_helper.from_array(array, name) for name, array in arrays.items() if name in used]
    graph = helper.make_graph(nodes, "network", [samples], [result], numbers)
    about = {"producer_name": "digit-classifier", "producer_version": __version__, "ir_version": IR}
    said = f"Input: {facts['input']}. Output: probabilities, {order}."
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], doc_string=said, **about)
    texts = {
        key: fact if isinstance(fact, str) else json.dumps(fact, ensure_ascii=False) for key, fact in facts.items()
    }
    helper.set_model_props(model, texts)
    onnx.checker.check_model(model, full_check=True)
    return model
