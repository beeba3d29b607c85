"""Data sets between arrays and the files that runs keep: into plain values, back, and found again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from digit_classifier.artifacts import PlainDataset, dataset_file, held_out_ids
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.datasets.load import STORED_NAME, load_dataset
from digit_classifier.datasets.readers import Asked
from digit_classifier.datasets.split import basis_sha256
from digit_classifier.errors import ArtifactError, InputError, explain, option, show
from digit_classifier.store.files import read_regular
from digit_classifier.store.index import by_time, run_names
from digit_classifier.store.inspection import read_bundle
from digit_classifier.store.layout import DATASETS, MANIFEST_FILE, MAX_SWEEP_BYTES, PLAN_FILE, SWEEPS, max_bytes
from digit_classifier.text import as_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from digit_classifier.artifacts import Payload
    from digit_classifier.settings.run_config import RunConfig

BUNDLED, STORED = "bundled", "stored"  # formats of an origin


def plain_of(data: Dataset) -> PlainDataset:
    """The data set in plain values."""
    names = {"feature_names": list(data.feature_names or ())}
    image = {
        "image_shape": list(data.samples.shape[2:]),
        "channels": data.samples.shape[1],
        "max_value": data.max_value,
    }
    return PlainDataset(
        **{key: getattr(data, key) for key in ("name", "title", "source", "note", "class_names", "tone")},
        shape=names if data.is_table else image,
        labels=data.labels.tolist(),
        samples=data.sample_bytes(),
        origin=dict(data.origin) if data.origin else None,
    )


def data_of(plain: PlainDataset) -> Dataset:
    """The data set as arrays."""
    names, count, shape = plain.shape.get("feature_names"), len(plain.labels), plain.shape
    values: NDArray[Any] = np.frombuffer(plain.samples, "<f4" if names else "u1")
    return Dataset(
        **{key: getattr(plain, key) for key in ("name", "title", "source", "note", "tone", "origin")},
        samples=(
            values.reshape(count, -1).astype("f4", copy=False)
            if names
            else values.reshape(count, shape["channels"], *shape["image_shape"])
        ),
        labels=np.array(plain.labels, np.intp),
        class_names=tuple(plain.class_names),
        max_value=shape.get("max_value"),
        feature_names=tuple(names) if names else None,
    )


def require_recordable(data: Dataset) -> None:
    """InputError for a data set that no run could keep; the time to know that is before the training."""
    rows, integers = ("f", (2,)) if data.is_table else ("B", (4,)), ("bhilqBHI", (1,))
    for name, (kinds, dimensions) in (("samples", rows), ("labels", integers)):
        came = getattr(data, name)
        if not isinstance(came, np.ndarray) or came.dtype.char not in kinds or came.ndim not in dimensions:
            shown = f"{came.dtype}, {came.ndim}-D" if isinstance(came, np.ndarray) else show(came)
            wanted = "integers" if name == "labels" else "float32" if data.is_table else "uint8"
            expected = f"an array of {wanted}, {dimensions[0]}-D"
            raise InputError(explain(f"dataset.{name}", expected, shown, "Dataset.from_arrays"))
    try:
        plain_of(data).check()
    except (ArtifactError, TypeError, AttributeError) as error:
        raise InputError(f"{error}; try Dataset.from_arrays") from error


def name_of(data: PlainDataset, *, flat: bool, basis: str | None = None) -> str | None:
    """What `--dataset` says to take this data set from the files of a run; None where it comes with the package.

    `basis` is the digest of the test part or the groups that are meant; the newest, if not given.
    """
    if data.origin and data.origin["format"] == BUNDLED:
        return None
    name = "dataset.json" if flat else dataset_file(data.name, data.sha256, "").removesuffix(".json")
    return name if basis is None or flat else f"{name}.{basis[:12]}"


def find_data(config: RunConfig) -> Dataset:
    """The data set of these settings; InputError where it cannot be read, or is not fit to be learned from."""
    asked = Asked(
        label_column=config.label_column,
        group_column=config.group_column,
        image_shape=_image_shape(config),
        image_size=config.image_size,
        missing=config.missing,
    )
    root = as_path(config.artifacts_root or "artifacts")
    data = load_dataset(config.dataset, asked, root=root, test_data=config.test_data)
    if data.origin and data.origin["format"] == STORED and config.test_data is None:  # else it is another, just made
        path = as_path(config.dataset)
        home = path.parent.parent if path.parent.name == DATASETS else path.parent
        if path.is_file():
            return recalled(data, home, config.split)
        stored = STORED_NAME.fullmatch(config.dataset)
        return recalled(data, root, config.split, stored[2] if stored else None)
    return data


def _image_shape(config: RunConfig) -> tuple[int, int] | Literal["none"] | None:
    if config.image_shape is None:
        return None
    return (config.image_shape[0], config.image_shape[1]) if config.image_shape else "none"


def recalled(data: Dataset, root: Path, split: str, basis: str | None = None) -> Dataset:
    """A stored data set with what the newest run or sweep that learned from it says of it.

    Its file holds what its digest covers. Title, tone and origin are in the runs and the plans of sweeps, as are its
    test part and its groups; for the splits `given` and `grouped` the newest counts that was split so. Where `basis`
    begins a digest of these, only they will do; InputError where there are none.
    """
    found = None
    for each in _told_in(root, data):
        own = basis_sha256(each, split)
        if split not in ("given", "grouped") or (own is not None and own.startswith(basis or "")):
            return each
        found = found or each
    if basis is not None and split in ("given", "grouped"):
        expected = f"a run or a sweep in {root} with {'that test part' if split == 'given' else 'those groups'}"
        raise InputError(explain(option("dataset"), expected, "none", "the path of the file"))
    return found or data


def described(data: Dataset, payloads: Mapping[str, Payload]) -> Dataset:
    """The data set with what a run says of it: title, tone, origin, and which rows are its test part or its groups."""
    summary = payloads["run_summary.json"]
    split = summary["config"].get("split")
    groups = payloads["split.json"]["groups"] if split == "grouped" and "split.json" in payloads else None
    held_out = payloads["holdout.json"]["sample_ids"] if split == "given" else None
    return _stated(data, summary["dataset"], held_out, groups)


def _is_of(data: Dataset, plan: Payload) -> bool:
    return bool(plan["dataset"]["sha256"] == data.sha256 and plan["dataset"]["samples"] == len(data.labels))


def _planned(data: Dataset, plan: Payload) -> Dataset:
    """The same with what the plan of a sweep says of it."""
    held_out = held_out_ids(plan["held_out"], len(data.labels)) if "held_out" in plan else None
    return _stated(data, plan["dataset"], held_out, plan.get("groups"))


def _stated(data: Dataset, stated: Payload, held_out: Sequence[int] | None, groups: Sequence[int] | None) -> Dataset:
    return replace(
        data,
        **{key: stated[key] for key in ("title", "source", "note")},
        tone=stated.get("tone", data.tone),
        origin=stated.get("origin"),
        held_out=None if held_out is None else np.isin(np.arange(len(data.labels)), held_out),
        groups=None if groups is None else np.array(groups, np.intp),
    )


def _told_in(root: Path, data: Dataset) -> Iterator[Dataset]:
    """The data set as whole runs and sweeps tell of it, newest first; as a flat run does where one lies there."""
    from digit_classifier.store.sweeps import read_plan, sweep_ids  # of use for stored data only

    summary = "run_summary.json"
    if (root / MANIFEST_FILE).is_file():
        files = [root / summary]
    else:
        try:
            places = {name: root / name / summary for name in run_names(root)}
        except OSError:
            return
        places |= {name: root / SWEEPS / name / PLAN_FILE for name in sweep_ids(root)}
        files = [places[name] for name in sorted(places, key=by_time, reverse=True)]
    for path in files:
        with suppress(OSError, ArtifactError):
            is_plan = path.name == PLAN_FILE
            if data.sha256.encode() not in read_regular(path, MAX_SWEEP_BYTES if is_plan else max_bytes(path.name)):
                continue
            if not is_plan:
                yield described(data, read_bundle(path.parent).payloads)
            elif _is_of(data, plan := read_plan(path.parent)):
                yield _planned(data, plan)
