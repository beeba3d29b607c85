"""From the name of a data set to the data set: a bundled one, or what an installed reader finds."""

from __future__ import annotations

from digit_classifier.datasets.bundled import BUNDLED
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.errors import InputError, explain, option, show
from digit_classifier.plugins import READERS, load_plugin


def load_dataset(name: str, *, readers: bool = True) -> Dataset:
    """The data set of this name, or with `readers` what the reader of `NAME` or `NAME:WHERE` returns for WHERE.

    InputError when there is none, or when the reader returns something else.
    """
    if name in BUNDLED:
        return BUNDLED[name]()
    reader, _, where = name.partition(":")
    known = ", ".join(BUNDLED)
    if not readers:
        raise InputError(explain("dataset", f"a data set of this package ({known})", show(reader), "training anew"))
    try:
        read = load_plugin(READERS, reader)
    except LookupError:
        attempt = option("dataset", next(iter(BUNDLED)))
        raise InputError(explain(option("dataset"), f"one of {known}", show(reader), attempt)) from None
    try:
        found = read(where)
    except InputError:
        raise
    except Exception as error:
        came = f"{type(error).__name__}: {show(str(error))}"
        raise InputError(explain(f"reader {reader}", f"to read {show(where)}", came, "another file")) from error
    if not isinstance(found, Dataset):
        came = f"a {type(found).__name__}"
        raise InputError(explain(f"reader {reader}", "a digit_classifier.Dataset", came, "another version of it"))
    return found
