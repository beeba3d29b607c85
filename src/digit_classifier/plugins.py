"""Doors for third parties: readers and exporters that other installed packages bring as entry points.

Asked only when a name is not one of ours: listing the entry points of an environment takes 46 ms. A run never decides
which plugin is loaded: only what the user typed or passed does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from digit_classifier.errors import InputError, explain, show

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

READERS, EXPORTERS = "digit_classifier.readers", "digit_classifier.exporters"
NAME = re.compile("[a-z0-9][a-z0-9_-]{0,34}")  # what can be typed, recorded and shown; other names count as none


def _installed(group: str) -> list[EntryPoint]:
    from importlib.metadata import entry_points

    return [each for each in entry_points(group=group) if NAME.fullmatch(each.name)]


def plugin_names(group: str) -> list[str]:
    """What is installed in a group, in alphabetical order."""
    return sorted({each.name for each in _installed(group)})


def load_plugin(group: str, name: str) -> Any:
    """The object that an entry point names. LookupError if there is none.

    InputError in one line when it cannot be imported, or when several packages bring different ones of this name.
    """
    found = {each.value: each for each in _installed(group) if each.name == name}
    packages = [each.dist.name if each.dist else each.value for each in found.values()]
    if not found:
        raise LookupError(name)
    if len(found) > 1:
        came, attempt = " and ".join(sorted(packages)), f"pip uninstall {min(packages)}, or the other"
        raise InputError(explain(f"plugin {name}", "one package that brings it", came, attempt))
    (plugin,), (package,) = found.values(), packages
    try:
        return plugin.load()
    except (Exception, SystemExit) as error:
        attempt = f"pip install --force-reinstall {package}"
        raise InputError(
            explain(f"plugin {name}", f"the package {package} to import", raised(error), attempt)
        ) from error


def raised(error: BaseException) -> str:
    """What a plugin raised, in a few words of one line: it may be anything."""
    return f"{type(error).__name__}: {show(str(error))}"
