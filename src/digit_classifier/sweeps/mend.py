"""What `repair` does for a sweep: everything derived is made again from the plan and the points."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from digit_classifier.errors import ArtifactError, DigitClassifierError
from digit_classifier.store.sweeps import lock_sweep, read_sweep, remove_strays
from digit_classifier.sweeps.build import collect
from digit_classifier.sweeps.coordinator import write_derived

if TYPE_CHECKING:
    from pathlib import Path


class Mended(NamedTuple):
    """What was found of a sweep, and done."""

    done: int = 0  # points
    planned: int = 0
    problem: str | None = None  # it stays as it is
    is_running: bool = False


def mend(directory: Path) -> Mended:
    """Write sweep.json, its twin, picture and manifest anew; a sweep that a process computes is left alone."""
    try:
        folder = lock_sweep(directory)
    except (OSError, DigitClassifierError) as error:
        return Mended(problem=_line(directory, error))
    if folder is None:
        return Mended(is_running=True)
    try:
        remove_strays(directory)
        found = collect(folder.root, directory, folder.plan)
        planned = folder.plan["points"]
        if found.count:
            planned = write_derived(folder, found, is_complete=_was_complete(directory, found.count))["planned"]
        return Mended(found.count, planned)
    except (OSError, DigitClassifierError) as error:
        return Mended(problem=_line(directory, error))
    finally:
        folder.release()


def _was_complete(directory: Path, done: int) -> bool:
    """Whether its last coordinator found nothing left to train; it alone knows which points of a plan are equal."""
    try:
        return bool(read_sweep(directory)["planned"] == done)
    except (OSError, ArtifactError):
        return False


def _line(directory: Path, error: Exception) -> str:
    return f"{directory}: {error.strerror or error}" if isinstance(error, OSError) else str(error)
