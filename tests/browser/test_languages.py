"""The page in another language: every visible sentence, its numbers, its links and its one file."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import demo_site
import pytest
import sweep_site
from browsers import LOADED, Page, wait_for
from test_quality import violations

from digit_classifier import words
from digit_classifier.page.built import LANGUAGES, PAGE_NAMES, WORDS_NAMES
from digit_classifier.page.html import write_html
from example_sweep import MODELS
from shares import WHOLE

if TYPE_CHECKING:
    from browsers import Chromium

FOLDER = Path(words.__file__).parent
THROUGH = """(async () => {
  for (let at = 0; at < document.documentElement.scrollHeight; at += 600) {
    scrollTo({ top: at, behavior: 'instant' });
    await new Promise(done => setTimeout(done, 40));
  }
  scrollTo({ top: 0, behavior: 'instant' });
  for (const each of document.querySelectorAll('details')) each.open = true;
  await new Promise(done => setTimeout(done, 100));
})()"""
# What is read on the page, but for what a run says itself (lang=en), commands, names and what nobody sees.
TEXTS = """(() => {
  const own = '[lang=en], option[lang], code, script, iframe, [translate=no]';
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement.closest(own)) found.push(walker.currentNode.data.trim());
  }
  for (const name of ['aria-label', 'title', 'placeholder'])
    for (const each of document.querySelectorAll('[' + name + ']'))
      if (!each.closest(own)) found.push(each.getAttribute(name));
  return found.filter(Boolean);
})()"""
LEXICON = re.compile(r"\b(the|of|and|with|are|this|that|from|for|not|by|its|each|held|learned|which)\b")
WIDTH = "[document.documentElement.scrollWidth, innerWidth]"


def read(language: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return found


def texts_of(entries: dict[str, Any]) -> set[str]:
    return {text for entry in entries.values() for text in (entry.values() if isinstance(entry, dict) else [entry])}


def english_left(page: Page, language: str) -> list[str]:
    """Texts of the page that are those of en.json, or that have a word that only English has."""
    wanted = texts_of(read("en")) - texts_of(read(language))
    page.evaluate(THROUGH)
    return [text for text in page.evaluate(TEXTS) if text in wanted or LEXICON.search(text)]


@pytest.mark.parametrize("place", ["file", "http"])
def test_the_page_speaks_german(page: Page, addresses: dict[str, str], pages: Path, place: str) -> None:
    listed = json.loads((pages / "artifacts/index.json").read_text(encoding="utf-8"))["runs"]
    page.goto(f"{addresses[place]}index.html?lang=de&vs={listed[-1]['run_id']}")
    wait_for(page, LOADED)
    assert page.evaluate("document.documentElement.lang") == "de"
    title = page.evaluate("document.querySelector('h1').textContent")
    assert re.match(
        r"Ein Netz mit .* bekam 1\.437 Bilder zum Lernen und liest 9\d,\d\s% von 360 anderen richtig\.", title
    )
    assert re.fullmatch(r"9\d,\d\s%", page.evaluate("document.querySelector('.tile .number').textContent"))
    assert page.evaluate("document.querySelector('.language').value") == "de"
    assert english_left(page, "de") == []
    assert page.errors == []


def test_nothing_of_another_language_is_read_in_english(page: Page, addresses: dict[str, str]) -> None:
    """Either browser's own language is English here."""
    page.goto(f"{addresses['http']}index.html")
    wait_for(page, LOADED)
    assert page.evaluate("document.documentElement.lang") == "en"
    assert not [request for request in page.requests if "words/" in request]
    page.goto(f"{addresses['http']}index.html?lang=fr")
    wait_for(page, LOADED)
    assert [request.rpartition("/")[2] for request in page.requests if "words/" in request] == ["fr.json"]


def test_the_menu_and_the_browser_choose_the_language(playwright_browser: Any, addresses: dict[str, str]) -> None:
    context = playwright_browser.new_context(locale="es-MX")
    page = context.new_page()
    page.goto(f"{addresses['file']}index.html?epoch=3#insights")
    page.wait_for_selector("body.settled")
    assert page.evaluate("document.documentElement.lang") == "es"
    assert "Exactitud" in page.inner_text("#opening")
    page.select_option(".language", "en")
    page.wait_for_selector("html[lang=en] body.settled")
    assert page.evaluate("new URLSearchParams(location.search).get('lang')") == "en"
    assert page.evaluate("new URLSearchParams(location.search).get('epoch')") == "3"
    context.close()


