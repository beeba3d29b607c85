"""Data sets from files: which reader a file is for, what it is asked, and what it finds.

A reader is a function `(path, asked) -> Found`. It finds arrays and does not judge them: `datasets.judge` does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from digit_classifier.errors import InputError, explain, option

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from digit_classifier.datasets.dataset import Tone


@dataclass(frozen=True)
class Asked:
    """How a file is to be read; the names are those of the settings."""

    label_column: str | None = None  # its name, or a number from 1, first or last; of NPZ and MAT files the array's
    group_column: str | None = None
    image_shape: tuple[int, int] | Literal["none"] | None = None  # (height, width); "none": a table, never images
    image_size: int | None = None  # pixels of both sides that pictures are made to fit
    missing: Literal["refuse", "drop"] = "refuse"  # rows with gaps
    labels: bool = True  # False for a prediction: labels may be missing
    # Of the run that predicts:
    features: tuple[str, ...] | None = None  # where it learned from a table
    size: int | None = None  # numbers of a sample
    classes: tuple[str, ...] = ()
    # of a decoded picture and its name, the sample: at once, as many photographs would not fit into memory
    prepared: Callable[[NDArray[Any], str], NDArray[Any]] | None = None

    def given(self) -> dict[str, Any]:
        """The settings that were given, by their names."""
        values = {each.name: (getattr(self, each.name), each.default) for each in fields(self)}
        told = {"labels", "features", "size", "classes", "prepared"}
        settings = {name: pair for name, pair in values.items() if name not in told}
        return {name: value for name, (value, default) in settings.items() if value != default}


@dataclass
class Found:
    """Arrays as they came, and what was seen of their meaning; nobody has judged them."""

    samples: Any
    labels: Any = None
    class_names: Any = None
    feature_names: Any = None
    columns: list[str] | None = None  # of images from the columns of a table: their names, if any, by pixel
    groups: Any = None
    held_out: Any = None
    tone: Tone | None = None
    max_value: Any = None
    channels: Literal["first", "last"] | None = None  # where they are known to stand in images with four dimensions
    name: str = ""
    title: str | None = None
    source: str = ""
    note: str = ""  # what was decided in reading, for people
    files: list[dict[str, Any]] = field(default_factory=list)  # what was read: name, bytes, sha256
    sample_names: list[str] | None = None  # of each sample: its file
    label_column: str | None = None  # which column of a table was taken; a test part is read in the same way
    label_gap: str = ""  # the first word among the labels that was taken for a gap
    sha256: str | None = None  # digest that the data set must have


class Reader(NamedTuple):
    """Where the function is, and the settings that mean something to it."""

    function: str
    settings: frozenset[str]


def _reader(function: str, *settings: str) -> Reader:
    return Reader(f"digit_classifier.datasets.readers.{function}", frozenset(settings))


COLUMNS = ("label_column", "group_column", "image_shape", "missing")
TABLES = frozenset(("text", "parquet"))  # whose columns have the same names

# What a file turns out to be → its reader. A new format is a module, a line here, and its sign in `sniff`.
READERS: dict[str, Reader] = {
    "npz": _reader("arrays:read_npz", *COLUMNS),
    "npy": _reader("arrays:read_npy", *COLUMNS),
    "stored": _reader("stored:read_stored"),
    "idx": _reader("idx:read_idx"),
    "idx-folder": _reader("idx:read_idx_folder"),
    "matlab": _reader("matlab:read_matlab", *COLUMNS),
    "parquet": _reader("parquet:read_parquet", *COLUMNS, "image_size"),
    "pictures": _reader("folder:read_folder", "image_size"),
    "picture": _reader("folder:read_one_picture", "image_size"),
    "text": _reader("delimited:read_delimited", *COLUMNS),
}


def read_file(path: Path, asked: Asked, beside: tuple[str, Found] | None = None) -> tuple[str, Found]:
    """The format of a file or folder, and what its reader finds there.

    Of a test part, `beside` is what was found in the file that trains: what was asked of that one is asked of this one
    as far as it means something to it. InputError, in one line, for whatever cannot be read, is too large or is not
    whole.
    """
    from digit_classifier.datasets.readers.sniff import format_of

    if path.name in {"", ".."}:  # has no name to speak of
        path = path.resolve()
    try:
        kind = format_of(path)
        reader = READERS[kind]
        if beside is not None:
            asked = _asked_beside(asked, *beside, kind)
        for name, value in asked.given().items():  # those of a prediction are the run's, whose data had another format
            if asked.labels and name not in reader.settings:
                expected, came = f"no {option(name)}, which means nothing for {kind}", option(name, _typed(value))
                raise InputError(explain(path.name, expected, came, "the same without it"))
        module, _, function = reader.function.partition(":")
        found: Found = getattr(import_module(module), function)(path, asked)
    except MemoryError as error:
        raise InputError(explain(path.name, "data that fit into memory", "more", "a part of it")) from error
    except OSError as error:
        came = error.strerror or str(error)[:60]
        raise InputError(explain(path.name, "a file or folder that can be read", came, "another")) from error
    return kind, found


def _asked_beside(asked: Asked, kind: str, found: Found, other: str) -> Asked:
    """What is asked of a test part of another format, where this was found in the file that trains."""
    unasked: dict[str, Any] = {each.name: each.default for each in fields(Asked)}
    asked = replace(asked, **{name: unasked[name] for name in asked.given() if name not in READERS[other].settings})
    if asked.label_column is None and {kind, other} <= TABLES:
        return replace(asked, label_column=found.label_column)
    return asked


def _typed(value: Any) -> Any:
    """A value as it is typed: 28,28."""
    return ",".join(map(str, value)) if isinstance(value, tuple) else value
