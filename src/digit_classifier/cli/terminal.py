"""A progress bar and a summary on stderr, shown only on a terminal."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from digit_classifier.errors import typed_command
from digit_classifier.words.numbers import percent, seconds
from digit_classifier.words.scores import scores_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

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


def summarise(bundle: Bundle, notes: Sequence[str] = (), page: str | None = None) -> None:
    """The result in a few lines, what to know about it, and what to do next; `page` opens from disk and shows it."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    summary = bundle.payloads["run_summary.json"]
    spent = seconds(summary["timing"]["training_seconds"])
    lines = [
        *scores_of(bundle.payloads),
        f"{summary['model']['parameters']:,} parameters trained in {spent}; {summary['dataset']['note']}",
        *(f"Note: {note}" for note in notes),
    ]
    for line in lines:
        console.print(printable(line))
    for line in next_steps(bundle, page):
        console.print(printable(line), soft_wrap=True)  # to be copied: never cut


def next_steps(bundle: Bundle, page: str | None) -> list[str]:
    """Where the run is and what can be done with it, the way to the page first."""
    directory = bundle.directory
    root = directory.parent if bundle.manifest["run_id"] else directory
    look = f"open {page} in a browser (a double click will do)" if page else typed_command("serve", root, "--open")
    return [
        f"Run saved in  {directory}",
        f"Look at it:   {look}",
        f"Check it:     {typed_command('verify', directory)}",
        f"Repeat it:    {typed_command('replay', directory)}",
    ]


def no_runs(root: Path) -> str:
    """What a command says of a directory without runs."""
    return printable(f"{root}: no runs yet; the first: {typed_command('train', '--artifacts-root', root)}")


def printable(text: object) -> str:
    """Any text as one printable line: what a terminal would act on is shown as an escape."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in str(text))


def discard_output() -> None:
    """Send stdout, which is closed, nowhere: the interpreter would fail to write to it again at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
