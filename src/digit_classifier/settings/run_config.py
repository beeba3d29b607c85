"""The settings of a run: each declared once, in one line of `RunConfig`.

Names of YAML keys, flags, `--help`, ranges, error texts and the recorded origin of every value follow from that line.
Values are text until a setting's `Kind` parses them, whether they come from a flag, a YAML file or Python: there is
one grammar, so `1e-3` is a number everywhere and `no` is never a surprise.
"""

from __future__ import annotations

import os
import re
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from digit_classifier.errors import InputError, explain, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Kind(NamedTuple):
    """What a setting accepts: the words for it, and the parser, which raises ValueError for anything else."""

    expected: str
    parse: Callable[[str], Any]
    more: bool = False  # another version, or a data set of the user's own, may have other words


def whole(low: int, high: int) -> Kind:
    """Whole numbers in low..high; no leading zeros, because YAML versions disagree about what 010 means."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[-+]?(0|[1-9][0-9]{0,17})", text) or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return Kind(f"a whole number from {low} to {high}", parse)


def real(low: float, high: float, *, above: bool = False, below: bool = False) -> Kind:
    """Finite numbers in low..high; `above` and `below` leave out the ends."""

    def parse(text: str) -> float:
        if not re.fullmatch(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?", text):
            raise ValueError(text)
        value = float(text)
        if not (low < value if above else low <= value) or not (value < high if below else value <= high):
            raise ValueError(text)
        return value

    start = f"above {low:g}" if above else f"from {low:g}"
    end = f"below {high:g}" if below else f"up to {high:g}"
    return Kind(f"a number {start}, {end}", parse)


def choice(*options: str) -> Kind:
    """One of a few words."""

    def parse(text: str) -> str:
        if text not in options:
            raise ValueError(text)
        return text

    return Kind("one of " + ", ".join(options), parse, more=True)


def _parse_switch(text: str) -> bool:
    return {"true": True, "false": False}[text]


def _parse_sizes(text: str) -> tuple[int, ...]:
    if text.strip().lower() in {"", "none"}:
        return ()
    units = whole(1, 4096)
    sizes = tuple(units.parse(part.strip()) for part in text.split(","))
    if len(sizes) > 8:
        raise ValueError(text)
    return sizes


def _parse_label(text: str) -> str | None:
    from digit_classifier.text import clean_text  # unicodedata is only needed for labels

    return clean_text(text) or None


def _parse_place(text: str) -> str:
    if not text.strip() or "\0" in text:
        raise ValueError(text)
    os.fsencode(text)  # UnicodeEncodeError, a ValueError, for what no file system can name
    return text


SWITCH = Kind("true or false", _parse_switch)
SIZES = Kind("up to 8 layer sizes of 1 to 4096 units, or none", _parse_sizes)
LABEL = Kind("text", _parse_label)
PLACE = Kind("a directory", _parse_place)

BY_MODEL: Any = MISSING  # no default: the preset of the model gives it


def setting(
    kind: Kind, default: Any, about: str, *, group: str = "training", alias: str = "", example: str = ""
) -> Any:
    """Declare one setting: what it accepts, its default, one line of help, its section of --help, its other name."""
    return field(
        default=default, metadata={"kind": kind, "about": about, "group": group, "alias": alias, "example": example}
    )


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """Everything that decides a run. Make one with `resolve` or `configure`, which check values and fill in presets."""

    # fmt: off
    model: Literal["mlp", "cnn", "logistic"] = setting(choice("mlp", "cnn", "logistic"), "mlp", "preset: multilayer perceptron, convolutional network, or softmax regression (no hidden layer)", group="model")
    channels: tuple[int, ...] = setting(SIZES, BY_MODEL, "units per convolution of 3 x 3 pixels; 2 x 2 max pooling after every second and the last", group="model", example="16,32")
    hidden_sizes: tuple[int, ...] = setting(SIZES, BY_MODEL, "units per hidden layer; none is softmax regression", group="model", example="128,64")
    optimizer: Literal["sgd", "adamw"] = setting(choice("sgd", "adamw"), BY_MODEL, "gradient descent with momentum, or AdamW")
    epochs: int = setting(whole(1, 100_000), BY_MODEL, "passes over the training split")
    batch_size: int = setting(whole(0, 1_000_000), BY_MODEL, "samples per update; 0 is the whole training split")
    learning_rate: float = setting(real(0, 1000, above=True), BY_MODEL, "rate of the first epoch")
    lr_decay: float = setting(real(0, 1), BY_MODEL, "linear: epoch e (from 0) has rate learning_rate * max(0, 1 - lr_decay * e)")
    momentum: float = setting(real(0, 1, below=True), BY_MODEL, "heavy-ball momentum of sgd, beta1 of adamw")
    weight_decay: float = setting(real(0, 10), BY_MODEL, "decoupled pull of the weights towards zero")
    label_smoothing: float = setting(real(0, 1, below=True), BY_MODEL, "share of the target spread over all classes")
    shift_pixels: float = setting(real(0, 16), BY_MODEL, "training images shift, slant and stretch by up to this many pixels; 0 leaves them alone")
    exact: bool = setting(SWITCH, False, "give the same bits on every machine, in up to four times the time")
    scaling: Literal["standard", "max"] = setting(choice("standard", "max"), BY_MODEL, "per-pixel mean and deviation of the training split, or pixels / max")
    dataset: str = setting(choice("digits"), "digits", "what to learn", group="data")
    split: Literal["random", "contiguous"] = setting(choice("random", "contiguous"), "random", "hold out random rows of each class, or neighbouring rows: mostly of writers not trained on", group="data")
    test_size: float = setting(real(0, 1, above=True, below=True), 0.2, "share held out for the test", group="data", alias="test_split")
    random_state: int = setting(whole(0, 2**32 - 1), 42, "the only source of randomness", group="data", alias="seed")
    sample_count: int = setting(whole(1, 400), 16, "samples in predictions.json and the gallery", group="output")
    run_label: str | None = setting(LABEL, None, "name of the run; its slug ends the directory's name", group="output", example="baseline")
    artifacts_root: str | None = setting(PLACE, None, "where run directories, index.json and latest/ live", group="output", example="my-artifacts")
    output_dir: str | None = setting(PLACE, None, "write this run's files straight here: no history, no latest/", group="output", example="my-run")
    roc_per_class: bool = setting(SWITCH, False, "add ROC curves and their areas, per class", group="optional analytics")
    learning_rate_trace: bool = setting(SWITCH, False, "add the learning rate and loss of every epoch", group="optional analytics")
    timing_stats: bool = setting(SWITCH, False, "add the seconds of every epoch", group="optional analytics")
    # fmt: on


SETTINGS = {item.name: item for item in fields(RunConfig)}
SPELLINGS = {
    spelling: name for name, item in SETTINGS.items() for spelling in (name, item.metadata["alias"]) if spelling
}
PLACES = frozenset(
    name for name, item in SETTINGS.items() if item.metadata["kind"] is PLACE
)  # never recorded: paths are private

# Chosen on split seeds 0..19 and seven contiguous folds (new writers), confirmed on seeds 20..39, reported on 100..119
# and five contiguous folds: python -m benchmarks.accuracy. Where images move, epochs, batch_size of the mlp and
# shift_pixels were tried again when stretching was added; the other remarks are older.
PRESETS: dict[str, dict[str, Any]] = {
    "mlp": {
        "channels": (),
        "hidden_sizes": (128, 64),  # 17,226 parameters
        "optimizer": "adamw",
        "epochs": 100,  # 40 is 0.2 points lower, and 0.8 for new writers; 200 gains 0.2 and takes twice as long
        "batch_size": 64,  # 32 learns the same in more time; 96 saves a seventh of it, 0.1 points lower for new writers
        "learning_rate": 0.01,  # flat from 0.007 to 0.014
        "lr_decay": lambda chosen: 1 / chosen["epochs"],  # a line that reaches zero one epoch after the last
        "momentum": 0.9,
        "weight_decay": 0.01,  # flat from 0.001 to 0.05
        "label_smoothing": 0.1,  # none costs 0.3 points
        "shift_pixels": 0.6,  # none costs more than anything else here; 0.75 is 0.1 points lower for new writers
        "scaling": "max",  # standard costs 0.4 points
    },
    "cnn": {
        "channels": (16, 32),  # the second one pooled: 38,282 parameters
        "hidden_sizes": (64,),  # none, with 9,930 parameters, is nearly as good
        "optimizer": "adamw",
        "epochs": 60,  # 40 is 0.2 points lower for new writers, 80 the same
        "batch_size": 64,  # 32 learns the same
        "learning_rate": 0.005,  # 0.003 is lower for new writers, 0.01 the same
        "lr_decay": lambda chosen: 1 / chosen["epochs"],
        "momentum": 0.9,
        "weight_decay": 0.01,  # flat up to 0.1
        "label_smoothing": 0.1,  # 0.05 is lower for new writers
        "shift_pixels": 0.75,  # 0.9 learns the same
        "scaling": "max",
    },
    "logistic": {
        "channels": (),
        "hidden_sizes": (),
        "optimizer": "sgd",  # convex: plain descent over the whole split arrives
        "epochs": 150,  # converged, the loss falls in every epoch
        "batch_size": 0,
        "learning_rate": 0.7,  # 0.5 is 0.1 points lower, at 1.0 the loss wobbles
        "lr_decay": 0.0,
        "momentum": 0.8,  # 0.9 overshoots after epoch 60
        "weight_decay": 0.01,  # 0.4 points above none
        "label_smoothing": 0.0,  # 0.1 costs 0.3 points
        "shift_pixels": 0.0,  # 0.6 costs 4 points, and 1 with max: a linear model has no use for it
        "scaling": "standard",  # slightly better than max
    },
}


class Given(NamedTuple):
    """A value as the user wrote it: which spelling, the text, and where (a flag, or file and line)."""

    spelling: str
    text: str
    where: str
    origin: str


class Resolved(NamedTuple):
    """A complete configuration and, per setting, where its value came from."""

    config: RunConfig
    origin: dict[str, str]


def flag(name: str) -> str:
    """A setting's spelling on the command line."""
    return "--" + name.replace("_", "-")


