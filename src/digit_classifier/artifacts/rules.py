"""What several files share: declarations, and the rules that a schema cannot express."""

from __future__ import annotations

import base64
import sys
from array import array
from math import fsum, isclose, isfinite, prod
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts.schema import Schema, arr, integer, line, nullable, obj, one_of, text
from digit_classifier.errors import ArtifactError, at, show
from digit_classifier.evaluation import argmax
from digit_classifier.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Payload = dict[str, Any]

MAX_CLASSES = 1000
CLASS_NAME_LIMIT = 40
REPORT_KEYS = ("accuracy", "macro avg", "weighted avg")  # keys of a report beside its classes, so not names of classes

CLASS_INDEX = integer(0, MAX_CLASSES - 1)
CLASS_NAME = line(1, CLASS_NAME_LIMIT)
CLASS_NAMES = arr(CLASS_NAME, 2, MAX_CLASSES)
IMAGE_SHAPE = arr(integer(1, 4096), 2, 2)
MAX_VALUE = integer(1, 255)
MAX_FEATURES, FEATURE_NAME_LIMIT = 4096, 80  # of a table
FEATURE_NAMES = arr(line(1, FEATURE_NAME_LIMIT), 1, MAX_FEATURES)
TONE = one_of("ink", "light")
# What a sample is. An image has the first three, channel first where it has three; a row of a table has the last.
IMAGE: dict[str, Schema] = {"image_shape": IMAGE_SHAPE, "channels": one_of(1, 3), "max_value": MAX_VALUE}
SHAPE: dict[str, Schema] = {**IMAGE, "feature_names": FEATURE_NAMES}
SAMPLE_ID = integer(0)
NAME = text(1, 35, "^[a-z0-9][a-z0-9_-]*$", "1..35 characters of a-z, 0-9, _ and -, the first no _ or -")
MAX_BASE64 = 2**28  # characters
BASE64 = text(0, MAX_BASE64, "^[A-Za-z0-9+/]*={0,2}$", "base64 text")
RUN_ID = text(15, 96, "^[0-9]{8}-[0-9]{6}(-[a-z0-9-]+)?$", "a run id such as 20261122-191612-baseline")
CREATED = text(
    20,
    20,
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$",
    "a UTC time such as 2026-11-22T19:16:12Z",
)
FILE_NAME = text(  # flat, and none of the device names of Windows
    5,
    53,
    r"^(?!(con|prn|aux|nul|com[0-9]|lpt[0-9])\.)[a-z0-9][a-z0-9_-]{0,47}\.(json|png|css)$",
    "a file name of a-z, 0-9, _ and - ending in .json, .png or .css",
)
DIVERGED = nullable(obj({"epoch": integer(1), "reason": line(1, 500)}))
INTERRUPTED = obj({"epoch": integer(1), "planned": integer(2)})


def require(fine: bool, where: str, wanted: str, got: object) -> None:
    """Raise ArtifactError in the common form unless all is fine."""
    if not fine:
        raise ArtifactError(f"{where}: expected {wanted}, got {show(got)}")


def check_lengths(payload: Payload, keys: Sequence[str], length: int, where: str) -> None:
    """The lists under these keys have one length."""
    for key in keys:
        require(len(payload[key]) == length, f"{where}.{key}", f"a list of {length}", payload[key])


def check_line(value: str, limit: int, where: str) -> None:
    """The text is as `clean_text` leaves it."""
    clean = clean_text(value, limit)
    require(value == clean, where, f"the cleaned text {show(clean)}", value)


def check_class_names(names: Sequence[str], where: str) -> None:
    """Class names can be keys of a report and labels on a page: clean, unique and none of the report's own keys."""
    seen: set[str] = set(REPORT_KEYS)
    for index, name in enumerate(names):
        check_line(name, CLASS_NAME_LIMIT, f"{where}[{index}]")
        require(bool(name) and name not in seen, f"{where}[{index}]", "a new name, not one of the report's keys", name)
        seen.add(name)


