"""docs/performance.md and its picture, from the numbers that the parts have kept; nothing is measured here.

python -m benchmarks.report [--quick]
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from benchmarks import environment, measure
from benchmarks.growth import exponent
from benchmarks.loops import AGAIN, EXACT, OURS, PRODUCTS
from benchmarks.measure import Result, ratios, spread, verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

PAGE = environment.ROOT / "docs" / "performance.md"
PICTURE = environment.ROOT / "docs" / "images" / "performance.svg"
LEVELS = (97.5, 98.5, 99.0, 99.4)
SHOWN_CLASSIFIERS = 12  # of scikit-learn's, the most accurate ones


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others numbers."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def noise(ours: Sequence[float], again: Sequence[float]) -> str:
    """What A against A showed."""
    seen = ratios(ours, again)
    return f"A against A: {seen.middle:.2f} ({seen.low:.2f} to {seen.high:.2f})."


def whole_run(result: Result) -> Iterator[str]:
    """Seconds, CPU and memory of whole processes."""
    from benchmarks.whole_run import AGAIN, OURS

    for model in ("logistic", "mlp"):
        costs = result["costs"][model]
        columns = {name: list(zip(*rows, strict=True)) for name, rows in costs.items()}
        walls = {name: column[0] for name, column in columns.items()}
        seen = ratios(walls[OURS], walls[AGAIN])
        rows = []
        for name, (wall, cpu, memory) in columns.items():
            if name != AGAIN:
                ratio = "" if name == OURS else verdict(ratios(walls[OURS], wall), seen)
                middle = (spread(wall).middle, spread(cpu).middle, spread(memory).middle)
                rows.append([name, f"{middle[0]:.2f}", f"{middle[1]:.2f}", f"{middle[2]:.0f}", ratio])
        yield f"`{model}`, {result['repeats']} rounds. {noise(walls[OURS], walls[AGAIN])}"
        yield table(["", "seconds", "CPU seconds", "peak MiB", "times ours"], rows)
    start = {name: spread(cost[0] for cost in costs).middle for name, costs in result["costs"]["start-up"].items()}
    bare, helped = start["python -c pass"], start["--help"]
    yield f"`--help` takes {1000 * helped:.0f} ms, {helped / bare:.1f} times `python -c pass` ({1000 * bare:.0f} ms)."


def loops(result: Result) -> Iterator[str]:
    """Milliseconds per training, and what they are in terms of the products alone."""
    for name, task in result["tasks"].items():
        seconds, epochs = task["seconds"], task["epochs"]
        seen = ratios(seconds[OURS], seconds[AGAIN])
        rows = []
        for who, values in seconds.items():
            if who == AGAIN:
                continue
            floor = seconds.get(PRODUCTS)
            to_products = "" if floor is None or who == PRODUCTS else verdict(ratios(floor, values))
            to_ours = "" if who in (OURS, PRODUCTS) else verdict(ratios(seconds[OURS], values), seen)
            loss = task["last_loss"].get(who)
            middle = f"{1000 * spread(values).middle:.1f}"
            rows.append([who, middle, to_products, to_ours, "" if loss is None else f"{loss:.4f}"])
        plural = "epoch" if epochs == 1 else "epochs"
        yield f"**{name}**, {epochs} {plural}. {noise(seconds[OURS], seconds[AGAIN])}"
        yield table(["", "ms", "times the products", "times ours", "last loss"], rows)


def operations(result: Result) -> Iterator[str]:
    """Milliseconds per operation, ordinary and exact, and what the products alone take."""
    from benchmarks.operations import OPERATIONS

    for name, task in result["tasks"].items():
        seconds, spent = task["seconds"], task["operations"]
        rows = []
        for operation in OPERATIONS:
            plain, exact = (spent[who][operation] for who in (OURS, EXACT))
            times = f"{exact / plain:.1f}" if plain else ""
            rows.append([operation, f"{1000 * plain:.1f}", f"{1000 * exact:.1f}", times])
        plain, exact = seconds[OURS], seconds[EXACT]
        rows.append(["all, nobody watching", f"{1000 * plain:.1f}", f"{1000 * exact:.1f}", f"{exact / plain:.1f}"])
        alone = f", the products alone {1000 * seconds[PRODUCTS]:.1f} ms" if PRODUCTS in seconds else ""
        yield f"**{name}**{alone}"
        yield table(["", "ms", "--exact, ms", "times"], rows)
    yield IDEAS
    shapes = list(result["ideas"])
    ways = list(result["ideas"][shapes[0]])
    yield table(["µs", *shapes], [[way, *(f"{result['ideas'][shape][way]:.0f}" for shape in shapes)] for way in ways])
    for name, words in {"rectifier": RECTIFIER, "convolution": CONVOLUTION, "gradients": GRADIENTS}.items():
        yield words
        yield table(["", "µs"], [[way, f"{spent:.3g}"] for way, spent in result["ways"][name].items()])


def accuracy(result: Result) -> Iterator[str]:
    """Accuracy and seconds, and the fastest way to each level."""
    rows = {name: _summary(row) for name, row in result["rows"].items()}
    groups = {name: row["group"] for name, row in result["rows"].items()}
    best = sorted((name for name in rows if groups[name] == "scikit-learn"), key=lambda name: -rows[name]["mean"])
    shown = [name for name in rows if groups[name] != "scikit-learn" or name in best[:SHOWN_CLASSIFIERS]]
    yield table(
        ["", "random splits, %", "n", "new writers, %", "CPU seconds", "parameters", "averaged over 5 shifts, %"],
        [_accuracy_row(name, rows[name]) for name in shown],
    )
    rest = ", ".join(f"{name} {rows[name]['mean']:.1f}" for name in best[SHOWN_CLASSIFIERS:])
    yield f"Less accurate classifiers of scikit-learn: {rest}."
    yield f"Left out because they failed or took too long: {', '.join(result['skipped'])}."
    kinds = sorted(set(groups.values()))
    fastest = []
    for level in LEVELS:
        cells = [f"{level} %"]
        for kind in kinds:
            there = [(rows[n]["seconds"], n) for n in rows if groups[n] == kind and rows[n]["mean"] >= level]
            cells.append("{:.3f} s, {}".format(*min(there)) if there else "–")
        fastest.append(cells)
    yield "The least CPU time whose mean reaches a level:"
    yield table(["random splits", *kinds], fastest)


def _summary(row: Result) -> Result:
    random, folds = row["random"], row["folds"]
    accuracies = [score[0] for score in random]
    return {
        "mean": fmean(accuracies),
        "deviation": stdev(accuracies) if len(accuracies) > 1 else 0.0,
        "n": len(accuracies),
        "folds": fmean(score[0] for score in folds),
        "seconds": fmean(score[1] for score in random),
        "parameters": random[0][2],
        "averaged": None if random[0][3] is None else fmean(score[3] for score in random),
        "averaged_folds": None if random[0][3] is None else fmean(score[3] for score in folds),
    }


def _accuracy_row(name: str, row: Result) -> list[str]:
    both = "" if row["averaged"] is None else f"{row['averaged']:.2f}, new writers {row['averaged_folds']:.2f}"
    count = "–" if row["parameters"] is None else f"{row['parameters']:,}"
    scores = [f"{row['mean']:.2f} ± {row['deviation']:.2f}", f"{row['n']}", f"{row['folds']:.2f}"]
    return [name, *scores, f"{row['seconds']:.3f}", count, both]


def growth(result: Result) -> Iterator[str]:
    """Costs per size, and the exponent from one size to the next."""
    rows = []
    for what, sizes in result["runs"].items():
        known = {int(size): row for size, row in sizes.items()}
        for before, size in pairwise([0, *known]):
            row = known[size]
            cells = [what, f"{size:,}", f"{row['seconds']:.2f}", f"{row['training']:.2f}", f"{row['memory']:.0f}"]
            keys = ("seconds", "training", "memory", "bytes")
            powers = [f"{exponent((before, known[before][k]), (size, row[k])):.2f}" if before else "" for k in keys]
            rows.append([*cells, f"{row['bytes'] / 1e6:.2f}", " / ".join(powers) if before else ""])
    head = ["what grows", "to", "seconds", "of it training", "peak MiB", "MB on disk", "exponents of the four"]
    yield table(head, rows)
    known = {int(size): row for size, row in result["history"].items()}
    rows = []
    for before, size in pairwise([0, *known]):
        row = known[size]
        powers = [f"{exponent((before, known[before][k]), (size, row[k])):.2f}" for k in ("publish", "list") if before]
        cells = [f"{1000 * row['publish']:.0f} ms", f"{1000 * row['list']:.0f} ms", f"{row['memory']:.0f}"]
        rows.append([f"{size:,}", *cells, " / ".join(powers)])
    yield "A history: publishing one more run, and `digit-classifier runs` from start to exit."
    yield table(["runs", "publish one more", "list", "MiB to list", "exponents"], rows)
    rows = [
        [f"{int(size):,}", f"{1000 * row['publish']:.1f} ms", f"{1000 * row['list']:.1f} ms"]
        for size, row in result["lists"].items()
    ]
    yield LISTS
    yield table(["runs", "publish one more, CPU", "read the newest 100, CPU"], rows)


def page(result: Result) -> Iterator[str]:
    """Bytes, requests and seconds of first pages."""
    yield f"{result['browser']}, on the loopback."
    for name, contestants in result["tables"].items():
        rows = []
        for who, row in contestants.items():
            if "failed" in row:
                rows.append([who, f"failed: {row['failed']}", "", "", "", ""])
                continue
            cells = [f"{row['kilobytes']:,.0f}", f"{row['requests']:.0f}", f"{row['painted']:.2f}"]
            rows.append([who, *cells, f"{row['shown']:.2f}", f"{row['server_start']:.1f}"])
        head = [name, "kB", "requests", "first paint, s", "run on the screen, s", "start of the server, s"]
        yield table(head, rows)
        filled = [f"{row['filled']:.2f} s ({who})" for who, row in contestants.items() if row.get("filled")]
        yield f"The first section with all its images is there after {', '.join(filled)}."


def lab(result: Result) -> Iterator[str]:
    """Seconds per training in every engine."""
    yield ". ".join(f"{name}: `{agent}`" for name, agent in result["browsers"].items()) + "."
    for task, contestants in result["tables"].items():
        ours = contestants["NumPy, exact"]["seconds"]["middle"]
        rows = []
        for name, row in contestants.items():
            seconds, longest = row["seconds"]["middle"], row.get("longest")
            share = row.get("share", 1)  # of the training, where it was stopped
            shown = f"{seconds:.2f}" if share == 1 else f"stopped after {seconds:.0f}, {share:.0%} done"
            times = seconds / share / ours
            ratio = "" if name == "NumPy, exact" else f"{times:.{0 if times >= 10 else 1}f}×"
            rows.append([name, shown, ratio, "" if longest is None else f"{longest:.0f}"])
        yield f"**{task}**"
        yield table(["", "seconds", "times NumPy, exact", "longest piece, ms"], rows)


def fashion(result: Result) -> Iterator[str]:
    """Whole processes on larger images, and what the presets make of them."""
    from benchmarks.fashion import AGAIN, OURS

    for model, part in result["models"].items():
        walls = {name: [cost[0] for cost in costs] for name, costs in part["costs"].items()}
        memories = {name: spread(cost[2] for cost in costs).middle for name, costs in part["costs"].items()}
        seen = ratios(walls[OURS], walls[AGAIN])
        rows = []
        for name, wall in walls.items():
            if name != AGAIN:
                ratio = "" if name == OURS else verdict(ratios(walls[OURS], wall), seen)
                rows.append([name, f"{spread(wall).middle:.1f}", f"{memories[name]:.0f}", ratio])
        epochs = "1 epoch" if part["epochs"] == 1 else f"{part['epochs']} epochs"
        yield f"`{model}`, {epochs}, {part['repeats']} rounds. {noise(walls[OURS], walls[AGAIN])}"
        yield table(["", "seconds", "peak MiB", "times ours"], rows)
    yield FASHION_PRESETS
    rows = [
        [
            f"`{model}`, {run['epochs']} epochs", f"{100 * run['accuracy']:.2f}", f"{run['log_loss']:.3f}",
            f"{run['wall']:.1f}", f"{run['training']:.1f}", f"{run['wall'] / run['training'] - 1:.0%}",
            f"{run['memory']:.0f}",
        ]
        for model, run in result["presets"].items()
    ]  # fmt: skip
    head = ["", "test images right, %", "log loss", "seconds", "of it training", "beyond training", "peak MiB"]
    yield table(head, rows)


def sweeps(result: Result) -> Iterator[str]:
    """Points per second of whole commands, what a kill costs, and the page of a large sweep."""
    from benchmarks.sweep_peers import OURS as SWEEP

    for network, task in result["tasks"].items():
        walls = {name: [cost[0] for cost in costs] for name, costs in task["costs"].items()}
        rows = []
        for name, wall in walls.items():
            middle = spread(wall).middle
            ratio = "" if name == SWEEP else verdict(ratios(walls[SWEEP], wall))
            rows.append([name, f"{middle:.2f}", f"{task['points'] / middle:.1f}", ratio])
        yield f"**{network}**, {task['points']} points on {result['cores']} cores."
        yield table(["", "seconds", "points per second", "times ours"], rows)
    rows = [
        [name, f"{row['begun']}", f"{row['twice']}", f"{row['lost']}", f"{row['seconds']:.1f}"]
        for name, row in result["kills"].items()
    ]
    yield (
        f"{result['killed_points']} points of `mlp`; the command and all its processes are killed in the middle, and"
        " the same command is started again."
    )
    head = ["", "points begun before", "computed twice", "lost in the end", "seconds of the second command"]
    yield table(head, rows)
    page = result["page"]
    if "failed" in page:
        yield f"The page of a sweep was not measured: {page['failed']}."
        return
    yield (
        f"The page of a sweep of {page['points']:,} points ({page['megabytes']:.1f} MB of `sweep.json`) is there after "
        f"{page['seconds']:.2f} s in {page['browser']}; the goal is {page['goal']} s."
    )


WHOLE_RUN = """\
From the start of the process to its exit: train, evaluate, write all default files. The
[script](../benchmarks/sklearn_script.py) writes the same artifacts with scikit-learn and pyplot, alone and with a
tracker added. No network."""
LOOPS = """\
Training alone, at equal work: samples, epochs, batches, optimiser and the loss of every epoch, from pixels that are
still bytes. The peers watch no hold-out; *with its hold-out* is what a run does: 360 more digits predicted and counted
after every epoch, 10,000 for MNIST's shape. *Matrix products alone* is a lower bound: only those of forward and
backward pass, on numbers that lie in the cache. One core unless said. JAX has compiled before. Softmax regression runs
full-batch on 1437 × 64, the networks with Adam and batches of 200 (the convolutional one 64), the last two on synthetic
images of MNIST's shape, 60,000 × 784."""
WHERE = """\
Each operation with its own time, the clock's share included; the trainings are those of the tables above. A floor that
no order of these operations goes below: the products, and for exact arithmetic the same products in float64, which take
more than twice as long, and the rounding of their factors. So exact training cannot come down to twice the ordinary one
while its products are float64's."""
IDEAS = """\
One exact product, (m, k) times (k, n), what it is made of, and what was tried in its place. Three float32 products
would be those of two slices per factor, without the slicing. Rounding by `rint` leaves the scaling back to be done.
Buffers that are kept save nothing."""
RECTIFIER = """\
A hidden layer of the `mlp`, 128 units for the 64 samples of a batch: ReLU, and what is left of a gradient where it is
not zero."""
CONVOLUTION = """\
The second convolution of the `cnn`, 16 channels to 32 on 64 images of 8 × 8, forward, with all its copies. Winograd's
algorithm needs fewer products; its sums are passes over all numbers. What is used is not the fastest here: the copied
pixels serve the gradient of the weights, too."""
GRADIENTS = """\
Its gradients."""
ACCURACY = """\
Mean ± standard deviation over stratified 80/20 splits, random states 100 to 119, on which nothing was tuned; slow
models on fewer (n). *New writers*: five contiguous folds, which test mostly on people whose hand was never seen; our
presets with random states 0 to 4. They were chosen with seven such folds in view: other borders, the same digits.
Seconds are CPU time of one core, for training and for predicting the hold-out once (nearest neighbours do their work
there). Names with () are scikit-learn's defaults on pixels from 0 to 1."""
FASHION = """\
Whole processes again, on 60,000 images of 28 × 28 pixels: 50,000 of the training part train, 10,000 are held out, the
same layers and epochs, no moved images, all files written. One thread unless said. scikit-learn has no such network of
convolutions."""
FASHION_PRESETS = """\
With the presets (moved images and more epochs) and the given split: the 10,000 test images, read here
and nowhere else. `python -m benchmarks.fashion --presets`"""
GROWTH = """\
One size grows by steps of ten, the rest stays. An exponent of 1: ten times as much takes ten times as long."""
LISTS = """\
The list alone made as long, the runs in it made up: what one more run, and the newest hundred, cost the processor."""
FIRST_PAGE = """\
The first page on the same runs, in the same browser with an empty cache. A server is started before; ours is
`python -m http.server`. *Run on the screen*: the name of a run can be seen, wherever a page shows it first."""
LAB = """\
What the page's laboratory computes, without its pauses; every exact training ends with the same digest of the weights.
CPU seconds for NumPy and Node, by the clock in browsers. TensorFlow.js has the same layers, epochs and batches, but
moves no images and watches no hold-out; it is measured once, and stopped after two minutes."""
SWEEPS = """\
Five-fold cross-validation from several starts, whole commands from start to exit. The first row also computes every
metric and the digest of each run and writes a line per point; the others keep accuracies. All but *MLPClassifier*
train our network; that one has layers of the same sizes and as many epochs. joblib, Optuna and Ray are told to go on
where they can: by a cache, a journal and a storage directory."""

