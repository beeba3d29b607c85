"""`sweep`: many runs, from a plan to what they show."""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from digit_classifier.cli.arguments import Command, Defaults, Parser, add_settings, near
from digit_classifier.cli.signals import stopped_by_signals
from digit_classifier.cli.terminal import discard_output, is_watched, printable
from digit_classifier.errors import InputError, RunError, explain, loading, show, typed_command
from digit_classifier.settings.run_config import SPELLINGS
from digit_classifier.text import as_path

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from digit_classifier.artifacts import Payload
    from digit_classifier.settings.resolve import Given
    from digit_classifier.sweeps.coordinator import Outcome
    from digit_classifier.sweeps.plan import Book
    from digit_classifier.sweeps.request import Request

WHOLE = ("folds", "repeats", "random", "halving", "trials", "jobs")
TEXTS = ("seeds", "search", "confirm_seeds", "keep")
SWITCHES = ("again", "fail_fast", "yes", "plan")
KEYS = (*WHOLE, *TEXTS, "cluster", "grid", "range", "train_shares")  # of a YAML file, beside the settings
ABOUT = {
    "seeds": ("A:B", "random states of every setting, such as 0:20 or 1,5,7"),
    "folds": (
        "INT",
        "cross-validation: hold out each of so many folds once; --split contiguous: blocks; grouped: draws of groups",
    ),
    "repeats": ("INT", "times that the folds are drawn anew"),
    "random": ("INT", "so many random settings from --grid and --range"),
    "halving": ("INT", "train all settings for few epochs, and one part in so many for as many times longer"),
    "search": ("NAME", "tpe: let Optuna choose the settings; needs --trials"),
    "trials": ("INT", "settings that a search tries"),
    "confirm_seeds": ("A:B", "train the winner again with these random states, which chose nothing"),
    "keep": (
        "HOW",
        "all: keep every run (default up to 200 points); none; best: the median run of each setting and the best",
    ),
    "jobs": ("INT", "processes of this machine (default: as many as cores); 1 is a loop in this one"),
}
LISTED = 64  # settings of the report


def _arguments(parser: Parser, defaults: Defaults) -> None:
    parser.usage = f"{parser.prog} [--config PATH] [--seeds A:B] [--grid NAME VALUE ...] [--SETTING VALUE ...]"
    about = "YAML file with settings, and what varies: docs/sweeps.md shows one"
    parser.add_argument(
        "--config", metavar="PATH", default=defaults.config_file, help=f"{about} ({near(defaults.config_file)})"
    )
    group = parser.add_argument_group("many runs")
    for name, (metavar, text) in ABOUT.items():
        group.add_argument("--" + name.replace("_", "-"), metavar=metavar, help=text)
    group.add_argument(
        "--grid",
        nargs="+",
        action="append",
        default=[],
        metavar=("NAME", "VALUE"),
        help="a setting and its values; can be repeated",
    )
    group.add_argument(
        "--range",
        nargs="+",
        action="append",
        default=[],
        metavar=("NAME", "LOW HIGH"),
        help="a setting and two ends, for --random and --search",
    )
    group.add_argument(
        "--train-shares", nargs="+", metavar="SHARE", help="learning curve: the same as --grid train-share"
    )
    group.add_argument(
        "--cluster",
        metavar="URL",
        help="a Dask scheduler that you trust, such as tcp://host:8786: it runs code of whoever reaches it",
    )
    for name, text in (
        ("plan", "say how many points, how long and how large; train one, and write nothing"),
        ("again", "begin anew, where the same sweep was begun before"),
        ("fail-fast", "stop at the first point that fails"),
        ("yes", "more than 10,000 points or 1 GB are meant"),
    ):
        group.add_argument(f"--{name}", action="store_true", help=text)
    add_settings(parser, defaults.artifacts_root)


def _sweep(options: argparse.Namespace) -> int:
    file, others = _file(options.config)
    _merge_file(options, others)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is imported: no idle threads to start
    with loading():
        from digit_classifier.sweeps import api
        from digit_classifier.sweeps.coordinator import run_sweep
    jobs = options.jobs
    if options.cluster is not None:
        from digit_classifier.sweeps.cluster import require_address

        require_address(options.cluster, jobs)
    request = _request(options, file)
    book, plan = api.ready(request, None, jobs or api.default_jobs())
    if options.plan:
        return _print_plan(book, plan, jobs)
    api.require_consent(api.size_of_plan(book, plan), yes=options.yes)
    root = as_path(book.asked.base.artifacts_root or "artifacts")
    with stopped_by_signals(), _progress() as listen:
        done = run_sweep(
            book,
            plan,
            root=root,
            jobs=jobs,
            cluster=options.cluster,
            again=options.again,
            fail_fast=options.fail_fast,
            progress=listen,
        )
    return _report(done)


