"""How runs get to disk whole, and stay found. Standard library only.

`publish` is the one door for what is complete; `place` takes a name before a training begins. `inspect` looks at a run.
Order of the modules: layout, files, lock, json, bundle, inspection, replays, notes, watch, segments, index, ours,
checkpoint, claim, flat, sweeps, root. Each imports those before it.
"""

from __future__ import annotations

from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from digit_classifier.artifacts import Payload, PlainDataset
    from digit_classifier.store.bundle import Bundle as Bundle
    from digit_classifier.store.claim import Claim as Claim
    from digit_classifier.store.inspection import Inspection as Inspection
    from digit_classifier.store.inspection import inspect as inspect
    from digit_classifier.store.inspection import read_bundle as read_bundle
    from digit_classifier.store.root import read_root as read_root
    from digit_classifier.store.root import repair as repair
    from digit_classifier.text import AnyPath

# Loaded when first used: listing runs needs a third of the store.
_HOMES = {"Bundle": "bundle", "Claim": "claim", "Inspection": "inspection", "inspect": "inspection"}
_HOMES |= {"read_bundle": "inspection", "read_root": "root", "repair": "root"}


class Place(Protocol):
    """Where a run will be: a claimed name in an artifacts root, or a directory of the user's."""

    def publish(
        self, payloads: Mapping[str, Payload], pictures: Mapping[str, bytes], data: PlainDataset | None = None
    ) -> Bundle:
        """Validate, encode, seal and publish: every JSON file but the manifest, the PNG files, and the data set."""


def publish(
    root: AnyPath, payloads: Mapping[str, Payload], pictures: Mapping[str, bytes], data: PlainDataset | None = None
) -> Bundle:
    """Publish a complete run in an artifacts root, under a name made of its `created` and `label`.

    `payloads` maps file names to what they hold: run_summary.json and metrics.json at least, and holdout.json,
    model.json, loss_curve.json and predictions.json unless the summary says that the run is synthetic. The data set
    goes to datasets/, unless it is there. ArtifactError for a payload that is missing or breaks its rules, InputError
    where the root cannot be written, RunError where publishing fails; its text says whether the run is safe.
    """
    from digit_classifier.store.bundle import require_whole

    require_whole(payloads)
    summary = payloads["run_summary.json"]
    with place(summary["created"], summary["label"], root=root) as mine:
        return mine.publish(payloads, pictures, data)


@contextmanager
def place(created: str, label: str | None, *, root: AnyPath, output_dir: AnyPath | None = None) -> Iterator[Place]:
    """Where a run of this time and label will be: a name claimed in a root, or with `output_dir` just there.

    InputError, before any training, when it cannot be written.
    """
    from digit_classifier.store.claim import claim
    from digit_classifier.text import as_path, slug

    if output_dir is not None:
        from digit_classifier.store.flat import FlatRun, remove_empty, require_writable

        directory = as_path(output_dir)
        made = require_writable(directory)
        try:
            yield FlatRun(directory)
        finally:
            remove_empty(made)
        return
    with claim(as_path(root), created, slug(label or "")) as mine:
        yield mine


if not TYPE_CHECKING:  # a checker would take any name for one of ours

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'digit_classifier.store' has no attribute {name!r}")
        return getattr(import_module(f"digit_classifier.store.{_HOMES[name]}"), name)
