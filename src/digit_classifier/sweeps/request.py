"""What is asked of a sweep, from the command line, a YAML file or Python, checked as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts.plan import MAX_POINTS
from digit_classifier.errors import InputError, explain, option, show
from digit_classifier.settings.resolve import Given, parse, resolve
from digit_classifier.settings.run_config import SETTINGS, SPELLINGS
from digit_classifier.sweeps.axes import ORIGIN, Axis, grid_axis, number_list, range_axis, varied

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digit_classifier.settings.run_config import RunConfig
    from digit_classifier.sweeps.axes import Values

KEEP_ALL = 200  # points up to which every run is kept, and runs that are kept at most where only the best are
BLOCKS = ("contiguous", "grouped")
State = tuple[int, int | None]  # random_state, split_state


@dataclass(frozen=True, kw_only=True)
class Request:
    """A sweep as it was asked for. `flags` and `file` are the settings that do not vary, still as text."""

    flags: Sequence[Given] = ()
    file: Sequence[Given] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    seeds: str | None = None
    folds: int | None = None
    repeats: int | None = None
    grid: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ranges: Mapping[str, Sequence[str]] = field(default_factory=dict)
    random: int | None = None
    halving: int | None = None
    search: str | None = None
    trials: int | None = None
    confirm_seeds: str | None = None
    keep: str | None = None


@dataclass(frozen=True)
class Understood:
    """The same, understood: axes, states, method; settings are made by `config_of`."""

    request: Request
    axes: tuple[Axis, ...]
    states: tuple[State, ...]
    confirming: tuple[int, ...]
    method: str
    base: RunConfig  # with the first value of every axis

    def config_of(self, values: Values) -> RunConfig:
        """The settings with these values, one per axis; InputError where they contradict each other.

        Fewer values leave the last axes as they are without a sweep.
        """
        request = self.request
        flags = [*request.flags, *_fold_flags(request, self._split), *self._varied(values)]
        return resolve(flags, _without(request.file, flags), request.defaults)

    @property
    def seed(self) -> int:
        """Where the choices of a search begin; without one it means nothing beside seeds and folds."""
        stated = self.request.seeds is not None or self.request.folds is not None
        usual: Any = SETTINGS["random_state"].default
        return usual if stated and not draws(self.request) else self.base.random_state

    @property
    def _split(self) -> str | None:
        return _given(self.request, "split")

    def _varied(self, values: Values) -> list[Given]:
        return [axis.given(value) for axis, value in zip(self.axes, values, strict=False)]


def understood(request: Request) -> Understood:
    """The request, checked as far as it can be without the data; InputError says what contradicts what."""
    axes = _axes(request)
    method = _method(request, axes)
    _check_folds(request, axes)
    states = _states(request)
    if request.keep not in (None, "all", "best", "none"):
        raise InputError(explain(option("keep"), "all, best or none", show(request.keep), option("keep", "best")))
    confirming = number_list(request.confirm_seeds, option("confirm_seeds")) if request.confirm_seeds else ()
    _check_confirming(confirming, request, axes, states)
    if method == "halving":
        axes = (*axes, Axis("epochs", None, option("halving"), 1, 100_000))
    asked = Understood(request, axes, states, confirming, method, resolve())
    first = tuple(axis.values[0] if axis.values else axis.rounded(axis.high) for axis in axes)
    base = asked.config_of(first[:-1] if method == "halving" else first)
    if base.output_dir is not None:
        came, attempt = option("output_dir"), option("artifacts_root", "artifacts")
        raise InputError(explain("sweep", "an artifacts root, for many runs", came, attempt))
    return Understood(request, axes, states, confirming, method, base)


def _axes(request: Request) -> tuple[Axis, ...]:
    axes = [grid_axis(name, texts, _word("grid", name)) for name, texts in request.grid.items()]
    axes += [range_axis(name, *_two(name, ends), _word("range", name)) for name, ends in request.ranges.items()]
    seen: dict[str, Axis] = {}
    for axis in axes:
        if axis.name in seen:
            raise InputError(
                explain(axis.where, "each setting once", f"also {seen[axis.name].where}", "one of the two")
            )
        seen[axis.name] = axis
    for given in request.flags:
        if (name := SPELLINGS[given.spelling]) in seen:
            came = f"{given.where} beside it"
            raise InputError(explain(seen[name].where, "a setting that varies", came, f"leaving out {given.where}"))
    return tuple(axes)


def _word(kind: str, name: str) -> str:
    text = option(kind)
    return f"{text} {name}" if text.startswith("--") else f"{'ranges' if kind == 'range' else kind}[{name!r}]"


def _two(name: str, ends: Sequence[str]) -> tuple[str, str]:
    if len(ends) != 2:
        came = f"{len(ends)} numbers"
        raise InputError(explain(_word("range", name), "a low and a high end", came, varied("range")))
    return ends[0], ends[1]


def _method(request: Request, axes: tuple[Axis, ...]) -> str:
    """Which kind of sweep this is; InputError where two kinds are asked for, or half of one."""
    _check_search(request)
    _check_sizes(request)
    chosen = [name for name in ("search", "random", "halving") if getattr(request, name) is not None]
    ranged = next((axis for axis in axes if axis.values is None), None)
    if ranged and request.search is None and request.random is None:
        attempt = f"{option('random', 50)}, or {varied('grid', ranged.name)}"
        raise InputError(explain(ranged.where, f"{option('random')} or {option('search')}", "neither", attempt))
    if not axes and chosen:
        attempt = varied("grid" if chosen == ["halving"] else "range")  # a range needs a search that draws from it
        raise InputError(explain(option(chosen[0]), "a setting to vary", "none", attempt))
    if request.halving is not None:
        if named := next((each.where for each in axes if each.name == "epochs"), None):
            came, attempt = f"{named} beside it", f"leaving out {named}"
            raise InputError(explain(option("halving"), "epochs to itself", came, attempt))
        return "halving"
    return {"search": "tpe", "random": "random"}.get(chosen[0], "grid") if chosen else "grid"


def _check_search(request: Request) -> None:
    """--search and --trials go together, and with no other kind of search."""
    searching = request.search is not None
    if searching and request.search != "tpe":
        raise InputError(explain(option("search"), "tpe", show(request.search), option("search", "tpe")))
    if searching is not (request.trials is not None):
        attempt = f"{option('search', 'tpe')} {option('trials', 50)}"
        came, both = option("search" if searching else "trials"), f"{option('search')} and {option('trials')} together"
        raise InputError(explain("sweep", both, f"{came} alone", attempt))
    if searching and (request.random is not None or request.halving is not None):
        other = option("random" if request.random is not None else "halving")
        raise InputError(explain("sweep", "one kind of search", f"{option('search')} and {other}", "one of the two"))


def _check_sizes(request: Request) -> None:
    """Numbers of settings and trials are in their ranges."""
    for name, low, most in (("random", 1, MAX_POINTS), ("trials", 1, MAX_POINTS), ("halving", 2, 100)):
        value = getattr(request, name)
        if value is not None and not low <= value <= most:
            wanted, attempt = f"a whole number from {low} to {most}", option(name, 3 if name == "halving" else 50)
            raise InputError(explain(option(name), wanted, str(value), attempt))


def _check_folds(request: Request, axes: Sequence[Axis]) -> None:
    if request.repeats is not None and request.folds is None:
        attempt = f"{option('folds', 5)} {option('repeats', request.repeats)}"
        raise InputError(explain(option("repeats"), option("folds"), "none", attempt))
    if request.folds is None:
        return
    for name, value, low in (("folds", request.folds, 2), ("repeats", request.repeats, 1)):
        if value is not None and not low <= value <= 1000:
            raise InputError(explain(option(name), f"a whole number from {low} to 1000", str(value), option(name, 5)))
    for name in ("test_size", "split_state"):
        varied = next((axis.where for axis in axes if axis.name == name), None)
        given = varied or next((each.where for each in request.flags if SPELLINGS[each.spelling] == name), None)
        if given:
            raise InputError(explain(option("folds"), f"no {option(name)}", given, f"leaving out {given}"))
    split = _given(request, "split")
    if split == "contiguous" and request.repeats is not None and request.seeds is not None:
        came, attempt = f"{option('repeats', request.repeats)} beside it", f"leaving out {option('repeats')}"
        expected = "no repeats of blocks, which are the same each time: the seeds are the starts of each"
        raise InputError(explain(option("seeds"), expected, came, attempt))
    if split not in (None, "auto", "folds", *BLOCKS) or any(axis.name == "split" for axis in axes):
        came, attempt = f"{option('split', split or 'random')} beside it", option("split", "contiguous")
        raise InputError(explain(option("folds"), "folds, contiguous or grouped splits", came, attempt))


def _fold_flags(request: Request, split: str | None) -> list[Given]:
    """What --folds says of the split."""
    if request.folds is None:
        return []
    kind = split if split in BLOCKS else "folds"
    texts = {"split": kind, "test_size": repr(1 / request.folds)}
    return [Given(name, text, option("folds"), ORIGIN) for name, text in texts.items()]


def _states(request: Request) -> tuple[State, ...]:
    """The random states of every setting, with the split's where it is apart: a comparison is paired."""
    seeds = number_list(request.seeds, option("seeds")) if request.seeds is not None else ()
    for name in ("seeds", "folds"):
        clash = next((each for each in request.flags if SPELLINGS[each.spelling] == "random_state"), None)
        if getattr(request, name) is not None and clash and not draws(request):
            came, attempt = f"{clash.where} beside it", f"leaving out {clash.where}"
            raise InputError(explain(option(name), "random states to itself", came, attempt))
    if request.folds is not None:
        folds = range(request.folds * (request.repeats or 1))
        if not seeds:
            return tuple((fold, None) for fold in folds)
        return tuple((seed, fold) for fold in folds for seed in seeds)
    split_state = _value(request, "split_state")
    return tuple((seed, split_state) for seed in seeds or (_value(request, "random_state"),))