def check_shape(payload: Payload, where: str) -> None:
    """A sample is an image of some shape, or a row of features with names: one of the two."""
    table = "feature_names" in payload
    keys = [key for key in IMAGE if key in payload or key != "channels"]  # the first version knew grey images only
    stated = [key for key in keys if key in payload]
    if table:
        require(not stated, f"{where}.feature_names", "none beside an image_shape", payload["feature_names"])
        names: set[str] = set()
        for index, name in enumerate(payload["feature_names"]):
            check_line(name, FEATURE_NAME_LIMIT, f"{where}.feature_names[{index}]")
            require(name not in names, f"{where}.feature_names[{index}]", "a new name", name)
            names.add(name)
    else:
        for key in keys:
            require(key in payload, f"{where}.{key}", "one, as there are no feature_names", None)


def shape_of(payload: Payload) -> Payload:
    """The keys of a payload that say what a sample is: an image with its channels, or a row with its feature names."""
    shape = {key: payload[key] for key in SHAPE if key in payload}
    return {"channels": 1, **shape} if "image_shape" in shape else shape


def size_of(shape: Payload) -> int:
    """Numbers of a sample: pixels of all channels, or features."""
    if "feature_names" in shape:
        return len(shape["feature_names"])
    return int(prod(shape["image_shape"]) * shape.get("channels", 1))


def check_probabilities(row: Sequence[float], classes: int, where: str) -> None:
    """One probability per class, summing to one as closely as float32 can."""
    require(len(row) == classes, where, f"a list of {classes}", row)
    total = fsum(row)
    require(abs(total - 1) <= 1e-4, where, "probabilities that sum to 1", total)


def check_guess(row: Sequence[float], guess: int, where: str) -> None:
    """The predicted class is the first most probable one."""
    best = argmax(row)
    require(guess == best, where, f"{best}, the first most probable class", guess)


def check_below(values: Sequence[int], limit: int, where: str) -> None:
    """All values are below the limit."""
    for index, value in enumerate(values):
        if value >= limit:  # the words only where they are needed: a data set has 70,000 labels
            require(fine=False, where=f"{where}[{index}]", wanted=f"0..{limit - 1}", got=value)


def check_rising(values: Sequence[float], where: str, *, strictly: bool) -> None:
    """Each value is above the one before, or at least not below."""
    for index in range(1, len(values)):
        low, value = values[index - 1], values[index]
        if value < low or (strictly and value == low):
            raise ArtifactError(f"{where}[{index}]: expected {'more than' if strictly else '≥'} {low}, got {value}")


def check_matrix(matrix: Sequence[Sequence[int]], classes: int, where: str) -> None:
    """A square matrix, one row and one column per class."""
    require(len(matrix) == classes, where, f"{classes} rows", matrix)
    for index, row in enumerate(matrix):
        require(len(row) == classes, f"{where}[{index}]", f"a list of {classes}", row)


def check_diverged(payload: Payload, keys: Sequence[str], where: str) -> None:
    """Epochs count from 1, each list has one value per epoch, and only a divergence explains a null (or no epoch)."""
    epochs, diverged = payload["epochs"], payload.get("diverged")
    require(epochs == list(range(1, len(epochs) + 1)), f"{where}.epochs", "1, 2, 3, …", epochs)
    check_lengths(payload, keys, len(epochs), where)
    if diverged is None:
        require(bool(epochs), f"{where}.epochs", "at least one epoch where none diverged", epochs)
    else:
        latest = len(epochs) + 1
        require(diverged["epoch"] <= latest, f"{where}.diverged.epoch", f"1..{latest}", diverged["epoch"])
    first = diverged["epoch"] if diverged else len(epochs) + 1
    for key in keys:
        for index, value in enumerate(payload[key][: first - 1]):
            require(value is not None, f"{where}.{key}[{index}]", "a number before any divergence", value)


