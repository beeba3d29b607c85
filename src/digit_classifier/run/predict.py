"""What a stored run says of samples from elsewhere: prepared as its data set is, then put through its network."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from digit_classifier.datasets.judge.arrays import array_of, numbers_of
from digit_classifier.datasets.judge.images import judged_images, were_signed
from digit_classifier.datasets.judge.names import feature_names_of
from digit_classifier.datasets.judge.source import Source, gaps, times
from digit_classifier.datasets.load import NOTHING_ASKED
from digit_classifier.datasets.readers import Asked, Found, read_file
from digit_classifier.datasets.readers.columns import pixel_order
from digit_classifier.datasets.readers.files import unreadable
from digit_classifier.errors import InputError, explain, option, show
from digit_classifier.run.pictures import as_sample, preparation_for
from digit_classifier.run.samples import require_answers
from digit_classifier.run.stored import network_of
from digit_classifier.text import AnyPath, as_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from digit_classifier.artifacts import Payload
    from digit_classifier.run.pictures import Preparation


class Samples(NamedTuple):
    """Samples without labels, as they were decoded, or as `prepared` of what was asked made them."""

    samples: Any  # an array (n, …), or a list of pictures (h, w) or (h, w, 3), uint8, or of what was made of them
    names: list[str]  # of each sample: its file, or its row
    format: str
    feature_names: list[str] | None = None
    tone: str | None = None


def read_samples(path: AnyPath, asked: Asked = NOTHING_ASKED) -> Samples:
    """What is in a file or a folder, to be predicted: one picture, a folder with pictures anywhere, or data.

    A label column that is named, or called so, is left out. InputError for what cannot be read, or is empty.
    """
    place = as_path(path)
    kind, found = read_file(place, replace(asked, labels=False))
    count = len(found.samples)
    if not count:
        raise unreadable(place.name, "samples", "none", "another file")
    names = found.sample_names or [f"{place.name} {number}" for number in range(1, count + 1)]
    features = None if found.feature_names is None else [str(name) for name in found.feature_names]
    return Samples(found.samples, names, kind, features, found.tone)


def read_prepared(
    path: AnyPath, dataset: Mapping[str, Any], how: Preparation | None = None
) -> tuple[list[str], NDArray[Any]]:
    """Names and samples of a file or folder, prepared as the `dataset` of a run_summary.json: (n, channels, height,
    width) uint8, or (n, features) float32.

    `how` overrides the preparation of pictures. InputError for what is not there, or does not suit.
    """
    if how is not None and "feature_names" in dataset:
        raise InputError(explain(option("prepare", how), "a run on images", "one on a table", "the same without it"))
    asked, place = _asked(dataset), Source(str(path))
    if "feature_names" not in dataset:
        chosen = how or preparation_for(dataset)
        asked = replace(asked, prepared=lambda picture, name: as_sample(picture, dataset, chosen, name))
    found = read_samples(path, asked)
    single = isinstance(found.samples, list)  # of pictures
    if "feature_names" in dataset:
        if single:
            came = f"pictures, in {show(str(path))}"
            raise InputError(explain("PATH", "rows of numbers, as the run's table has", came, "a table"))
        return found.names, _rows(found, dataset["feature_names"], place)
    if single:
        return found.names, np.stack(found.samples)
    if how is not None:
        came = f"numbers, in {show(str(path))}"
        raise InputError(explain(option("prepare", how), "pictures", came, "the same without it"))
    return found.names, _images(found, dataset, place)


def predictions(names: Sequence[str], samples: NDArray[Any], payloads: Mapping[str, Payload]) -> Iterator[Payload]:
    """One line per sample: its name, the first most probable class, and the probabilities of all."""
    summary, classes = payloads["run_summary.json"], payloads["metrics.json"]["labels"]
    if "model.json" not in payloads:
        raise InputError(explain("RUN", "a run with a network", "a synthetic one without", "another run"))
    network = network_of(payloads["model.json"], exact=summary["config"].get("exact") is True)
    with np.errstate(all="ignore"):
        rows = network.probabilities(samples)
    require_answers(rows, names)
    for name, row in zip(names, rows, strict=True):
        best = int(row.argmax())
        shares = [float(str(value)) for value in row]
        chances = dict(zip(classes, shares, strict=True))
        yield {"file": name, "predicted": classes[best], "confidence": shares[best], "probabilities": chances}


def save_samples(parts: Sequence[tuple[Sequence[str], NDArray[Any]]], dataset: Mapping[str, Any], folder: Path) -> None:
    """What the network saw, as PNG pictures 0001-NAME.png; InputError where there are no images, or no room."""
    from PIL import Image

    from digit_classifier.text import slug

    if "feature_names" in dataset:
        raise InputError(explain(option("save_prepared"), "a run on images", "one on a table", "the same without it"))
    folder.mkdir(parents=True, exist_ok=True)
    ink = dataset.get("tone", "ink") == "ink"
    pairs = ((name, sample) for names, samples in parts for name, sample in zip(names, samples, strict=True))
    for number, (name, sample) in enumerate(pairs, start=1):
        shown = np.rint(sample.astype(np.float64) * (255 / dataset["max_value"])).astype(np.uint8)
        pixels = 255 - shown if ink else shown
        image = Image.fromarray(pixels[0] if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0)))
        image.save(folder / f"{number:04}-{slug(name) or 'sample'}.png")


def _asked(dataset: Mapping[str, Any]) -> Asked:
    """Files are read as those of the run were: without its label and its groups, its columns as they stand."""
    options = (dataset.get("origin") or {"options": {}})["options"]
    features = tuple(dataset["feature_names"]) if "feature_names" in dataset else None
    return Asked(
        labels=False,
        label_column=options.get("label_column"),
        group_column=options.get("group_column"),
        image_shape="none",
        features=features,
        size=len(features) if features else prod([dataset["channels"], *dataset["image_shape"]]),
        classes=tuple(dataset["class_names"]),
    )


def _rows(found: Samples, names: Sequence[str], place: Source) -> NDArray[np.float32]:
    """Features in the order of the run's, found by their names where the file has names."""
    values = numbers_of(array_of("samples", found.samples, place), place)
    values = values.reshape(len(values), -1)
    if found.feature_names is not None:
        known, _ = feature_names_of(found.feature_names, place)
        missing = [name for name in names if name not in known]
        if missing:
            shown = ", ".join(map(repr, missing[:5])) + (", …" if len(missing) > 5 else "")
            came = ", ".join(map(repr, known[:5])) + (", …" if len(known) > 5 else "")
            raise place.refusal("columns", f"the run's feature {shown}", f"only {came}", "the columns of its data")
        values = values[:, [known.index(name) for name in names]]
    elif values.shape[1] != len(names):
        raise place.refusal("columns", f"{len(names):,}, one per feature", f"{values.shape[1]:,}", "the run's features")
    place.refuse_gaps("samples", gaps(values))
    with np.errstate(over="ignore"):
        rows = values.astype(np.float32)
    if not np.isfinite(rows).all():
        row, column = np.argwhere(~np.isfinite(rows))[0]
        came = f"{values[row, column]:g} in row {row + 1:,}, column {names[column]!r}"
        raise place.refusal("samples", "numbers that a float32 holds", came, "numbers of another size")
    return rows


