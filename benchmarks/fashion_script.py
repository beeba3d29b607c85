"""The peers on Fashion-MNIST: a script with PyTorch or scikit-learn that trains the same network and writes files.

    python -m benchmarks.fashion_script torch|sklearn mlp|cnn EPOCHS DIRECTORY [THREADS]

As ours does it: 50,000 of the 60,000 training images train, the others are scored after every epoch (scikit-learn:
once), and scores, hold-out probabilities, weights and two pictures are written. The 10,000 test images are not read.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score, classification_report, confusion_matrix, log_loss

FOLDER = Path("/usr/share/datasets/fashion-mnist")  # Debian's package dataset-fashion-mnist
BATCH, RATE, DECAY, SMOOTHING, HELD_OUT = 64, 0.003, 0.01, 0.1, 10_000


def read() -> tuple[Any, Any]:
    """The training part: images (60,000, 28, 28) of 0..255, and labels."""
    with (
        gzip.open(FOLDER / "train-images-idx3-ubyte.gz") as images,
        gzip.open(FOLDER / "train-labels-idx1-ubyte.gz") as labels,
    ):
        pixels = np.frombuffer(images.read(), np.uint8, offset=16).reshape(-1, 28, 28)
        return pixels, np.frombuffer(labels.read(), np.uint8, offset=8).astype(np.int64)


def with_torch(model_name: str, epochs: int, x: Any, y: Any, x_test: Any, y_test: Any, directory: Path) -> Any:
    """The hold-out's probabilities by a network as ours, trained as ours without moved images."""
    import torch
    from torch import nn

    torch.manual_seed(42)
    inputs, watched = (torch.from_numpy(part.astype(np.float32) / 255)[:, None] for part in (x, x_test))
    targets, truth = torch.from_numpy(y), torch.from_numpy(y_test)
    dense = [nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)]
    first = [nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    second = [nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
    convolved = [*first, *second, nn.Linear(32 * 49, 64), nn.ReLU(), nn.Linear(64, 10)]
    model = nn.Sequential(*([nn.Flatten(), *dense] if model_name == "mlp" else convolved))
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 - epoch / epochs)
    loss_of = nn.CrossEntropyLoss(label_smoothing=SMOOTHING)
    curve = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(targets)).split(BATCH):
            loss = loss_of(model(inputs[rows]), targets[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += float(loss.detach()) * len(rows)
        schedule.step()
        with torch.no_grad():
            logits = torch.cat([model(part) for part in watched.split(4096)])
            curve.append((total / len(targets), float(nn.functional.cross_entropy(logits, truth))))
    torch.save(model.state_dict(), directory / "weights.pt")
    (directory / "loss_curve.json").write_text(json.dumps(curve))
    return torch.softmax(logits, 1).numpy()


def with_sklearn(model_name: str, epochs: int, x: Any, y: Any, x_test: Any, y_test: Any, directory: Path) -> Any:  # noqa: ARG001
    """The hold-out's probabilities by MLPClassifier: Adam at one rate, no smoothing, no decay of the rate."""
    import warnings

    import joblib
    from sklearn.neural_network import MLPClassifier

    warnings.filterwarnings("ignore")
    model = MLPClassifier((128, 64), batch_size=BATCH, learning_rate_init=0.001, max_iter=epochs, random_state=42)
    model.fit(x.reshape(len(x), -1).astype(np.float32) / 255, y)
    joblib.dump(model, directory / "weights.joblib")
    (directory / "loss_curve.json").write_text(json.dumps(model.loss_curve_))
    return model.predict_proba(x_test.reshape(len(x_test), -1).astype(np.float32) / 255)


def main(library: str, model_name: str, epochs: int, directory: Path, threads: int = 1) -> None:
    """Train, evaluate, write."""
    directory.mkdir(parents=True, exist_ok=True)
    images, labels = read()
    order = np.random.default_rng(42).permutation(len(labels))
    held, rest = order[:HELD_OUT], order[HELD_OUT:]
    if library == "torch":
        import torch

        torch.set_num_threads(threads)
    fit = with_torch if library == "torch" else with_sklearn
    probabilities = fit(model_name, epochs, images[rest], labels[rest], images[held], labels[held], directory)
    guesses, truth = probabilities.argmax(axis=1), labels[held]
    scores = {
        "accuracy": accuracy_score(truth, guesses),
        "log_loss": log_loss(truth, probabilities.astype(float)),
        "classification_report": classification_report(truth, guesses, output_dict=True),
        "confusion_matrix": (matrix := confusion_matrix(truth, guesses)).tolist(),
    }
    (directory / "metrics.json").write_text(json.dumps(scores, indent=2))
    (directory / "holdout.json").write_text(
        json.dumps({"probabilities": probabilities.tolist(), "true": truth.tolist()})
    )
    figure, axes = plt.subplots(4, 4, figsize=(8, 8))
    for axis, row, guess in zip(axes.flat, held, guesses, strict=False):
        axis.imshow(images[row], cmap="gray_r")
        axis.set_title(f"{labels[row]} → {guess}")
        axis.axis("off")
    figure.savefig(directory / "sample_gallery.png", dpi=150)
    ConfusionMatrixDisplay(matrix).plot(cmap="Blues")
    plt.savefig(directory / "confusion_matrix.png", dpi=150)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]), *map(int, sys.argv[5:]))