def _file(path: str | None) -> tuple[list[Given], dict[str, tuple[str, Any]]]:
    if path is None:
        return [], {}
    from digit_classifier.settings.yaml_file import read_yaml_with

    return read_yaml_with(as_path(path), KEYS)


def _merge_file(options: argparse.Namespace, others: dict[str, tuple[str, Any]]) -> None:
    """Values of the file where no flag gives one; whole numbers become such."""
    grid = _once("--grid", options.grid)
    ranges = _once("--range", options.range)
    if options.train_shares:
        if "train_share" in grid:
            came = "also --grid train-share"
            raise InputError(explain("--train-shares", "each setting once", came, "one of the two"))
        grid["train_share"] = options.train_shares
    others = dict(others)
    for flag, key in (("cluster", "jobs"), ("jobs", "cluster")):  # a flag for where to compute overrides the file's
        if getattr(options, flag) is not None:
            others.pop(key, None)
    seen: set[tuple[str, str]] = set()
    for key, (where, value) in others.items():
        if key in ("grid", "range", "train_shares"):
            listed = {"train_share": _list(where, value)} if key == "train_shares" else _mapping(where, value)
            kind, axes = ("range", ranges) if key == "range" else ("grid", grid)
            for name, values in listed.items():
                spelling = name.replace("-", "_")
                if (kind, spelling) in seen:
                    raise InputError(explain(f"{where}, {name}", "each setting once", "it again", "one of the two"))
                seen.add((kind, spelling))
                axes.setdefault(spelling, values)
        elif getattr(options, key) is None:
            setattr(options, key, _text(where, value))
    options.grid, options.range = grid, ranges
    _read_whole_numbers(options)


def _read_whole_numbers(options: argparse.Namespace) -> None:
    for name in WHOLE:
        flag, text = "--" + name, getattr(options, name)
        if text is None:
            continue
        if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= 1_000_000:
            raise InputError(explain(flag, "a whole number from 1 to 1000000", show(text), f"{flag} 5"))
        setattr(options, name, int(text))


