"""The built page: where its files lie, and what marks an export of it."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parents[1] / "dashboard"
PAGE_NAMES = ("index.html", "dashboard.css", "dashboard.js", "reader.html", "reader.js")
ARTIFACTS_PATH = "artifacts"  # where the page looks for runs
MARK = '<meta name="generator" content="digit-classifier">'  # what says that a page is an export of ours


def page_text(name: str) -> str:
    """One of the page's files, with the line ends that its hashes are computed over."""
    return (PAGE / name).read_text(encoding="utf-8")


def is_export(path: Path) -> bool:
    """Whether a file is a page that an export of ours wrote: the mark stands in its head."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return MARK.encode() in file.read(8000)
