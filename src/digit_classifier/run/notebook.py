"""What a notebook shows: a run's page in a frame, its pictures, and a bar while it trains."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digit_classifier.errors import DigitClassifierError, InputError, explain
from digit_classifier.store.files import cannot_write, replace_all
from digit_classifier.text import as_path
from digit_classifier.words.numbers import percent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from digit_classifier.learning.training import Epoch
    from digit_classifier.text import AnyPath

MOST = 2_000_000  # bytes that a notebook keeps of a run
AROUND = 5_000  # bytes of them for the words around the page
HEIGHT = 640  # pixels of the frame: most of a laptop's window, so that the notebook still scrolls beside it
PAUSE = 0.1  # seconds between two looks of the bar


@dataclass(frozen=True)
class Figure:
    """A picture of a run as PNG; a notebook shows it."""

    name: str
    png: bytes

    def __repr__(self) -> str:
        width, height = (int.from_bytes(self.png[start : start + 4], "big") for start in (16, 20))
        return f"<Figure {self.name}: PNG of {width} × {height} pixels>"

    def _repr_png_(self) -> bytes:
        return self.png

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, bytes], dict[str, dict[str, str]]]:
        """The same with words for those who cannot see it."""
        return {"image/png": self.png}, {"image/png": {"alt": self.name.replace("_", " ")}}

    def save(self, path: AnyPath) -> Path:
        """Write the picture as a PNG file, in place of what is there, and return its path; or InputError."""
        target = as_path(path)
        if target.is_dir():
            raise InputError(explain("path", "a file to write", "a directory", f"{target / self.name}.png"))
        try:
            replace_all(target.parent, {target.name: self.png}, scratch=target.parent)
        except OSError as error:
            raise cannot_write(target, error, "path") from error
        return target


def page_in_frame(directory: Path, text: str, picture: Callable[[str], Figure]) -> str:
    """The page of a run in a sandboxed frame, as HTML for a notebook; `text` says which run it is.

    Under the frame lies what to do where frames, or their scripts, are not allowed: it shows where there is no frame.
    """
    import base64  # what only a notebook needs is not loaded by a training
    import html
    import shlex

    from digit_classifier.page.html import framed_page

    try:
        document, left_out = framed_page(directory, MOST - AROUND)
    except (DigitClassifierError, OSError) as error:
        return f"<p>{html.escape(text)}</p><p>{html.escape(str(error))}</p>"
    command = shlex.join(["digit-classifier", "export", "html", str(directory), "-o", "report.html"])
    way = f"<code>{html.escape(command)}</code>"
    lines = [f"<p>{html.escape(text)}</p>"]
    if document is None:
        shown = base64.b64encode(picture("confusion_matrix").png).decode("ascii")
        lines += [
            f"<p>The page is too large for a notebook, which keeps {MOST // 10**6} MB of it; see it by {way}.</p>",
            f'<img alt="Confusion matrix of the hold-out." src="data:image/png;base64,{shown}">',
        ]
        return "".join(lines)
    if left_out:
        lines.append(f"<p>Left out, as a notebook keeps {MOST // 10**6} MB: {left_out}. More: {way}.</p>")
    lines.append(
        f'<div style="position: relative; height: {HEIGHT}px">'
        "<p>The page of this run is in a frame, which is not shown here. In Jupyter: trust the notebook (Command "
        f"Palette, Trust Notebook), or run this cell again. Elsewhere: {way}.</p>"
        f'<iframe title="The page of the run" sandbox="allow-scripts" srcdoc="{document}" '
        'style="position: absolute; inset: 0; width: 100%; height: 100%; border: 0"></iframe></div>'
    )
    return "".join(lines)


def in_notebook() -> bool:
    """Whether a notebook shows what this process displays: it runs a kernel of IPython."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


class _Bar:
    """The bar of a training as it is now."""

    def __init__(self, epochs: int) -> None:
        self.epochs, self.done = epochs, 0
        self.accuracy: float | None = None

    def __repr__(self) -> str:
        shown = "" if self.accuracy is None else f", hold-out accuracy {percent(self.accuracy)}"
        return f"epoch {self.done} of {self.epochs}{shown}"

    def _repr_html_(self) -> str:
        return f'<progress max="{self.epochs}" value="{self.done}"></progress> {self!r}'


@contextmanager
def notebook_bar(epochs: int) -> Iterator[Callable[[Epoch], None] | None]:
    """The listener of a training that shows one bar below the cell; None outside a notebook."""
    if not in_notebook():
        yield None
        return
    from IPython.display import display

    bar, looked = _Bar(epochs), time.monotonic()
    handle = display(bar, display_id=True)  # type: ignore[no-untyped-call]

    def listen(epoch: Epoch) -> None:
        nonlocal looked
        bar.done, bar.accuracy = epoch.number, epoch.holdout_accuracy
        if time.monotonic() - looked >= PAUSE:
            looked = time.monotonic()
            handle.update(bar)

    try:
        yield listen
    finally:
        handle.update(bar)
