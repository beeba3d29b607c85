"""Runs on data of one's own: kept once, found again, trained again, and split by the settings."""

from __future__ import annotations

import math
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold

from digit_classifier import Dataset, configure, prepare, sweep
from digit_classifier.artifacts import DATASET
from digit_classifier.errors import InputError
from digit_classifier.experiment import record
from digit_classifier.learning.training import Training
from digit_classifier.replay.rerun import replay
from digit_classifier.store import bundle as sealing
from digit_classifier.store import read_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from digit_classifier.artifacts import Payload, PlainDataset

ROWS = 120
LABELS = np.arange(ROWS) % 3
NOISE = np.random.default_rng(1)
FEATURES = (NOISE.normal(size=(ROWS, 5)) + LABELS[:, None]).astype("f4")
COLOURS = NOISE.integers(0, 256, (ROWS, 3, 8, 6)).astype("u1")
HELD_OUT = np.arange(ROWS) < 30
GROUPS = np.arange(ROWS) // 6


def table(**more: Any) -> Dataset:
    return Dataset.from_arrays(FEATURES, LABELS, **more)


def colours(**more: Any) -> Dataset:
    return Dataset.from_arrays(COLOURS, LABELS, **more)


OWN: dict[str, tuple[Dataset, dict[str, Any]]] = {
    "table": (table(), {}),
    "given": (table(held_out=HELD_OUT), {}),
    "random": (table(held_out=HELD_OUT), {"split": "random"}),
    "grouped": (table(groups=GROUPS), {"split": "grouped"}),
    "light": (colours(tone="light"), {"model": "cnn", "channels": (4,)}),
    "ink": (colours(tone="ink"), {}),
    "thin": (table(), {"train_share": 0.5, "label_noise": 0.1, "split_state": 3, "leave_out": "2"}),
    "folds": (table(), {"split": "folds", "test_size": 0.25}),
}


def run(root: Path, data: Dataset, **settings: Any) -> Any:
    return record(configure(epochs=2, artifacts_root=str(root), **settings), data)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root: Path = tmp_path_factory.mktemp("own") / "runs"
    for name, (data, settings) in OWN.items():
        run(root, data, run_label=name, **settings)
    return root


def found(root: Path, name: str) -> Any:
    (directory,) = root.glob(f"2*-{name}")
    return read_bundle(directory)


def test_runs_of_the_same_samples_share_one_file(root: Path) -> None:
    names = sorted(path.name for path in (root / "datasets").glob("*.json"))
    assert names == sorted(f"data-{data.sha256[:12]}.json" for data in (table(), colours()))
    for name, (data, _) in OWN.items():
        stated = found(root, name).payloads["run_summary.json"]["dataset"]
        assert (stated["sha256"], stated.get("tone")) == (data.sha256, None if data.is_table else data.tone)


def test_groups_lie_in_the_run_that_held_out_whole_groups(root: Path) -> None:
    payloads = found(root, "grouped").payloads
    assert payloads["split.json"]["groups"] == GROUPS.tolist()
    held = {int(GROUPS[row]) for row in payloads["holdout.json"]["sample_ids"]}
    assert payloads["holdout.json"]["sample_ids"] == [row for row in range(ROWS) if GROUPS[row] in held]
    assert all("split.json" not in found(root, name).payloads for name in OWN if name != "grouped")


def test_the_given_part_is_held_out(root: Path) -> None:
    assert found(root, "given").payloads["holdout.json"]["sample_ids"] == list(range(30))
    config = found(root, "given").payloads["run_summary.json"]["config"]
    assert (config["split"], config["dataset"]) == ("given", "data")
    assert found(root, "random").payloads["run_summary.json"]["config"]["split"] == "random"


@pytest.mark.parametrize("name", OWN)
def test_a_run_is_trained_again_from_a_copy_of_its_root(root: Path, tmp_path: Path, name: str) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(root, copy)
    assert replay(found(copy, name).directory)["tier"] == "bit-identical"


