"""Training again: which tier is reached, what differs, what is refused, what is recorded."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import numpy as np
import pytest
from scipy.stats import binomtest, sem

from digit_classifier import artifacts
from digit_classifier import experiment as recording
from digit_classifier.artifacts.replay import BIT_IDENTICAL, DIFFERENT, METRIC_IDENTICAL, WITHIN_NOISE
from digit_classifier.cli import main as cli
from digit_classifier.environment import environment
from digit_classifier.evaluation import mcnemar
from digit_classifier.experiment import record
from digit_classifier.replay import rerun as replaying
from digit_classifier.replay.compare import compare, differ_by_chance
from digit_classifier.replay.promise import CAUSES, PROMISES, environment_differences, promise
from digit_classifier.replay.rerun import replay
from digit_classifier.settings.resolve import Given, resolve
from digit_classifier.store.bundle import seal_files
from digit_classifier.store.json import decode, encode
from digit_classifier.store.layout import MANIFEST_FILE
from digit_classifier.store.replays import read_replay
from digit_classifier.store.root import record_replay, repair

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parents[2]
QUICK = {"model": "logistic", "epochs": "4", "roc_per_class": "false"}
Summary = dict[str, Any]


def train(root: Path, **settings: str) -> Path:
    chosen = {**QUICK, "artifacts_root": str(root), **settings}
    return record(resolve([Given(name, text, name, "flag") for name, text in chosen.items()])).directory


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(tmp_path_factory.mktemp("trained") / "root")


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    """A run that lies in a root of its own."""
    shutil.copytree(trained.parent, tmp_path / "root")
    return tmp_path / "root" / trained.name


def edited(run: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The run with other JSON, sealed anew as a forger with our code could."""
    files = {path.name: path.read_bytes() for path in run.iterdir() if path.suffix in (".json", ".png")}
    del files[MANIFEST_FILE]
    payloads = {name: decode(data, name) for name, data in files.items() if name.endswith(".json")}
    change(payloads)
    summary = payloads["run_summary.json"]
    summary["results_digest"] = artifacts.results_digest(payloads)
    files |= {name: encode(payload) for name, payload in payloads.items()}
    keys = {key: summary[key] for key in ("run_id", "created", "results_digest")}
    for name, data in seal_files(files, **keys)[0].items():
        (run / name).write_bytes(data)
    return run


def with_config(run: Path, **settings: Any) -> Path:
    def change(payloads: dict[str, Any]) -> None:
        summary = payloads["run_summary.json"]
        for name, value in settings.items():
            for part, what in (("config", value), ("config_origin", "flag")):
                summary[part].pop(name, None)
                if value != "absent":
                    summary[part][name] = what
        if "epochs" in settings and settings["epochs"] != 4:
            summary["interrupted"] = {"epoch": 4, "planned": settings["epochs"]}

    return edited(run, change)


