"""From plan.json and points.jsonl to sweep.json: nothing else is asked, so it can be made again at any time."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.artifacts import build_sweep, held_out_ids, hits_within
from digit_classifier.artifacts.sweep import MAX_MACHINES
from digit_classifier.errors import ArtifactError, RunError, explain, typed_command
from digit_classifier.store.bundle import read_manifest
from digit_classifier.store.files import read_regular
from digit_classifier.store.json import decode
from digit_classifier.store.layout import DATASETS, MANIFEST_FILE, MAX_DATASET_BYTES
from digit_classifier.store.sweeps import Points
from digit_classifier.sweeps import statistics
from digit_classifier.sweeps.aggregate import aggregate
from digit_classifier.sweeps.axes import frozen, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from digit_classifier.artifacts import Payload
    from digit_classifier.sweeps.axes import Values
    from digit_classifier.sweeps.statistics import Key

BLOCKS = ("contiguous",)  # the splits of one repeat, whatever the state; those of groups are drawn anew each time
LISTED = 100_000  # points of sweep.json
BITS = ("machine", "processor", "numpy", "numpy_simd", "blas", "blas_version", "blas_kernel")  # facts that decide them
SIZES = ("parameters", "training", "holdout")


@dataclass
class Rows:
    """The points of one setting."""

    values: Values
    sizes: dict[str, int] = field(default_factory=dict)
    scores: dict[Key, float] = field(default_factory=dict)
    hits: dict[Key, bytes] = field(default_factory=dict)
    lines: list[tuple[Payload, Key | None]] = field(default_factory=list)  # without predictions
    failed: int = 0

    def statistics(self, held: Mapping[str, list[int]], blocks: bool) -> statistics.Setting:
        """As the statistics see it."""
        sizes = {"parameters": 0, "training": 1, "holdout": 1} | self.sizes
        return statistics.Setting(self.scores, blocks=blocks, hits=self.hits, held=held, **sizes)


@dataclass(frozen=True)
class Held(Mapping[str, list[int]]):
    """The held-out samples of each split, ascending, read from its map when asked for: there may be 100,000 splits."""

    maps: dict[str, str] = field(default_factory=dict)  # as in points.jsonl, and checked

    def __getitem__(self, split: str) -> list[int]:
        bits = np.frombuffer(base64.b64decode(self.maps[split]), np.uint8)
        found: list[int] = np.flatnonzero(np.unpackbits(bits, bitorder="little")).tolist()
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.maps)

    def __len__(self) -> int:
        return len(self.maps)


@dataclass
class Collected:
    """All that points.jsonl says, by setting in the order in which they were planned or asked for."""

    directory: Path
    plan: Payload
    labels: list[int]
    settings: dict[Values, Rows] = field(default_factory=dict)
    confirming: dict[Values, Rows] = field(default_factory=dict)
    held: Held = field(default_factory=Held)
    machines: Counter[str] = field(default_factory=Counter)
    facts: dict[str, Payload] = field(default_factory=dict)
    digests: list[str] = field(default_factory=list)

    def add(self, line: Payload, points: Points) -> None:
        """Add a point; ArtifactError where its accuracy is not that of its predictions."""
        values = frozen(line["values"])
        if len(values) != len(self.plan["axes"]):
            wanted, came = f"{len(self.plan['axes'])} values, one per axis", str(len(values))
            raise ArtifactError(explain(f"point {line['recipe_digest'][:12]}", wanted, came, "another copy of it"))
        home = self.confirming if line["confirming"] else self.settings
        rows = home.setdefault(values, Rows(values))
        if "environment" in line:
            self.machines[line["environment"]] += 1
            self.facts[line["environment"]] = points.environments[line["environment"]]
        result, key = line["result"], None
        if result is None:
            rows.failed += 1
        else:
            split = result["split"]
            if split not in self.held.maps:
                held_out_ids(points.splits[split], len(self.labels))  # an error unless it is one of these samples
                self.held.maps[split] = points.splits[split]
            ids, classes = self.held[split], len(self.plan["dataset"]["class_names"])
            hits = hits_within(line, ids, self.labels, classes)
            key = split, line["random_state"]
            rows.scores[key], rows.hits[key] = result["accuracy"], hits
            self.digests.append(f"{line['recipe_digest']} {result['results_digest']}")
        lean = {name: line[name] for name in ("recipe_digest", "random_state", "split_state", "seconds", "failure")}
        lean |= {name: result[name] if result else None for name in ("accuracy", "log_loss", "epochs", *SIZES)}
        rows.lines.append((lean, key))

    @property
    def count(self) -> int:
        """The number of points, confirming ones aside."""
        return sum(len(rows.lines) for rows in self.settings.values())

    @property
    def digest_of(self) -> dict[str, str]:
        """What each point computed, by its recipe."""
        return dict(text.split(" ") for text in self.digests)

    @property
    def results_digest(self) -> str:
        """Digest of what all points computed, whatever the order in which they ended."""
        return hashlib.sha256("\n".join(sorted(self.digests)).encode("ascii")).hexdigest()


def collect(root: Path, directory: Path, plan: Payload) -> Collected:
    """Read all points; ArtifactError for damaged ones, RunError where the data set is not beside the runs."""
    path = root / DATASETS / plan["dataset"]["file"]
    try:
        data = decode(read_regular(path, MAX_DATASET_BYTES), path, max_bytes=MAX_DATASET_BYTES)
    except FileNotFoundError:
        raise RunError(explain(path, "the data set of the sweep", "none", "another copy of it")) from None
    labels: Any = data.get("labels")
    about = plan["dataset"]
    fits = isinstance(labels, list) and len(labels) == about["samples"]
    if data.get("sha256") != about["sha256"] or not fits:
        came = str(data.get("sha256"))[:12] if fits else "other labels"
        wanted = f"sha256 {about['sha256'][:12]}…"
        raise ArtifactError(explain(path, wanted, came, typed_command("repair", root)))
    found = Collected(directory, plan, labels)
    for row in plan["settings"]:
        found.settings.setdefault(frozen(row), Rows(frozen(row)))
    points = Points(directory)
    for line in points:
        found.add(line, points)
    for rows in (*found.settings.values(), *found.confirming.values()):
        rows.lines.sort(key=lambda each: (each[0]["random_state"], each[0]["split_state"] or 0))
        first = next((line for line, key in rows.lines if key is not None), None)  # in order, not by time: folds differ
        rows.sizes = {name: first[name] for name in SIZES} if first else {}
    if not plan["settings"]:  # they were found on the way, and ended in any order
        found.settings = dict(sorted(found.settings.items(), key=lambda item: list(map(_order, item[0]))))
    return found


def _order(value: Any) -> tuple[bool, float, str]:
    """Numbers by size, anything else by its text."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return not number, value if number else 0, "" if number else str(value)


