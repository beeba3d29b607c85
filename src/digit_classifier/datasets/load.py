"""From the name of a data set to the data set: a bundled one, or what an installed reader finds."""

from __future__ import annotations

from importlib import import_module

from digit_classifier.datasets import BUNDLED
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.errors import InputError, explain, option, show, suggestion
from digit_classifier.plugins import READERS, load_plugin, plugin_names, raised


def load_dataset(name: str, asked: object = None, *, root: object = None, test_data: str | None = None) -> Dataset:  # noqa: ARG001
    """The data set of this name, or what the installed reader of `NAME` or `NAME:WHERE` returns for WHERE.

    InputError when there is none, or when the reader fails or returns something else.
    """
    if name in BUNDLED:
        module, _, function = BUNDLED[name].partition(":")
        dataset: Dataset = getattr(import_module(module), function)()
        return dataset
    reader, _, where = name.partition(":")
    try:
        read = load_plugin(READERS, reader)
    except LookupError:
        known = [*BUNDLED, *plugin_names(READERS)]
        expected, attempt = f"one of {', '.join(known)}", suggestion(reader, known)
        raise InputError(explain(option("dataset"), expected, show(reader), attempt)) from None
    try:
        found = read(where)
    except (InputError, MemoryError):
        raise
    except (Exception, SystemExit) as error:
        raise InputError(
            explain(f"reader {reader}", f"to read {show(where)}", raised(error), "another file")
        ) from error
    if not isinstance(found, Dataset):
        came = f"a {type(found).__name__}"
        raise InputError(explain(f"reader {reader}", "a digit_classifier.Dataset", came, "another version of it"))
    return found
