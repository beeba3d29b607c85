"""Train with `exact` and print digests of everything that was computed: what a test runs in other surroundings.

`python tests/support/exact_digests.py '{"name": {setting: value, ...}, ...}'` prints one JSON object, digests by name.
The setting "scaled" says how many pixels are few enough to be scaled all at once.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

from digit_classifier.artifacts import ARTIFACTS, payloads_of
from digit_classifier.artifacts.schema import in_version
from digit_classifier.experiment import run_experiment
from digit_classifier.learning import batches
from digit_classifier.run import results_of
from digit_classifier.run.prepare import prepare
from digit_classifier.settings.resolve import configure

FEW = batches.SCALED


def digests(settings: dict[str, Any]) -> dict[str, str]:
    """Digest of the weights, and of every JSON file that the run would write, times aside."""
    batches.SCALED = settings.pop("scaled", FEW)
    config = configure(**settings, exact=True, roc_per_class=True, learning_rate_trace=True)
    payloads = payloads_of(results_of(run_experiment(config, prepare(config))))
    # What the first version of each file said: what newer ones add is tested elsewhere, and leaves these digests alone.
    payloads = {name: in_version(1, payload, ARTIFACTS[name].schema) for name, payload in payloads.items()}
    text = json.dumps(payloads, sort_keys=True)
    return {"weights": payloads["model.json"]["sha256"], "results": hashlib.sha256(text.encode()).hexdigest()}


if __name__ == "__main__":
    print(json.dumps({name: digests(settings) for name, settings in json.loads(sys.argv[1]).items()}, indent=2))