def statistics_of(found: Collected) -> list[statistics.Setting]:
    """The settings as the statistics see them."""
    kind, names = found.plan["split"], [axis["name"] for axis in found.plan["axes"]]
    place = names.index("split") if "split" in names else None

    def blocks(values: Values) -> bool:
        return (kind if place is None else values[place]) in BLOCKS

    return [rows.statistics(found.held, blocks(values)) for values, rows in found.settings.items()]


def candidates_of(found: Collected) -> list[int] | None:
    """The settings among which the best is chosen: all, or those of a halving's last rung in which not all failed."""
    if found.plan["method"] != "halving":
        return None
    # A rung trains fewer settings, three times as long: the last one has the fewest, which were trained last.
    own: dict[Values, list[int]] = {}
    for index, values in enumerate(found.settings):
        own.setdefault(values[:-1], []).append(index)
    rows, rungs = list(found.settings.values()), zip_longest(*own.values())
    scored = [[index for index in rung if index is not None and rows[index].scores] for rung in rungs]
    return next((rung for rung in reversed(scored) if rung), [])


def best_values(found: Collected) -> Values | None:
    """The values of the best setting."""
    settings, candidates = statistics_of(found), candidates_of(found)
    rivals = [
        each if candidates is None or index in candidates else replace(each, scores={})
        for index, each in enumerate(settings)
    ]
    best = statistics.best_setting(rivals)
    return None if best is None else list(found.settings)[best]


