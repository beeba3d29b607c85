"""Sweeps and what is said of them, for the tests of both languages: `python -m golden.make_sweeps` in tests/."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from digit_classifier.words import sweeps as words
from example_sweep import CURVE, DIGITS, EXAMPLES, FOLDS, MODELS, STARTS, Drawn, example_sweep, grid

GOLDEN = Path(__file__).with_name("sweeps.json")
TABLE = {key: value for key, value in DIGITS.items() if key not in ("image_shape", "channels", "max_value")}
TABLE |= {"name": "wine", "title": "Wine", "feature_names": ["alcohol"], "class_names": ["a", "b"]}
VALUES = [[None, True], [[], False], [[128, 64], 1e-05], [1e-07, 1234565]]
FEW = {
    "one split": replace(MODELS, splits=1),
    "two splits": replace(MODELS, splits=2),
    "two starts": replace(STARTS, starts=2),
    "always right": replace(MODELS, worths=[1.0, 1.0, 1.0]),
    "a table": replace(FOLDS, dataset=TABLE),
    "odd values": Drawn(
        [("hidden_sizes", False, False), ("extra", False, False)], VALUES, [0.9] * 4, [1] * 4, splits=3
    ),
    "many rivals": grid(3, 3),
    "a curve of one": replace(CURVE, values=[[1]], worths=[0.97], parameters=[1], failed=set()),
    "failed": replace(MODELS, failed={1, 2, 3}, label="three failed"),
}


def sweeps() -> dict[str, Any]:
    """Payloads by name, each with its sentences."""
    found = {name: example_sweep(drawn) for name, drawn in {**EXAMPLES, **FEW}.items()}
    nothing = example_sweep(replace(STARTS, starts=2, failed={0, 1}))
    found["nothing"] = {**nothing, "planned": 9, "environments": 2}
    for name in ("models", "many-starts"):  # as after a halving: one setting is left, and nothing to correct it by
        alone = json.loads(json.dumps({**found[name], "method": "halving"}))
        alone["differences"] = {key: [] for key in alone["differences"]}
        alone["best"] |= {"chosen_among": 7, "expected": None, "not_told_apart": [alone["best"]["setting"]]}
        found[f"halving of {name}"] = alone
    confirmed = found["halving of models"]
    confirmed["best"]["confirmed"] = example_sweep(replace(MODELS, confirm=True))["best"]["confirmed"]
    unpaired = json.loads(json.dumps(found["models"]))
    for key, value in (
        ("mean", None),
        ("low", None),
        ("high", None),
        ("reason", "unpaired"),
        ("count", 0),
        ("apart", False),
    ):
        unpaired["differences"][key][0] = value
    own, gone = unpaired["best"], unpaired["differences"]["other"][0]
    own["not_told_apart"] = [index for index in own["not_told_apart"] if index != gone]
    found["unpaired"] = unpaired
    never = json.loads(json.dumps(unpaired))
    never["differences"] = {key: [column[0], column[0]] for key, column in never["differences"].items()}
    never["differences"]["other"] = found["models"]["differences"]["other"]
    never["best"]["not_told_apart"] = [never["best"]["setting"]]
    found["all unpaired"] = never
    return {name: {"sweep": sweep, **said(sweep)} for name, sweep in found.items()}


def said(sweep: dict[str, Any]) -> dict[str, list[str]]:
    """What Python says of a sweep."""
    settings = range(len(sweep["settings"]["values"]))
    return {
        "sentences": words.sweep_sentences(sweep),
        "differences": [words.difference_sentence(sweep, row) for row in range(len(sweep["differences"]["other"]))],
        "names": [words.setting_name(sweep, index) for index in settings],
        "rows": [words.row_name(sweep, index) for index in settings],
    }


def compact(found: dict[str, Any]) -> dict[str, Any]:
    """Without what no sentence is made of."""
    for each in found.values():
        each["sweep"]["stability"] = []
        each["sweep"]["pairs"] = {key: [] for key in each["sweep"]["pairs"]}
    return found


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(compact(sweeps()), ensure_ascii=False) + "\n", encoding="utf-8")