def _images(found: Samples, dataset: Mapping[str, Any], place: Source) -> NDArray[np.uint8]:
    shape = (dataset["channels"], *dataset["image_shape"])
    values = numbers_of(array_of("samples", found.samples, place), place)
    if values.ndim == 2 and values.shape[1] == np.prod(shape):  # images in the columns of a table
        order = None if found.feature_names is None else pixel_order(found.feature_names)
        values = (values if order is None else values[:, order]).reshape(-1, *shape)
    elif values.ndim == 2:
        expected = f"{times(shape[1:])} images, or as many columns"
        raise place.refusal("samples", expected, f"rows of {values.shape[1]:,}", "the format of the run's data")
    values = _on_the_scale(values, dataset, place)
    images, _, _ = judged_images(values, Found(values, max_value=dataset["max_value"]), place)
    if images.shape[1:] != shape:
        raise place.refusal("samples", f"images of {times(shape)}", times(images.shape[1:]), "images of the run's size")
    return images


def _on_the_scale(values: NDArray[Any], dataset: Mapping[str, Any], place: Source) -> NDArray[Any]:
    """Pixels that are whole, or from 0 to 1: which numbers a file has must not decide what its pixels mean.

    Those from −1 to 1 are taken where the run's data were so. InputError where they may mean two things.
    """
    if values.dtype.kind == "f" and dataset["max_value"] > 1 and {0, 1} == {*np.unique(values).tolist()}:
        expected, came = "whole pixels, or numbers from 0 to 1", "floats that are all 0 or 1, which may be either"
        raise place.refusal("samples", expected, came, "uint8 if they are whole, or other images beside them")
    signed, low, high = were_signed(dataset["note"]), values.min(initial=0), values.max(initial=0)
    whole = values.dtype.kind != "f" or bool((values == np.trunc(values)).all())
    if signed and low >= -1 and high <= 1 and (low < 0 or not whole):
        pixels: NDArray[Any] = np.rint((values + 1) * (dataset["max_value"] / 2))
        return pixels
    if low < 0 and not signed:
        expected, came = "pixels from 0, as the data of the run had them", f"{low:g}"
        raise place.refusal("samples", expected, came, "to clip or to scale them first")
    return values
