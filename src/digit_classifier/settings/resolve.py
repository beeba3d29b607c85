"""From given values to a complete configuration: flags over file over preset over default, field by field."""

from __future__ import annotations

import os
from dataclasses import replace
from inspect import Parameter, Signature
from numbers import Number
from typing import TYPE_CHECKING, Any, NamedTuple

from digit_classifier.errors import InputError, explain, nearest, require_kind, show, suggestion
from digit_classifier.settings.kinds import DATASET, FILE, LABEL, PLACE, as_text
from digit_classifier.settings.presets import DIGITS, PRESETS, Rule, Task
from digit_classifier.settings.run_config import (
    ABSENT,
    BY_MODEL,
    PLACES,
    SETTINGS,
    SPELLINGS,
    RunConfig,
    flag,
    is_possible,
    recorded,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


# Where a value came from: from Python, from the model's name, from nobody
ARGUMENT, PRESET, DEFAULT = "argument", "preset", "default"
TEXTS = (DATASET, FILE, LABEL, PLACE)  # what no list is
READING = frozenset(
    ["label_column", "group_column", "image_shape", "image_size", "missing"]
)  # how a file of the user's is read


class Given(NamedTuple):
    """A value as the user wrote it: which spelling, the text, and where (a flag, or file and line)."""

    spelling: str
    text: str
    where: str
    origin: str

    def advice(self, name: str, text: str) -> str:
        """Another value in the same notation: `--epochs 9`, `epochs: 9` in YAML, `epochs=9` in Python."""
        if self.where.startswith("--"):
            return f"{flag(name)} {text}"
        if self.origin == ARGUMENT:
            return f"{name}={text}" if text[:1] in "-.0123456789" and "," not in text else f"{name}={text!r}"
        return f"{name}: {text}"


def example(name: str) -> str:
    """A value that works for this setting, as text."""
    item = SETTINGS[name]
    default = _preset("mlp", name, {"epochs": 100}, DIGITS) if item.default is BY_MODEL else item.default
    return item.metadata["example"] or as_text(default)


def parse(given: Given) -> tuple[str, Any]:
    """The setting's name and value."""
    name = SPELLINGS[given.spelling]
    kind = SETTINGS[name].metadata["kind"]
    try:
        return name, kind.parse(given.text)
    except (ValueError, KeyError):
        attempt = given.advice(given.spelling, nearest(given.text, kind.known()) or example(name))
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
) -> RunConfig:
    """Flags over file over preset over default, field by field; checked one by one and together.

    What the presets make depend on the data is as for the digits, until `fitted` knows them.
    """
    from_flags, from_file = _merge(flags), _merge(file)
    _check_places(from_flags)
    _check_places(from_file)
    if PLACES & from_flags.keys():  # a flag for one kind of place overrides the file's choice of the other, too
        from_file = {name: value for name, value in from_file.items() if name not in PLACES}
    chosen = from_file | from_flags
    model: str = chosen["model"][0] if "model" in chosen else "mlp"
    _check_layers(model, chosen)
    given = {name: value for name, (value, _) in chosen.items()}
    origin = {name: where.origin for name, (_, where) in chosen.items()}
    return _complete(model, given, origin, DIGITS, defaults or {})


def fitted(config: RunConfig, task: Task) -> RunConfig:
    """The settings for these data: what the model's preset gave follows its rules again; what was given stays."""
    config = settled(config)
    usual = _usual(config, DIGITS)
    given, origin = {}, {}
    for name in SETTINGS:
        value, came = getattr(config, name), config.origin.get(name, "")
        if came.startswith(PRESET) or (not came and value == usual[name]):
            continue
        given[name], origin[name] = value, came or ARGUMENT
    return _complete(config.model, given, origin, task, {})


def settled(config: RunConfig) -> RunConfig:
    """The same settings, where a value that was changed since, as by `dataclasses.replace`, counts as given."""
    origin = dict(config.origin)
    for name, value in config.made.items():
        if getattr(config, name) != value and origin.get(name, "").startswith((PRESET, DEFAULT)):
            origin[name] = ARGUMENT
    return replace(config, origin=origin, made={})


def _complete(
    model: str, given: Mapping[str, Any], origin: Mapping[str, str], task: Task, defaults: Mapping[str, Any]
) -> RunConfig:
    """The given values, and for the rest the model's or the default ones; with the origin of each."""
    values, origins = {}, {}
    for name, item in SETTINGS.items():
        if name in given:
            values[name], origins[name] = given[name], origin[name]
        elif item.default is BY_MODEL:
            values[name], first = (_preset(model, name, values, each) for each in (task, DIGITS))
            origins[name] = f"{PRESET} {model}" + (f", {task}" if values[name] != first else "")
        else:
            values[name], origins[name] = defaults.get(name, item.default), DEFAULT
    return RunConfig(**values, origin=origins, made=values)