@pytest.mark.parametrize("name", OWN)
def test_a_command_says_the_stored_data_and_its_split(root: Path, name: str) -> None:
    command = found(root, name).payloads["run_summary.json"]["command"]
    data, settings = OWN[name]
    split = settings.get("split", "given" if data.held_out is not None else "random")
    assert f"--dataset data-{data.sha256[:12]} --split {split}" in command
    assert str(root) not in command


def test_a_run_without_its_data_is_refused(root: Path, tmp_path: Path) -> None:
    directory = found(root, "table").directory
    alone = shutil.copytree(directory, tmp_path / directory.name)
    attempt = f"try copying datasets/data-{table().sha256[:12]}"
    with pytest.raises(InputError, match=f"expected its data set, got none; {attempt}"):
        replay(alone)


def test_a_data_set_is_encoded_once_for_a_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = []

    def build(data: PlainDataset) -> Payload:
        built.append(data)
        return DATASET.build(data)

    monkeypatch.setattr(sealing, "DATASET", DATASET._replace(build=build))
    run(tmp_path, table(), run_label="one")
    (file,) = (tmp_path / "datasets").glob("*.json")
    before = file.stat().st_mtime_ns
    run(tmp_path, table(groups=GROUPS), run_label="two", split="grouped")
    assert (len(built), file.stat().st_mtime_ns) == (1, before)


@pytest.mark.parametrize("damage", [b"", b"{}", None], ids=["empty", "other", "torn"])
def test_a_damaged_shared_file_is_written_anew(tmp_path: Path, damage: bytes | None) -> None:
    run(tmp_path, table())
    (file,) = (tmp_path / "datasets").glob("*.json")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    run(tmp_path, table())
    assert file.read_bytes() == whole


# Settings of the split


def test_folds_hold_out_every_row_once_and_as_evenly_as_scikit_learn() -> None:
    labels = np.repeat([0, 1, 2], [50, 37, 33])
    data = Dataset.from_arrays(FEATURES, labels)
    held = [prepare(configure(split="folds", test_size=0.2, split_state=fold), data).holdout_ids for fold in range(5)]
    assert sorted(np.concatenate(held)) == list(range(ROWS))
    theirs = [np.bincount(labels[test]) for _, test in StratifiedKFold(5).split(FEATURES, labels)]
    ours = [np.bincount(labels[rows]) for rows in held]
    assert [sorted(counts) for counts in zip(*ours, strict=True)] == [
        sorted(counts) for counts in zip(*theirs, strict=True)
    ]


def test_smaller_shares_are_parts_of_larger() -> None:
    whole = prepare(configure(), table())
    before = set(whole.training_ids)
    for share in (0.75, 0.5, 0.25, 0.01):
        split = prepare(configure(train_share=share), table())
        assert set(split.training_ids) <= before
        counts, full = (np.bincount(each.training.labels) for each in (split, whole))
        assert counts.tolist() == [math.ceil(share * count) for count in full]
        assert split.holdout_ids.tolist() == whole.holdout_ids.tolist()
        before = set(split.training_ids)


def test_noise_replaces_as_many_labels_as_it_says() -> None:
    whole, noisy = (prepare(configure(label_noise=share), table()) for share in (0, 0.25))
    changed = whole.training.labels != noisy.training.labels
    assert changed.sum() == math.ceil(0.25 * len(whole.training))
    assert noisy.holdout.labels.tolist() == whole.holdout.labels.tolist()
    assert table().labels.tolist() == LABELS.tolist()


def test_a_class_that_is_left_out_stays_in_the_hold_out() -> None:
    split = prepare(configure(leave_out="1"), table())
    assert (set(split.training.labels), set(split.holdout.labels)) == ({0, 2}, {0, 1, 2})


