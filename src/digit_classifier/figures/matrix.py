"""The confusion matrix, ready for a slide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from digit_classifier.figures.palette import AMBER, AMBER_TEXT, BLUE, INK, LINE, MUTED, readable_on, shade
from digit_classifier.figures.sheet import HEIGHT, MARGIN, SMALLEST, WIDTH, Sheet, drawable, fit, text_width
from digit_classifier.words import accuracy_sentence, say, thing_named_by
from digit_classifier.words.numbers import ends, fraction, percent

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOP, _BOTTOM, _GAP = 268, HEIGHT - 48, 28
_READABLE = 38  # px; rows at least so high have room for a line of text
_SIDE = 300  # recall and row totals, or the list of mix-ups
_SIDE_LIST = 430
_ROW_NAMES = 460  # px; longer class names lose their middle


class _Grid(NamedTuple):
    left: int
    cell_width: int
    cell_height: int
    classes: int

    @property
    def right(self) -> int:
        return self.left + self.cell_width * self.classes

    def baseline(self, row: int, size: int) -> int:
        """Where text of this size stands to look centred in a row."""
        return _TOP + row * self.cell_height + (self.cell_height + round(0.7 * size)) // 2

    @property
    def has_readable_rows(self) -> bool:
        return self.cell_height >= _READABLE

    @property
    def gap(self) -> int:
        """Width of the lines between cells; tiny cells have none."""
        return 3 if self.cell_height >= 30 else int(self.cell_height >= 8)


def confusion_matrix_png(metrics: Mapping[str, Any], predictions: Mapping[str, Any] | None = None) -> bytes:
    """Counts of a `metrics.json` payload: true class down, predicted class across; correct is blue, wrong amber.

    The `predictions.json` of the run says whether its samples are images. Up to 14 classes each row ends with its
    recall and total; with more, the most frequent mix-ups are listed there.
    """
    counts: list[list[int]] = metrics["confusion_matrix"]
    labels = [name if drawable(name) else f"class {index}" for index, name in enumerate(metrics["labels"])]
    right = sum(row[index] for index, row in enumerate(counts))
    total = sum(map(sum, counts))
    numbers = [str(index) for index in range(len(labels))]
    rows, columns = labels, labels
    grid = _grid(rows)
    if max(text_width(name, SMALLEST) for name in labels) > max(grid.cell_width - 8, SMALLEST * 2):
        rows, columns = [f"{name}   {number}" for number, name in zip(numbers, labels, strict=True)], numbers
        rows = rows if grid.cell_height >= SMALLEST else numbers
        grid = _grid(rows)
    sheet = Sheet(max(HEIGHT, _TOP + grid.cell_height * grid.classes + HEIGHT - _BOTTOM))
    title = accuracy_sentence(
        right, total, thing_named_by(metrics["labels"], table="feature_names" in (predictions or {}))
    )
    sheet.heading(title, _subtitle(metrics, total - right, total))
    _draw_names(sheet, grid, rows, columns)
    _draw_cells(sheet, grid, counts)
    if grid.has_readable_rows:
        _draw_recall(sheet, grid, counts)
    else:
        _draw_mix_ups(sheet, grid, counts, labels)
    return sheet.png()


def _subtitle(metrics: Mapping[str, Any], wrong: int, total: int) -> str:
    if total == 0:
        return "Every count is zero."
    words = [say("mistakes", wrong)]
    interval = metrics.get("accuracy_interval")
    if interval:
        low, high = ends(interval["low"], interval["high"])
        words.append(say("interval", low=low, high=high))
    if metrics.get("macro_f1") is not None:
        words.append(f"macro F1 {fraction(metrics['macro_f1'])}")
    return "  ·  ".join(words)


def _grid(rows: list[str]) -> _Grid:
    cell_height = max(2, (_BOTTOM - _TOP) // len(rows))
    names = min(_ROW_NAMES, max(58, 8 + round(max(text_width(name, SMALLEST) for name in rows))))
    left = MARGIN + names + _GAP
    side = _SIDE if cell_height >= _READABLE else _SIDE_LIST
    cell_width = min((WIDTH - MARGIN - side - _GAP - left) // len(rows), 2 * cell_height)
    return _Grid(left, max(1, cell_width), cell_height, len(rows))


def _draw_names(sheet: Sheet, grid: _Grid, rows: list[str], columns: list[str]) -> None:
    size = SMALLEST
    sheet.text(grid.left - _GAP, _TOP - 18, "true", size, MUTED, anchor="right")
    sheet.text(grid.left + grid.cell_width * grid.classes // 2, _TOP - 62, "predicted", size, MUTED, anchor="middle")
    every_row = -(-(size + 2) // grid.cell_height)
    widest = max(text_width(name, size) for name in columns)
    every_column = max(1, -(-round(widest + 10) // grid.cell_width))
    for index, name in enumerate(rows):
        if index % every_row == 0:
            shown, shown_size = fit(name, _ROW_NAMES, size, size)
            sheet.text(grid.left - _GAP, grid.baseline(index, size), shown, shown_size, anchor="right")
    for index, name in enumerate(columns):
        if index % every_column == 0:
            middle = grid.left + index * grid.cell_width + grid.cell_width // 2
            sheet.text(middle, _TOP - 18, name, size, anchor="middle")


def _draw_cells(sheet: Sheet, grid: _Grid, counts: list[list[int]]) -> None:
    largest = max(max(map(max, counts)), 1)
    _draw_lines(sheet, grid)
    size = min(56, round(0.56 * grid.cell_height))
    size = min(size, int(size * (grid.cell_width - 10) / text_width(f"{largest}", size)))
    width, height = max(1, grid.cell_width - grid.gap), grid.cell_height - grid.gap
    for true, row in enumerate(counts):
        for predicted in sorted({true, *filter(row.__getitem__, range(len(row)))}):
            count = row[predicted]
            left, top = grid.left + predicted * grid.cell_width, _TOP + true * grid.cell_height
            colour = shade(BLUE if true == predicted else AMBER, count, largest)
            sheet.box(left, top, width, height, colour)
            if size >= 15:
                ink, baseline = readable_on(colour), grid.baseline(true, size)
                sheet.text(left + width // 2, baseline, f"{count}", size, ink, colour, "middle")


def _draw_lines(sheet: Sheet, grid: _Grid) -> None:
    gap, side = grid.gap or 1, grid.classes if grid.gap else 1
    width, height = grid.cell_width * grid.classes + gap, grid.cell_height * grid.classes + gap
    for line in range(side + 1):
        sheet.box(grid.left - gap + line * (width - gap) // side, _TOP - gap, gap, height, LINE)
        sheet.box(grid.left - gap, _TOP - gap + line * (height - gap) // side, width, gap, LINE)


def _draw_recall(sheet: Sheet, grid: _Grid, counts: list[list[int]]) -> None:
    recall, total = WIDTH - MARGIN - 150, WIDTH - MARGIN
    sheet.text(recall, _TOP - 18, "recall", SMALLEST, MUTED, anchor="right")
    sheet.text(total, _TOP - 18, "samples", SMALLEST, MUTED, anchor="right")
    for index, row in enumerate(counts):
        baseline, support = grid.baseline(index, SMALLEST), sum(row)
        text = percent(row[index], support) if support else "–"
        sheet.text(recall, baseline, text, SMALLEST, INK, anchor="right")
        sheet.text(total, baseline, f"{support:,}", SMALLEST, MUTED, anchor="right")


def _draw_mix_ups(sheet: Sheet, grid: _Grid, counts: list[list[int]], labels: list[str]) -> None:
    cells = [
        (row[predicted], true, predicted)
        for true, row in enumerate(counts)
        for predicted in filter(row.__getitem__, range(len(row)))  # most are zero where classes are many
        if true != predicted
    ]
    left, right, step = grid.right + _GAP + 12, WIDTH - MARGIN, 48
    sheet.text(left, _TOP - 18, "most frequent mix-ups" if cells else "no mix-ups", SMALLEST, MUTED)
    for place, (count, true, predicted) in enumerate(sorted(cells, key=lambda cell: (-cell[0], cell[1:]))[:12]):
        number = f"{count:,}"
        room = right - left - text_width(number, SMALLEST) - 16
        shown, size = fit(f"{labels[true]} → {labels[predicted]}", room, SMALLEST, 22)
        sheet.text(left, _TOP + 30 + place * step, shown, size)
        sheet.text(right, _TOP + 30 + place * step, number, SMALLEST, AMBER_TEXT, anchor="right")
