"""Every picture of a run: a pure function from a validated payload to PNG bytes.

The two default pictures need Pillow, the opt-in plots Matplotlib; either is imported when the first is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digit_classifier.figures.gallery import sample_gallery_png
from digit_classifier.figures.matrix import confusion_matrix_png

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIGURES: dict[str, tuple[str, Callable[[Mapping[str, Any]], bytes]]] = {
    "confusion_matrix.png": ("metrics.json", confusion_matrix_png),
    "sample_gallery.png": ("predictions.json", sample_gallery_png),
}
"""Picture file → the JSON file it is drawn from, and how."""

__all__ = ["FIGURES", "confusion_matrix_png", "sample_gallery_png"]