def test_split_state_decides_the_rows_and_random_state_the_rest() -> None:
    rows = [
        prepare(configure(random_state=seed, split_state=state), table()).holdout_ids.tolist()
        for seed, state in ((1, None), (1, 1), (2, 1), (2, None))
    ]
    assert rows[0] == rows[1] == rows[2] != rows[3]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": "cnn"}, "model='cnn': expected images"),
        ({"shift_pixels": 1}, "shift_pixels=1.0: expected images to move"),
        ({"scaling": "max"}, "scaling='max': expected images"),
        ({"leave_out": "x"}, "leave_out: expected one of the classes 0, 1, 2, got 'x'"),
        ({"split": "folds", "test_size": 0.3}, "test_size: expected 1 / a whole number of folds, got 0.3"),
        ({"split": "given"}, "split='given': expected data with a test part, got none in data"),
        ({"split": "grouped"}, "split='grouped': expected data with groups, got none in data"),
        ({"hidden_sizes": (4096, 4096)}, "hidden_sizes: expected at most 2,000,000 parameters in all"),
        ({"sample_count": 100}, "sample_count: expected at most 24, the size of the hold-out, got 100"),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_what_does_not_fit_the_data_is_refused_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any], message: str
) -> None:
    monkeypatch.setattr(Training, "__iter__", lambda _: pytest.fail("trained"))
    with pytest.raises(InputError) as caught:
        run(tmp_path / "new", table(), **settings)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "new").exists()


def test_too_large_a_hold_out_is_refused_before_training() -> None:
    labels = np.arange(60_000) % 1000
    with pytest.raises(InputError, match=r"holdout\.json: expected at most 16 MB .*24,000 held-out samples of 1,000"):
        prepare(configure(test_size=0.4, model="logistic"), Dataset.from_arrays(labels[:, None], labels))


def test_softmax_regression_that_is_too_large_is_told_of_a_model_that_fits() -> None:
    data = Dataset.from_arrays(np.zeros((2000, 1, 50, 50), np.uint8), np.arange(2000) // 2)
    with pytest.raises(InputError) as caught:
        prepare(configure(model="logistic", test_size=0.5), data)
    expected = "model='logistic': expected at most 2,000,000 parameters in all, got 2,501,000; try model='mlp' "
    assert str(caught.value).startswith(f"{expected}hidden_sizes=")
    sizes = str(caught.value).rpartition("hidden_sizes=")[2].strip("'")
    prepare(configure(model="mlp", hidden_sizes=sizes, test_size=0.5), data)


@pytest.mark.parametrize(
    "settings",
    [{"test_data": "t.csv"}, {"label_column": "a"}, {"missing": "drop"}, {"image_shape": "none"}, {"image_size": 9}],
    ids=lambda each: next(iter(each)),
)
def test_what_says_how_a_file_is_read_is_refused_beside_a_data_set(tmp_path: Path, settings: dict[str, Any]) -> None:
    """It would be recorded as if it had been used."""
    (name,) = settings
    with pytest.raises(
        InputError, match=f"^{name}: expected no {name} beside a data set, which is not read from a file"
    ):
        run(tmp_path / "new", table(), **settings)
    with pytest.raises(InputError, match=f"^{name}: expected no {name} beside a data set"):
        sweep(dataset=table(), seeds=range(2), artifacts_root=tmp_path / "new", **settings)
    assert not (tmp_path / "new").exists()


def test_a_stored_data_set_with_a_test_part_keeps_it_whatever_runs_there_are(tmp_path: Path) -> None:
    """A run of the same samples that were split at random says nothing of it."""
    halves = [Dataset.from_arrays(FEATURES[at::2], LABELS[at::2], name=f"half{at}") for at in (0, 1)]
    for half in halves:
        run(tmp_path, half)
    first, second = (tmp_path / "datasets" / f"{each.name}-{each.sha256[:12]}.json" for each in halves)
    settings = {"dataset": str(first), "test_data": str(second), "epochs": 2, "artifacts_root": str(tmp_path)}
    for split, state in (("random", {"split": "random"}), ("given", {})):
        payloads = record(configure(**settings, **state)).payloads
        assert payloads["run_summary.json"]["config"]["split"] == split
    assert payloads["holdout.json"]["sample_ids"] == list(range(60, 120))
