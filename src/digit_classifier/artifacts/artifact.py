"""One JSON file of a run as one value: its name, its schema, how it is built, and what checks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from digit_classifier.artifacts.results import Results
    from digit_classifier.artifacts.rules import Payload
    from digit_classifier.artifacts.schema import Schema


class Artifact(NamedTuple):
    """One kind of file. A new kind is a module with one of these, and a line in `digit_classifier.artifacts`."""

    name: str  # of the file
    schema: Schema  # every published version of it
    build: Callable[..., Payload]  # from plain values; writes the newest version
    validate: Callable[[Payload], None]  # ArtifactError at the first broken rule; takes every version
    of: Callable[[Results], Payload] | None = (
        None  # from what a run computed; None for a file that tells more than that
    )
    setting: str | None = None  # what asks for the file, where it has this value; None: every run has it
    value: str | bool = True
    compared: bool = True  # a repeated run is compared in it; False where it holds times, ids or input

    def wanted(self, config: Any) -> bool:
        """Whether a run with these recorded settings has the file."""
        return self.of is not None and (self.setting is None or config.get(self.setting) == self.value)