def _preset(model: str, name: str, values: Mapping[str, Any], task: Task) -> Any:
    preset = PRESETS[model][name]
    return preset.of(values, task) if isinstance(preset, Rule) else preset


def _check_places(layer: Mapping[str, tuple[Any, Given]]) -> None:
    if layer.keys() >= PLACES:
        root, flat = layer["artifacts_root"][1].where, layer["output_dir"][1].where
        either = f"no {root} beside it (a run goes into an artifacts root, or straight into one directory)"
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
            attempt = f"{given.advice('model', other)}, or {given.advice(name, as_text(PRESETS[model][name]))}"
            raise InputError(explain(given.where, expected, as_text(sizes), attempt))


def configure(**settings: Any) -> RunConfig:
    """A checked configuration from Python values, e.g. `configure(model="logistic", epochs=50)`.

    Every setting is a keyword, under either of its names; what is left out, or None, is the model's or the default.
    InputError for another keyword, and for a value that the setting does not accept.
    """
    for word in settings.keys() - SPELLINGS.keys():
        raise InputError(explain("configure", "a setting", show(word), suggestion(word, SETTINGS)))
    return resolve(given_in_python(settings))


def given_in_python(settings: Mapping[str, Any]) -> list[Given]:
    """Keywords that are settings, without those that are None; InputError for an object that no text stands for."""
    layer = []
    for name, value in settings.items():
        kind, plain = SETTINGS[SPELLINGS[name]].metadata["kind"], value.tolist() if hasattr(value, "tolist") else value
        listed = isinstance(plain, list | tuple) and kind not in TEXTS
        if value is not None and not listed and not isinstance(plain, str | Number | os.PathLike):
            attempt = Given(name, "", name, ARGUMENT).advice(name, example(SPELLINGS[name]))
            attempt = "record(config, dataset)" if name == "dataset" else attempt
            raise InputError(explain(name, kind.expected, show(value), attempt))
        if value is not None:
            text = as_text(value)
            if kind is DATASET and isinstance(value, os.PathLike) and os.sep not in text:
                text = f"./{text}"  # a path is no name of a data set
            layer.append(Given(name, text, name, ARGUMENT))
    return layer


def require_settings(config: object) -> None:
    """InputError for what is not settings, and for settings that `configure` would not have made."""
    require_kind("config", config, RunConfig, "settings", "configure(epochs=20)")
    for name, item in SETTINGS.items():
        value, kind = getattr(config, name), item.metadata["kind"]
        plain = os.fspath(value) if isinstance(value, os.PathLike) else list(value) if type(value) is tuple else value
        known = tuple(kind.known())
        if not is_possible(name, plain) or (known and value not in known):
            attempt = Given(name, "", name, ARGUMENT).advice(name, example(name))
            raise InputError(explain(name, kind.expected, show(value), attempt))


def _signature() -> Signature:
    """The keywords of `configure`, from the declarations: what `help` and completion show."""
    keywords = [
        Parameter(spelling, Parameter.KEYWORD_ONLY, default=None, annotation=f"{SETTINGS[name].type} | None")
        for spelling, name in SPELLINGS.items()
    ]
    return Signature(keywords, return_annotation="RunConfig")


configure.__signature__ = _signature()  # type: ignore[attr-defined]


def _usual(config: RunConfig, task: Task) -> dict[str, Any]:
    """What each setting would be without being chosen, beside the others as they are."""
    values = {name: getattr(config, name) for name in SETTINGS}
    return {
        name: _preset(config.model, name, values, task) if item.default is BY_MODEL else item.default
        for name, item in SETTINGS.items()
    }


def command_for(config: RunConfig, task: Task, *, dataset: str | None = None) -> str:
    """The shortest command that repeats the run: every setting that is not as it would be without it, no paths.

    `dataset` is the name of a stored data set, which needs none of the settings that say how a file is read. What
    `auto` makes of it depends on the other runs beside it, so its split is always said.
    """
    usual, words = _usual(config, task), ["digit-classifier", "train"]
    unneeded = READING if dataset else frozenset()
    if dataset:
        config = replace(config, dataset=dataset)
    else:
        usual["split"] = "random"  # what auto is for data that come with the package
    for name, value in (ABSENT | recorded(config)).items():
        if getattr(config, name) == usual[name] or name in unneeded:
            continue
        if isinstance(SETTINGS[name].default, bool):
            words.append(flag(name if value else "no_" + name))
        else:
            text = as_text(value)
            words += [f"{flag(name)}={text}"] if text.startswith("-") else [flag(name), text]
    import shlex  # only ever needed for a run

    return shlex.join(words)