def draws(request: Request) -> bool:
    """Whether the random state of the settings decides which settings are tried."""
    return request.search is not None or request.random is not None


def _check_confirming(
    confirming: tuple[int, ...], request: Request, axes: Sequence[Axis], states: Sequence[State]
) -> None:
    if not confirming:
        return
    where = option("confirm_seeds")
    if not axes:
        raise InputError(explain(where, "several settings to choose from", "one", option("seeds")))
    split = _given(request, "split")
    if split in ("contiguous", "given") or states[0][1] is not None:
        came = option("split", split) if split in ("contiguous", "given") else "splits that are fixed"
        raise InputError(explain(where, "splits that chose nothing", came, f"leaving out {where}"))
    used = {start for start, _ in states}
    if both := sorted(used & set(confirming)):
        attempt = f"{where} {max(used) + 100}:{max(used) + 120}"
        raise InputError(explain(where, "numbers that the search does not use", f"{both[0]} in both", attempt))


def _given(request: Request, name: str) -> str | None:
    """The text of a setting that was given, flags before the file."""
    found = _last(request, name)
    return None if found is None else found.text


def _value(request: Request, name: str) -> Any:
    """A setting without a preset, as it was given or by default; InputError for what it does not accept."""
    found = _last(request, name)
    return SETTINGS[name].default if found is None else parse(found)[1]


def _last(request: Request, name: str) -> Given | None:
    for layer in (request.flags, request.file):
        for each in reversed(layer):
            if SPELLINGS[each.spelling] == name:
                return each
    return None


def _without(file: Sequence[Given], flags: Sequence[Given]) -> list[Given]:
    """The file's settings that no flag overrides under another spelling."""
    names = {SPELLINGS[each.spelling] for each in flags}
    return [each for each in file if SPELLINGS[each.spelling] not in names]
