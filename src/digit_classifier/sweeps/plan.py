"""From a request to a plan: every point known, checked and named before the first is trained."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from itertools import islice, product
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from digit_classifier import __version__
from digit_classifier.artifacts import (
    Payload,
    PlainDataset,
    build_plan,
    dataset_file,
    held_out_map,
    recipe_digest,
)
from digit_classifier.artifacts.dataset import DESCRIPTION
from digit_classifier.artifacts.plan import MAX_POINTS
from digit_classifier.artifacts.rules import shape_of
from digit_classifier.datasets.split import basis_sha256, numbered
from digit_classifier.errors import InputError, explain, option
from digit_classifier.learning.build import architecture_of
from digit_classifier.learning.network import count_parameters
from digit_classifier.run.data import find_data, name_of, plain_of, require_recordable
from digit_classifier.run.prepare import require_fitting, require_unread, split_as, suited, task_of
from digit_classifier.settings.resolve import DEFAULT, PRESET, READING, command_for, fitted, settled
from digit_classifier.settings.run_config import recorded
from digit_classifier.store.json import MAX_VALUES
from digit_classifier.store.sweeps import sweep_name
from digit_classifier.sweeps.axes import ORIGIN, frozen, grid_of, plain, random_of
from digit_classifier.sweeps.request import KEEP_ALL
from digit_classifier.text import LABEL_LIMIT, clean_text, slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digit_classifier.datasets.dataset import Dataset
    from digit_classifier.datasets.split import Split
    from digit_classifier.settings.presets import Task as DataTask
    from digit_classifier.settings.run_config import RunConfig
    from digit_classifier.sweeps.axes import Values
    from digit_classifier.sweeps.request import State, Understood

SETTING_VALUES, OTHER_VALUES = 30, 1_200_000  # in sweep.json: of a setting beside its axes, and of all the rest
MAX_CHECKED = 1000  # combinations of a search that are checked before it begins
SAME_SIZES = ("random", "given")  # splits whose sizes do not depend on the random state
SPLITTING = ("split", "test_size", "split_state", "random_state", "leave_out", "train_share", "label_noise")


class Point(NamedTuple):
    """One training of a sweep: the values of its setting, and where chance begins. Its identity is its recipe."""

    values: Values
    random_state: int
    split_state: int | None
    confirming: bool
    recipe: str  # 64 hexadecimal digits
    problem: str | None = None  # why it cannot be trained


@dataclass(frozen=True)
class _Setting:
    """The settings of one combination of values: as resolved, and as suited to the data in its first state."""

    resolved: RunConfig
    suited: RunConfig
    recorded: dict[str, Any]
    is_uniform: bool  # what the data make of presets is the same in every state


@dataclass
class Book:
    """Settings and recipes of points, made when asked for."""

    asked: Understood
    data: Dataset
    plain: PlainDataset
    _settings: dict[Values, _Setting] = field(default_factory=dict)
    _splits: OrderedDict[tuple[Any, ...], Split] = field(default_factory=OrderedDict)
    _tasks: dict[tuple[Any, ...], DataTask] = field(default_factory=dict)
    _bases: dict[str, str | None] = field(default_factory=dict)

    def point(self, values: Values, state: State, *, confirming: bool = False) -> Point:
        """The point of this setting and state; where these contradict each other or the data, it says so itself.

        A plan checks its settings in the first state only: a search has others, and a later split may lack a class.
        """
        start, split = state
        try:
            config = self._recorded(self.setting(values), start, split)
        except InputError as error:
            asked = {"values": plain(values), "random_state": start, "split_state": split}
            return Point(values, start, split, confirming, recipe_digest(asked, self.data.sha256), str(error))
        recipe = recipe_digest(config, self.data.sha256, self._basis(config["split"]))
        return Point(values, start, split, confirming, recipe)

    def _recorded(self, setting: _Setting, start: int, split: int | None) -> dict[str, Any]:
        if not setting.is_uniform:
            return recorded(self._suited_config(setting, start, split))
        state = {"random_state": start} | ({"split_state": split} if split is not None else {})
        return setting.recorded | state

    def _basis(self, split: str) -> str | None:
        if split not in self._bases:
            self._bases[split] = basis_sha256(self.data, split)
        return self._bases[split]

    def name(self, split: str | None) -> str | None:
        """What `--dataset` says to take these data, and what this split goes by, from the files of runs and sweeps."""
        return name_of(self.plain, flat=False, basis=self._basis(split) if split else None)

    def config_of(self, point: Point) -> RunConfig:
        """The settings of a point, as its run records them."""
        setting = self.setting(point.values)
        if setting.is_uniform:
            return _in_state(setting.suited, point.random_state, point.split_state)
        return self._suited_config(setting, point.random_state, point.split_state)

    def setting(self, values: Values) -> _Setting:
        """The setting of these values, checked with the data in the first state; InputError where they do not fit."""
        if values not in self._settings:
            start, split = self.asked.states[0]
            resolved = _in_state(self.asked.config_of(values), start, split)
            first = self._split(resolved)
            config = suited(resolved, first)
            require_fitting(config, first)
            rest = recorded(config)
            rest.pop("split_state", None)
            uniform = config.split in SAME_SIZES or len(self.asked.states) == 1
            self._settings[values] = _Setting(resolved, config, rest, uniform)
        return self._settings[values]

    def _suited_config(self, setting: _Setting, start: int, split: int | None) -> RunConfig:
        config = _in_state(setting.resolved, start, split)
        key = _splitting(config)
        if key not in self._tasks:
            self._tasks[key] = task_of(self._split(config))
        named = replace(settled(config), dataset=setting.suited.dataset, split=setting.suited.split)
        named = replace(named, sample_count=setting.suited.sample_count)
        return fitted(named, self._tasks[key])

    def _split(self, config: RunConfig) -> Split:
        key = _splitting(config)
        if key not in self._splits:
            self._splits[key] = split_as(config, self.data)
            if len(self._splits) > 2:
                self._splits.popitem(last=False)
        return self._splits[key]


def _in_state(config: RunConfig, start: int, split: int | None) -> RunConfig:
    origin = {**config.origin, "random_state": ORIGIN} | ({"split_state": ORIGIN} if split is not None else {})
    return replace(config, random_state=start, split_state=split, origin=origin)


def _splitting(config: RunConfig) -> tuple[Any, ...]:
    return tuple(getattr(config, name) for name in SPLITTING)


def open_book(asked: Understood, dataset: Dataset | None) -> Book:
    """Load the data; InputError where they cannot be used, or a setting says how to read those that were passed."""
    if dataset is not None:
        require_unread(asked.base)
    data = dataset or find_data(asked.base)
    require_recordable(data)
    return Book(asked, data, plain_of(data))


def make_plan(book: Book, created: str) -> Payload:
    """plan.json: all that will be trained, or the rule that it follows from; InputError for what cannot be."""
    asked, request = book.asked, book.asked.request
    settings = first_settings(asked)
    for values in settings or islice(_combinations(asked), MAX_CHECKED):
        book.setting(rung_values(book, values, 0, rungs(len(settings), request.halving)) if request.halving else values)
    count = planned_points(asked, len(settings))
    if count > MAX_POINTS:
        raise InputError(explain("sweep", f"at most {MAX_POINTS:,} points", f"{count:,}", "fewer values or seeds"))
    distinct, most = count // len(asked.states), (MAX_VALUES - OTHER_VALUES) // (SETTING_VALUES + len(asked.axes))
    if distinct > most:  # known only after days otherwise
        raise InputError(explain("sweep", f"at most {most:,} settings", f"{distinct:,}", "fewer values"))
    base = asked.base
    label = clean_text(base.run_label or "", LABEL_LIMIT) or None
    first = suited(base, book._split(_in_state(base, *asked.states[0])))
    kinds = (
        {book.setting(values).suited.split for values in settings}
        if settings and not request.halving
        else {first.split}
    )
    name = next(iter(kinds)) if len(kinds) == 1 and all(axis.name != "split" for axis in asked.axes) else None
    return build_plan(
        {
            "sweep_id": sweep_name(created, slug(label or "") or _slug(asked)),
            "label": label,
            "created": created,
            "command": "",  # it follows from the rest: `api.command_of`
            "train_command": train_command(book, first, name),
            "package_version": __version__,
            "numpy_version": np.__version__,
            "method": asked.method,
            "given": _given(book, first),
            "dataset": dataset_payload(book.plain),
            "split": name,
            "exact": base.exact,
            "axes": [axis.payload() for axis in asked.axes],
            "settings": [plain(values) for values in settings] if asked.method in ("grid", "random") else [],
            "states": {
                "random_state": [start for start, _ in asked.states],
                "split_state": [split for _, split in asked.states],
            },
            "confirming": list(asked.confirming),
            "halving": request.halving,
            "trials": request.trials,
            "batch": 1,
            "seed": asked.seed,
            "keep": request.keep or ("all" if count <= KEEP_ALL else "best"),
            "points": count,
            **_bases(book.data, kinds.union(*(axis.values or () for axis in asked.axes if axis.name == "split"))),
        }
    )


def _combinations(asked: Understood) -> Iterator[Values]:
    """The settings that a search may ask for, with one number of each range."""
    return map(frozen, product(*(axis.values or (axis.rounded(axis.high),) for axis in asked.axes)))


def _bases(data: Dataset, splits: set[str]) -> Payload:
    """What these splits go by, where the digest of the data does not cover it."""
    found: Payload = {}
    if data.held_out is not None and splits & {"auto", "given"}:
        found["held_out"] = held_out_map(np.flatnonzero(data.held_out).tolist(), len(data.labels))
    if data.groups is not None and "grouped" in splits:
        found["groups"] = numbered(data.groups).tolist()
    return found


def _slug(asked: Understood) -> str:
    """A name for a sweep without a label: what varies."""
    names = [axis.name for axis in asked.axes if axis.name != "epochs" or asked.method != "halving"]
    return slug("-".join(names)) or ("folds" if asked.request.folds else "seeds")


def first_settings(asked: Understood) -> list[Values]:
    """The settings that are known before the first training, without the epochs of a rung."""
    request = asked.request
    axes = asked.axes[:-1] if request.halving else asked.axes
    if asked.method == "tpe":
        return []
    if request.random is not None:
        return random_of(axes, request.random, asked.base.random_state)
    combined = 1
    for axis in axes:
        combined *= len(axis.values or ())
    if combined * len(asked.states) > MAX_POINTS:
        came = f"{combined * len(asked.states):,}"
        raise InputError(explain("sweep", f"at most {MAX_POINTS:,} points", came, "fewer values or seeds"))
    found = [frozen(values) for values in grid_of(axes)]
    if request.halving and len(found) < 2:
        raise InputError(explain(option("halving"), "at least two settings", "one", "more values"))
    return found


def planned_points(asked: Understood, settings: int) -> int:
    """How many points will be trained, confirming ones aside."""
    request = asked.request
    if request.trials is not None:
        return request.trials * len(asked.states)
    if request.halving:
        return len(asked.states) * sum(rung_sizes(settings, request.halving))
    return settings * len(asked.states)


def rung_sizes(settings: int, rate: int) -> list[int]:
    """How many settings each rung trains: one part in `rate` of the rung before, rounded up, until one is left."""
    sizes = [settings]
    while sizes[-1] > 1:
        sizes.append(ceil(sizes[-1] / rate))
    return sizes


def rungs(settings: int, rate: int | None) -> int:
    """The number of rungs."""
    return len(rung_sizes(settings, rate)) if rate else 1


def rung_values(book: Book, values: Values, rung: int, count: int) -> Values:
    """The values of a setting in a rung: with its epochs, all of its own in the last rung."""
    rate = book.asked.request.halving or 2
    own = suited_epochs(book, values)
    return (*values, max(1, ceil(own / rate ** (count - 1 - rung))))


def suited_epochs(book: Book, values: Values) -> int:
    """The epochs that a setting has outside of a sweep."""
    config = _in_state(book.asked.config_of(values), *book.asked.states[0])
    return suited(config, book._split(config)).epochs


def dataset_payload(data: PlainDataset) -> Payload:
    """The data set as run_summary.json describes it."""
    return {
        **{key: getattr(data, key) for key in DESCRIPTION},
        "sha256": data.sha256,
        **shape_of(data.shape),
        **({"tone": data.tone} if "image_shape" in data.shape else {}),
        "class_names": list(data.class_names),
        "samples": len(data.labels),
        "file": dataset_file(data.name, data.sha256, ""),
        **({"origin": data.origin} if data.origin else {}),
    }


def train_command(book: Book, config: RunConfig, kind: str | None) -> str:
    """The command that trains a point, without what varies: the values of its axes and its states come after it."""
    asked, dataset = book.asked, book.name(kind)
    varied = {axis.name for axis in asked.axes}
    try:
        bare = asked.config_of(())
        split = split_as(bare, book.data)
        bare = suited(bare, split)
        task = task_of(split)
    except InputError:  # only with one of its values does it fit the data, or the other settings
        return command_for(config, task_of(book._split(config)), dataset=dataset)
    if "model" in varied:
        bare = replace(bare, model="mlp")
    plain_state = replace(bare, random_state=42, split_state=None)
    return command_for(plain_state, task, dataset=dataset)


def _given(book: Book, config: RunConfig) -> dict[str, Any]:
    """The settings that were chosen and do not vary; how the data are read and split stands beside them.

    The epochs of a halving are those of its last rung.
    """
    axes = book.asked.axes[:-1] if book.asked.method == "halving" else book.asked.axes
    varied = {axis.name for axis in axes} | READING | {"random_state", "split_state", "split"}
    return {
        name: value
        for name, value in recorded(config).items()
        if name not in varied and not config.origin.get(name, "").startswith((PRESET, DEFAULT))
    }


def all_points(book: Book, settings: Iterable[Values]) -> Iterator[Point]:
    """Every point of these settings, in every state; equal ones once."""
    seen: set[bytes] = set()
    for values in settings:
        for state in book.asked.states:
            point = book.point(values, state)
            key = bytes.fromhex(point.recipe)
            if key not in seen:
                seen.add(key)
                yield point


def confirming_points(book: Book, values: Values) -> Iterator[Point]:
    """The points that train the winner once more, on splits that chose nothing."""
    for state in book.asked.confirming:
        yield book.point(values, (state, None), confirming=True)


def key_of(values: Iterable[Any]) -> str:
    """Values as text, to be compared after reading them from a file."""
    return json.dumps(plain(values))


def run_size(book: Book) -> tuple[int, int]:
    """Held-out samples, and the bytes of a run, about: of the first setting."""
    config = _in_state(book.asked.base, *book.asked.states[0])
    split = book._split(config)
    config = suited(config, split)
    parameters, holdout = count_parameters(architecture_of(config, split.training)), len(split.holdout_ids)
    text = 5.4 * parameters + holdout * (11 * len(split.dataset.class_names) + 30) + 40_000
    return holdout, int(2.4 * text + 65_000)  # each file and its twin, and the pictures
