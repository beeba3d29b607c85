"""Data sets between arrays and the files that runs keep: into plain values, back, and found again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from digit_classifier.artifacts import PlainDataset, dataset_file
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.datasets.load import load_dataset
from digit_classifier.datasets.readers import Asked
from digit_classifier.errors import ArtifactError, InputError, explain, show
from digit_classifier.store.files import read_regular
from digit_classifier.store.index import by_time, run_names
from digit_classifier.store.inspection import read_bundle
from digit_classifier.store.layout import DATASETS, MANIFEST_FILE, max_bytes
from digit_classifier.text import as_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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


def name_of(data: PlainDataset, *, flat: bool) -> str | None:
    """What `--dataset` says to take this data set from the files of a run; None where it comes with the package."""
    if data.origin and data.origin["format"] == BUNDLED:
        return None
    return "dataset.json" if flat else dataset_file(data.name, data.sha256, "").removesuffix(".json")


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
        return recalled(data, home if path.is_file() else root, config.split)
    return data


def _image_shape(config: RunConfig) -> tuple[int, int] | Literal["none"] | None:
    if config.image_shape is None:
        return None
    return (config.image_shape[0], config.image_shape[1]) if config.image_shape else "none"


def recalled(data: Dataset, root: Path, split: str) -> Dataset:
    """A stored data set with what the newest run that learned from it says of it.

    Its file holds what its digest covers. Title, tone and origin are in the runs, as are its test part and its groups;
    for the splits `given` and `grouped` the newest run counts that was split so.
    """
    found = None
    for payloads in _runs_of(root, data.sha256):
        found = found or described(data, payloads)
        if split not in ("given", "grouped"):
            return found
        if payloads["run_summary.json"]["config"].get("split") == split:
            return described(data, payloads)
    return found or data


def described(data: Dataset, payloads: Mapping[str, Payload]) -> Dataset:
    """The data set with what a run says of it: title, tone, origin, and which rows are its test part or its groups."""
    summary = payloads["run_summary.json"]
    stated, split = summary["dataset"], summary["config"].get("split")
    groups = payloads["split.json"]["groups"] if split == "grouped" and "split.json" in payloads else None
    held_out = payloads["holdout.json"]["sample_ids"] if split == "given" else None
    return replace(
        data,
        **{key: stated[key] for key in ("title", "source", "note")},
        tone=stated.get("tone", data.tone),
        origin=stated.get("origin"),
        held_out=None if held_out is None else np.isin(np.arange(len(data.labels)), held_out),
        groups=None if groups is None else np.array(groups, np.intp),
    )


def _runs_of(root: Path, sha256: str) -> Iterator[Mapping[str, Payload]]:
    """The files of the whole runs that learned from a data set, newest first; of a flat run where it lies there."""
    if (root / MANIFEST_FILE).is_file():
        names = ["."]
    else:
        try:
            names = sorted(run_names(root), key=by_time, reverse=True)
        except OSError:
            return
    for name in names:
        with suppress(OSError, ArtifactError):
            summary = root / name / "run_summary.json"
            if sha256.encode() in read_regular(summary, max_bytes(summary.name)):
                yield read_bundle(root / name).payloads
