"""How the package looks from Python: signatures and short texts."""

from __future__ import annotations

import inspect
from pathlib import Path

import digit_classifier
from digit_classifier import configure, load_run, prepare, read_bundle, run_experiment
from digit_classifier.learning.training import Training
from digit_classifier.run import results_of
from digit_classifier.settings.resolve import resolve
from digit_classifier.settings.run_config import SETTINGS, SPELLINGS

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
