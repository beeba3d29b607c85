"""The JSON files of a run: one value per file, and the rules between the files.

Only plain values go in, and nothing but the standard library is imported: these rules hold years later, without the
training code.
"""

# ruff: noqa: F403, F405, TC001 - each module lists its public names in __all__

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts.agreement import contradictions as contradictions
from digit_classifier.artifacts.artifact import Artifact as Artifact
from digit_classifier.artifacts.dataset import *
from digit_classifier.artifacts.epoch_snapshots import *
from digit_classifier.artifacts.holdout import *
from digit_classifier.artifacts.index import *
from digit_classifier.artifacts.loss_curve import *
from digit_classifier.artifacts.manifest import *
from digit_classifier.artifacts.metrics import *
from digit_classifier.artifacts.model import *
from digit_classifier.artifacts.note import *
from digit_classifier.artifacts.plan import *
from digit_classifier.artifacts.point import *
from digit_classifier.artifacts.predictions import *
from digit_classifier.artifacts.replay import *
from digit_classifier.artifacts.roc_curves import *
from digit_classifier.artifacts.rules import Payload as Payload
from digit_classifier.artifacts.run_summary import *
from digit_classifier.artifacts.split import *
from digit_classifier.artifacts.sweep import *
from digit_classifier.artifacts.timing_stats import *
from digit_classifier.artifacts.training_dynamics import *

if TYPE_CHECKING:
    from digit_classifier.artifacts.results import Results

# In the order in which a report lists them; a new file is a module of its own and a line here.
ARTIFACTS: dict[str, Artifact] = {
    artifact.name: artifact
    for artifact in (
        METRICS,
        RUN_SUMMARY,
        PREDICTIONS,
        LOSS_CURVE,
        HOLDOUT,
        MODEL,
        EPOCH_SNAPSHOTS,
        ROC_CURVES,
        TRAINING_DYNAMICS,
        TIMING_STATS,
        SPLIT,
        DATASET,
        MANIFEST,
        INDEX,
        SEGMENT,
        REPLAY,
        NOTE,
    )
}
# Of a sweep, which is many runs: not files of one.
SWEEP_ARTIFACTS: dict[str, Artifact] = {artifact.name: artifact for artifact in (PLAN, POINT, SWEEP)}


def payloads_of(results: Results) -> dict[str, Payload]:
    """Every file that tells what a run computed, by name; the optional ones only where its settings ask for them.

    The data set is not among them: the runs of a root share it.
    """
    return {each.name: each.of(results) for each in ARTIFACTS.values() if each.of and each.wanted(results.config)}
