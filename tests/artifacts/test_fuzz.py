"""Everything that reads meets broken input: it takes it or refuses it in our words, in bounded memory and work."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

import fuzz
from digit_classifier.errors import DigitClassifierError
from hostile_inputs import CASES
from processes import fork, result

if TYPE_CHECKING:
    from types import FrameType

INPUTS = 150_000 // len(fuzz.READERS)  # of each reader; `make soak` has millions
CALLS_PER_BYTE = 200  # PyYAML looks at each character again and again; a square would take thousands
OTHERS = [name for name in fuzz.READERS if name in CASES and name not in fuzz.NAMES]


@pytest.mark.parametrize("name", fuzz.READERS)
def test_broken_inputs_are_taken_or_refused_in_our_words(name: str) -> None:
    outcome = fuzz.finish(fuzz.start(name, INPUTS, 1))
    assert outcome["failures"] is None
    assert outcome["accepted"] + outcome["refused"] == INPUTS
    assert outcome["accepted"] > 25
    assert outcome["refused"] > 1000 or name == "text"


@pytest.mark.parametrize("name", ["metrics.json", *OTHERS])  # every JSON file has the same reader before its validator
def test_every_named_input_stays_within_half_a_gigabyte(name: str) -> None:
    reader = fuzz.READERS[name]()

    def read_all() -> int:
        fuzz.bound_memory()
        for make in CASES[name].values():
            with suppress(DigitClassifierError):
                reader.read(make())
        return 1

    assert result(fork(read_all)) == 1


@pytest.mark.parametrize(("name", "case"), [(name, case) for name in OTHERS for case in CASES[name]])
def test_the_work_for_a_named_input_grows_with_its_size_only(name: str, case: str) -> None:
    """Counted in function calls, because a machine's time is no fact; for JSON the caps on size and values are it."""
    reader, data = fuzz.READERS[name](), CASES[name][case]()
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += 1

    with suppress(DigitClassifierError):
        sys.setprofile(count)
        try:
            reader.read(data)
        finally:
            sys.setprofile(None)
    assert calls <= 5000 + CALLS_PER_BYTE * len(data)
