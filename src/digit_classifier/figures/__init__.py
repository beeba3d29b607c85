"""Every picture of a run: a pure function from a validated payload to PNG bytes.

The two default pictures need Pillow, the opt-in plots Matplotlib; either is imported when the first is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digit_classifier.errors import loading
from digit_classifier.figures.gallery import sample_gallery_png
from digit_classifier.figures.matrix import confusion_matrix_png
from digit_classifier.figures.plots import (
    learning_rate_trace_png,
    load_matplotlib,
    roc_curves_png,
    timing_stats_png,
)
from digit_classifier.figures.sheet import try_drawing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

FIGURES: dict[str, tuple[tuple[str, ...], Callable[..., bytes]]] = {
    "confusion_matrix.png": (("metrics.json", "predictions.json"), confusion_matrix_png),
    "sample_gallery.png": (("predictions.json", "metrics.json", "model.json"), sample_gallery_png),
    "roc_curves.png": (("roc_curves.json",), roc_curves_png),
    "learning_rate_trace.png": (("training_dynamics.json",), learning_rate_trace_png),
    "timing_stats.png": (("timing_stats.json",), timing_stats_png),
}
"""Picture file → the JSON files that its function takes; it is drawn where the first is there."""


def draw_figures(payloads: Mapping[str, Any]) -> dict[str, bytes]:
    """The pictures of a run, by file name; those whose JSON file is there."""
    return {
        name: draw(*map(payloads.get, sources)) for name, (sources, draw) in FIGURES.items() if sources[0] in payloads
    }


def require_libraries(pictures: Iterable[str]) -> None:
    """Load what these pictures need, and draw a little; InputError in one line where that fails."""
    with loading():
        try_drawing()
    if any(FIGURES[name][1].__module__ == load_matplotlib.__module__ for name in pictures):
        with loading():
            load_matplotlib()


__all__ = [
    "FIGURES",
    "confusion_matrix_png",
    "draw_figures",
    "learning_rate_trace_png",
    "require_libraries",
    "roc_curves_png",
    "sample_gallery_png",
    "timing_stats_png",
]
