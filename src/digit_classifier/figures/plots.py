"""The opt-in analytics, drawn by Matplotlib's Agg canvas, without pyplot and its global state."""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from digit_classifier.figures.palette import AMBER_TEXT, BLUE, INK, LINE, MUTED, TEN
from digit_classifier.figures.sheet import drawable
from digit_classifier.words import say
from digit_classifier.words.numbers import area, seconds, short, shortened, significant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_BARS = 120  # more bars than this become one filled outline: a thousand rectangles are slow and look grey
_FEW_EPOCHS = 12
_OTHERS = "#a9b2bf"
_NAMED = (("-", TEN[6]), ("--", TEN[1]), ("-.", TEN[3]))  # dash and colour of the three weakest classes
# 20 pt at 100 dots per inch are the 28 px of the other pictures: readable at a third of the size.
_STYLE: dict[str, Any] = {
    "font.size": 20, "font.family": "DejaVu Sans", "text.color": INK, "text.parse_math": False,
    "axes.edgecolor": LINE, "axes.linewidth": 2, "axes.labelcolor": MUTED, "axes.axisbelow": True,
    "axes.spines.top": False, "axes.spines.right": False, "axes.labelpad": 12, "axes.unicode_minus": True,
    "axes.formatter.useoffset": False, "axes.facecolor": "white", "figure.facecolor": "white",
    "xtick.major.size": 0, "ytick.major.size": 0, "xtick.major.pad": 10, "ytick.major.pad": 10,
    "xtick.color": LINE, "ytick.color": LINE, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
    "grid.color": LINE, "grid.linewidth": 1, "lines.linewidth": 4, "lines.solid_capstyle": "butt",
}  # fmt: skip


def load_matplotlib() -> None:
    """Import all that the plots use of Matplotlib."""
    from importlib import import_module

    for name in ("figure", "backends.backend_agg", "patches", "ticker"):
        import_module(f"matplotlib.{name}")


@contextmanager
def _paper(title: str, subtitle: str) -> Iterator[Figure]:
    """A 1600 × 900 px figure with the heading of the other pictures, whatever the user's own matplotlibrc says."""
    from matplotlib import rc_context, rcParamsDefault
    from matplotlib.figure import Figure

    defaults = {key: value for key, value in rcParamsDefault.items() if not key.startswith("backend")}
    with rc_context(defaults | _STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(16, 9), dpi=100)
        figure.text(0.045, 0.893, title, fontsize=36)
        figure.text(0.045, 0.836, subtitle, fontsize=21, color=MUTED)
        yield figure


def _png(figure: Figure) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    file = BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def roc_curves_png(roc: Mapping[str, Any]) -> bytes:
    """ROC curves of a `roc_curves.json` payload: the whole square, and its top left corner where good curves part.

    The classes with the smallest areas below 1, at most three, are coloured, dashed and named; the others are grey.
    """
    names = [name if drawable(name) else f"class {index}" for index, name in enumerate(roc["classes"])]
    curves = dict(zip(names, roc["classes"].values(), strict=True))
    ranked = sorted(curves, key=lambda name: curves[name]["auc"])
    weakest = [name for name in ranked if curves[name]["auc"] < 1][: len(_NAMED)]
    title = f"The mean area under the ROC curves is {area(roc['macro_auc'])}"
    with _paper(title, "each class against the rest") as figure:
        whole, corner = figure.add_axes((0.095, 0.14, 0.35, 0.622)), figure.add_axes((0.53, 0.14, 0.245, 0.58))
        for axes in (whole, corner):
            for name in ranked[len(weakest) :]:
                axes.plot(curves[name]["fpr"], curves[name]["tpr"], color=_OTHERS, linewidth=2.5)
            for name, (dash, colour) in zip(weakest, _NAMED, strict=False):
                axes.plot(curves[name]["fpr"], curves[name]["tpr"], dash, color=colour)
            axes.set_xlabel("false positive rate")
            axes.grid(visible=True)
        whole.plot([0, 1], [0, 1], color=MUTED, linewidth=2, dashes=(2, 3))
        whole.text(0.6, 0.55, "guessing", color=MUTED, va="top")
        whole.set(xlim=(-0.005, 1), ylim=(0, 1.01), ylabel="true positive rate")
        _zoom(corner, whole, [curves[name] for name in weakest])
        _name_curves(corner, weakest, ranked[len(weakest) :], curves)
        return _png(figure)


def _zoom(corner: Axes, whole: Axes, curves: Sequence[Mapping[str, Any]]) -> None:
    """Show the rectangle in which the curves bend, and outline it in the whole square."""
    from matplotlib.patches import Rectangle

    points = [list(zip(curve["fpr"], curve["tpr"], strict=True)) for curve in curves]
    right = max([0.02, *(min(false for false, true in curve if true == 1) for curve in points)])
    low = min([0.95, *(max(true for false, true in curve if false == 0) for curve in points)])
    right, low = min(0.5, 1.08 * right), max(0.5, 1 - 1.08 * (1 - low))
    corner.set(xlim=(-0.01 * right, right), ylim=(low, 1 + 0.02 * (1 - low)))
    corner.locator_params(nbins=4)
    corner.set_title("the outlined corner", fontsize=20, color=MUTED, loc="left", pad=16)
    whole.add_patch(
        Rectangle((0, low), right, 1 - low, fill=False, edgecolor=INK, linewidth=2, clip_on=False, zorder=5)
    )


