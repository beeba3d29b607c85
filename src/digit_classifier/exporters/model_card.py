"""A model card: what the network is and how good, as Markdown with the front matter that the Hugging Face Hub reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.errors import loading
from digit_classifier.exporters.source import about, payload, run_name
from digit_classifier.text import markdown

if TYPE_CHECKING:
    from pathlib import Path

    from digit_classifier.store import Bundle

MARK = None  # a card is a text that people go on writing: none is replaced without being asked


def export(bundle: Bundle, target: Path) -> None:
    """Write README.md, or whatever the target is called."""
    with loading():
        import yaml

    summary, metrics = payload(bundle, "run_summary.json"), payload(bundle, "metrics.json")
    dataset, interval = summary["dataset"], metrics["accuracy_interval"]
    task = "tabular-classification" if "feature_names" in dataset else "image-classification"
    title = summary["label"] or run_name(bundle)
    measured = [
        {"type": "accuracy", "name": "Accuracy", "value": metrics["accuracy"], "args": interval},
        {"type": "f1", "name": "Macro F1", "value": metrics["macro_f1"], "args": {"average": "macro"}},
    ]
    data = {"type": dataset["name"], "name": dataset["title"] or dataset["name"], "split": "hold-out"}
    result = {"task": {"type": task, "name": task.replace("-", " ")}, "dataset": data, "metrics": measured}
    front = {
        "library_name": "digit-classifier",
        "pipeline_tag": task,
        "tags": ["numpy", summary["model"]["name"]],
        "model-index": [{"name": title, "results": [result]}],
    }
    names = ", ".join(markdown(name) for name in dataset["class_names"])
    digests = f"Run `{run_name(bundle)}`, results digest `{bundle.manifest['results_digest']}`."
    *paragraphs, command = about(bundle)
    parts = [f"# {markdown(title)}", *paragraphs, f"Classes: {names}.", "Trained by", command, digests]
    header = yaml.safe_dump(front, sort_keys=False, allow_unicode=True)
    target.write_text(f"---\n{header}---\n\n" + "\n\n".join(parts) + "\n", encoding="utf-8", newline="\n")
