"""What is said of many runs: the same in Python and on the page, and never more than is known."""

from __future__ import annotations

import copy
import json
import random
import re
from contextlib import suppress
from typing import Any

import pytest
from golden.make_sweeps import GOLDEN, compact, said, sweeps

from digit_classifier.artifacts import validate_sweep_payload
from digit_classifier.errors import ArtifactError

TABLE = json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", TABLE)
def test_the_sentences_of_a_sweep_are_those_that_the_page_says(name: str) -> None:
    """frontend/test/sweep.test.ts reads the same table."""
    validate_sweep_payload(TABLE[name]["sweep"])
    assert said(TABLE[name]["sweep"]) == {key: value for key, value in TABLE[name].items() if key != "sweep"}


def test_the_table_is_of_the_statistics_as_they_are() -> None:
    found = compact(json.loads(json.dumps(sweeps())))
    assert found.keys() == TABLE.keys()
    for name, each in found.items():
        assert each["sentences"] == TABLE[name]["sentences"]
        assert each["sweep"]["settings"] == TABLE[name]["sweep"]["settings"]


def every_sentence() -> list[str]:
    return [text for each in TABLE.values() for text in [*each["sentences"], *each["differences"]]]


def test_every_sentence_is_one_with_all_its_values() -> None:
    for text in every_sentence():
        assert re.fullmatch(r"[A-Za-z0-9>].*[^.]\.", text), text
        assert not re.search(r"[{}]|\bNone\b(?! of the)|\bnan\b|  ", text), text


def test_no_accuracy_stands_without_its_interval_or_the_reason_why_there_is_none() -> None:
    for each in TABLE.values():
        for text in each["sentences"]:
            if "classified correctly" in text and "training samples" not in text:
                assert "95 % interval" in text or "luck" in text, text


def test_nothing_is_better_for_certain_where_it_was_not_told_apart() -> None:
    for each in TABLE.values():
        sweep = each["sweep"]
        for apart, text in zip(sweep["differences"]["apart"], each["differences"], strict=True):
            assert ("more than luck explains" in text) == apart


def test_the_start_alone_is_not_said_to_be_the_smaller_part_where_it_is_the_larger() -> None:
    sweep = copy.deepcopy(TABLE["starts"]["sweep"])
    assert "is the larger uncertainty" in " ".join(said(sweep)["sentences"])
    sweep["settings"]["low"], sweep["settings"]["high"] = [0.5], [1.0]
    assert "adds to it" in " ".join(said(sweep)["sentences"])


VALUES = (None, 0, 1, 0.5, "train_share", "equal", "one", "starts", True, [], [0.5])


def broken(sweep: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The same with another value in one to three places, its columns as long as they were."""
    found = copy.deepcopy(sweep)
    for _ in range(rng.randint(1, 3)):
        holder: Any = found[rng.choice(["settings", "best", "differences", "axes", "stability", "splits"])]
        for _ in range(3):
            if holder and isinstance(holder, dict | list):
                key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
                if not isinstance(holder[key], dict | list) or not holder[key] or rng.random() < 0.2:
                    holder[key] = rng.choice(VALUES)
                    break
                holder = holder[key]
    return found


def test_whatever_is_valid_can_be_said() -> None:
    """Also where columns come from different sweeps: nobody may end `runs` with one file."""
    rng, taken = random.Random(3), 0
    for name in TABLE:
        sweep = TABLE[name]["sweep"]
        for _ in range(150):
            other = broken(sweep, rng)
            with suppress(ArtifactError):
                validate_sweep_payload(other)
                taken += 1
                assert all(isinstance(text, str) for text in [*said(other)["sentences"], *said(other)["differences"]])
    assert taken > 100


@pytest.mark.parametrize("key", ["mean", "holdout"])
def test_the_best_setting_has_what_makes_it_the_best(key: str) -> None:
    for name in ("models", "starts", "curve"):
        sweep = copy.deepcopy(TABLE[name]["sweep"])
        best = sweep["best"]["setting"]
        for each in ("low", "high"):
            sweep["settings"][each][best] = None
        sweep["settings"]["reason"][best] = "one"
        validate_sweep_payload(sweep)
        sweep["settings"][key][best] = None
        with pytest.raises(ArtifactError, match=rf"sweep\.settings\.{key}\[{best}\]: expected a number"):
            validate_sweep_payload(sweep)


def test_a_confirmation_is_an_estimate_like_others() -> None:
    sweep = copy.deepcopy(TABLE["many rivals"]["sweep"])
    assert sweep["best"]["confirmed"] is not None
    for change in ({"mean": None}, {"low": None}, {"wilson_low": 0.1, "wilson_high": None}, {"reason": "one"}):
        other = copy.deepcopy(sweep)
        other["best"]["confirmed"] |= change
        with pytest.raises(ArtifactError, match=r"sweep\.best\.confirmed"):
            validate_sweep_payload(other)


def test_a_learning_curve_of_shares_that_are_no_numbers_is_said_as_any_result() -> None:
    sweep = copy.deepcopy(TABLE["curve"]["sweep"])
    sweep["settings"]["values"] = [["few"] for _ in sweep["settings"]["values"]]
    validate_sweep_payload(sweep)
    assert "few" in said(sweep)["sentences"][0]
