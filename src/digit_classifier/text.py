"""Text from users and files, made safe to show anywhere: one line, no invisible characters."""

from __future__ import annotations

import re
import unicodedata

LABEL_LIMIT = 80  # code points of a run's label
READ = 50  # code points read for each one kept: normalising a long run of combining marks takes quadratic time
SLUG_LIMIT = 40  # characters of a label in a directory's name
MARKS = 4  # combining marks in a row; a longer run covers the lines above


def clean_text(text: str, limit: int = LABEL_LIMIT) -> str:
    """The text as one line of at most `limit` code points; may be empty.

    White space becomes one space; controls, escapes, bidirectional overrides, zero-width characters and half
    surrogate pairs (Unicode categories C*) are removed. Cleaning twice changes nothing.
    """
    if text.isascii() and text.isprintable() and len(text) <= limit and text == " ".join(text.split()):
        return text  # nearly always; an index has thousands
    spaced = "".join(" " if char.isspace() else char for char in text[: READ * limit])
    kept = "".join(char for char in spaced if unicodedata.category(char)[0] != "C")
    line = unicodedata.normalize("NFC", _few_marks(unicodedata.normalize("NFC", kept)))
    return re.sub(" +", " ", line).strip()[:limit].strip()


def _few_marks(text: str) -> str:
    chars, run = [], 0
    for char in text:
        run = run + 1 if unicodedata.category(char)[0] == "M" else 0
        if run <= MARKS:
            chars.append(char)
    return "".join(chars)


def slug(text: str) -> str:
    """The text as `[a-z0-9-]`, at most 40 characters, for the name of a directory; may be empty."""
    folded = unicodedata.normalize("NFKD", text[: READ * SLUG_LIMIT]).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", folded).strip("-")[:SLUG_LIMIT].rstrip("-")
