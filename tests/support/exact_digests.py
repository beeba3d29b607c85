"""Train with `exact` and print digests of everything that was computed: what a test runs in other surroundings.

`python tests/support/exact_digests.py '{"name": {setting: value, ...}, ...}'` prints one JSON object, digests by name.
The setting "scaled" says how many pixels are few enough to be scaled all at once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

from digit_classifier.artifacts import ARTIFACTS, payloads_of
from digit_classifier.artifacts.schema import in_version
from digit_classifier.experiment import run_experiment
from digit_classifier.learning import batches
from digit_classifier.run import results_of
from digit_classifier.run.prepare import prepare
from digit_classifier.settings.resolve import configure

if TYPE_CHECKING:
    from digit_classifier.datasets.dataset import Dataset

FEW = batches.SCALED


def digests(settings: dict[str, Any]) -> dict[str, str]:
    """Digest of the weights, and of every JSON file that the run would write, times aside."""
    batches.SCALED = settings.pop("scaled", FEW)
    config = configure(**settings, exact=True, roc_per_class=True, learning_rate_trace=True)
    split = prepare(config)
    payloads = payloads_of(results_of(run_experiment(config, split))) | {
        "dataset.json": first_version_of(split.dataset)
    }
    # What the first version of each file said: what newer ones add is tested elsewhere, and leaves these digests alone.
    payloads = {name: in_version(1, payload, ARTIFACTS[name].schema) for name, payload in payloads.items()}
    text = json.dumps(payloads, sort_keys=True)
    return {"weights": payloads["model.json"]["sha256"], "results": hashlib.sha256(text.encode()).hexdigest()}


def first_version_of(data: Dataset) -> dict[str, Any]:
    """dataset.json as the first version wrote it, among the files of a run."""
    described = {key: getattr(data, key) for key in ("name", "title", "source", "note", "max_value", "sha256")}
    shape, labels = list(data.samples.shape[2:]), data.labels.tolist()
    pixels = base64.b64encode(data.samples.tobytes()).decode()
    names = {"class_names": list(data.class_names), "labels": labels}
    return {"schema_version": 1, **described, **names, "image_shape": shape, "pixels": pixels}


if __name__ == "__main__":
    print(json.dumps({name: digests(settings) for name, settings in json.loads(sys.argv[1]).items()}, indent=2))