def test_a_run_is_bit_identical_on_the_machine_that_made_it(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    assert cli.main(["replay", str(run)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{run.name}: bit-identical\npromised: bit-identical (held)\n")
    assert out.count(" equal\n") == 6
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before
    outcome = read_replay(run.parent, run.name)
    assert (outcome["tier"], outcome["held"], outcome["environment"]) == ("bit-identical", True, [])
    schemas = Path(artifacts.__file__).with_name("schemas")
    jsonschema.validate(outcome, json.loads((schemas / "replay.schema.json").read_text()))
    index = json.loads((run.parent / "index.json").read_text())
    jsonschema.validate(index, json.loads((schemas / "index.schema.json").read_text()))
    (entry,) = index["runs"]
    assert entry["replay"] == {
        "replayed": outcome["replayed"],
        "tier": "bit-identical",
        "promised": "bit-identical",
        "held": True,
        "differs": [],
    }
    assert cli.main(["verify", str(run.parent)]) == 0


@pytest.mark.parametrize(
    "settings",
    [
        {"model": "mlp", "hidden_sizes": "9", "roc_per_class": "true", "learning_rate_trace": "true"},
        {"random_state": "7", "test_size": "0.3", "momentum": "0", "shift_pixels": "0.5", "batch_size": "50"},
        {"learning_rate": "1000", "scaling": "max", "batch_size": "1", "momentum": "0.999999", "weight_decay": "10"},
        {"run_label": "none", "timing_stats": "true", "output_dir": "here"},
    ],
    ids=["mlp", "every kind of number", "diverges", "flat"],
)
def test_every_kind_of_run_can_be_replayed(
    settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if "output_dir" in settings:
        chosen = {**QUICK, **settings}
        run = record(resolve([Given(name, text, name, "flag") for name, text in chosen.items()])).directory
    else:
        run = train(tmp_path / "root", **settings)
    outcome = replay(run)
    assert (outcome["tier"], outcome["held"]) == (BIT_IDENTICAL, True)
    expected = {"roc_curves.json", "training_dynamics.json"} if "learning_rate_trace" in settings else set()
    assert {each["file"] for each in outcome["artifacts"]} == expected | {
        "metrics.json", "predictions.json", "loss_curve.json", "holdout.json", "model.json", "epoch_snapshots.json",
    }  # fmt: skip
    assert (record_replay(run, outcome) is None) == ("output_dir" in settings)


def test_an_interrupted_run_is_replayed_up_to_its_last_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "FIRST_CHECKPOINT", 0.0)
    monkeypatch.setattr(recording, "PAUSE", 0)

    def fail(epoch: Any) -> None:
        if epoch.number == 8:
            raise ZeroDivisionError

    chosen = {**QUICK, "model": "mlp", "hidden_sizes": "5", "epochs": "300", "artifacts_root": str(tmp_path)}
    with pytest.raises(ZeroDivisionError):
        record(
            resolve([Given(name, text, name, "flag") for name, text in chosen.items()]),
            progress=lambda _: nullcontext(fail),
        )
    (kept,) = repair(tmp_path, "adopt").interrupted
    assert kept.epoch == 7
    assert replay(tmp_path / kept.run_id)["tier"] == BIT_IDENTICAL


KERNELS = [
    {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX2 FMA3 AVX512F"},
    {"OPENBLAS_CORETYPE": "Sandybridge"},
]


@pytest.mark.parametrize("elsewhere", KERNELS, ids=["Nehalem", "Sandybridge"])
@pytest.mark.parametrize("settings", [{"epochs": "40"}, {"model": "mlp", "epochs": "10"}], ids=["logistic", "mlp"])
def test_another_kernel_keeps_the_promise_made_for_it_and_is_named(
    settings: dict[str, str], elsewhere: dict[str, str], tmp_path: Path
) -> None:
    if environment()["machine"] != "x86_64" or environment()["blas"] != "openblas":
        pytest.skip("kernels can be chosen for OpenBLAS on x86-64")
    run = train(tmp_path / "root", **settings)
    command = [sys.executable, "-m", "digit_classifier", "replay", str(run), "--json"]
    env = {**os.environ, **elsewhere, "PYTHONPATH": str(HERE / "src")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "error" in line]) == (0, [])
    outcome = json.loads(done.stdout)
    assert outcome["promised"] == WITHIN_NOISE
    assert outcome["environment"][0]["fact"] == "blas_kernel"
    assert outcome["environment"][0]["here"] == elsewhere["OPENBLAS_CORETYPE"]
    assert outcome["tier"] in (BIT_IDENTICAL, METRIC_IDENTICAL, WITHIN_NOISE)
    assert read_replay(run.parent, run.name) == outcome
    losses = next(each for each in outcome["artifacts"] if each["file"] == "loss_curve.json")
    assert (losses["largest"] or 0) < (0.02 if "model" in settings else 1e-5)


def nudged(payloads: dict[str, Any], amount: float) -> None:
    """Every probability of the hold-out moved towards even, and what follows from them."""
    holdout, metrics = payloads["holdout.json"], payloads["metrics.json"]
    rows = [[(1 - amount) * value + amount / 10 for value in row] for row in holdout["probabilities"]]
    labels = holdout["true_labels"]
    payloads["holdout.json"] = artifacts.build_holdout(holdout["sample_ids"], labels, rows)
    guesses = payloads["holdout.json"]["predicted_labels"]
    payloads["metrics.json"] = artifacts.build_metrics(
        labels, guesses, rows, metrics["labels"], metrics["train_accuracy"], metrics["baselines"]
    )
    known = dict(zip(holdout["sample_ids"], rows, strict=True))
    shown = payloads["predictions.json"]
    chosen = [(s["sample_id"], s["pixels"], s["true_label"], known[s["sample_id"]]) for s in shown["samples"]]
    ids, pixels, truth, probabilities = map(list, zip(*chosen, strict=True))
    args = ids, pixels, truth, probabilities, shown["labels"], shown, shown["tone"]
    payloads["predictions.json"] = artifacts.build_predictions(*args)
    payloads["loss_curve.json"]["holdout_loss"][-1] = payloads["metrics.json"]["log_loss"]


@pytest.mark.parametrize(
    ("amount", "tier"), [(1e-12, METRIC_IDENTICAL), (1e-4, WITHIN_NOISE), (0.5, DIFFERENT)], ids=str
)
def test_results_that_were_changed_break_the_promise_by_as_much_as_they_changed(
    run: Path, amount: float, tier: str, capsys: pytest.CaptureFixture[str]
) -> None:
    edited(run, lambda payloads: nudged(payloads, amount))
    assert cli.main(["verify", str(run)]) == 0  # consistent: only training again can tell
    capsys.readouterr()
    assert cli.main(["replay", str(run)]) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"{run.name}: {tier}\npromised: bit-identical (BROKEN)\n")
    assert "holdout.json           differs in " in out
    assert "model.json             equal" in out
    assert "nothing that is recorded differs" in out


def test_a_run_made_elsewhere_may_differ_within_noise_but_not_more(run: Path) -> None:
    def move(payloads: dict[str, Any]) -> None:
        nudged(payloads, 1e-4)
        payloads["run_summary.json"]["environment"] |= {"processor": "another", "pillow": "1", "scikit_learn": "0"}

    outcome = replay(edited(run, move))
    assert (outcome["tier"], outcome["promised"], outcome["held"]) == (WITHIN_NOISE, WITHIN_NOISE, True)
    assert [each["fact"] for each in outcome["environment"]] == ["processor"]  # the others change no number
    outcome = replay(edited(run, lambda payloads: nudged(payloads, 0.5)))
    assert (outcome["tier"], outcome["promised"], outcome["held"]) == (DIFFERENT, WITHIN_NOISE, False)


def test_what_an_older_version_did_not_record_is_not_promised_to_be_the_same(run: Path) -> None:
    outcome = replay(edited(run, lambda payloads: payloads["run_summary.json"]["environment"].pop("numpy_simd")))
    assert (outcome["tier"], outcome["promised"]) == (BIT_IDENTICAL, WITHIN_NOISE)
    assert [(each["fact"], each["run"]) for each in outcome["environment"]] == [("numpy_simd", None)]


def test_the_facts_of_an_environment_all_have_a_place_in_the_ranking() -> None:
    assert set(environment()) - {"pillow", "scikit_learn"} == set(CAUSES)


def test_an_exact_run_promises_the_same_bits_anywhere() -> None:
    here = environment()
    other = environment_differences({**here, "blas_kernel": "another"}, here)
    assert promise({"exact": True}, other) == BIT_IDENTICAL
    assert promise({"exact": False}, other) == WITHIN_NOISE
    assert promise({}, other) == WITHIN_NOISE
    assert promise({}, []) == BIT_IDENTICAL


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"epochs": 10**12},
            "run_summary.config.epochs: expected a whole number from 1 to 100000, got ",
        ),
        (
            {"learning_rate": "nan"},
            "run_summary.config.learning_rate: expected a number above 0, up to 1000, got 'nan'",
        ),
        ({"hidden_sizes": [50]}, "run_summary.config.hidden_sizes: expected a list of 0, the network's"),
        ({"hidden_sizes": [-1]}, "run_summary.config.hidden_sizes: expected up to 8 layer sizes"),
        ({"optimizer": "os.system"}, "run_summary.config.optimizer: expected one of sgd, adamw, got 'os.system'"),
        (
            {"artifacts_root": "/etc"},
            "run_summary.config.artifacts_root: expected a setting of this version, got '/etc'",
        ),
        ({"seed": 3}, "run_summary.config.seed: expected a setting of this version, got 3"),
        ({"convolution": "3x3"}, "run_summary.config.convolution: expected a setting of this version, got '3x3'"),
        ({"random_state": 43}, ": split: expected sha256 "),
        ({"sample_count": 400}, "--sample-count: expected at most 360"),
    ],
)
def test_settings_of_a_run_go_through_their_own_parsers(
    run: Path, settings: dict[str, Any], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with_config(run, **settings)
    assert cli.main(["replay", str(run)]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
    assert not (run.parent / "replays").exists()


def test_a_setting_that_the_version_of_a_run_did_not_have_takes_its_default(run: Path) -> None:
    assert replay(with_config(run, timing_stats="absent", shift_pixels="absent"))["tier"] == BIT_IDENTICAL


def test_another_data_set_is_refused(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from digit_classifier.datasets import bundled

    digits = bundled.load_digits()
    digits.samples[5, 0, 3, 3] = (digits.samples[5, 0, 3, 3] + 1) % 17
    shutil.rmtree(run.parent / "datasets")  # what the run was trained on
    monkeypatch.setattr(bundled, "load_digits", lambda: digits)
    with pytest.raises(
        ValueError,
        match=r": data set: expected sha256 [0-9a-f]{12}…, got [0-9a-f]{12}… here; try python -m pip install ",
    ):
        replay(run)


def test_a_training_that_would_take_too_long_is_stopped_with_an_estimate(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["replay", str(run), "--max-seconds", "1e-9"]) == 2
    assert "expected at most 1e-09 s of training, got 4 epochs that take about 0 s here (the run says: " in (
        capsys.readouterr().err
    )
    assert cli.main(["replay", str(run), "--max-seconds", "soon"]) == 2
    assert "--max-seconds: expected a number above 0, up to 1e+09, got 'soon'" in capsys.readouterr().err


def test_a_synthetic_sample_is_refused_with_the_command_that_makes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeder = HERE / "examples" / "digit-classifier" / "web_demo" / "seed_sample_artifacts.py"
    subprocess.run([sys.executable, seeder, "--artifacts-root", tmp_path], check=True, capture_output=True)
    assert cli.main(["replay", str(tmp_path / "20240305-210455-sample-baseline")]) == 2
    err = capsys.readouterr().err
    assert "expected a run of train, got a synthetic sample, made without it; try its own command: python" in err


def test_a_damaged_run_or_none_is_bad_input(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["replay", str(run.parent.parent)]) == 2
    assert "RUN: expected a run directory" in capsys.readouterr().err
    (run / "metrics.json").write_text("{}")
    assert cli.main(["replay", str(run)]) == 2
    assert "metrics.json: expected" in capsys.readouterr().err


def test_a_sealed_run_that_lacks_or_contradicts_what_is_compared_is_bad_input(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edited(run, lambda payloads: payloads["metrics.json"].update(train_accuracy=0.5))
    assert replay(run)["tier"] == DIFFERENT  # the one score that does not follow from the predictions
    edited(run, lambda payloads: payloads["holdout.json"]["probabilities"].reverse())
    assert cli.main(["replay", str(run)]) == 2
    (run / "holdout.json").unlink()
    assert cli.main(["replay", str(run)]) == 2
    for name in ("bundle.css", MANIFEST_FILE):
        (run / name).unlink()
    files = {path.name: path.read_bytes() for path in run.iterdir()}
    summary = decode(files["run_summary.json"], "")
    keys = {key: summary[key] for key in ("run_id", "created", "results_digest")}
    for name, data in seal_files(files, **keys)[0].items():
        (run / name).write_bytes(data)
    capsys.readouterr()
    assert cli.main(["replay", str(run)]) == 2
    assert "expected a run with holdout.json, got one without" in capsys.readouterr().err


def test_networks_that_were_asked_other_questions_are_different() -> None:
    one = artifacts.build_holdout([1, 2], [0, 1], [[0.75, 0.25], [0.25, 0.75]])
    three = artifacts.build_holdout([1, 2], [0, 2], [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]])
    shared = {"metrics.json": {}, "loss_curve.json": {"diverged": None}}
    for other in (three, artifacts.build_holdout([1, 3], [0, 1], one["probabilities"])):
        assert replaying.tier_of({**shared, "holdout.json": one}, {**shared, "holdout.json": other}, equal=False) == (
            DIFFERENT
        )


def test_the_outcome_is_kept_only_where_it_belongs(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["replay", str(run), "--no-record"]) == 0
    assert not (run.parent / "replays").exists()
    shutil.copytree(run, tmp_path / "mailed" / run.name)
    capsys.readouterr()
    assert cli.main(["replay", str(tmp_path / "mailed" / run.name)]) == 0
    assert "not recorded: " in capsys.readouterr().out
    assert [path.name for path in (tmp_path / "mailed").iterdir()] == [run.name]
    capsys.readouterr()
    assert cli.main(["replay", str(run.parent / "latest"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == read_replay(run.parent, run.name)


def test_a_root_that_cannot_be_written_is_said_and_loses_no_outcome(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (run.parent / "replays").symlink_to(run)
    assert cli.main(["replay", str(run)]) == 0
    assert "not recorded: " in capsys.readouterr().out


def test_repair_rebuilds_what_the_index_says_of_replays(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = run.parent
    assert cli.main(["replay", str(run)]) == 0
    listed = (root / "index.json").read_bytes()
    (root / "index.json").unlink()
    repair(root)
    assert decode(listed, "")["runs"] == decode((root / "index.json").read_bytes(), "")["runs"]
    path = root / "replays" / f"{run.name}.json"
    text = path.read_text()
    for damaged in ("{", text.replace('"held": true', '"held": false'), text.replace(run.name, "20200101-000000")):
        path.write_text(damaged)
        capsys.readouterr()
        assert cli.main(["verify", str(root)]) == 1
        assert f"expected what replays/ says of {run.name}, got another; try " in (capsys.readouterr().out)
        repair(root)
        assert "replay" not in json.loads((root / "index.json").read_text())["runs"][0]
        assert cli.main(["verify", str(root)]) == 0
        path.write_text(text)
        repair(root)
    # The outcome of another run that had the same name says nothing of this one.
    path.write_text(text.replace(json.loads(text)["manifest_sha256"], "0" * 64))
    repair(root)
    assert "replay" not in json.loads((root / "index.json").read_text())["runs"][0]


@pytest.mark.parametrize(("one", "other"), [(0, 0), (1, 0), (5, 0), (6, 0), (3, 9), (40, 41), (100, 300)])
def test_mcnemars_test_is_scipys_binomial_test(one: int, other: int) -> None:
    expected = binomtest(one, one + other).pvalue if one + other else 1.0
    assert mcnemar(one, other) == pytest.approx(expected, rel=1e-9)


def test_two_random_states_differ_by_chance_and_a_worse_model_does_not() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 400)

    def said(share: float, seed: int) -> dict[str, Any]:
        right = np.random.default_rng(seed).random(400) < share
        rows = np.full((400, 3), 0.1)
        rows[np.arange(400), np.where(right, labels, (labels + 1) % 3)] = 0.8
        return artifacts.build_holdout(list(range(400)), labels.tolist(), rows.tolist())

    assert differ_by_chance(said(0.9, 1), said(0.9, 2))
    assert not differ_by_chance(said(0.9, 1), said(0.8, 2))


@pytest.mark.parametrize(("errors", "alike"), [(-2.1, False), (-1.9, True), (0, True), (1.9, True), (2.1, False)])
def test_a_log_loss_may_move_by_two_standard_errors(errors: float, alike: bool) -> None:
    """All answers stay right, so that only the losses can tell."""
    labels, losses = [0] * 360, np.random.default_rng(1).uniform(0.2, 0.4, 360)

    def said(losses: np.ndarray) -> dict[str, Any]:
        right = np.exp(-losses)
        return artifacts.build_holdout(list(range(360)), labels, np.stack([right, 1 - right], axis=1).tolist())

    assert differ_by_chance(said(losses), said(losses + errors * sem(losses))) is alike


PAIR = {"image_shape": [1, 2], "channels": 1, "max_value": 1}


def test_differences_are_counted_measured_and_shown() -> None:
    weights = artifacts.build_model(
        PAIR, [0, 0], [1, 1], [({"inputs": 2, "units": 2}, "softmax", [1, 2, 3, 4], [0, 0])]
    )
    others = artifacts.build_model(
        PAIR, [0, 0], [1, 1], [({"inputs": 2, "units": 2}, "softmax", [1, 2.5, 3, 4.25], [0, 0])]
    )
    assert compare("model.json", weights, others) == {
        "file": "model.json",
        "equal": False,
        "places": 2,
        "first": "model.layers[0].weights[1]: 2.0 in the run, 2.5 here",
        "largest": 0.5,
    }
    assert compare("a.json", {"a": [1, 2]}, {"a": [1]})["first"] == "a.a: a list of 2 in the run, a list of 1 here"
    assert compare("a.json", {"a": 1}, {"b": 1})["places"] == 2
    assert compare("a.json", {"a": 1}, {"a": 1})["equal"] is True


def test_the_table_of_promises_is_the_documented_one() -> None:
    text = (HERE / "docs" / "reproducibility.md").read_text()
    for (arithmetic, place), tier in PROMISES.items():
        assert f"| {arithmetic} | {place} | `{tier}` |" in text
    for fact in CAUSES:
        assert f"`{fact}`" in text
    assert f"{replaying.MAX_SECONDS:g} seconds" in text
