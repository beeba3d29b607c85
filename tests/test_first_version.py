"""Runs of the first version: an artifacts root that it wrote stays readable, for ever.

    git checkout 75cb5d2
    python examples/digit-classifier/web_demo/seed_sample_artifacts.py --artifacts-root first_version
    train() { python -m digit_classifier train --artifacts-root first_version "$@"; }
    SOURCE_DATE_EPOCH=1764000000 train --model logistic --epochs 3 --roc-per-class --learning-rate-trace \
        --timing-stats --run-label analytics
    SOURCE_DATE_EPOCH=1764000060 train --hidden-sizes 8 --epochs 4 --run-label ordinary
    SOURCE_DATE_EPOCH=1764000120 train --exact --model cnn --channels 2,3 --hidden-sizes 6 --epochs 2 --run-label exact
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from digit_classifier.artifacts import ARTIFACTS, results_digest
from digit_classifier.cli.main import main
from digit_classifier.experiment import run_experiment
from digit_classifier.replay.rerun import stored_config
from digit_classifier.run import results_of
from digit_classifier.run.prepare import prepare, suited
from digit_classifier.settings.resolve import configure
from digit_classifier.settings.run_config import recorded
from digit_classifier.store import read_bundle
from digit_classifier.store.layout import known_names
from store_oracle import listed_in, snapshot

FIXTURE = Path(__file__).parent / "fixtures" / "first_version"
ANALYTICS, ORDINARY, EXACT = (
    f"20251124-160{number}00-{name}" for number, name in enumerate(("analytics", "ordinary", "exact"))
)
SAMPLES = ["20240305-210455-sample-baseline", "20240305-205832-sample-experiment"]
RUNS = [EXACT, ORDINARY, ANALYTICS, *SAMPLES]  # newest publication first


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy: nothing here may depend on when the files were checked out."""
    return Path(shutil.copytree(FIXTURE, tmp_path / "first version"))


def load(path: Path) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return payload


def test_the_fixture_holds_every_kind_of_file() -> None:
    names = {path.name for path in FIXTURE.rglob("*") if path.is_file()}
    # A data set lies in datasets/, under its digest; groups came later.
    assert known_names() - names <= {"dataset.json", "dataset.css", "split.json"}


def test_its_runs_are_listed_and_every_file_is_as_it_was_published(root: Path, capsys: Any) -> None:
    assert main(["runs", str(root), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [run["run_id"] for run in found["runs"]] == RUNS
    assert (found["damaged"], found["interrupted"]) == ([], [])
    assert main(["verify", str(root)]) == 0
    assert capsys.readouterr().out.count(": ok\n") == len(RUNS) + 1


@pytest.mark.parametrize("run_id", RUNS)
def test_a_run_opens_as_plain_payloads(root: Path, run_id: str) -> None:
    bundle = read_bundle(root / run_id)
    assert bundle.manifest["run_id"] == run_id
    stored = {path.name: load(path) for path in (root / run_id).glob("*.json") if path.name != "manifest.json"}
    assert bundle.payloads == stored
    assert all(payload["schema_version"] == 1 for payload in stored.values())
    assert bundle.payloads["run_summary.json"]["results_digest"] == results_digest(stored)


def test_an_exact_run_is_replayed_bit_for_bit_and_an_ordinary_one_as_promised(root: Path, capsys: Any) -> None:
    for run_id in (EXACT, ORDINARY, ANALYTICS):
        assert main(["replay", str(root / run_id), "--json"]) == 0, run_id
        outcome = json.loads(capsys.readouterr().out)
        assert outcome["held"] is True
        assert outcome["tier"] == "bit-identical" or run_id != EXACT
    assert main(["verify", str(root)]) == 0
    assert main(["replay", str(root / SAMPLES[0])]) == 2
    assert "a synthetic sample" in capsys.readouterr().err


def test_the_same_settings_give_the_same_recorded_config(root: Path) -> None:
    """A new setting is left out at its default, so that older configurations stay what they were, byte for byte."""
    settings = {"exact": True, "model": "cnn", "channels": "2,3", "hidden_sizes": "6", "epochs": 2} | {
        "learning_rate": 0.005
    }
    stored = load(root / EXACT / "run_summary.json")["config"]
    config = configure(**settings, run_label="exact", temperature=1)
    split = prepare(config)
    assert json.dumps(results_of(run_experiment(config, split)).config) == json.dumps(stored)
    assert recorded(suited(configure(**settings, run_label="exact"), split)) == {**stored, "temperature": 0.25}
    assert stored_config("", stored) == suited(config, split)  # what is absent is not the preset's value of today


def test_two_of_its_runs_are_compared_in_one_file_and_all_go_into_a_site(root: Path, tmp_path: Path) -> None:
    report, site = tmp_path / "report.html", tmp_path / "site"
    assert main(["export", "--html", str(root / EXACT), "--compare", str(root / ORDINARY), "-o", str(report)]) == 0
    assert EXACT in report.read_text(encoding="utf-8")
    assert main(["export", "--site", str(root), "-o", str(site)]) == 0
    assert main(["verify", str(site / "artifacts" / ANALYTICS)]) == 0


def test_a_repair_finds_nothing_to_do_and_a_new_run_joins_the_old_ones(root: Path, capsys: Any) -> None:
    before = snapshot(root)
    assert main(["repair", str(root)]) == 0
    assert snapshot(root) == before
    capsys.readouterr()
    assert main(["train", "--model", "logistic", "--epochs", "1", "--artifacts-root", str(root)]) == 0
    run_id = json.loads(capsys.readouterr().out)["run_id"]
    assert listed_in(snapshot(root)) == [run_id, *RUNS]
    assert main(["verify", str(root)]) == 0


def test_every_schema_still_lists_the_version_of_these_files(root: Path) -> None:
    for path in (root / ANALYTICS).glob("*.json"):
        versions = ARTIFACTS[path.name].schema.get("oneOf", [ARTIFACTS[path.name].schema])
        assert versions[0]["properties"]["schema_version"] == {"type": "integer", "const": 1}
