"""Runs in the formats of other tools: one module per format, and those that installed plugins bring.

An exporter is a function `export(bundle, target) -> None` that writes the file or directory `target`, from the plain
payloads of a run only. A tracker has `add(bundle, target) -> bool` instead: it takes many runs, one after the other,
adds each to what is there, and says whether it was new. The page's own formats, `html` and `site`, take more than a
bundle and live in `page`.
"""

PAGE_FORMATS = ("html", "site")
# Format → its module; imported when it is asked for. Its library, an extra of the same name, is imported later still.
FORMATS: dict[str, str] = {
    "onnx": "digit_classifier.exporters.onnx",
    "safetensors": "digit_classifier.exporters.safetensors",
    "model-card": "digit_classifier.exporters.model_card",
}
TRACKERS = {
    "tensorboard": "digit_classifier.exporters.tensorboard",
    "mlflow": "digit_classifier.exporters.mlflow",
}
# Format → a target to show, where it is not the name of the format.
EXAMPLES = {
    "html": "report.html",
    "onnx": "network.onnx",
    "safetensors": "network.safetensors",
    "model-card": "README.md",
    "tensorboard": "logs",
    "mlflow": "sqlite:///mlflow.db",
}
