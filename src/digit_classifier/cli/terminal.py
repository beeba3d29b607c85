"""A progress bar and a summary on stderr, shown only on a terminal."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from digit_classifier.words.numbers import percent, seconds
from digit_classifier.words.scores import scores_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digit_classifier.learning.training import Epoch
    from digit_classifier.store import Bundle


def is_watched() -> bool:
    """Whether stderr is a terminal; it is None when it was closed before we started."""
    return sys.stderr is not None and sys.stderr.isatty()


@contextmanager
def progress_bar(epochs: int) -> Iterator[Callable[[Epoch], None] | None]:
    """The listener of a training that shows a bar on stderr; None where stderr is no terminal."""
    if not is_watched():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("epoch {task.completed}/{task.total}"), BarColumn(), TimeRemainingColumn())
    note = TextColumn("{task.description}")
    with Progress(*columns, note, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=epochs)

        def listen(epoch: Epoch) -> None:
            bar.update(
                task, completed=epoch.number, description=f"hold-out accuracy {percent(epoch.holdout_accuracy or 0)}"
            )

        yield listen


def summarise(bundle: Bundle, notes: Sequence[str] = ()) -> None:
    """The result in a few lines, and what to know about it."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    summary = bundle.payloads["run_summary.json"]
    for line in scores_of(bundle.payloads):
        console.print(printable(line), markup=False)
    console.print(
        f"{summary['model']['parameters']:,} parameters trained in {seconds(summary['timing']['training_seconds'])}; "
        f"{summary['dataset']['note']}",
        markup=False,
    )
    for note in notes:
        console.print(printable(f"Note: {note}"), markup=False)
    console.print(printable(f"Run saved in {bundle.directory}"), markup=False)
    console.print(printable(f"Check it:    digit-classifier verify {bundle.directory}"), markup=False)


def printable(text: object) -> str:
    """Any text as one printable line: what a terminal would act on is shown as an escape."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in str(text))


def discard_output() -> None:
    """Send stdout, which is closed, nowhere: the interpreter would fail to write to it again at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
