"""The one judge of data that are not ours: whatever it lets through can be trained on, stored and shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets import BUNDLED, limits, load_bundled
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.datasets.judge.arrays import array_of, check_counts, labels_of, numbers_of
from digit_classifier.datasets.judge.classes import distinct, judged_classes
from digit_classifier.datasets.judge.images import judged_images
from digit_classifier.datasets.judge.names import data_name, feature_names_of
from digit_classifier.datasets.judge.source import Source, gaps, times
from digit_classifier.errors import show
from digit_classifier.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from digit_classifier.datasets.readers import Found

PROGRAM = Source()  # arrays of a program


def judge(
    found: Found, source: Source = PROGRAM, *, origin: Mapping[str, Any] | None = None, bundled: bool = False
) -> Dataset:
    """The data set of these arrays; InputError says what cannot be used, of which file.

    The name of a bundled data set stays with it: other data of that name are NAME-data.
    """
    samples, labels = array_of("samples", found.samples, source), labels_of(found.labels, source)
    check_counts(samples, labels, source)
    samples = numbers_of(samples, source)
    if samples.ndim == 2:
        feature_names, named = _features(found, samples.shape[1], source)
        values: NDArray[Any] = _table(samples, found, source)
        max_value, seen = None, ""
    else:
        feature_names, named = None, ""
        values, max_value, seen = judged_images(samples, found, source)
    indexes, class_names, cut = judged_classes(labels, found.class_names, source, found.label_gap)
    name = data_name(found.name)
    dataset = Dataset(
        name=name,
        title=clean_text(found.title or "", limits.TITLE) or name,
        source=clean_text(found.source, limits.SOURCE),
        note=_note(found.note, seen, cut or named),
        samples=values,
        labels=indexes,
        class_names=class_names,
        max_value=max_value,
        feature_names=feature_names,
        tone=_tone(found, values, source),
        held_out=_held_out(found.held_out, len(indexes), source),
        groups=_groups(found.groups, len(indexes), source),
        origin=origin,
    )
    if bundled or name not in BUNDLED or dataset.sha256 == load_bundled(name).sha256:
        return dataset
    return replace(dataset, name=f"{name}-data")


def _note(note: str, *remarks: str) -> str:
    """The note with the remarks of the judge, for which there is always room."""
    said = "".join(f" {remark}" for remark in remarks if remark)
    return clean_text(clean_text(note, limits.NOTE - len(said)) + said, limits.NOTE)


def _table(samples: NDArray[Any], found: Found, source: Source) -> NDArray[np.float32]:
    if found.tone is not None or found.max_value is not None:
        raise source.refusal("samples", "images (n, h, w), which have a tone", "rows", "samples.reshape(n, h, w)")
    source.refuse_gaps("samples", gaps(samples))
    with np.errstate(over="ignore"):
        values = samples.astype(np.float32)
    values += np.float32(0)  # −0.0 becomes 0.0
    bad = ~np.isfinite(values)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        came = f"{samples[row, column]} in row {row + 1:,}, column {column + 1:,}"
        raise source.refusal("samples", "numbers that a float32 holds", came, "numbers of another size")
    return values


def _features(found: Found, count: int, source: Source) -> tuple[tuple[str, ...], str]:
    if count > limits.NAMED_FEATURES:
        attempt = source.hint("image_shape", "28,28", "images (n, h, w)") + " if they are pixels"
        raise source.refusal("samples", f"at most {limits.NAMED_FEATURES:,} features", f"{count:,}", attempt)
    names = found.feature_names
    if names is None:
        names = getattr(found.samples, "columns", None)  # of a pandas frame
    if names is None:
        names = [f"x{index}" for index in range(count)]
    if len(names) != count:
        raise source.refusal("feature_names", f"{count:,}, one for each feature", f"{len(names):,}", "as many")
    return feature_names_of(names, source)


def _tone(found: Found, values: NDArray[Any], source: Source) -> Any:
    if found.tone not in ("ink", "light", None):
        raise source.refusal("tone", "'ink' or 'light'", show(found.tone), "tone='ink'")
    return found.tone or ("light" if values.ndim == 4 and values.shape[1] == 3 else "ink")


def _held_out(held_out: Any, samples: int, source: Source) -> NDArray[np.bool_] | None:
    if held_out is None:
        return None
    rows = array_of("held_out", held_out, source)
    if rows.shape != (samples,):
        raise source.refusal("held_out", f"one for each of {samples:,} samples", times(rows.shape), "as many")
    if rows.dtype.kind not in "biu" or not ((rows == 0) | (rows == 1)).all():
        raise source.refusal("held_out", "true or false for each sample", f"an array of {rows.dtype}", "a mask")
    if rows.all() or not rows.any():
        raise source.refusal(
            "held_out", "some of the samples", "all of them" if rows.all() else "none", "held_out=None"
        )
    return rows.astype(np.bool_)


def _groups(groups: Any, samples: int, source: Source) -> NDArray[np.intp] | None:
    if groups is None:
        return None
    values = array_of("groups", groups, source)
    if values.shape != (samples,):
        raise source.refusal("groups", f"one for each of {samples:,} samples", times(values.shape), "as many")
    source.refuse_gaps("groups", gaps(values))
    try:
        return distinct(values)[1]
    except TypeError as error:
        raise source.refusal("groups", "numbers or texts", show(values[0]), "numbers or texts") from error