@pytest.mark.parametrize("place", ["file", "http"])
@pytest.mark.parametrize("left", [None, "{"])
def test_where_the_words_cannot_be_read_it_says_so_in_english(
    page: Page, addresses: dict[str, str], pages: Path, place: str, left: str | None
) -> None:
    name = "alone" if left is None else "torn"
    folder = pages / name
    if not folder.exists():
        folder.mkdir()
        for each in demo_site.PAGE:
            shutil.copy(pages / each, folder)
        shutil.copytree(pages / "artifacts", folder / "artifacts")
        if left is not None:
            shutil.copytree(pages / "words", folder / "words")
            for each in ("de.json", "de.css"):
                (folder / "words" / each).write_text(left)
    notices = (
        "[...document.querySelectorAll('.notice')].map(each => each.innerText).filter(text => text.includes('words/'))"
    )
    said = ["Note words/de.json cannot be read beside this page, so it stays in English."]
    for query, expected in (("?lang=de", said), ("?lang=en", [])):
        page.goto(f"{addresses[place]}{name}/index.html{query}")
        wait_for(page, LOADED)
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.evaluate(notices) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wider_than_a_phone(chromium: Chromium, addresses: dict[str, str], language: str) -> None:
    for width in (390, 320):
        chromium.page.set_viewport_size({"width": width, "height": 800})
        chromium.goto(f"{addresses['file']}index.html?lang={language}")
        wait_for(chromium, LOADED)
        chromium.evaluate(THROUGH)
        page, window = chromium.evaluate(WIDTH)
        assert page <= window, (language, width)
    if language != "de":  # German has a test of its own, in both browsers
        assert english_left(chromium, language) == []


@pytest.mark.parametrize("language", ["de", "fr", "es", "zh"] if WHOLE else ["de"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_another_language(
    chromium: Chromium, addresses: dict[str, str], scheme: Any, language: str
) -> None:
    chromium.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    chromium.goto(f"{addresses['http']}index.html?lang={language}")
    wait_for(chromium, LOADED)
    assert violations(chromium, scheme) == []


def test_one_file_opens_in_its_language_without_anything_beside_it(page: Page, pages: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    write_html(pages / "artifacts", report, language="fr")
    page.goto(report.as_uri())
    wait_for(page, LOADED)
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert "couches cachées" in page.evaluate("document.querySelector('h1').textContent")
    assert english_left(page, "fr") == []
    assert not page.evaluate("document.querySelector('.language')")  # there are no other words in it
    assert [request for request in page.requests if not request.startswith(("file:", "data:", "blob:"))] == []
    assert page.errors == []


def test_the_page_of_a_sweep_speaks_german_and_leads_on_in_german(page: Page, pages: Path, tmp_path: Path) -> None:
    for name in (*PAGE_NAMES, *WORDS_NAMES):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(demo_site.DEMO / name, tmp_path / name)
    root = shutil.copytree(pages / "artifacts", tmp_path / "artifacts")
    run = json.loads((root / "index.json").read_text(encoding="utf-8"))["latest"]
    sweep_site.put(root, "models", replace(MODELS, dataset=sweep_site.data_of(root / run)))
    (sweep,) = (path.name for path in (root / "sweeps").iterdir())
    page.goto(f"{tmp_path.as_uri()}/sweep.html?sweep=artifacts/sweeps/{sweep}&lang=de")
    wait_for(page, "document.body.classList.contains('settled')")
    assert "Die beste Einstellung ist" in page.evaluate("document.getElementById('opening').textContent")
    assert english_left(page, "de") == []
    assert page.evaluate("new URL(document.querySelector('.nav-link').href).searchParams.get('lang')") == "de"
    page.goto(page.evaluate("document.querySelector('.nav-link').href"))  # a click would end what is being evaluated
    wait_for(page, f"location.pathname.endsWith('index.html') && {LOADED}")
    assert page.evaluate("document.documentElement.lang") == "de"
    assert page.errors == []
