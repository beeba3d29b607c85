"""The one judge of data that are not ours: whatever it lets through can be trained on, stored and shown."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets import BUNDLED, limits, load_bundled
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.errors import InputError, explain, option, show
from digit_classifier.text import clean_text, slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from digit_classifier.datasets.readers import Found

NAME = re.compile("[a-z0-9][a-z0-9_-]{0,34}")
PART = "a part of it"
EACH_A_NAME = "a name of its own for each, none of " + ", ".join(limits.RESERVED)
LAYOUTS = "images (n, h, w), (n, 3, h, w) or (n, h, w, 3), or rows (n, features)"


def judge(found: Found, file: str | None = None, *, bundled: bool = False) -> Dataset:
    """The data set of these arrays; InputError says what cannot be used, of which file.

    With a file, hints are in the words of the settings that read it. The name of a bundled data set stays with it:
    other data of that name are NAME-data.
    """
    dataset = _Judge(file).dataset(found)
    if bundled or dataset.name not in BUNDLED or dataset.sha256 == load_bundled(dataset.name).sha256:
        return dataset
    return replace(dataset, name=f"{dataset.name}-data")


def as_numbers(samples: Any) -> NDArray[Any]:
    """Samples as an array of numbers, of any shape and without gaps; InputError for anything else."""
    asked = _Judge(None)
    values = asked.numbers(asked.array("samples", samples))
    if values.size:
        asked.refuse_gaps("samples", gaps(values))
    return values


def gaps(values: Any) -> NDArray[np.bool_]:
    """Which rows (n,) lack a value: NaN, None, or an empty text."""
    if values.dtype.kind == "f":
        return _wide(np.isnan(values))
    if values.dtype.kind == "O":
        flat = values.reshape(len(values), -1)
        return np.array([any(map(_is_gap, row)) for row in flat], np.bool_)
    return _wide(values == "") if values.dtype.kind == "U" else np.zeros(len(values), np.bool_)


def _wide(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return mask.reshape(len(mask), -1).any(axis=1) if mask.ndim > 1 else mask


def _is_gap(value: object) -> bool:
    if value is None or type(value).__name__ in {"NAType", "NaTType"} or (isinstance(value, str) and not value.strip()):
        return True
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


class _Judge:
    """The rules, in the order in which they are asked; `file` is where the arrays came from."""

    def __init__(self, file: str | None) -> None:
        self.file = file

    def refusal(self, what: str, expected: str, came: str, attempt: str) -> InputError:
        where = f"{self.file}: {what}" if self.file else what
        return InputError(explain(where, expected, came, attempt))

    def hint(self, setting: str, value: object, otherwise: str) -> str:
        return option(setting, value) if self.file else otherwise

    def dataset(self, found: Found) -> Dataset:
        samples, labels = self.array("samples", found.samples), self.labels_array(found.labels)
        self.look_swapped(samples, labels)
        self.count(samples, labels)
        samples = self.numbers(samples)
        feature_names, notes = None, []
        if samples.ndim == 2:
            feature_names = self.feature_names(found, samples.shape[1])
            values, max_value = self.table(samples, found), None
        else:
            values, max_value, remark = self.images(samples, found)
            notes += [remark] if remark else []
        indexes, class_names, remark = self.classes(labels, found.class_names)
        notes += [remark] if remark else []
        return Dataset(
            name=_name(found.name),
            title=clean_text(found.title or "", 200) or _name(found.name),
            source=clean_text(found.source, 300),
            note=clean_text(" ".join([*([found.note] if found.note else []), *notes]), 300),
            samples=values,
            labels=indexes,
            class_names=class_names,
            max_value=max_value,
            feature_names=feature_names,
            tone=self.tone(found, values),
            held_out=self.held_out(found.held_out, len(indexes)),
            groups=self.groups(found.groups, len(indexes)),
        )

    # Arrays

    def array(self, what: str, values: Any) -> NDArray[Any]:
        if isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
            values = values.astype(np.float64).filled(np.nan)
        try:
            array = np.asarray(values)
        except (ValueError, TypeError, RuntimeError) as error:
            came = "some of other shapes" if isinstance(error, ValueError) else show(str(error))
            raise self.refusal(what, "an array, all samples of one shape", came, "np.stack of equal ones") from error
        if array.ndim == 0:
            attempt = ".toarray()" if hasattr(values, "toarray") else "a list or an array"
            raise self.refusal(what, "one for each sample", show(values), attempt)
        if array.dtype.kind not in "biufUSO":
            raise self.refusal(what, "numbers or texts", f"an array of {array.dtype}"[:60], "other columns")
        return array

    def labels_array(self, labels: Any) -> NDArray[Any]:
        if labels is None:
            attempt = "digit-classifier predict, which takes it" if self.file else "labels"
            raise self.refusal("labels", "a class for each sample", "none", attempt)
        if isinstance(labels, list | tuple) and any(isinstance(each, str) for each in labels):
            array = np.empty(len(labels), object)  # one long text would make all of them long
            array[:] = labels
            return array
        array = self.array("labels", labels)
        return array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array

    def look_swapped(self, samples: NDArray[Any], labels: NDArray[Any]) -> None:
        def one_each(array: NDArray[Any]) -> bool:
            return array.ndim == 1 or (array.ndim == 2 and array.shape[1] == 1)

        if one_each(samples) and labels.ndim > 1 and not _is_one_hot(labels):
            came = f"one value for each, and labels of {_times(labels.shape[1:])}"
            raise self.refusal("samples", LAYOUTS, came, "samples first, then labels")

    def numbers(self, samples: NDArray[Any]) -> NDArray[Any]:
        if samples.dtype.kind not in "USO":
            return samples
        try:
            return samples.astype(np.float64) if samples.dtype.kind == "O" else self.no_number(samples)
        except (TypeError, ValueError, OverflowError):  # of pandas' gaps, or of what is no number
            return self.no_number(samples)

    def no_number(self, samples: NDArray[Any]) -> NDArray[Any]:
        """The numbers, if it was only gaps that were none; else the first cell that is not one."""
        flat = samples.reshape(len(samples), -1)
        values = np.full(flat.shape, np.nan)
        for place, value in np.ndenumerate(flat):
            if not _is_gap(value):
                try:
                    values[place] = float(value)
                except (TypeError, ValueError, OverflowError) as error:
                    at = f"samples[{', '.join(map(str, place))}]"
                    raise self.refusal(at, "a number", show(value), "columns of numbers") from error
        return values.reshape(samples.shape)

    def count(self, samples: NDArray[Any], labels: NDArray[Any]) -> None:
        if labels.ndim > 2 or (labels.ndim == 2 and not _is_one_hot(labels)):
            came = f"{_times(labels.shape[1:])} of them"
            raise self.refusal(
                "labels", "one class for each sample", came, "an array (n,), or (n, classes) of one 1 each"
            )
        if len(samples) != len(labels):
            last = samples.ndim > 1 and samples.shape[-1] == len(labels)
            attempt = "np.moveaxis(samples, -1, 0)" if last else "as many of both"
            raise self.refusal("labels", f"{len(samples):,}, one for each sample", f"{len(labels):,}", attempt)
        if len(samples) > limits.SAMPLES:
            raise self.refusal("samples", f"at most {limits.SAMPLES:,}", f"{len(samples):,}", PART)
        if samples.size > limits.NUMBERS:
            raise self.refusal("samples", f"at most {limits.NUMBERS:,} numbers", f"{samples.size:,}", PART)
        if not 2 <= samples.ndim <= 4 or not samples.size:
            raise self.refusal(
                "samples", LAYOUTS, f"an array of {_times(samples.shape) or 'nothing'}", "samples.reshape"
            )

    def refuse_gaps(self, what: str, rows: NDArray[np.bool_]) -> None:
        if rows.any():
            came = f"{np.count_nonzero(rows):,} with gaps, the first of them row {int(rows.argmax()) + 1:,}"
            attempt = self.hint("missing", "drop", "the others only")
            raise self.refusal(what, f"a value in each of {len(rows):,} rows", came, attempt)

    # Tables

    def table(self, samples: NDArray[Any], found: Found) -> NDArray[np.float32]:
        if found.tone is not None or found.max_value is not None:
            raise self.refusal("samples", "images (n, h, w), which have a tone", "rows", "samples.reshape(n, h, w)")
        self.refuse_gaps("samples", gaps(samples))
        with np.errstate(over="ignore"):
            values = samples.astype(np.float32) + np.float32(0)  # −0.0 becomes 0.0
        bad = ~np.isfinite(values)
        if bad.any():
            row, column = np.argwhere(bad)[0]
            came = f"{samples[row, column]} in row {row + 1:,}, column {column + 1:,}"
            raise self.refusal("samples", "numbers that a float32 holds", came, "numbers of another size")
        return values

    def feature_names(self, found: Found, features: int) -> tuple[str, ...]:
        if features > limits.NAMED_FEATURES:
            attempt = f"{option('image_shape', '28x28')} if they are pixels" if self.file else "fewer, or images"
            raise self.refusal("samples", f"at most {limits.NAMED_FEATURES:,} features", f"{features:,}", attempt)
        names = found.feature_names
        if names is None:
            names = getattr(found.samples, "columns", None)  # of a pandas frame
        if names is None:
            return tuple(f"x{index}" for index in range(features))
        texts = [str(each) for each in names]
        if len(texts) != features:
            raise self.refusal("feature_names", f"{features:,}, one for each feature", f"{len(texts):,}", "as many")
        return self.short("feature_names", texts)[0]

    # Images

    def images(self, samples: NDArray[Any], found: Found) -> tuple[NDArray[np.uint8], int, str]:
        if found.feature_names is not None:
            raise self.refusal("feature_names", "none for images", "some", "samples.reshape(n, -1) for a table")
        samples = self.channels_first(samples)
        sides = samples.shape[2:]
        pixels = int(np.prod(samples.shape[1:]))
        if max(sides) > limits.SIDE or pixels > limits.FEATURES:
            came = f"{_times(samples.shape[1:])}, {pixels:,}"
            raise self.refusal("samples", f"images of at most {limits.FEATURES:,} numbers", came, "smaller images")
        return self.pixels(samples, found.max_value)

    def channels_first(self, samples: NDArray[Any]) -> NDArray[Any]:
        if samples.ndim == 3:
            return samples[:, None]
        first, last = samples.shape[1] in (1, 3), samples.shape[3] in (1, 3)
        if first and last:
            attempt = "samples.reshape(n, h, w) if grey, np.pad to make them wider if not"
            raise self.refusal("samples", LAYOUTS, f"{_times(samples.shape)}, which may be two of these", attempt)
        if not first and not last:
            raise self.refusal("samples", LAYOUTS, f"{_times(samples.shape)}", "one channel, or three")
        return samples if first else np.moveaxis(samples, 3, 1)

    def pixels(self, samples: NDArray[Any], max_value: Any) -> tuple[NDArray[np.uint8], int, str]:
        """Pixels as uint8, their largest possible value, and what was changed."""
        self.refuse_gaps("samples", gaps(samples))
        top = self.top(max_value)
        low, high = samples.min(), samples.max()
        whole = samples.dtype.kind != "f" or bool((samples == np.trunc(samples)).all())
        remark = ""
        if whole and low >= 0 and high <= 255:
            values = np.array(samples, np.uint8, order="C")
        elif low >= -1 and high <= 1:
            levels = top or 255
            scaled = samples * levels if low >= 0 else (samples + 1) * (levels / 2)
            values, top = np.ascontiguousarray(np.rint(scaled).astype(np.uint8)), levels
            remark = f"Pixels were given from {'0' if low >= 0 else '−1'} to 1 and rounded to {levels} steps."
        else:
            came = f"{low} to {high}" + ("" if whole else ", not whole")
            attempt = "samples // 256" if whole and low >= 0 and high < 2**16 else "to scale or round them first"
            expected = "pixels that are whole from 0 to 255, or numbers from 0 to 1 or −1 to 1"
            raise self.refusal("samples", expected, came, attempt)
        brightest = int(values.max())
        if top is None:
            top = next(each for each in (1, 16, 255) if brightest <= each)
        if brightest > top:
            raise self.refusal("max_value", f"{brightest} or more, as the pixels have", str(top), "max_value=255")
        return values, top, remark

    def top(self, max_value: Any) -> int | None:
        if max_value is None:
            return None
        if isinstance(max_value, bool) or not isinstance(max_value, int | np.integer) or not 1 <= max_value <= 255:
            raise self.refusal("max_value", "a whole number from 1 to 255", show(max_value), "max_value=255")
        return int(max_value)

    def tone(self, found: Found, values: NDArray[Any]) -> Any:
        if found.tone not in ("ink", "light", None):
            raise self.refusal("tone", "'ink' or 'light'", show(found.tone), "tone='ink'")
        return found.tone or ("light" if values.ndim == 4 and values.shape[1] == 3 else "ink")

    # Labels

    def classes(self, labels: NDArray[Any], class_names: Any) -> tuple[NDArray[np.intp], tuple[str, ...], str]:
        """The class index of each sample, the names of the classes, and what was changed."""
        given = None if class_names is None else [_text(each) for each in class_names]
        if labels.ndim == 2:  # one 1 in each row
            columns = labels.shape[1]
            if given is not None and len(given) != columns:
                raise self.refusal("class_names", f"{columns}, one for each column", str(len(given)), "as many")
            given = given or [str(index) for index in range(columns)]
            labels = labels.argmax(axis=1)
        labels = _plain(labels)
        self.refuse_gaps("labels", gaps(labels))
        if labels.dtype.kind == "f":
            labels = self.whole(labels)
        found, indexes = _unique(labels)
        self.class_count(found)
        if given is None:
            names, indexes = _sorted_names(found, indexes)
        else:
            names, indexes = self.named(found, indexes, given)
        short, remark = self.short("class_names", names)
        counts = np.bincount(indexes, minlength=len(short))
        self.class_count(short)
        if counts.min() < 2:
            lacking = int(counts.argmin())
            came = f"{'one' if counts.min() else 'none'} of {show(short[lacking])}"
            attempt = "more of it, or to leave that class out"
            raise self.refusal("labels", "at least two samples of each class", came, attempt)
        return indexes, short, remark

    def whole(self, labels: NDArray[Any]) -> NDArray[Any]:
        odd = (labels != np.trunc(labels)) | (np.abs(labels) > 2**53)
        if odd.any():
            attempt = self.hint("label_column", "NAME", "labels.round() if they are classes")
            raise self.refusal("labels", "classes", f"{labels[odd][0]}, a measure", attempt)
        return labels.astype(np.int64)

    def class_count(self, found: Sequence[Any]) -> None:
        if len(found) < 2:
            came = f"only {show(str(found[0]))}" if found else "none"
        elif len(found) > limits.CLASSES:
            came = f"{len(found):,}"
        else:
            return
        attempt = self.hint("label_column", "NAME", "other labels") + ", if that is not the label"
        raise self.refusal("labels", f"2 to {limits.CLASSES:,} classes", came, attempt)

    def named(
        self, found: list[Any], indexes: NDArray[np.intp], names: list[str]
    ) -> tuple[list[str], NDArray[np.intp]]:
        """Labels that count from 0 into the names, that are names, or whose values in order are the names."""
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise self.refusal("class_names", "another name for each class", f"{show(twice)} twice", "other names")
        if isinstance(found[0], str):
            places = {name: index for index, name in enumerate(names)}
            values = [_text(each) for each in found]
            unknown = [each for each in values if each not in places]
            if unknown:
                raise self.refusal("labels", "only names in class_names", show(unknown[0]), "all the names")
            return names, np.array([places[each] for each in values], np.intp)[indexes]
        if min(found) >= 0 and max(found) < len(names):
            return names, np.array(found, np.intp)[indexes]
        if len(found) == len(names):
            _, indexes = _sorted_names(found, indexes)
            return names, indexes
        came = f"{len(found)} values from {min(found)} to {max(found)}"
        raise self.refusal(
            "labels", f"numbers 0 to {len(names) - 1}, as there are names", came, "a name for each class"
        )

    def short(self, what: str, texts: Iterable[str]) -> tuple[tuple[str, ...], str]:
        """Clean names of at most 40 characters, all different; a longer one is cut where that leaves it unique.

        Names such as ImageNet's are longer, and those who have them cannot change them easily.
        """
        names, cut = [], 0
        for text in texts:
            name = clean_text(text, 1000)
            if len(name) > limits.NAME:
                name, cut = name[: limits.NAME - 1].rstrip() + "…", cut + 1
            names.append(name)
        seen: set[str] = set()
        for index, name in enumerate(names):
            if not name or name in seen or (what == "class_names" and name in limits.RESERVED):
                came = "no name" if not name else f"{show(name)} twice" if name in seen else show(name)
                raise self.refusal(f"{what}[{index}]", EACH_A_NAME, came, "another name")
            seen.add(name)
        return tuple(names), f"Names of more than {limits.NAME} characters were cut." if cut else ""

    # What belongs to the split

    def held_out(self, held_out: Any, samples: int) -> NDArray[np.bool_] | None:
        if held_out is None:
            return None
        rows = self.array("held_out", held_out)
        if rows.shape != (samples,):
            raise self.refusal("held_out", f"one for each of {samples:,} samples", _times(rows.shape), "as many")
        if rows.dtype.kind not in "biu" or not ((rows == 0) | (rows == 1)).all():
            raise self.refusal("held_out", "true or false for each sample", f"an array of {rows.dtype}", "a mask")
        if rows.all() or not rows.any():
            came = "all of them" if rows.all() else "none"
            raise self.refusal("held_out", "some of the samples", came, "held_out=None")
        return rows.astype(np.bool_)

    def groups(self, groups: Any, samples: int) -> NDArray[np.intp] | None:
        if groups is None:
            return None
        values = self.array("groups", groups)
        if values.shape != (samples,):
            raise self.refusal("groups", f"one for each of {samples:,} samples", _times(values.shape), "as many")
        self.refuse_gaps("groups", gaps(values))
        try:
            return _unique(values)[1]
        except TypeError as error:
            raise self.refusal("groups", "numbers or texts", show(values[0]), "numbers or texts") from error


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{side:,}" for side in shape)


def _name(text: str) -> str:
    return text if NAME.fullmatch(text) else slug(text)[:35].rstrip("-") or "data"


def _is_one_hot(labels: NDArray[Any]) -> bool:
    if labels.ndim != 2 or labels.dtype.kind not in "biuf" or not 2 <= labels.shape[1] <= limits.CLASSES:
        return False
    return bool(((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all())


def _text(value: object) -> str:
    """A name as text, clean but whole: classes that look alike are one class."""
    return clean_text(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value), 1000)


def _plain(labels: NDArray[Any]) -> NDArray[Any]:
    """Objects of one kind as an array of that kind; of several kinds as texts, gaps as None."""
    if labels.dtype.kind == "S":
        labels = labels.astype(object)
    if labels.dtype.kind != "O":
        return labels
    values = [None if _is_gap(value) else value for value in labels]
    kinds = {type(value) for value in values if value is not None}
    if all(issubclass(kind, int | float | np.integer | np.floating | np.bool_) for kind in kinds):
        if bool in kinds and kinds <= {bool, np.bool_} and None not in values:
            return np.array(values, np.bool_)
        return np.array([np.nan if value is None else value for value in values], np.float64)
    plain = np.empty(len(values), object)
    plain[:] = [None if value is None else _text(value) or None for value in values]
    return plain


def _unique(labels: NDArray[Any]) -> tuple[list[Any], NDArray[np.intp]]:
    """The different values as they first came, and the index of each row's."""
    places: dict[Any, int] = {}
    indexes = [places.setdefault(value, len(places)) for value in labels.tolist()]
    return list(places), np.array(indexes, np.intp)


def _sorted_names(found: list[Any], indexes: NDArray[np.intp]) -> tuple[list[str], NDArray[np.intp]]:
    """Numbers in their order, texts in that of their characters."""
    keys = found if not isinstance(found[0], str) else [_text(each) for each in found]
    order = sorted(set(keys))
    places = {key: place for place, key in enumerate(order)}
    return [str(key) for key in order], np.array([places[key] for key in keys], np.intp)[indexes]
