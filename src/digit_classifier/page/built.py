"""The built page: where its files lie, and what marks an export of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from digit_classifier.errors import INSTALL, RunError, explain

RUN_PAGE = ("index.html", "dashboard.css", "dashboard.js", "panels.js", "runs.js", "lab.js", "reader.html", "reader.js")
PAGE_NAMES = (*RUN_PAGE, "sweep.html", "sweep.css", "sweep.js")
ENGLISH = "en"  # is in the scripts
LANGUAGES = ("de", "es", "fr", "zh")  # beside it
WORDS = "words"  # the folder of the words of other languages, each with its twin for a page opened from a file
WORDS_NAMES = tuple(f"{WORDS}/{language}.{kind}" for language in LANGUAGES for kind in ("json", "css"))
ARTIFACTS_PATH = "artifacts"  # where the page looks for runs
MARK = '<meta name="generator" content="digit-classifier">'  # in the head of every export: tells ours from other pages


@cache
def built_page() -> Path:
    """The folder of the built page: in the installed package, or in the checkout that this module belongs to."""
    here = Path(__file__).resolve()
    for folder in (here.with_name("static"), here.parents[3] / "examples/digit-classifier/web_demo"):
        if (folder / "index.html").is_file():
            return folder
    raise RunError(explain("the page", "its files in the package", "none", INSTALL))


def page_text(name: str) -> str:
    """One of the page's files, with the line ends that its hashes are computed over."""
    return (built_page() / name).read_text(encoding="utf-8")


def is_export(path: Path) -> bool:
    """Whether a file is a page that an export of ours wrote: the mark stands in its head."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return MARK.encode() in file.read(8000)
