"""The peer: a script with scikit-learn and pyplot that writes the same default files.

    python benchmarks/sklearn_script.py MODEL DIRECTORY [mlflow|tensorboard|trackio]

A third word adds a tracker, as its own first page of documentation does.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score, classification_report, confusion_matrix, f1_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

MODELS = {
    "logistic": lambda: LogisticRegression(max_iter=1000),
    "mlp": lambda: MLPClassifier((128, 64), max_iter=100, random_state=42),
}


def main(model_name: str, directory: Path, tracker: str | None = None) -> None:
    """Train, evaluate, and write metrics, predictions, loss curve, summary and two pictures."""
    warnings.filterwarnings("ignore")
    directory.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    if tracker == "mlflow":
        begin_mlflow(directory)
    digits = load_digits()
    x_train, x_test, y_train, y_test = train_test_split(
        digits.data, digits.target, test_size=0.2, random_state=42, stratify=digits.target
    )
    model = make_pipeline(StandardScaler(), MODELS[model_name]()).fit(x_train, y_train)
    guesses, probabilities = model.predict(x_test), model.predict_proba(x_test)
    matrix = confusion_matrix(y_test, guesses)
    files = {
        "metrics.json": {
            "accuracy": accuracy_score(y_test, guesses),
            "macro_f1": f1_score(y_test, guesses, average="macro"),
            "classification_report": classification_report(y_test, guesses, output_dict=True),
            "confusion_matrix": matrix.tolist(),
        },
        "predictions.json": [
            {"pixels": x.tolist(), "true": int(y), "predicted": int(g), "probabilities": p.tolist()}
            for x, y, g, p in zip(x_test[:16], y_test, guesses, probabilities, strict=False)
        ],
        "loss_curve.json": list(getattr(model[-1], "loss_curve_", [])),
        "run_summary.json": {"model": model_name, "seconds": time.perf_counter() - started},
    }
    for name, payload in files.items():
        (directory / name).write_text(json.dumps(payload, indent=2))

    figure, axes = plt.subplots(4, 4, figsize=(8, 8))
    for axis, image, label, guess in zip(axes.flat, x_test, y_test, guesses, strict=False):
        axis.imshow(image.reshape(8, 8), cmap="gray_r")
        axis.set_title(f"{label} → {guess}")
        axis.axis("off")
    figure.tight_layout()
    figure.savefig(directory / "sample_gallery.png", dpi=150)
    display = ConfusionMatrixDisplay(matrix, display_labels=digits.target_names)
    display.plot(cmap="Blues")
    plt.tight_layout()
    plt.savefig(directory / "confusion_matrix.png", dpi=150)
    if tracker:
        FINISH[tracker](directory, model_name, files)


def begin_mlflow(directory: Path) -> None:
    """Let MLflow watch every fit."""
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{directory}/mlflow.db")
    if mlflow.get_experiment_by_name("digits") is None:
        mlflow.create_experiment("digits", artifact_location=(directory / "mlartifacts").as_uri())
    mlflow.set_experiment("digits")
    mlflow.sklearn.autolog(silent=True)
    mlflow.start_run()


def finish_mlflow(directory: Path, model_name: str, files: dict[str, Any]) -> None:
    """Log the scores and the two pictures of the hold-out; autolog has logged the model and the training scores."""
    import mlflow

    mlflow.set_tag("model", model_name)
    mlflow.log_metrics({key: files["metrics.json"][key] for key in ("accuracy", "macro_f1")})
    for picture in directory.glob("*.png"):
        mlflow.log_artifact(str(picture))
    mlflow.end_run()


def finish_tensorboard(directory: Path, model_name: str, files: dict[str, Any]) -> None:
    """Log the loss per epoch, the scores and the two pictures."""
    from tensorboardX import SummaryWriter

    writer = SummaryWriter(str(directory / "logs" / f"{model_name}-{time.time_ns()}"))
    for step, loss in enumerate(files["loss_curve.json"]):
        writer.add_scalar("loss", loss, step)
    for key in ("accuracy", "macro_f1"):
        writer.add_scalar(key, files["metrics.json"][key], 0)
    for picture in directory.glob("*.png"):
        writer.add_image(picture.stem, plt.imread(picture), dataformats="HWC")
    writer.close()


def finish_trackio(directory: Path, model_name: str, files: dict[str, Any]) -> None:
    """Log the loss per epoch, the scores and the two pictures."""
    os.environ["TRACKIO_DIR"] = str(directory / "trackio")
    import trackio

    trackio.init(project="digits", name=f"{model_name}-{time.time_ns()}", config={"model": model_name}, embed=False)
    for loss in files["loss_curve.json"]:
        trackio.log({"loss": loss})
    pictures = {picture.stem: trackio.Image(str(picture)) for picture in directory.glob("*.png")}
    trackio.log({key: files["metrics.json"][key] for key in ("accuracy", "macro_f1")} | pictures)
    trackio.finish()


FINISH = {"mlflow": finish_mlflow, "tensorboard": finish_tensorboard, "trackio": finish_trackio}

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
