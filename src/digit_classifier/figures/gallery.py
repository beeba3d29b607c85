"""A gallery of samples with the network's predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from digit_classifier.figures.glyphs import painter, shape_shown, shown_features
from digit_classifier.figures.palette import AMBER_MARK, AMBER_TEXT, INK, LINE, MUTED
from digit_classifier.figures.sheet import HEIGHT, MARGIN, WIDTH, Sheet, drawable, fit, text_width
from digit_classifier.words import say, shown_sentence, thing_named_by
from digit_classifier.words.numbers import certainty

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TOP, _BOTTOM, _GAP = 200, HEIGHT - 56, 24
_FRAME = 7
_TALLEST = 4096  # px; a run with a larger picture is not valid
_SHORT = 60  # px at size 28: names that fit a caption twice
_NAMED = 40  # samples; beyond, long names would make the sheet endless


class _Layout(NamedTuple):
    columns: int
    pitch: int
    picture_width: int
    picture_height: int
    font_size: int
    caption_height: int

    @property
    def row_height(self) -> int:
        return self.picture_height + self.caption_height + _GAP

    @property
    def most_rows(self) -> int:
        return (_TALLEST - HEIGHT + _BOTTOM + _GAP - _TOP) // self.row_height


def sample_gallery_png(
    predictions: Mapping[str, Any], metrics: Mapping[str, Any] | None = None, model: Mapping[str, Any] | None = None
) -> bytes:
    """The samples of a `predictions.json` payload: true → predicted class, confidence below.

    With the `metrics.json` of the run it also says how many were held out in all, and how many of those are right. The
    rows of a table need its `model.json`, too: their bars are in standard deviations.
    A mistake has an amber frame, a notched corner and an amber caption. Many samples make the sheet taller, up to
    4096 px; long class names are replaced by numbers on such a sheet.
    """
    labels = [name if drawable(name) else f"class {index}" for index, name in enumerate(predictions["labels"])]
    explained = "true class → predicted class, confidence below; a notched frame marks a mistake"
    if len(predictions["samples"]) > _NAMED and _widest(labels) > _SHORT:
        labels, explained = [str(index) for index in range(len(labels))], explained.replace("class →", "class number →")
    layout = _layout(len(predictions["samples"]), shape_shown(predictions), labels)
    samples = predictions["samples"][: layout.columns * layout.most_rows]
    thing = thing_named_by(predictions["labels"], table="feature_names" in predictions)
    if features := len(predictions.get("feature_names", ())):
        shown = len(shown_features(model, features))
        which = f"{features}" if shown == features else f"{shown} of {features}"
        explained = f"bars: {which} features, ±3 standard deviations; true → predicted; notched: a mistake"
    if metrics:
        counts = metrics["confusion_matrix"]
        total, correct = sum(map(sum, counts)), sum(row[index] for index, row in enumerate(counts))
        if total > len(samples):
            explained = f"{say('shown.of', total, right=f'{correct:,}')}; {explained}"
    elif len(samples) < len(predictions["samples"]):
        explained = f"the first {len(samples)} of {len(predictions['samples'])}; {explained}"
    rows = -(-len(samples) // layout.columns)
    spare = _BOTTOM + _GAP - _TOP - rows * layout.row_height
    airy = layout.row_height + min(max(0, spare) // max(rows, 1), 40)
    right = sum(sample["true_label"] == sample["predicted_label"] for sample in samples)
    sheet = Sheet(HEIGHT - min(0, spare))
    sheet.heading(shown_sentence(right, len(samples), thing), explained)
    paint = painter(sheet, predictions, samples, model)
    indent = (WIDTH - 2 * MARGIN - layout.columns * layout.pitch + _GAP) // 2
    for place, sample in enumerate(samples):
        row, column = divmod(place, layout.columns)
        left = MARGIN + indent + column * layout.pitch + (layout.pitch - _GAP - layout.picture_width) // 2
        top = _TOP + row * airy
        paint(sample, left, top, layout.picture_width, layout.picture_height)
        _frame(sheet, left, top, layout, wrong=sample["true_label"] != sample["predicted_label"])
        _caption(sheet, left + layout.picture_width // 2, top + layout.picture_height, layout, sample, labels)
    return sheet.png()


def _layout(count: int, shape: Sequence[int], labels: list[str]) -> _Layout:
    """The number of columns that shows the largest pictures on a 16 : 9 sheet, or on a taller one if they were tiny."""
    wide = WIDTH - 2 * MARGIN + _GAP
    longest = _widest(labels)
    lines, narrowest = (2, 130 if count <= 100 else 86) if longest <= _SHORT else (3, 250 if longest > 130 else 160)
    sizes = []
    for columns in range(1, count + 1):
        pitch = wide // columns
        font_size, caption = _caption_size(pitch, lines)
        rows = -(-count // columns)
        box = min(pitch - _GAP, (_BOTTOM - _TOP + _GAP) // rows - caption - _GAP)
        if pitch >= narrowest and box >= 48:
            sizes.append((box, columns, pitch, font_size, caption))
    if not sizes:
        columns = max(1, min(count, wide // narrowest))
        columns = -(-count // (-(-count // columns) or 1)) or 1  # as many rows, evenly filled
        pitch = wide // columns
        sizes = [(min(pitch - _GAP, 160), columns, pitch, *_caption_size(pitch, lines))]
    box, columns, pitch, font_size, caption = max(sizes)
    scale = box // max(shape) or box / max(shape)
    return _Layout(columns, pitch, int(shape[1] * scale) or 1, int(shape[0] * scale) or 1, font_size, caption)


def _widest(labels: list[str]) -> float:
    return max(text_width(name, 28) for name in labels)


def _caption_size(pitch: int, lines: int) -> tuple[int, int]:
    """Font size and height of the caption below a picture."""
    font_size = max(19, min(32, round(0.2 * (pitch - _GAP))))
    return font_size, round(1.25 * lines * font_size) + 16


def _frame(sheet: Sheet, left: int, top: int, layout: _Layout, *, wrong: bool) -> None:
    width, height = layout.picture_width, layout.picture_height
    if not wrong:
        sheet.outline(left, top, width, height, 2, LINE)
        return
    sheet.outline(left, top, width, height, _FRAME, AMBER_MARK)
    corner, leg = left + width + _FRAME - 1, max(2 * _FRAME + 10, round(0.16 * width) + 2 * _FRAME)
    for step in range(leg + 1):
        sheet.box(corner - leg + step, top - _FRAME + step, leg - step + 1, 1, AMBER_MARK)


def _caption(
    sheet: Sheet, middle: int, top: int, layout: _Layout, sample: Mapping[str, Any], labels: list[str]
) -> None:
    true, predicted = labels[sample["true_label"]], labels[sample["predicted_label"]]
    lines = round((layout.caption_height - 16) / (1.25 * layout.font_size))
    ink = INK if sample["true_label"] == sample["predicted_label"] else AMBER_TEXT
    names = [f"{true} → {predicted}"] if lines == 2 else [true, f"→ {predicted}"]
    for line, text in enumerate([*names, certainty(sample["confidence"])]):
        shown, size = fit(text, layout.pitch - 8, layout.font_size, min(layout.font_size, 22))
        baseline = top + 8 + round(layout.font_size * (1.0 + 1.25 * line))
        sheet.text(middle, baseline, shown, size, ink if line < len(names) else MUTED, anchor="middle")
