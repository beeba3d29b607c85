"""`sweep(...)`: many runs from Python, as the command line makes them."""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts.plan import MAX_BATCH
from digit_classifier.artifacts.run_summary import COMMAND_LIMIT
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.environment import created_now
from digit_classifier.errors import InputError, explain, option, require_kind, show, suggestion
from digit_classifier.run.notebook import in_notebook
from digit_classifier.settings.kinds import as_text
from digit_classifier.settings.resolve import READING, given_in_python, parse
from digit_classifier.settings.run_config import SETTINGS, SPELLINGS
from digit_classifier.store.layout import MAX_POINTS_BYTES
from digit_classifier.sweeps.coordinator import run_sweep
from digit_classifier.sweeps.plan import make_plan, open_book
from digit_classifier.sweeps.request import KEEP_ALL, Request, draws, understood
from digit_classifier.sweeps.result import SweepResult, typed
from digit_classifier.sweeps.search import require_optuna
from digit_classifier.text import as_path, clean_text

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


def ready(request: Request, dataset: Dataset | None, batch: int) -> tuple[Book, Payload]:
    """The plan of a request, all of it checked with the data; nothing is written. A search asks for `batch` trials."""
    asked = understood(request)
    if asked.method == "tpe":
        require_optuna()
    book = open_book(asked, dataset)
    plan = make_plan(book, created_now())
    batch = min(batch, MAX_BATCH) if asked.method == "tpe" else 1  # nothing else asks in batches
    return book, {**plan, "command": command_of(request, plan, book), "batch": batch}


def size_of_plan(book: Book, plan: Payload) -> Volume:
    """What the files of a plan will take, about."""
    from digit_classifier.sweeps.plan import run_size

    holdout, run_bytes = run_size(book)
    wide = 2 if len(book.plain.class_names) > 256 else 1
    points = plan["points"] + len(plan["confirming"])
    each = LINE_BYTES + holdout * wide * 4 // 3 + len(book.plain.labels) // 6
    kept = {"all": plan["points"], "best": min(KEEP_ALL, plan["points"]), "none": 0}[plan["keep"]]
    return Volume(points, points * each, kept, run_bytes)


def require_consent(size: Volume, *, yes: bool) -> None:
    """InputError for a very large sweep, unless it was asked for with `yes`."""
    total = size.lines + size.kept * size.run_bytes
    if size.lines > MAX_POINTS_BYTES:  # nobody could read them, whatever was meant
        wanted, came = f"at most {MAX_POINTS_BYTES / 1e9:g} GB of points", f"about {size.lines / 1e9:.1f} GB"
        raise InputError(explain("sweep", wanted, came, "fewer points, or a smaller hold-out"))
    if yes or (size.points <= MANY_POINTS and total <= MANY_BYTES):
        return
    expected = f"at most {MANY_POINTS:,} points and {MANY_BYTES / 1e9:g} GB"
    came = f"{size.points:,} points and about {total / 1e9:.1f} GB"
    smaller = {"best": min(KEEP_ALL, size.points), "none": 0} if size.points <= MANY_POINTS else {}
    fits = (how for how, kept in smaller.items() if size.lines + kept * size.run_bytes <= MANY_BYTES)
    less = next((option("keep", how) for how in fits), "fewer points")
    raise InputError(explain("sweep", expected, came, f"{option('yes', True)}, or {less}"))


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
    folds, repeats = _whole("folds", folds), _whole("repeats", repeats)
    random, halving = _whole("random", random), _whole("halving", halving)
    trials, jobs = _whole("trials", trials), _whole("jobs", jobs)
    if cluster is not None:
        from digit_classifier.sweeps.cluster import require_address

        require_address(cluster, jobs)
    axes = {name: _texts("grid", name, values) for name, values in _mapping("grid", grid).items()}
    if train_shares is not None:
        axes["train_share"] = _texts("train_shares", "train_share", train_shares)
    request = Request(
        flags=given_in_python(settings),
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
    book, plan = ready(request, dataset, jobs or default_jobs())
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


def command_of(request: Request, plan: Payload, book: Book) -> str:
    """The command that asks the same, without paths: own data are named as they lie beside the runs.

    What a file said stands in it as flags, but for what a flag may not say beside the others. Empty where it would be
    very long.
    """
    chosen = {SPELLINGS[given.spelling]: parse(given)[1] for given in (*request.file, *request.flags)}
    axes = plan["axes"][:-1] if plan["halving"] else plan["axes"]  # the epochs of a halving are those of its last rung
    unsaid = {"artifacts_root", "output_dir", "test_data", *(axis["name"] for axis in axes)}
    if (request.seeds is not None or request.folds is not None) and not draws(request):
        unsaid.add("random_state")
    if request.folds is not None:
        unsaid |= {"test_size", "split_state"}
    name = book.name(plan["split"])
    if name is not None:
        unsaid |= READING
        if request.folds is None and plan["split"] is not None:  # `auto` depends on the other runs
            chosen["split"] = plan["split"]
    if "dataset" in chosen or (name or book.data.name) != SETTINGS["dataset"].default:
        chosen["dataset"] = name or book.data.name
    words = ["digit-classifier sweep", *(typed(key, value) for key, value in chosen.items() if key not in unsaid)]
    for kind, varied in (("--grid", request.grid), ("--range", request.ranges)):
        words += [shlex.join([kind, key.replace("_", "-"), *texts]) for key, texts in varied.items()]
    for key in ("seeds", "folds", "repeats", "halving", "random", "search", "trials", "confirm_seeds", "keep"):
        if (value := getattr(request, key)) is not None:
            words.append(typed(key, value))
    text = clean_text(" ".join(words), COMMAND_LIMIT + 1)
    return text if len(text) <= COMMAND_LIMIT else ""


def _whole(name: str, value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise InputError(explain(name, "a whole number above 0", show(value), f"{name}=5"))
    return int(value)


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
        given = list(value)
        numbers = [int(number) for number in given]
        fine = all(number == same and not isinstance(same, bool) for number, same in zip(numbers, given, strict=True))
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