def divergence_payload(diverged: tuple[int, str] | None) -> Payload | None:
    """The epoch that failed and why, as the files state it."""
    return {"epoch": diverged[0], "reason": diverged[1]} if diverged else None


def or_null(values: Sequence[float | None]) -> list[float | None]:
    """The values with null for what is not finite, which JSON cannot express."""
    return [value if value is not None and isfinite(value) else None for value in values]


def to_base64(raw: bytes) -> str:
    """Bytes as base64 text."""
    return base64.b64encode(raw).decode("ascii")


def from_base64(encoded: str, size: int | None, where: str) -> bytes:
    """The bytes of base64 text, exactly `size` if that is given; ArtifactError unless it is their one spelling."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise ArtifactError(f"{where}: expected base64 text, got {show(encoded)}") from None
    require(size is None or len(raw) == size, where, f"{size} bytes in base64", len(raw))
    require(to_base64(raw) == encoded, where, "base64 without stray bits at its end", encoded)
    return raw


def float32_bytes(values: bytes | Sequence[float]) -> bytes:
    """Numbers as little-endian float32; bytes pass through."""
    if isinstance(values, bytes):
        return values
    return _little_endian(array("f", values)).tobytes()


def decode_float32(encoded: str, count: int, where: str) -> array[float]:
    """The finite float32 numbers behind base64 text."""
    return float32_numbers(from_base64(encoded, 4 * count, where), where)


def float32_numbers(raw: bytes, where: str) -> array[float]:
    """Little-endian float32 bytes as numbers; ArtifactError unless all are finite."""
    values = _little_endian(array("f", raw))
    # The sum of float32 numbers cannot overflow in float64, so it is finite exactly when all of them are.
    require(isfinite(sum(values)), where, "finite numbers", sum(values))
    return values


def shortest_floats(raw: bytes) -> list[float]:
    """Little-endian float32 bytes as the numbers of fewest digits that read back to them."""
    return [_shortest(value) for value in _little_endian(array("f", raw))]


def _shortest(value: float) -> float:
    """Nine digits are enough for any float32, six often are."""
    for digits in (6, 7, 8):
        number = float(f"{value:.{digits}g}")
        if array("f", [number])[0] == value:
            return number
    return float(f"{value:.9g}")


def _little_endian(values: array[float]) -> array[float]:
    if sys.byteorder == "big":
        values.byteswap()
    return values


def differences(wanted: object, got: object, where: str, tolerance: float = 0.0) -> Iterator[str]:
    """One line per place where a value differs from the one derived from elsewhere.

    Numbers may differ by the tolerance, absolute and relative. Reasons may be worded anew one day, so of them only the
    keys count.
    """
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in [*wanted, *(key for key in got if key not in wanted)]:
            if key not in wanted:
                yield f"{at(where, key)}: expected nothing, got {show(got[key])}"
            elif key not in got:
                yield f"{at(where, key)}: expected {show(wanted[key])}, got nothing"
            elif key == "reasons":
                yield from differences(sorted(wanted[key]), sorted(got[key]), at(where, key))
            else:
                yield from differences(wanted[key], got[key], at(where, key), tolerance)
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        if wanted != got:
            for index, (one, other) in enumerate(zip(wanted, got, strict=True)):
                yield from differences(one, other, f"{where}[{index}]", tolerance)
    elif not _alike(wanted, got, tolerance):
        yield f"{where}: expected {show(wanted)}, got {show(got)}"


def _alike(wanted: object, got: object, tolerance: float) -> bool:
    if isinstance(wanted, (int, float)) and isinstance(got, (int, float)):
        return wanted == got or isclose(wanted, got, rel_tol=tolerance, abs_tol=tolerance)
    return wanted == got


def agree(wanted: object, got: object, where: str, tolerance: float = 1e-9) -> None:
    """Raise ArtifactError at the first difference."""
    for difference in differences(wanted, got, where, tolerance):
        raise ArtifactError(difference)