def build(root: Path, found: Collected, finished: str, *, is_complete: bool) -> Payload:
    """sweep.json of what was collected; `finished` is now.

    `is_complete`: no point is left to train. Of a plan with equal points those are fewer than it says.
    """
    settings = statistics_of(found)
    columns: dict[str, list[Any]] = {
        name: [] for name in ("setting", "random_state", "split_state", "accuracy", "log_loss", "epochs", "seconds")
    } | {"run": [], "failure": []}
    point_of: dict[tuple[int, Key], int] = {}
    kept: set[int] = set()
    digests = found.digest_of
    for index, rows in enumerate(found.settings.values()):
        for line, key in rows.lines:
            number = len(columns["setting"])
            recipe = line["recipe_digest"]
            run = kept_run(root, found.plan["sweep_id"], recipe, digests.get(recipe))  # it may have been deleted since
            if key is not None:
                point_of[index, key] = number
            if run is not None:
                kept.add(number)
            columns["setting"].append(index)
            columns["run"].append(run)
            for name in columns.keys() - {"setting", "run"}:
                columns[name].append(line[name])
    best = best_values(found)
    again = found.confirming.get(best) if best is not None else None
    confirmed = again.statistics(found.held, blocks=False) if again and again.scores else None
    parts = aggregate(settings, point_of, kept=kept, confirmed=confirmed, candidates=candidates_of(found))
    if found.plan["method"] == "halving" and parts["best"]:
        parts["best"]["chosen_among"] = len({values[:-1] for values in found.settings})
    rows_of = list(found.settings.values())
    for name in SIZES:
        parts["settings"][name] = [rows.sizes.get(name) for rows in rows_of]
    parts["settings"] |= {
        "values": [plain(values) for values in found.settings],
        "points": [len(rows.lines) for rows in rows_of],
        "failed": [rows.failed for rows in rows_of],
    }
    if len(columns["setting"]) > LISTED:
        columns = {name: values[:LISTED] for name, values in columns.items()}
        _forget_unlisted(parts)
    keys = ("sweep_id", "label", "created", "command", "train_command", "package_version", "method", "plan_sha256")
    dataset = found.plan["dataset"]
    named = (
        "name",
        "title",
        "file",
        "sha256",
        "samples",
        "class_names",
        "image_shape",
        "channels",
        "max_value",
        "tone",
    )
    return build_sweep(
        **{key: found.plan[key] for key in keys},
        finished=finished,
        planned=max(1, found.count if is_complete else found.plan["points"]),
        environments=_kinds_of_machine(found),
        machines=[
            {"points": count, "facts": found.facts[key]} for key, count in found.machines.most_common(MAX_MACHINES)
        ],
        dataset={name: dataset[name] for name in (*named, "feature_names") if name in dataset},
        splits=_kinds(found),
        axes=[{name: axis[name] for name in ("name", "numeric", "logarithmic")} for axis in found.plan["axes"]],
        points=columns,
        **parts,
    )


def _kinds_of_machine(found: Collected) -> int:
    """On how many kinds of machine points were computed, whose last bits may differ: one where they are exact."""
    kinds = {tuple(facts.get(name) for name in BITS) for facts in found.facts.values()}
    return min(1, len(kinds)) if found.plan["exact"] else len(kinds)


def _kinds(found: Collected) -> list[str]:
    if found.plan["split"] is not None:
        return [found.plan["split"]]
    names = [axis["name"] for axis in found.plan["axes"]]
    if "split" not in names:
        raise ArtifactError(explain(f"{found.directory}: plan.split", "a split", "none", "another copy of it"))
    return sorted({str(values[names.index("split")]) for values in found.settings})


def _forget_unlisted(parts: Payload) -> None:
    """Drop references to points that are not listed."""
    keep = [index for index, point in enumerate(parts["pairs"]["point"]) if point < LISTED]
    parts["pairs"] = {name: [values[index] for index in keep] for name, values in parts["pairs"].items()}
    for each in parts["stability"]:
        for kind in ("unstable", "never_right"):
            for name in ("right_point", "wrong_point"):
                points: Sequence[int | None] = each[kind][name]
                each[kind][name] = [point if point is not None and point < LISTED else None for point in points]


def kept_run_id(sweep_id: str, recipe: str) -> str:
    """The id of a kept run: known before it is trained."""
    return f"{sweep_id}-{recipe[:12]}"


def kept_run(root: Path, sweep_id: str, recipe: str, results_digest: str | None) -> str | None:
    """The id of the run of a point that computed this, where it is in the store.

    Two points of a large sweep may share the digits of their ids: the second has no run.
    """
    run_id = kept_run_id(sweep_id, recipe)
    try:
        _, manifest = read_manifest(root / run_id / MANIFEST_FILE)
    except (OSError, ArtifactError):
        return None
    return run_id if manifest["results_digest"] == results_digest else None
