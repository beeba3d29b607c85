"""What is said of many runs: the same in Python and on the page, and never more than is known."""

from __future__ import annotations

import copy
import json
import re

import pytest
from golden.make_sweeps import GOLDEN, compact, said, sweeps

from digit_classifier.artifacts import validate_sweep_payload

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
