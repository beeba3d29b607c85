"""A sweep at a glance: the accuracy of its settings with intervals, and what of it may be luck."""

from __future__ import annotations

from collections import Counter
from math import ceil, floor, log10, sqrt
from typing import TYPE_CHECKING, Any

from digit_classifier.figures.palette import BLUE, INK, LINE, MUTED, PAPER
from digit_classifier.figures.sheet import HEIGHT, MARGIN, SMALLEST, WIDTH, Sheet, drawable, fit, text_width
from digit_classifier.words import say
from digit_classifier.words.numbers import ends, percent
from digit_classifier.words.sweeps import axes_name, row_name, sweep_sentences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST = 10  # rows
_NAMES, _LEFT, _RIGHT = 340, MARGIN + 370, 1180  # width of the names; ends of the axis
_TITLES, _NOTE = (38, 35, 32, 29), 28  # px
_LINE, _PITCH = 52, 92  # px, of a line of the title, and of a row at most
_FOOT = 4  # lines below the axis, at most
_ENDS = ("low", "high", "wilson_low", "wilson_high")
_BAR, _BEST_BAR, _DOT, _MEAN = BLUE[2], BLUE[3], BLUE[6], INK


def sweep_png(sweep: Mapping[str, Any]) -> bytes:
    """A `sweep.json` payload: a row for each setting with its points, their mean and the 95 % interval around it.

    The ten settings of the highest mean; a thin line is the interval of the split's size, where only starts vary. Below
    them the sentences on what of this may be luck, as far as they fit.
    """
    first, *notes = sweep_sentences(dict(sweep))
    lines, size = _title(first.removesuffix("."))
    foot, order = _foot(notes), _ranked(sweep)[:_MOST]
    top = 96 + _LINE * len(lines)
    pitch = min(_PITCH, (HEIGHT - top - 130 - 38 * len(foot)) // max(1, len(order)))
    bottom = top + pitch * len(order) + 96
    sheet = Sheet(bottom + 38 * len(foot) + 34)
    for index, line in enumerate(lines):
        sheet.text(MARGIN, 36 + _LINE * (index + 1), line, size)
    for index, line in enumerate(foot):
        sheet.text(MARGIN, bottom + 38 * index + 22, line, _NOTE, MUTED)
    if order:
        _rows(sheet, sweep, order, top, pitch)
    return sheet.png()


def _ranked(sweep: Mapping[str, Any]) -> list[int]:
    means, best = sweep["settings"]["mean"], sweep["best"] and sweep["best"]["setting"]
    known = [index for index, mean in enumerate(means) if mean is not None]
    return sorted(known, key=lambda index: (-means[index], index != best, index))


def _rows(sheet: Sheet, sweep: Mapping[str, Any], order: Sequence[int], top: int, pitch: int) -> None:
    settings, points = sweep["settings"], sweep["points"]
    scores: dict[int, list[float]] = {index: [] for index in order}
    for setting, accuracy in zip(points["setting"], points["accuracy"], strict=True):
        if setting in scores and accuracy is not None:
            scores[setting].append(accuracy)
    shown = [value for values in scores.values() for value in values]
    shown += [settings[end][index] for end in _ENDS for index in order if settings[end][index] is not None]
    ticks, low, high = _axis(min(shown), max(shown))

    def at(value: float) -> int:
        return round(_LEFT + (value - low) / (high - low) * (_RIGHT - _LEFT))

    if head := axes_name(dict(sweep)):
        sheet.text(MARGIN, top - 12, fit(head, WIDTH - 2 * MARGIN, SMALLEST, SMALLEST)[0], SMALLEST, MUTED)
    bottom = top + pitch * len(order)
    for tick in ticks:
        sheet.box(at(tick) - 1, top, 2, bottom - top + 8, LINE)
        sheet.text(at(tick), bottom + 44, _tick_text(tick, ticks), SMALLEST, MUTED, anchor="middle")
    hidden = sum(mean is not None for mean in settings["mean"]) - len(order)
    caption = say("sweep.rows", len(order), all=f"{len(order) + hidden:,}") if hidden else say("sweep.axis")
    sheet.text(MARGIN, bottom + 44, caption, SMALLEST, MUTED)
    best = sweep["best"] and sweep["best"]["setting"]  # none where what was chosen among failed
    for place, index in enumerate(order):
        _row(sheet, sweep, index, scores[index], at, top + pitch * place + pitch // 2, best=index == best)


def _row(
    sheet: Sheet, sweep: Mapping[str, Any], index: int, scores: list[float], at: Any, middle: int, *, best: bool
) -> None:
    settings = sweep["settings"]
    mean, low, high, widest, last = (settings[key][index] for key in ("mean", *_ENDS))
    name = row_name(dict(sweep), index)
    name = name if drawable(name) else f"setting {index + 1}"
    fitted, size = fit(name, _NAMES, 32, SMALLEST)
    sheet.text(MARGIN, middle + 11, fitted, size, INK if best else MUTED)
    if widest is not None:
        sheet.box(at(widest), middle - 3, at(last) - at(widest), 6, _BAR)
    if low is not None:
        sheet.box(at(low), middle - 11, at(high) - at(low), 22, _BEST_BAR if best else _BAR)
    for value, count in sorted(Counter(scores).items()):
        paper = (_BEST_BAR if best else _BAR) if low is not None and low < value < high else PAPER
        sheet.disc(at(value), middle, round(min(14, 5 * sqrt(count))), _DOT, paper)
    sheet.box(at(mean) - 3, middle - 19, 6, 38, _MEAN)
    text = percent(mean)
    sheet.text(_RIGHT + 40, middle + 11, text, 32)
    if low is not None:
        interval = "{} – {} %".format(*(each.removesuffix(" %") for each in ends(low, high)))
        sheet.text(_RIGHT + 60 + round(text_width(text, 32)), middle + 11, interval, SMALLEST, MUTED)


def _axis(low: float, high: float) -> tuple[list[float], float, float]:
    """Round ticks inside the ends of an axis that holds all values, and these ends."""
    if high - low < 1e-6:
        low, high = low - 0.005, high + 0.005
    step = 10 ** floor(log10((high - low) / 4))
    step *= next(factor for factor in (1, 2, 5, 10) if factor * step * 5 >= high - low)
    ticks = [round(number * step, 10) for number in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]
    room = 0.03 * (high - low)
    return ticks, low - room, high + room


def _tick_text(tick: float, ticks: Sequence[float]) -> str:
    step = 100 * (ticks[1] - ticks[0]) if len(ticks) > 1 else 1
    return f"{100 * tick:.{max(0, ceil(-log10(step) - 1e-9))}f}"


def _title(text: str) -> tuple[list[str], int]:
    """One or two lines, and the largest size in which they hold the text."""
    found = next((size for size in _TITLES if len(_wrapped(text, size)) <= 2), _TITLES[-1])
    lines = _wrapped(text, found)
    return ([lines[0], fit(" ".join(lines[1:]), WIDTH - 2 * MARGIN, found, found)[0]] if lines[2:] else lines), found


def _foot(notes: Sequence[str]) -> list[str]:
    """As many whole sentences as have room."""
    for count in range(len(notes), 0, -1):
        if len(lines := _wrapped(" ".join(notes[:count]), _NOTE)) <= _FOOT:
            return lines
    return []


def _wrapped(text: str, size: int) -> list[str]:
    """Lines of the sheet's width."""
    lines, room = [""], WIDTH - 2 * MARGIN
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return [fit(line, room, size, size)[0] for line in lines]
