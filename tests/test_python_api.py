"""How the package looks from Python: signatures and short texts."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import digit_classifier
from digit_classifier import (
    Dataset,
    InputError,
    configure,
    load_run,
    prepare,
    read_bundle,
    run_experiment,
    stratified_split,
    sweep,
    train,
)
from digit_classifier.learning.training import Training
from digit_classifier.run import results_of
from digit_classifier.settings.resolve import resolve
from digit_classifier.settings.run_config import SETTINGS, SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Callable

FIXTURE = Path(__file__).parent / "fixtures" / "first_version"


def test_configure_shows_every_setting_under_each_of_its_names() -> None:
    parameters = inspect.signature(configure).parameters
    assert parameters.keys() == SPELLINGS.keys()
    for spelling, parameter in parameters.items():
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
        assert parameter.annotation.startswith(str(SETTINGS[SPELLINGS[spelling]].type))
    assert configure(**{name: parameter.default for name, parameter in parameters.items()}) == configure()


def test_everything_public_has_a_text_of_a_few_lines() -> None:
    config = configure(model="logistic", epochs=2)
    split = prepare(config)
    run = run_experiment(config, split)
    stored = next(path for path in FIXTURE.iterdir() if path.name.endswith("-ordinary"))
    bundle, loaded = read_bundle(stored), load_run(stored)
    training = Training(config, split.training)
    shown = [config, split, split.dataset, split.training, run, run.network, run.history, bundle, results_of(run)]
    shown += [loaded, loaded.network, loaded.figure("confusion_matrix")]
    for value in [*shown, *run.history.epochs, resolve(), training]:
        text = repr(value)
        assert len(text) <= 1200, type(value)
        assert text.count("\n") <= 3
    right = round(run.history.epochs[-1].holdout_accuracy * 360)
    assert repr(run) == (
        f"<Run: logistic of 650 parameters on digits, {right} of 360 held-out samples right after 2 epochs>"
    )
    assert repr(split) == "<Split of digits: 1,437 training, 360 held out>"
    assert repr(run.network) == "<Network 64-10: 650 parameters>"
    assert sorted(digit_classifier.__all__) == digit_classifier.__all__


CONFIG = configure(model="logistic", epochs=1)
SPLIT = prepare(CONFIG)
DIGITS = SPLIT.dataset
ROWS = ([[0.0], [1.0]] * 4, [0, 1] * 4)
SHARE, STATE = "test_size: expected a number above 0", "random_state: expected a whole number from 0 to 4294967295"


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (run_experiment, ("mlp", SPLIT), "config: expected settings, got 'mlp'; try configure(epochs=20)"),
        (run_experiment, (CONFIG, "digits"), "split: expected a split, got 'digits'; try prepare(config)"),
        (run_experiment, (replace(CONFIG, epochs=0), SPLIT), "epochs: expected a whole number from 1 to 100000, got 0"),
        (train, (CONFIG, DIGITS), "split: expected a split, got Python's Dataset"),
        (Training, (None, SPLIT.training), "config: expected settings"),
        (Training, (CONFIG, SPLIT), "examples: expected samples with labels, got Python's Split; try split.training"),
        (Training, (CONFIG, SPLIT.training, SPLIT), "watch: expected samples with labels"),
        (prepare, (CONFIG, [1, 2]), "dataset: expected a data set, got a list of 2; try Dataset.from_arrays"),
        (stratified_split, ("digits", 0.2, 0), "dataset: expected a data set, got 'digits'"),
        (stratified_split, (DIGITS, 5, 0), f"{SHARE}, below 1, got 5; try test_size=0.2"),
        (stratified_split, (DIGITS, True, 0), f"{SHARE}, below 1, got true"),
        (stratified_split, (DIGITS, "half", 0), f"{SHARE}, below 1, got 'half'"),
        (stratified_split, (DIGITS, float("nan"), 0), f"{SHARE}, below 1, got nan"),
        (stratified_split, (DIGITS, 0.2, -1), f"{STATE}, got -1; try random_state=42"),
        (stratified_split, (DIGITS, 0.2, 1.5), f"{STATE}, got 1.5"),
        (
            partial(configure, dataset=DIGITS),
            (),
            "dataset: expected a name, a file or a folder, got Python's Dataset; try rec",
        ),
        (partial(sweep, train_share=DIGITS), (), "train_share: expected a number above 0"),
        (partial(configure, artifacts_root=b"runs"), (), "artifacts_root: expected a directory, got Python's bytes"),
        (partial(configure, run_label=["a"]), (), "run_label: expected text, got a list of 1"),
        (
            partial(configure, epochs=object()),
            (),
            "epochs: expected a whole number from 1 to 100000, got Python's object",
        ),
        (partial(Dataset.from_arrays, name=None), ROWS, "name: expected text, got null; try name='data'"),
        (partial(Dataset.from_arrays, title=5), ROWS, "title: expected text, got 5"),
        (partial(Dataset.from_arrays, class_names=2), ROWS, "class_names: expected a list of names, got 2"),
        (partial(Dataset.from_arrays, feature_names=2), ROWS, "feature_names: expected a list of names, got 2"),
        (read_bundle, (7,), "path: expected a path, got 7"),
        (load_run, (b"artifacts",), "path: expected a path, got Python's bytes"),
    ],
)
def test_arguments_of_another_kind_are_one_line(
    function: Callable[..., object], arguments: tuple[object, ...], message: str
) -> None:
    with pytest.raises(InputError) as error:
        function(*arguments)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


PROGRAM = """
import digit_classifier as dc

run = dc.record(dc.configure(epochs=2))
accuracy: float = run.metrics["accuracy"]
print(run.predict([[0]]), dc.load_run("artifacts").network, dc.__version__, accuracy)
"""


@pytest.mark.parametrize(("wrong", "found"), [("", 0), ("dc.recrod(dc.configure())\n", 1)])
def test_a_type_checker_knows_every_public_name_and_no_other(wrong: str, found: int, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM + wrong)
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", os.devnull, "program.py"]
    environment = {**os.environ, "MYPYPATH": str(Path(digit_classifier.__file__).parents[1])}
    command += ["--follow-imports", "silent", "--ignore-missing-imports"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment)
    assert done.stdout.count("error: ") == found, done.stdout
    assert ('has no attribute "recrod"' in done.stdout) == bool(found)