# part → heading, what is said above the tables, the tables
PARTS: dict[str, tuple[str, str, Callable[[Result], Iterator[str]]]] = {
    "whole_run": ("Whole run", WHOLE_RUN, whole_run),
    "loops": ("The loop", LOOPS, loops),
    "operations": ("Where the time goes", WHERE, operations),
    "accuracy": ("Time to accuracy", ACCURACY, accuracy),
    "fashion": ("Larger images", FASHION, fashion),
    "growth": ("Growth", GROWTH, growth),
    "page": ("The page", FIRST_PAGE, page),
    "lab": ("The laboratory", LAB, lab),
    "sweeps": ("Many runs", SWEEPS, sweeps),
}


def write(*, quick: bool) -> None:
    """Write the page and the picture: into docs/, or beside the numbers of a trial."""
    found = {part: result for part in PARTS if (result := measure.load(part, quick=quick))}
    target, picture = (measure.TRIAL / PAGE.name, measure.TRIAL / PICTURE.name) if quick else (PAGE, PICTURE)
    target.parent.mkdir(parents=True, exist_ok=True)
    if "whole_run" in found:
        draw(found["whole_run"], picture)
    target.write_text(text(found, picture.relative_to(target.parent).as_posix()), encoding="utf-8")
    print(f"wrote {target.relative_to(environment.ROOT)}")


