"""Arrays with names (NPZ, MAT): which are the samples, which the labels, and which part they belong to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from digit_classifier.datasets.judge.arrays import is_one_hot
from digit_classifier.datasets.judge.source import times
from digit_classifier.datasets.readers import Found
from digit_classifier.datasets.readers.columns import as_images, find_column
from digit_classifier.datasets.readers.files import unreadable
from digit_classifier.datasets.readers.parts import given_parts, part_of
from digit_classifier.errors import option, show

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from digit_classifier.datasets.readers import Asked

    Shape = tuple[int, ...]

SAMPLES = ("x", "samples", "images", "image", "data", "features", "pixels", "imgs", "img", "inputs", "fea")
LABELS = ("y", "labels", "label", "targets", "target", "classes", "class", "gnd")
NAMES = {"class_names": "class_names", "target_names": "class_names", "label_names": "class_names"}
NAMES |= {"feature_names": "feature_names", "groups": "groups", "held_out": "held_out"}


def found_in(path: Path, shapes: Mapping[str, Shape], read: Callable[[str], Any], asked: Asked) -> Found:
    """What the arrays of a file mean, by their names, or by their shapes where the names say nothing.

    InputError where no array can be the samples, or several can. Only arrays that mean something are read.
    """
    shapes = {name: shape for name, shape in shapes.items() if shape}  # a single number is no array of samples
    label = _asked_array(asked, "label_column", shapes, path.name)
    group = _asked_array(asked, "group_column", shapes, path.name)
    free = {name: shape for name, shape in shapes.items() if name not in (label, group) and name not in NAMES}
    parts = {part: roles for part, roles in _parts(free).items() if "x" in roles}
    if label is not None:
        parts = _labelled(parts, label)
    if not parts:
        parts = {"": _by_shape(free, label, asked, path.name)}
    found = {}
    for part, roles in parts.items():
        labels = read(roles["y"]) if "y" in roles else None
        found[part] = Found(_samples_first(read(roles["x"]), labels), labels)
    whole = found[""] if "" in found else given_parts(found, path.name, labels=asked.labels)
    for name, role in NAMES.items():
        if name in shapes and getattr(whole, role) is None and len(shapes[name]) <= 2:
            setattr(whole, role, _flat(read(name)))
    if group is not None:
        whole.groups = _flat(read(group))
    elif whole.groups is not None and len(whole.groups) != len(whole.samples):
        whole.groups = None
    whole.sample_names = [f"{path.name} {number}" for number in range(1, len(whole.samples) + 1)]
    if getattr(whole.samples, "ndim", 0) == 2 and min(whole.samples.shape):
        headed = whole.feature_names is not None
        return as_images(whole, asked, path.name, headed=headed)
    whole.feature_names = None
    return whole


def _asked_array(asked: Asked, setting: str, shapes: Mapping[str, Shape], where: str) -> str | None:
    """The array that was named; None where none was, or where the samples of a prediction lack it."""
    names, wanted = list(shapes), getattr(asked, setting)
    if wanted is None or (not asked.labels and wanted.casefold() not in map(str.casefold, names)):
        return None
    return names[find_column(wanted, names, setting, where)]


def _parts(shapes: Mapping[str, Shape]) -> dict[str, dict[str, str]]:
    """Part (train, test, val, or nothing) → x, y → the name of the array."""
    found: dict[str, dict[str, str]] = {}
    for name in shapes:
        parts, others = _words(name)
        if len(parts) > 1 or len(others) != 1:
            continue
        role = "x" if others[0] in SAMPLES else "y" if others[0] in LABELS else None
        if role:
            found.setdefault(parts[0] if parts else "", {}).setdefault(role, name)
    if "" in found and len(found) > 1:  # the whole beside its parts, or words of another kind
        whole = found.pop("")
        return found if "x" in found.get("train", {}) else {"": whole}
    return found


def _words(name: str) -> tuple[list[str], list[str]]:
    """The parts that the words of a name say, and its other words."""
    words = [word for word in re.split(r"[^a-z0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()) if word]
    return [part for part in map(part_of, words) if part], [word for word in words if part_of(word) is None]


def _labelled(parts: dict[str, dict[str, str]], label: str) -> dict[str, dict[str, str]]:
    """The parts with this array as the labels of the only one, or of the one that it names; else nothing."""
    named = _words(label)[0]
    part = next(iter(parts)) if len(parts) == 1 else named[0] if len(named) == 1 else ""
    return {**parts, part: {**parts[part], "y": label}} if part in parts else {}


def _by_shape(shapes: Mapping[str, Shape], label: str | None, asked: Asked, where: str) -> dict[str, str]:
    """The one array with samples, and the one with as many values."""
    large = [name for name, shape in shapes.items() if len(shape) > 1 and min(shape, default=0) > 1]
    if len(large) == 2 and label is None:  # one of them may be one-hot labels
        large.sort(key=lambda name: (-len(shapes[name]), -shapes[name][-1]))
        if len(shapes[large[0]]) > len(shapes[large[1]]):
            return {"x": large[0], "y": large[1]}
    if len(large) != 1:
        shown = ", ".join(f"{show(name)} {times(shape)}" for name, shape in list(shapes.items())[:6]) or "none"
        attempt = "np.savez('data.npz', x=images, y=labels)"
        raise unreadable(where, "an array x of samples and an array y of labels", shown, attempt)
    found = {"x": large[0]}
    if label is not None:
        return found | {"y": label}
    size = set(shapes[large[0]])
    flat = [name for name, shape in shapes.items() if name != large[0] and _length(shape) in size]
    if len(flat) > 1 and asked.labels:
        shown = ", ".join(map(show, flat[:6]))
        raise unreadable(where, "one array of labels", shown, option("label_column", flat[0]))
    return found | ({"y": flat[0]} if flat else {})


def _length(shape: Shape) -> int:
    """How many values an array holds that has one dimension, or one beside those of one."""
    long = [side for side in shape if side != 1]
    return long[0] if len(long) == 1 else -1


def _samples_first(samples: Any, labels: Any) -> Any:
    """MATLAB's order has the samples last."""
    if labels is None or not hasattr(samples, "ndim") or samples.ndim < 3:
        return samples
    count = len(labels) if is_one_hot(labels) else labels.size
    if samples.shape[0] != count and samples.shape[-1] == count:
        import numpy as np

        return np.moveaxis(samples, -1, 0)
    return samples


def _flat(values: Any) -> Any:
    return values.ravel() if hasattr(values, "ravel") else values
