"""`sweep(...)`: many runs from Python, as the command line makes them."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digit_classifier.datasets.dataset import Dataset
from digit_classifier.environment import created_now
from digit_classifier.errors import InputError, explain, option, require_kind, show, suggestion
from digit_classifier.run.notebook import in_notebook
from digit_classifier.settings.kinds import as_text
from digit_classifier.settings.resolve import ARGUMENT, Given
from digit_classifier.settings.run_config import SETTINGS, SPELLINGS, flag
from digit_classifier.sweeps.coordinator import run_sweep
from digit_classifier.sweeps.plan import make_plan, open_book
from digit_classifier.sweeps.request import Request, understood
from digit_classifier.sweeps.result import SweepResult
from digit_classifier.sweeps.search import require_optuna
from digit_classifier.text import as_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from digit_classifier.artifacts import Payload
    from digit_classifier.sweeps.plan import Book

MANY_POINTS, MANY_BYTES = 10_000, 1_000_000_000  # above which a sweep must be asked for twice
LINE_BYTES = 1_100  # of points.jsonl beside the predictions: a line, and its share of the lines of splits


@dataclass(frozen=True)
class Volume:
    """How much a sweep will leave on disk, about."""

    points: int
    lines: int  # bytes
    kept: int  # runs
    run_bytes: int  # of each


def ready(request: Request, dataset: Dataset | None, command: str, batch: int) -> tuple[Book, Payload]:
    """The plan of a request, all of it checked with the data; nothing is written."""
    asked = understood(request)
    if asked.method == "tpe":
        require_optuna()
    book = open_book(asked, dataset)
    return book, {**make_plan(book, created_now(), command), "batch": batch}


def size_of_plan(book: Book, plan: Payload) -> Volume:
    """What the files of a plan will take, about."""
    from digit_classifier.sweeps.plan import run_size

    holdout, run_bytes = run_size(book)
    wide = 2 if len(book.plain.class_names) > 256 else 1
    points = plan["points"] + len(plan["confirming"])
    each = LINE_BYTES + holdout * wide * 4 // 3 + len(book.plain.labels) // 6
    kept = {"all": plan["points"], "best": min(200, plan["points"]), "none": 0}[plan["keep"]]
    return Volume(points, points * each, kept, run_bytes)


def require_consent(size: Volume, *, yes: bool) -> None:
    """InputError for a very large sweep, unless it was asked for with `yes`."""
    total = size.lines + size.kept * size.run_bytes
    if yes or (size.points <= MANY_POINTS and total <= MANY_BYTES):
        return
    expected = f"at most {MANY_POINTS:,} points and {MANY_BYTES / 1e9:g} GB"
    came = f"{size.points:,} points and about {total / 1e9:.1f} GB"
    attempt = f"{option('yes', True)}, or {option('keep', 'best')}"
    raise InputError(explain("sweep", expected, came, attempt))


def sweep(
    *,
    dataset: Dataset | None = None,
    seeds: str | Iterable[int] | None = None,
    folds: int | None = None,
    repeats: int | None = None,
    grid: Mapping[str, Iterable[Any]] | None = None,
    ranges: Mapping[str, Sequence[float]] | None = None,
    train_shares: Iterable[float] | None = None,
    random: int | None = None,
    halving: int | None = None,
    search: str | None = None,
    trials: int | None = None,
    confirm_seeds: str | Iterable[int] | None = None,
    keep: str | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    again: bool = False,
    fail_fast: bool = False,
    yes: bool = False,
    **settings: Any,
) -> SweepResult:
    """Train many runs and say what they show; the same call goes on with what an interrupted one left.

    `settings` are those of `configure`, the same for all points. `grid` maps settings to the values that they go
    through, `ranges` to a low and a high end for `random` settings or the `trials` of `search="tpe"`. `seeds` is a
    range, a list, or text such as `"0:20"`: random states that every setting is trained with. `folds` takes the place
    of `test_size`. `jobs` is a number of processes, all cores if not given; `cluster` the address of a Dask scheduler.
    Up to 200 points every run is kept, above that the best; `keep="all"` keeps all. `yes` allows more than 10,000
    points or 1 GB. InputError where nothing was begun, RunError where it stopped: what is done is kept. A point that
    fails is in `failures`, and the others go on.
    """
    if isinstance(dataset, str | os.PathLike):
        settings, dataset = {**settings, "dataset": dataset}, None
    if dataset is not None:
        require_kind("dataset", dataset, Dataset, "a data set", "Dataset.from_arrays(samples, labels)")
    for word in settings.keys() - SPELLINGS.keys():
        raise InputError(explain("sweep", "a setting", show(word), suggestion(word, SETTINGS)))
    whole = {"folds": folds, "repeats": repeats, "random": random, "halving": halving, "trials": trials, "jobs": jobs}
    for name, value in whole.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise InputError(explain(name, "a whole number above 0", show(value), f"{name}=5"))
    if cluster is not None:
        from digit_classifier.sweeps.cluster import require_address

        require_address(cluster)
    axes = {name: _texts("grid", name, values) for name, values in _mapping("grid", grid).items()}
    if train_shares is not None:
        axes["train_share"] = _texts("train_shares", "train_share", train_shares)
    request = Request(
        flags=[Given(name, as_text(value), name, ARGUMENT) for name, value in settings.items() if value is not None],
        seeds=_numbers_text("seeds", seeds),
        folds=folds,
        repeats=repeats,
        grid=axes,
        ranges={name: _texts("ranges", name, ends) for name, ends in _mapping("ranges", ranges).items()},
        random=random,
        halving=halving,
        search=search,
        trials=trials,
        confirm_seeds=_numbers_text("confirm_seeds", confirm_seeds),
        keep=keep,
    )
    book, plan = ready(request, dataset, command_of(request), jobs or default_jobs())
    require_consent(size_of_plan(book, plan), yes=yes)
    root = as_path(book.asked.base.artifacts_root or "artifacts")
    with notebook_progress() as progress:
        done = run_sweep(
            book, plan, root=root, jobs=jobs, cluster=cluster, again=again, fail_fast=fail_fast, progress=progress
        )
    return SweepResult(done.directory, done.payload, done.notes)


def default_jobs() -> int:
    """As many processes as there are cores for this one."""
    from digit_classifier.sweeps.engines import available_cores

    return available_cores()


def command_of(request: Request) -> str:
    """The command that asks the same; settings that are paths are left out."""
    import shlex

    words, flags = ["digit-classifier", "sweep"], {SPELLINGS[given.spelling] for given in request.flags}
    file = [given for given in request.file if SPELLINGS[given.spelling] not in flags]
    for given in (*file, *request.flags):
        name = SPELLINGS[given.spelling]
        if name in ("artifacts_root", "output_dir", "test_data") or (name == "dataset" and os.sep in given.text):
            continue
        if isinstance(SETTINGS[name].default, bool):
            words.append(flag(name if given.text == "true" else "no_" + name))
        else:
            words += [flag(name), given.text]
    for name, texts in request.grid.items():
        words += ["--grid", name.replace("_", "-"), *texts]
    for name, ends in request.ranges.items():
        words += ["--range", name.replace("_", "-"), *ends]
    for name in ("seeds", "folds", "repeats", "random", "halving", "search", "trials", "confirm_seeds", "keep"):
        if (value := getattr(request, name)) is not None:
            words += [flag(name), str(value)]
    return shlex.join(words)[:4000]


def _mapping(where: str, value: Any) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not hasattr(value, "items"):
        raise InputError(explain(where, "a dictionary of settings", show(value), f"{where}={{'epochs': [20, 40]}}"))
    found: Mapping[str, Any] = value
    return found


def _texts(where: str, name: str, values: Any) -> list[str]:
    try:
        listed = [] if isinstance(values, str) else list(values)
    except TypeError:
        listed = []
    if not listed:
        raise InputError(
            explain(f"{where}[{name!r}]", "a list of values", show(values), f"{where}={{{name!r}: [20, 40]}}")
        )
    return [as_text(value) for value in listed]


def _numbers_text(where: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    try:
        numbers = [int(number) for number in value]
        fine = all(number == same and not isinstance(same, bool) for number, same in zip(numbers, value, strict=True))
    except (TypeError, ValueError):
        fine, numbers = False, []
    if not fine or not numbers:
        raise InputError(explain(where, "a range or a list of whole numbers", show(value), f"{where}=range(20)"))
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]}:{numbers[-1] + 1}"
    return ",".join(map(str, numbers))


@contextmanager
def notebook_progress() -> Iterator[Callable[[int, int], None] | None]:
    """The listener of a sweep that shows one line below the cell; None outside a notebook."""
    if not in_notebook():
        yield None
        return
    import time

    from IPython.display import display

    handle, looked = display({"text/plain": "0 points"}, raw=True, display_id=True), 0.0  # type: ignore[no-untyped-call]

    def listen(done: int, planned: int) -> None:
        nonlocal looked
        if time.monotonic() - looked >= 0.2 or done >= planned:
            looked = time.monotonic()
            handle.update({"text/plain": f"{done:,} of {planned:,} points"}, raw=True)

    yield listen
