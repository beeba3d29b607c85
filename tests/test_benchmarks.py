"""What the benchmarks may say about numbers that vary."""

from __future__ import annotations

import importlib
import json
import sys

import numpy as np
import pytest
from benchmarks import environment, measure, report

from digit_classifier.store.json import encode


def test_quartiles_are_numpys() -> None:
    values = [3.0, 1.0, 4.0, 1.5, 9.0, 2.6]
    assert measure.spread(values)[:3] == pytest.approx(np.percentile(values, [25, 50, 75]).tolist())


def test_a_ratio_is_of_the_pairs_and_not_of_the_medians() -> None:
    ours, theirs = [1.0, 10.0, 1.0, 10.0, 10.0], [2.0, 20.0, 2.0, 20.0, 20.0]
    assert measure.verdict(measure.ratios(ours, theirs)) == "2.00× (2.00 to 2.00)"


@pytest.mark.parametrize(
    "theirs",
    [
        pytest.param([0.9, 1.1, 0.9, 1.1], id="its quartiles include 1"),
        pytest.param([2.0, 2.0, 4.0, 4.0], id="its quartiles are far apart"),
    ],
)
def test_a_ratio_that_its_spread_does_not_carry_is_not_resolved(theirs: list[float]) -> None:
    assert measure.verdict(measure.ratios([1.0] * 4, theirs)).startswith("not resolved")


@pytest.mark.parametrize("again", [[1.4] * 4, [1 / 1.4] * 4])
def test_a_ratio_as_small_as_that_of_a_program_to_itself_is_not_resolved(again: list[float]) -> None:
    ours, theirs = [1.0] * 4, [1.3] * 4
    assert measure.verdict(measure.ratios(ours, theirs)).startswith("1.30×")
    assert measure.verdict(measure.ratios(ours, theirs), measure.ratios(ours, again)).startswith("not resolved")


def test_three_rounds_have_no_quartiles() -> None:
    assert "too few rounds" in measure.verdict(measure.ratios([1.0] * 3, [5.0] * 3))


def test_contestants_take_turns_after_one_warm_up_of_each() -> None:
    calls: list[str] = []
    taken = measure.in_turn({name: lambda name=name: calls.append(name) or len(calls) for name in "AB"}, 2)
    assert calls == list("ABABAB")
    assert taken == {"A": [3, 5], "B": [4, 6]}


def test_a_measured_process_inherits_nothing_that_slows_one_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    variables = environment.clean(OMP_NUM_THREADS="1")
    assert {"OPENBLAS_CORETYPE", "PYTHONDONTWRITEBYTECODE"}.isdisjoint(variables)
    assert variables["OMP_NUM_THREADS"] == "1"


def test_a_failing_process_is_an_error_and_not_a_time() -> None:
    assert measure.process([sys.executable, "-c", "pass"]).memory > 1
    with pytest.raises(SystemExit, match="exit 3"):
        measure.process([sys.executable, "-c", "raise SystemExit(3)"])


@pytest.mark.parametrize("name", ["__main__", "drawings", "own_data", "report", "schedules", *report.PARTS])
@pytest.mark.parametrize(("word", "code"), [("--help", 0), ("--hlep", 2)])
def test_what_measures_nothing_installs_nothing(
    name: str, word: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "prepare", lambda: pytest.fail("2 GB"))
    monkeypatch.setattr(sys, "argv", [name, word])
    with pytest.raises(SystemExit) as end:
        importlib.import_module(f"benchmarks.{name}").main()
    assert end.value.code == code
    assert "usage: " in "".join(capsys.readouterr())


@pytest.mark.parametrize("part", sorted(path.stem for path in measure.RESULTS.glob("*.json")))
def test_numbers_are_kept_in_the_form_of_the_files_of_a_run(part: str) -> None:
    data = (measure.RESULTS / f"{part}.json").read_bytes()
    assert encode(json.loads(data)) == data


def test_what_is_saved_is_read_again(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(measure, "TRIAL", tmp_path)
    costs = [measure.Cost(1.5, 1.0, 50.0)]
    measure.save("whole_run", {"costs": {"mlp": costs}}, quick=True)
    found = measure.load("whole_run", quick=True)
    assert found is not None
    assert found["costs"] == {"mlp": [[1.5, 1.0, 50.0]]}
    assert found["quick"] is True