def text(found: Result, picture: str) -> str:
    """The page: what is said of every part, and its tables where it was measured."""
    sections = ["# Performance", INTRODUCTION.format(bound=measure.WIDEST)]
    if "whole_run" in found:
        sections.append(f'<img src="{picture}" alt="Seconds of a whole run, the tables below as bars." width="720">')
    for part, (heading, words, tables) in PARTS.items():
        command = f"`python -m benchmarks.{part}` measures this part."
        sections += [f"## {heading}", f"{words}\n{command}"]
        sections += [*tables(found[part]), circumstances(found[part])] if part in found else ["Not measured yet."]
    return "\n\n".join(sections) + "\n"


INTRODUCTION = """\
`make bench` measures everything on this page and writes it; `python -m benchmarks.report` writes it again from the
numbers in [benchmarks/results/](../benchmarks/results). Contestants take turns (A B C, A B C, …) after a warm-up of
each; a number is the median. A ratio is the median of the ratios within the rounds, with its quartiles. *Not resolved*
stands in its place where the quartiles include 1, where they are further apart than {bound:.0%} of the ratio, or where
the same program against itself (A against A) differs as much. Compare numbers within one table only."""


def circumstances(result: Result) -> str:
    """What this part was measured on."""
    machine = result["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items() if version)
    cores = "one core" if machine["cores"] == 1 else f"{machine['cores']} cores"
    trial = " A quick trial: not to be quoted." if result["quick"] else ""
    before, after = machine["load"]
    if before and before > machine["cores"] + 1:  # the load after holds what this part did itself
        trial += " Other programs kept the machine busy: measure again before quoting."
    return (
        f"*{machine['processor']}, {cores}, load {before} before and {after} after; {versions}; "
        f"BLAS: {', '.join(machine['blas'])}.{trial}*"
    )


def draw(result: Result, picture: Path) -> None:
    """Whole runs as bars: an SVG with a background of its own, for light and dark pages."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    mpl.rcParams.update({"svg.hashsalt": "digit-classifier", "font.size": 10, "axes.edgecolor": "#c9ced6"})
    figure = Figure(figsize=(8, 3.2), facecolor="#ffffff", layout="constrained")
    FigureCanvasSVG(figure)
    for place, model in enumerate(("logistic", "mlp")):
        axes = figure.add_subplot(1, 2, place + 1)
        costs = {name: rows for name, rows in result["costs"][model].items() if "again" not in name}
        seconds = [spread(cost[0] for cost in rows).middle for rows in costs.values()]
        colours = ["#1f5fbf", *["#9aa4b2"] * (len(costs) - 1)]
        bars = axes.barh(range(len(costs)), seconds, color=colours, height=0.66)
        axes.bar_label(bars, [f"{value:.2f} s" for value in seconds], padding=4, color="#1b1f24")
        axes.set_xlim(0, max(seconds) * 1.25)
        axes.set_yticks(range(len(costs)), list(costs) if place == 0 else [""] * len(costs))
        axes.invert_yaxis()
        axes.set_title(f"whole run, {model}", loc="left", color="#1b1f24")
        axes.tick_params(left=False, colors="#1b1f24")
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} s")
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, metadata={"Date": None, "Creator": None})


def main() -> None:
    """Write what the numbers say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="from the numbers of a trial, into build/benchmarks/")
    options = parser.parse_args()
    environment.enter("benchmarks.report")
    write(quick=options.quick)


if __name__ == "__main__":
    main()