def as_text(value: object) -> str:
    """The text a setting's kind parses back to this value."""
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return str(value)


def suggestion(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or all of them when none is near."""
    import difflib  # only ever needed for an error

    known = list(known)
    near = difflib.get_close_matches(word, known, n=1)
    return near[0] if near else "one of " + ", ".join(known)


def example(name: str) -> str:
    """A value that works for this setting, as text."""
    item = SETTINGS[name]
    default = PRESETS["mlp"].get(name) if item.default is BY_MODEL else item.default
    return item.metadata["example"] or ("0.01" if callable(default) else as_text(default))


def parse(given: Given) -> tuple[str, Any]:
    """The setting's name and value."""
    name = SPELLINGS[given.spelling]
    kind = SETTINGS[name].metadata["kind"]
    try:
        return name, kind.parse(given.text)
    except (ValueError, KeyError):
        joint = f"{given.where} " if given.where.startswith("--") else f"{given.spelling}: "
        attempt = joint + example(name)
        raise InputError(explain(given.where, kind.expected, show(given.text), attempt)) from None


def _merge(layer: Iterable[Given]) -> dict[str, tuple[Any, Given]]:
    """One value per setting; two spellings that disagree are an error, a repeated spelling means its last value."""
    merged: dict[str, tuple[Any, Given]] = {}
    for given in {given.spelling: given for given in layer}.values():
        name, value = parse(given)
        if name in merged and merged[name][0] != value:
            other = merged[name][1]
            same = f"the value of {other.where} ({show(other.text)}), which is another name for it"
            raise InputError(explain(given.where, same, show(given.text), "giving only one of them"))
        merged[name] = (value, given)
    return merged


def resolve(
    flags: Iterable[Given] = (), file: Iterable[Given] = (), defaults: Mapping[str, Any] | None = None
) -> Resolved:
    """Flags over file over preset over default, field by field; checked one by one and together."""
    from_flags, from_file = _merge(flags), _merge(file)
    _check_places(from_flags)
    _check_places(from_file)
    if PLACES & from_flags.keys():  # a flag for one kind of place overrides the file's choice of the other, too
        from_file = {name: value for name, value in from_file.items() if name not in PLACES}
    chosen = from_file | from_flags
    model: str = chosen["model"][0] if "model" in chosen else "mlp"
    _check_layers(model, chosen)
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for name, item in SETTINGS.items():
        if name in chosen:
            values[name], given = chosen[name]
            origin[name] = given.origin
        elif item.default is BY_MODEL:
            preset = PRESETS[model][name]
            values[name] = preset(values) if callable(preset) else preset
            origin[name] = f"preset {model}"
        else:
            values[name] = (defaults or {}).get(name, item.default)
            origin[name] = "default"
    return Resolved(RunConfig(**values), origin)


def _check_places(layer: Mapping[str, tuple[Any, Given]]) -> None:
    if layer.keys() >= PLACES:
        root, flat = layer["artifacts_root"][1].where, layer["output_dir"][1].where
        either = f"no {root} beside it (a run goes into a history, or straight into one directory)"
        raise InputError(explain(flat, either, "both", "giving only one of them"))


# What a model's name promises about its layers; another kind of network is another model.
KINDS_OF_LAYERS = {
    "logistic": {"channels": "none", "hidden_sizes": "none (logistic is the network without hidden layers)"},
    "mlp": {"channels": "none (mlp is the network without convolutions)"},
    "cnn": {"channels": "at least one (cnn is the network with convolutions)"},
}


def _check_layers(model: str, chosen: Mapping[str, tuple[Any, Given]]) -> None:
    for name, expected in KINDS_OF_LAYERS[model].items():
        if name in chosen and bool(chosen[name][0]) != (not expected.startswith("none")):
            sizes, given = chosen[name]
            other = "mlp" if model == "cnn" or name == "hidden_sizes" else "cnn"
            attempt = f"--model {other}, or {flag(name)} {as_text(PRESETS[model][name])}"
            raise InputError(explain(given.where, expected, as_text(sizes), attempt))


def configure(**settings: Any) -> RunConfig:
    """A checked configuration from Python values, e.g. `configure(model="logistic", epochs=50)`."""
    for word in settings.keys() - SPELLINGS.keys():
        raise InputError(explain("configure", "a setting", show(word), suggestion(word, SETTINGS)))
    layer = [Given(name, as_text(value), name, "argument") for name, value in settings.items() if value is not None]
    return resolve(layer).config


def is_possible(name: str, value: object) -> bool:
    """Whether a recorded value is one that the setting can have; a setting of another version can have any."""
    if name not in SETTINGS:
        return True
    kind, default = SETTINGS[name].metadata["kind"], SETTINGS[name].default
    if value is None or kind.more:
        return isinstance(value, str) or (value is None and default is None)
    if isinstance(value, bool) is not (kind is SWITCH):
        return False
    try:
        parsed = kind.parse(as_text(value))
    except (ValueError, KeyError):
        return False
    return bool((list(parsed) if isinstance(parsed, tuple) else parsed) == value)


def recorded(config: RunConfig) -> dict[str, Any]:
    """The settings as plain JSON values, without the places on disk."""
    values = {name: getattr(config, name) for name in SETTINGS if name not in PLACES}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
