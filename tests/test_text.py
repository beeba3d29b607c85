from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digit_classifier.text import clean_text, slug

TEXT = st.text(st.characters(exclude_categories=[]), max_size=200)


@given(TEXT, st.integers(1, 80))
def test_cleaned_text_is_one_short_visible_line_and_stays_as_it_is(text: str, limit: int) -> None:
    clean = clean_text(text, limit)
    assert len(clean) <= limit
    assert clean == " ".join(clean.split())
    assert not any(unicodedata.category(char)[0] == "C" for char in clean)
    assert unicodedata.is_normalized("NFC", clean)
    assert not re.search("[\u0300-\u036f]{5}", clean)
    assert clean_text(clean, limit) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  two\u2028lines\tand\x0bmore ", "two lines and more"),
        ("\x1b[31mred\u202e\u200b\ud800", "[31mred"),
        ("e\u0301", "é"),
        ("z" + "\u0301" * 9, "ź" + "\u0301" * 4),
        ("q" + "\u0301" * 9, "q" + "\u0301" * 4),
        ("x" * 99, "x" * 80),
        ("\u202e", ""),
    ],
)
def test_text_is_cleaned_as_promised(text: str, clean: str) -> None:
    assert clean_text(text, 80) == clean


@given(TEXT)
def test_a_slug_completes_a_run_id(text: str) -> None:
    name = slug(text)
    assert len(name) <= 40
    assert re.fullmatch("([a-z0-9]+(-[a-z0-9]+)*)?", name)
    assert slug(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Base Line!", "base-line"),
        ("Größe ½", "groe-12"),
        ("../../etc", "etc"),
        ("数字", ""),
        ("a" * 39 + " b", "a" * 39),
    ],
)
def test_slugs_are_as_promised(text: str, name: str) -> None:
    assert slug(text) == name