def _once(flag: str, uses: list[list[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for words in uses:
        name = _name(flag, words)
        if name in found:
            attempt = " ".join([flag, words[0], *found[name], *words[1:]]) if flag == "--grid" else "one of the two"
            raise InputError(explain(f"{flag} {words[0]}", "each setting once", "it again", attempt))
        found[name] = words[1:]
    return found


def _name(flag: str, words: list[str]) -> str:
    if len(words) < 2:
        raise InputError(explain(flag, "a setting and its values", words[0], f"{flag} epochs 20 40"))
    return words[0].removeprefix("--").replace("-", "_")


def _mapping(where: str, value: Any) -> dict[str, list[str]]:
    if not isinstance(value, dict):
        raise InputError(explain(where, "settings, each with a list", "another value", "epochs: [20, 40]"))
    return {name: _list(f"{where}, {name}", listed) for name, listed in value.items()}


def _list(where: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        raise InputError(explain(where, "a list of values", "another value", "epochs: [20, 40]"))
    return [
        ",".join(_text(where, each) for each in item) or "none" if isinstance(item, list) else _text(where, item)
        for item in value
    ]


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InputError(explain(where, "one value", "several", "one of them"))
    return value


def _request(options: argparse.Namespace, file: list[Given]) -> Request:
    from digit_classifier.sweeps.request import Request

    varied = {SPELLINGS.get(name) for name in (*options.grid, *options.range)}
    return Request(
        flags=options.given or [],
        file=[each for each in file if SPELLINGS[each.spelling] not in varied],
        defaults={"artifacts_root": options.artifacts_root},
        grid=options.grid,
        ranges=options.range,
        **{name: getattr(options, name) for name in (*WHOLE[:-1], *TEXTS)},
    )


def _print_plan(book: Book, plan: Payload, jobs: int | None) -> int:
    """What a sweep will take: one point is trained for it, and nothing is written."""
    from digit_classifier.sweeps.api import default_jobs, size_of_plan
    from digit_classifier.sweeps.estimate import seconds_of_a_point

    size = size_of_plan(book, plan)
    each = seconds_of_a_point(book, plan)
    workers = min(jobs or default_jobs(), max(1, size.points))
    report = {
        "points": size.points,
        "settings": len(plan["settings"]) or None,
        "workers": workers,
        "seconds_of_a_point": float(f"{each:.3g}"),
        "seconds": round(each * size.points / workers, 1),
        "bytes_of_points": size.lines,
        "kept_runs": size.kept,
        "bytes_of_kept_runs": size.kept * size.run_bytes,
        "needs_yes": size.points > 10_000 or size.lines + size.kept * size.run_bytes > 1_000_000_000,
    }
    print(json.dumps(report, indent=2))
    return 0


def _report(done: Outcome) -> int:
    from digit_classifier.sweeps.result import SweepResult
    from digit_classifier.words.sweeps import sweep_sentences

    payload = done.payload
    result = SweepResult(done.directory, payload)
    count, failed = (sum(payload["settings"][key]) for key in ("points", "failed"))
    notes = list(done.notes)
    if done.resumed:
        notes.insert(0, f"{done.resumed} points were there before")
    notes += _doubts(done)
    report = {
        "sweep_id": payload["sweep_id"],
        "sweep_dir": str(done.directory),
        "points": {"planned": payload["planned"], "done": count, "failed": failed},
        "settings": result.settings[:LISTED],
        "differences": _rows(payload["differences"])[:LISTED],
        "best": result.best,
        "sentences": sweep_sentences(payload),
        "notes": notes,
    }
    try:
        print(json.dumps(report, indent=2), flush=True)
    except OSError as error:
        discard_output()
        came, attempt = error.strerror or str(error), f"{done.directory}; the result is saved there"
        raise RunError(explain("stdout", "to take the report", came, attempt)) from error
    if is_watched():
        _summarise(done, report)
    if failed or done.unconfirmed:
        wanted, came = "every point to be trained", f"{failed + done.unconfirmed} that failed"
        named = result.failures[:5]  # of those that are listed
        if named:
            states = ", ".join(str(row["random_state"]) for row in named)
            came += f", such as random state {states}: {named[0]['failure']}"
        raise RunError(f"sweep: expected {wanted}, got {came}; the others are in {done.directory}")
    return 0


def _doubts(done: Outcome) -> list[str]:
    """What failed of the best setting itself: its accuracy is of fewer points than that of others."""
    found, notes = done.payload["settings"], []
    if (best := done.payload["best"]) is not None and (lost := found["failed"][best["setting"]]):
        count = found["points"][best["setting"]]
        notes.append(f"{lost} of the {count} points of the best setting failed; its accuracy is of the others only")
    if done.unconfirmed:
        notes.append(f"{done.unconfirmed} of the points that were to confirm the best setting failed")
    return notes


def _rows(columns: Payload) -> list[Payload]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _summarise(done: Outcome, report: Payload) -> None:
    from rich.console import Console

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    for line in [*report["sentences"], *(f"Note: {note}" for note in report["notes"])]:
        console.print(printable(line))
    for line in (
        f"Saved in    {done.directory}",
        f"Look at it: {typed_command('serve', done.directory.parent.parent, '--open')}",
    ):
        console.print(printable(line), soft_wrap=True)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """One line on stderr with the rate and the time left; None where stderr is no terminal."""
    if not is_watched():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("point {task.completed}/{task.total}"), BarColumn(), TimeRemainingColumn())
    rate = TextColumn("{task.description}")
    with Progress(*columns, rate, console=Console(stderr=True), transient=True) as bar:
        task, began = bar.add_task("", total=None), time.perf_counter()
        first: list[int] = []

        def listen(done: int, planned: int) -> None:
            first[:] = first or [done - 1]
            speed = (done - first[0]) / max(1e-9, time.perf_counter() - began)
            bar.update(task, completed=done, total=planned, description=f"{speed:.1f} points/s")

        yield listen


COMMAND = Command(
    "sweep", "train many runs: seeds, folds, grids, searches; the same command continues", _arguments, _sweep
)