def _name_curves(
    corner: Axes, weakest: Sequence[str], others: Sequence[str], curves: Mapping[str, Mapping[str, Any]]
) -> None:
    """The named classes and their areas, from the weakest, to the right of the corner."""
    heading = "smallest areas" if weakest else "areas"
    corner.text(1.1, 1.0, heading, color=MUTED, transform=corner.transAxes, va="top")
    rows = [
        (shortened(name, 14), area(curves[name]["auc"]), *style) for name, style in zip(weakest, _NAMED, strict=False)
    ]
    if others:
        least = curves[others[0]]["auc"]
        name = say("others", len(others)) if weakest else f"all {len(others)}"
        rows.append((name, area(least) if least == 1 else f"≥ {area(least)}", "-", _OTHERS))
    for place, (name, size, dash, colour) in enumerate(rows):
        height = 0.83 - 0.19 * place
        corner.plot([1.1, 1.28], [height] * 2, dash, color=colour, transform=corner.transAxes, clip_on=False)
        corner.text(1.34, height + 0.01, name, transform=corner.transAxes, va="center")
        corner.text(1.34, height - 0.065, size, color=MUTED, transform=corner.transAxes, va="center", fontsize=18)


def learning_rate_trace_png(dynamics: Mapping[str, Any]) -> bytes:
    """Training loss (left axis) and learning rate (right axis) of a `training_dynamics.json` payload, by epoch."""
    epochs, losses, rates = dynamics["epochs"], dynamics["losses"], dynamics["learning_rates"]
    known = [loss for loss in losses if loss is not None]
    title, subtitle = _loss_sentence(known, len(losses)), _rate_sentence(rates)
    with _paper(title, subtitle) as figure:
        left = figure.add_axes((0.1, 0.14, 0.77, 0.62))
        right = left.twinx()
        mark = "o" if len(epochs) <= _FEW_EPOCHS else ""
        left.plot(epochs, _gaps(losses), marker=mark, color=BLUE[6], markersize=9)
        right.plot(epochs, _gaps(rates), "--", marker=mark, color=AMBER_TEXT, markersize=9, linewidth=3)
        left.set_ylabel("training loss (solid)", color=BLUE[7])
        right.set_ylabel("learning rate (dashed)", color=AMBER_TEXT)
        left.set_ylim(0, _above(known, 1.06))
        right.set_ylim(0, _above(rates, 1.15))  # not the same height as the first loss
        left.grid(visible=True, axis="y")
        _epoch_axis(left, epochs)
        return _png(figure)


def _loss_sentence(known: Sequence[float], epochs: int) -> str:
    counted = say("epochs", len(known))
    if len(known) < epochs or not known:
        return say("loss.ended", epochs=counted)
    first, last = short(known[0]), short(known[-1])
    case = "once" if len(known) == 1 else "same" if first == last else "went"
    return say(f"loss.{case}", first=first, last=last, epochs=counted)


def _rate_sentence(rates: Sequence[float]) -> str:
    """What the learning rate did, first and last as they are unless those look alike."""
    if not rates:
        return ""
    first, last = map(short, (rates[0], rates[-1]))
    if first == last and rates[0] != rates[-1]:
        first, last = (significant(rate, 6) for rate in (rates[0], rates[-1]))
    case = "once" if len(rates) == 1 else "same" if min(rates) == max(rates) else "fell"
    return say(f"rate.{case}", first=first, last=last)


def timing_stats_png(timing: Mapping[str, Any]) -> bytes:
    """Duration of each epoch of a `timing_stats.json` payload as bars, with their average."""
    durations: list[float] = timing["epoch_seconds"]
    average, epochs = timing["average_epoch_seconds"] or 0.0, list(range(1, len(durations) + 1))
    factor, unit = (1.0, "seconds") if average >= 1 else (1e3, "milliseconds")
    heights = [duration * factor for duration in durations]
    case = "none" if not durations else "once" if len(durations) == 1 else "average"
    spent, total = seconds(sum(durations)), seconds(timing["total_seconds"])
    subtitle = say("seconds.part", epochs=say("epochs", len(durations)), sum=spent, total=total)
    with _paper(say(f"seconds.{case}", average=seconds(average)), subtitle) as figure:
        axes = figure.add_axes((0.1, 0.14, 0.77, 0.62))
        if len(durations) <= _MOST_BARS:
            axes.bar(epochs, heights, width=0.8, color=BLUE[4])
        else:
            axes.stairs(heights, [epoch - 0.5 for epoch in [*epochs, len(epochs) + 1]], fill=True, color=BLUE[4])
        axes.axhline(average * factor, color=INK, linewidth=2, dashes=(4, 3))
        beside = axes.get_yaxis_transform()
        axes.text(1.01, average * factor, "average", transform=beside, va="center")
        axes.set_ylabel(f"{unit} per epoch")
        axes.set_ylim(0, _above(heights, 1.06))
        axes.grid(visible=True, axis="y")
        _epoch_axis(axes, epochs)
        return _png(figure)


def _gaps(values: Sequence[float | None]) -> list[float]:
    """Unknown values as NaN, where Matplotlib breaks the line."""
    return [float("nan") if value is None else value for value in values]


def _above(values: Sequence[float], factor: float) -> float:
    """The end of an axis from zero: somewhat above the largest value, and finite."""
    return min(factor * max(values, default=1.0), 1e300) or 1.0


def _epoch_axis(axes: Axes, epochs: Sequence[int]) -> None:
    """Whole epochs only; a few epochs get room on both sides, so that their bars stay narrow."""
    from matplotlib.ticker import MaxNLocator

    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    spare = max(0.6, (8 - len(epochs)) / 2)
    axes.set_xlim(1 - spare, max(len(epochs), 1) + spare)
    if len(epochs) <= _FEW_EPOCHS:
        axes.set_xticks(epochs)
