"""Text from users and files, made safe to show anywhere: one line, no invisible characters."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

from digit_classifier.errors import InputError, explain, show

AnyPath = str | os.PathLike[str]  # what `as_path` takes

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


def as_path(value: AnyPath) -> Path:
    """A path as it is typed, pasted or passed: `~` and `~user` are homes, variables are not expanded.

    Text may have white space or quotes around it, or be a file: address, as file managers and browsers give it, unless
    something exists under exactly that name. Relative paths start at the working directory. InputError for text that
    is no path here.
    """
    if not isinstance(value, str | os.PathLike):
        raise InputError(explain("path", "a path", show(value), "'artifacts'"))
    text = os.fspath(value)
    plain = text if not isinstance(value, str) or os.path.lexists(text) else _unwrapped(text)
    try:
        os.fsencode(plain)
        fine = bool(plain.strip()) and "\0" not in plain
    except UnicodeEncodeError:  # no file system can name it
        fine = False
    if not fine or re.match("[a-zA-Z][a-zA-Z0-9+.-]+://", plain):
        raise InputError(explain(show(text), "a path", "an address" if fine else "none", "a file or folder here"))
    found = os.path.expanduser(plain)  # noqa: PTH111 - Path's own raises RuntimeError, in other words
    if found.startswith("~") and not os.path.lexists(found):
        raise InputError(explain(show(text), "the home of a user", "nobody of that name", f"./{plain}"))
    return Path(found)


def _unwrapped(text: str) -> str:
    """The path in a pasted text."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    address = re.fullmatch(r"file:(?://(?:localhost)?)?(/(?!/)[^?#]*)([?#].*)?", text, re.IGNORECASE | re.DOTALL)
    if address is None:
        return text
    from urllib.parse import unquote  # only ever needed here

    path = unquote(address[1])
    return path[1:] if re.match("/[a-zA-Z]:/", path) and os.name == "nt" else path


def without_password(address: str) -> str:
    """An address as it may be shown: without the name and password that it may have."""
    return re.sub(r"(?<=://)[^/@]*@", "", address)


_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]#"} | {mark: f"&#{ord(mark)};" for mark in "<>&|~$"})


def markdown(text: str) -> str:
    """A clean text (see `clean_text`) as itself in a line or a cell of Markdown: no emphasis, tag, formula or link.

    Renderers agree on backslashes before some marks only; the others become character references.
    """
    safe = text.translate(_MARKS)
    return re.sub(r"(?i)(?<=www)\.|:(?=//)", lambda mark: f"&#{ord(mark[0])};", safe)
