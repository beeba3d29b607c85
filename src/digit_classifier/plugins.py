"""Doors for third parties: readers and exporters that other installed packages bring as entry points.

Asked only when a name is not one of ours: listing the entry points of an environment takes 46 ms. A run never decides
which plugin is loaded: only what the user typed or passed does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digit_classifier.errors import InputError, explain, show

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

READERS, EXPORTERS = "digit_classifier.readers", "digit_classifier.exporters"


def _installed(group: str) -> EntryPoints:
    from importlib.metadata import entry_points

    return entry_points(group=group)


def plugin_names(group: str) -> list[str]:
    """What is installed in a group, in alphabetical order."""
    return sorted({each.name for each in _installed(group)})


def load_plugin(group: str, name: str) -> Any:
    """The object that an entry point names; InputError in one line when it cannot be imported. LookupError if none."""
    for each in _installed(group).select(name=name):
        try:
            return each.load()
        except Exception as error:
            package = each.dist.name if each.dist else each.value
            came = f"{type(error).__name__}: {show(str(error))}"
            attempt = f"pip install --force-reinstall {package}"
            raise InputError(explain(f"plugin {name}", f"the package {package} to import", came, attempt)) from error
    raise LookupError(name)
