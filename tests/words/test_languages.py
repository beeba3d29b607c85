"""The page's other languages: every sentence of en.json, with the same values in it, and really translated."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from digit_classifier import words
from digit_classifier.page.built import LANGUAGES, WORDS, WORDS_NAMES, page_text
from digit_classifier.store.json import twin

FOLDER = Path(words.__file__).parent
MOST = 100_000  # bytes: a translation weighs what the English weighs, and is read only where it is wanted
MISSING = (
    "a sentence comes with its translations: write the same key at the same place of words/{de,es,fr,zh}.json and run"
    " `npm run build` in frontend/; CONTRIBUTING.md says more"
)
# What may be as in English, in which languages, and why.
PUNCTUATION, WORD = "nothing but values and punctuation", "the word is the same"
SAME = {
    "sweep.with": ("de es fr", PUNCTUATION),
    "sweep.without": ("de es", PUNCTUATION),
    "sweep.difference.reason": ("de es", PUNCTUATION),
    "sentence": ("de es fr", PUNCTUATION),
    "training": ("de", WORD),
    "scale.linear": ("de", WORD),
    "byhand.pixel": ("de fr", WORD),
    "step.gradient": ("de fr", WORD),
    "diagonal": ("es", WORD),
    "confusion.final": ("es", WORD),
    "things.images": ("fr", WORD),
    "images": ("fr", WORD),
    "one.image": ("fr", WORD),
    "map.pixels": ("fr", WORD),
    "map.pixels.words": ("fr", WORD),
    "layer.pixels": ("fr", WORD),
    "points": ("fr", WORD),
    "points.count": ("fr", WORD),
    "points.title": ("fr", WORD),
    "architecture": ("fr", WORD),
    "convergence": ("fr", WORD),
    "page.sections": ("fr", WORD),
    "sweep.pages": ("fr", WORD),
}


def read(language: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return found


ENGLISH = read("en")


def forms(entry: Any) -> dict[str, str]:
    return entry if isinstance(entry, dict) else {"": entry}


def shape(text: str) -> tuple[set[str], int, bool, bool]:
    """Of a sentence: its values, its parts, and whether it begins or ends as a part of another."""
    return set(re.findall(r"\{\w+\}", text)), text.count("|"), text.startswith(" "), text.endswith(" ")


def test_every_file_of_words_is_a_language_of_the_page() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {"en", *LANGUAGES}
    script = (FOLDER.parents[2] / "frontend/src/text/language.ts").read_text(encoding="utf-8")
    found = re.search(r"LANGUAGES[^{]*\{(.*?)\}", script, re.DOTALL)
    assert found is not None
    assert set(re.findall(r"(\w+):", found[1])) == {"en", *LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_the_sentences_of_english_in_the_same_order(language: str) -> None:
    text = (FOLDER / f"{language}.json").read_text(encoding="utf-8")
    found = read(language)
    lacks, more = [key for key in ENGLISH if key not in found], [key for key in found if key not in ENGLISH]
    assert (lacks, more) == ([], []), f"{language}.json lacks {lacks} and has {more} that en.json has not: {MISSING}"
    assert list(found) == list(ENGLISH), f"{language}.json: expected the order of en.json"
    assert text.count('": ') == (FOLDER / "en.json").read_text(encoding="utf-8").count('": '), "a key twice"
    assert len(text.encode()) <= MOST


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_has_the_forms_and_the_values_of_the_english(language: str) -> None:
    for key, entry in read(language).items():
        own, english = forms(entry), forms(ENGLISH[key])
        assert own.keys() == english.keys(), key
        for form, text in own.items():
            values, bars, _, end = shape(text)
            assert (values, bars, end) == (*shape(english[form])[:2], shape(english[form])[3]), (key, text)
            assert text.strip(), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_is_translated_unless_the_list_says_why_not(language: str) -> None:
    listed = {key for key, (languages, _) in SAME.items() if language in languages.split()}
    equal = {
        key
        for key, entry in read(language).items()
        if any(text == forms(ENGLISH[key])[form] for form, text in forms(entry).items())
    }
    assert equal == listed, f"{language}.json: {MISSING}; what is the same word goes into SAME, with the reason"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_the_same_in_english_is_the_same_in_another_language(language: str) -> None:
    """The page finds the words of another language by the English, which its scripts hold."""
    by_english: dict[str, set[str]] = {}
    for key, entry in read(language).items():
        english, own = (list(forms(each).values())[-1] for each in (ENGLISH[key], entry))
        by_english.setdefault(english, set()).add(own)
    assert [each for each in by_english.values() if len(each) > 1] == []


def terms(found: dict[str, Any]) -> dict[str, bool]:
    """Every `term: what it means`, and whether a sentence elsewhere has the term."""
    elsewhere = "\n".join(
        text for key, entry in found.items() if not key.startswith("term.") for text in forms(entry).values()
    ).lower()
    parts = {key: text.partition(": ") for key, text in found.items() if key.startswith("term.")}
    assert all(colon and len(meaning) > 8 for _, colon, meaning in parts.values())
    return {key: term.lower() in elsewhere for key, (term, _, _) in parts.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_term_that_is_explained_is_the_word_of_the_texts(language: str) -> None:
    """The page marks a term where a text has it: one that is called otherwise in the texts would never be explained."""
    here = terms(read(language))
    assert {key for key, occurs in terms(ENGLISH).items() if occurs and not here[key]} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_built_words_are_those_of_the_source_by_their_english(language: str) -> None:
    wanted: dict[str, Any] = {}
    for key, entry in sorted(read(language).items(), key=lambda each: isinstance(each[1], dict)):
        wanted[list(forms(ENGLISH[key]).values())[-1]] = entry
    text = page_text(f"{WORDS}/{language}.json")
    assert json.loads(text) == wanted, "the words are stale; try: cd frontend && npm ci && npm run build"
    assert page_text(f"{WORDS}/{language}.css").encode() == twin(text.encode())
    assert {f"{WORDS}/{language}.json", f"{WORDS}/{language}.css"} <= set(WORDS_NAMES)
