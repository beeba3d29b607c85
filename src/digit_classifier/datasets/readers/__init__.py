"""Data sets from files: which reader a file is for, what it is asked, and what it finds.

A reader is a function `(path, asked) -> Found`. It finds arrays and does not judge them: `datasets.judge` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from digit_classifier.errors import InputError, explain

if TYPE_CHECKING:
    from pathlib import Path

    from digit_classifier.datasets.dataset import Tone


@dataclass(frozen=True)
class Asked:
    """How a file is to be read; the names are those of the settings."""

    label_column: str | None = None  # a name; in a file without names: first, last, or a number from 1
    group_column: str | None = None
    image_shape: tuple[int, int] | Literal["none"] | None = None  # (height, width); "none": a table, never images
    image_size: int | None = None  # pixels of both sides that pictures are made to fit
    missing: Literal["refuse", "drop"] = "refuse"  # rows with gaps
    labels: bool = True  # False for a prediction: labels may be missing


@dataclass
class Found:
    """Arrays as they came, and what was seen of their meaning; nobody has judged them."""

    samples: Any
    labels: Any = None
    class_names: Any = None
    feature_names: Any = None
    groups: Any = None
    held_out: Any = None
    tone: Tone | None = None
    max_value: Any = None
    name: str = ""
    title: str | None = None
    source: str = ""
    note: str = ""
    files: tuple[Path, ...] = ()  # what was read; a folder stands for the pictures in it
    sample_names: list[str] | None = None  # of each sample: its file
    decided: str = ""  # what was decided in reading, for people
    label_column: str | None = None  # which column was taken; a test part is read in the same way
    sha256: str | None = None  # digest that the data set must have


# What a file turns out to be → its reader. A new format is a module, a line here, and its sign in `sniff`.
READERS: dict[str, str] = {
    "npz": "digit_classifier.datasets.readers.arrays:read_npz",
    "dataset.json": "digit_classifier.datasets.readers.arrays:read_stored",
    "idx": "digit_classifier.datasets.readers.idx:read_idx",
    "idx folder": "digit_classifier.datasets.readers.idx:read_idx_folder",
    "matlab": "digit_classifier.datasets.readers.matlab:read_matlab",
    "parquet": "digit_classifier.datasets.readers.parquet:read_parquet",
    "pictures": "digit_classifier.datasets.readers.folder:read_folder",
    "picture": "digit_classifier.datasets.readers.folder:read_picture",
    "text": "digit_classifier.datasets.readers.text:read_text",
}


def read_file(path: Path, asked: Asked) -> tuple[str, Found]:
    """The format of a file or folder, and what its reader finds there.

    InputError, in one line, for whatever cannot be read, is too large or is not whole.
    """
    from digit_classifier.datasets.readers.sniff import format_of

    try:
        kind = format_of(path)
        module, _, function = READERS[kind].partition(":")
        found: Found = getattr(import_module(module), function)(path, asked)
    except MemoryError as error:
        raise InputError(explain(path.name, "data that fit into memory", "more", "a part of it")) from error
    except OSError as error:
        came = error.strerror or str(error)[:60]
        raise InputError(explain(path.name, "a file or folder that can be read", came, "another")) from error
    return kind, found
