"""The settings of a run: each declared once, in one line of `RunConfig`.

Names of YAML keys, flags, `--help`, ranges, error texts and the recorded origin of every value follow from that line.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - a field of a dataclass
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Literal

from digit_classifier.settings.kinds import (
    DATASET,
    FILE,
    IMAGE_SHAPE,
    LABEL,
    PLACE,
    SIZES,
    SWITCH,
    Kind,
    as_text,
    choice,
    real,
    whole,
)

BY_MODEL: Any = MISSING  # no default: the preset of the model gives it


def setting(
    kind: Kind,
    default: Any,
    about: str,
    *,
    group: str = "training",
    alias: str = "",
    example: str = "",
    absent: Any = MISSING,
    logarithmic: bool = False,
) -> Any:
    """Declare one setting: what it accepts, its default, one line of help, its section of --help, its other name.

    `absent` is for a setting that is newer than the first version: the value that recorded settings mean which do not
    name it. That value is never recorded, so the settings of older runs, and their digests, stay as they are.
    `logarithmic`: a range of values is searched, and shown, by its logarithm.
    """
    meta = {"kind": kind, "about": about, "group": group, "alias": alias, "example": example, "absent": absent}
    meta["logarithmic"] = logarithmic
    return field(default=default, metadata=meta)


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """Every setting of a run. Make one with `resolve` or `configure`, which check values and fill in presets."""

    # fmt: off
    model: Literal["mlp", "cnn", "logistic"] = setting(choice("mlp", "cnn", "logistic"), "mlp", "preset: multilayer perceptron, convolutional network, or softmax regression (no hidden layer)", group="model")
    channels: tuple[int, ...] = setting(SIZES, BY_MODEL, "units per convolution of 3 x 3 pixels; 2 x 2 max pooling after every second and the last", group="model", example="16,32")
    hidden_sizes: tuple[int, ...] = setting(SIZES, BY_MODEL, "units per hidden layer; none is softmax regression", group="model", example="128,64")
    optimizer: Literal["sgd", "adamw"] = setting(choice("sgd", "adamw"), BY_MODEL, "gradient descent with momentum, or AdamW")
    epochs: int = setting(whole(1, 100_000), BY_MODEL, "passes over the training split", logarithmic=True)
    batch_size: int = setting(whole(0, 1_000_000), BY_MODEL, "samples per update; 0 is the whole training split", logarithmic=True)
    learning_rate: float = setting(real(0, 1000, above=True), BY_MODEL, "rate of the first epoch", logarithmic=True)
    lr_decay: float = setting(real(0, 1), BY_MODEL, "linear: epoch e (from 0) has rate learning_rate * max(0, 1 - lr_decay * e)")
    momentum: float = setting(real(0, 1, below=True), BY_MODEL, "heavy-ball momentum of sgd, beta1 of adamw")
    weight_decay: float = setting(real(0, 10), BY_MODEL, "decoupled decay of the weights towards zero", logarithmic=True)
    label_smoothing: float = setting(real(0, 1, below=True), BY_MODEL, "share of the target spread over all classes")
    temperature: float = setting(real(0.01, 100), BY_MODEL, "the trained network's logits are divided by this: below 1 its probabilities are surer", absent=1.0, logarithmic=True)
    shift_pixels: float = setting(real(0, 16), BY_MODEL, "training images shift, slant and stretch by up to this many pixels; 0 leaves them alone")
    exact: bool = setting(SWITCH, False, "give the same bits on every machine, in up to four times the time")
    scaling: Literal["standard", "max"] = setting(choice("standard", "max"), BY_MODEL, "per-pixel mean and deviation of the training split, or pixels / max")
    dataset: str = setting(DATASET, "digits", "data set to learn: digits, iris, wine, breast-cancer, or a file or folder of your own", group="data")
    label_column: str | None = setting(LABEL, None, "column of a table that holds the class: its name, its number from 1, first or last", group="data", example="species", absent=None)
    group_column: str | None = setting(LABEL, None, "column whose rows belong together, for the split grouped; named likewise", group="data", example="writer", absent=None)
    image_shape: tuple[int, ...] | None = setting(IMAGE_SHAPE, None, "height,width of the images in the columns of a table; none keeps them a table", group="data", example="28,28", absent=None)
    image_size: int | None = setting(whole(4, 512), None, "side in pixels to which pictures from files are scaled", group="data", example="32", absent=None)
    missing: Literal["refuse", "drop"] = setting(choice("refuse", "drop"), "refuse", "rows of a table with gaps: refuse the table, or drop them", group="data", absent="refuse")
    test_data: str | None = setting(FILE, None, "a second file or folder, which becomes the hold-out of the split given", group="data", example="test.csv")
    split: Literal["auto", "random", "contiguous", "folds", "given", "grouped"] = setting(choice("auto", "random", "contiguous", "folds", "given", "grouped"), "auto", "hold out random rows of each class, neighbouring rows, one of 1 / test-size folds, a test part of the data, or whole groups; auto is given where the data have a test part, else random", group="data")
    split_state: int | None = setting(whole(0, 2**32 - 1), None, "decides which rows are held out, and those of train-share and label-noise, instead of random-state", group="data", example="7", absent=None)
    train_share: float = setting(real(0, 1, above=True), 1.0, "share of the training rows of each class that train", group="data", absent=1.0, logarithmic=True)
    label_noise: float = setting(real(0, 1), 0.0, "share of the training labels replaced by wrong ones", group="data", absent=0.0)
    leave_out: str | None = setting(LABEL, None, "a class that does not train, and stays in the hold-out", group="data", example="7", absent=None)
    test_size: float = setting(real(0, 1, above=True, below=True), 0.2, "share held out for the test", group="data", alias="test_split")
    random_state: int = setting(whole(0, 2**32 - 1), 42, "the only source of randomness", group="data", alias="seed")
    sample_count: int = setting(whole(1, 400), 16, "samples in predictions.json and the gallery", group="output")
    run_label: str | None = setting(LABEL, None, "name of the run; its slug ends the directory's name", group="output", example="baseline")
    artifacts_root: str | None = setting(PLACE, None, "where run directories, index.json and latest/ live", group="output", example="my-artifacts")
    output_dir: str | None = setting(PLACE, None, "write this run's files straight here: no index, no latest/", group="output", example="my-run")
    roc_per_class: bool = setting(SWITCH, False, "add ROC curves and their areas, per class", group="optional analytics")
    learning_rate_trace: bool = setting(SWITCH, False, "add the learning rate and loss of every epoch", group="optional analytics")
    timing_stats: bool = setting(SWITCH, False, "add the seconds of every epoch", group="optional analytics")
    # fmt: on
    origin: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)  # where each value came from
    made: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)  # each value before any `replace`


SETTINGS = {item.name: item for item in fields(RunConfig) if item.metadata}
SPELLINGS = {
    spelling: name for name, item in SETTINGS.items() for spelling in (name, item.metadata["alias"]) if spelling
}
PLACES = frozenset(name for name, item in SETTINGS.items() if item.metadata["kind"] is PLACE)
PRIVATE = PLACES | {"test_data"}  # never recorded: paths


ABSENT = {name: item.metadata["absent"] for name, item in SETTINGS.items() if item.metadata["absent"] is not MISSING}


def flag(name: str) -> str:
    """A setting's spelling on the command line."""
    return "--" + name.replace("_", "-")


def recorded(config: RunConfig) -> dict[str, Any]:
    """The settings as plain JSON values, without paths and what goes without saying (`absent`)."""
    values = {name: getattr(config, name) for name in SETTINGS if name not in PRIVATE}
    values = {name: value for name, value in values.items() if value != ABSENT.get(name, MISSING)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


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
