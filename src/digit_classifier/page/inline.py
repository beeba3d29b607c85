"""A page of ours and the files that it shows as one document."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
from typing import TYPE_CHECKING

from digit_classifier.errors import INSTALL, RunError, explain
from digit_classifier.page.built import ENGLISH, MARK, WORDS, page_text

if TYPE_CHECKING:
    from collections.abc import Mapping

POLICY = r'(?<=http-equiv="Content-Security-Policy" content=")[^"]+'
TITLE = r"<title>[^<]*</title>"
STYLE = r'<link rel="stylesheet" href="(?P<style>[a-z]+\.css)">'
SCRIPT = r'<script src="(?P<script>[a-z]+\.js)"(?: defer)?></script>'


def self_contained(
    files: Mapping[str, str],
    *,
    start: str,
    compared: str | None,
    title: str,
    page: str = "index.html",
    language: str = ENGLISH,
) -> str:
    """A page as one document, `files` in it, compressed, by the path that they would have beside it.

    It speaks one language, whose words go along; English is in its scripts.

    Its policy names the scripts and the styles by hash and allows nothing else: no request, no frame, no other code.
    """
    text = page_text(page)
    scripts, styles = ({name: page_text(name) for name in re.findall(part, text)} for part in (SCRIPT, STYLE))
    if any(re.search(r"</script|<!--", each, re.IGNORECASE) for each in scripts.values()) or any(
        re.search("</style", each, re.IGNORECASE) for each in styles.values()
    ):
        raise RunError(explain("the page", "scripts and styles that end only at their end", "others", INSTALL))
    policy = (
        f"default-src 'none'; script-src {_digests(scripts)}; style-src {_digests(styles)}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    if language != ENGLISH:
        words = f"{WORDS}/{language}.json"
        files = {words: page_text(words), **files}
    packed = base64.b64encode(gzip.compress(json.dumps(files).encode("utf-8"), mtime=0)).decode("ascii")
    content = {"start": start, "compared": compared, "language": language, "files": packed}
    data = json.dumps(content).replace("<", "\\u003c")
    block, found = f'<script type="application/json" id="embedded">{data}</script>\n', set[str]()

    def filled(place: re.Match[str]) -> str:
        """What stands there instead; the data before the first script."""
        before = block if place["script"] and not found & scripts.keys() else ""
        found.add(place["script"] or place["style"] or str(place.lastgroup))
        if name := place["script"]:
            return f"{before}<script>{scripts[name]}</script>"
        if name := place["style"]:
            return f"<style>{styles[name]}</style>"
        return policy if place["policy"] else f"{MARK}\n<title>{html.escape(title)} · digit classifier</title>"

    # One pass, so that nothing is looked for inside what was put in.
    document = re.sub(f"(?P<policy>{POLICY})|(?P<title>{TITLE})|{STYLE}|{SCRIPT}", filled, text)
    wanted = {"policy", "title", *scripts, *styles}
    if found != wanted or not scripts or not styles:
        raise RunError(explain(page, f"places for {', '.join(sorted(wanted))}", f"{len(found)} of them", INSTALL))
    return document


def _digests(texts: Mapping[str, str]) -> str:
    sums = (hashlib.sha256(text.encode("utf-8")).digest() for text in texts.values())
    return " ".join(f"'sha256-{base64.b64encode(each).decode('ascii')}'" for each in sums)
