"""The page and a run as one HTML file that opens by double click.

Only runs that are as they were published are exported, and only what an export of ours made is ever replaced.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import os
import re
from typing import TYPE_CHECKING

from digit_classifier.artifacts import build_index
from digit_classifier.errors import INSTALL, InputError, RunError, explain, option, typed_command
from digit_classifier.page.budget import BUDGET, within_budget
from digit_classifier.page.built import ARTIFACTS_PATH, MARK, SCRIPTS, is_export, page_text
from digit_classifier.page.source import dataset_of, find_run, run_id_of
from digit_classifier.store.files import cannot_write, replace_all
from digit_classifier.store.index import entry_of
from digit_classifier.store.inspection import inspect
from digit_classifier.store.json import decode, encode
from digit_classifier.store.layout import DATASET_FILE, DATASETS, INDEX_FILE
from digit_classifier.text import as_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from digit_classifier.artifacts import Payload
    from digit_classifier.text import AnyPath


GROWTH = 1.4  # bytes of a page, at most, for each packed byte of the samples in it


def write_html(
    run: AnyPath, target: AnyPath, *, compare: AnyPath | None = None, force: bool = False, whole: bool = False
) -> int:
    """Write the page, a run, its data set and perhaps a second run as one HTML file; returns its size in bytes.

    Either may be a run directory, or an artifacts root for its latest run. Of a large data set as many samples go along
    as fit into 4 MB, or with `whole` all. InputError where the target may not be
    replaced, ArtifactError where a run is not as it was published.
    """
    run, target = as_path(run), as_path(target)
    _require_ours(target, force)
    run, compare = find_run(run), find_run(as_path(compare)) if compare else None
    directories = [run, *([compare] if compare else [])]
    found = {directory: inspect(directory).require_sound() for directory in directories}
    read = {directory: each.files for directory, each in found.items()}
    names = {directory: run_id_of(read[directory]) or "run" for directory in directories}
    if compare and ("run" in names.values() or names[run] == names[compare]):
        came = "the same run" if names[run] == names[compare] else "a flat run, which has none"
        raise InputError(
            explain(option("compare"), "another run, with a run id", came, typed_command("runs", run.parent))
        )
    texts: dict[str, bytes] = {}
    for directory, files in read.items():
        texts |= _texts(names[directory], files) | _shared_data(directory, files)
    if compare:
        entries = [entry_of(read[directory]) for directory in directories]
        texts[f"{ARTIFACTS_PATH}/{INDEX_FILE}"] = encode(build_index(1, names[run], entries))
    extra = {} if whole else _reduce(texts, [each.payloads for each in found.values()])
    title = decode(read[run]["run_summary.json"], run)["label"] or names[run]
    compared = names[compare] if compare else None
    document = _document(texts, extra, names[run], title=title, compared=compared).encode("utf-8")
    try:
        replace_all(target.parent, {target.name: document}, scratch=target.parent)
    except OSError as error:
        raise cannot_write(target, error, option("output")) from error
    return len(document)


def framed_page(run: Path, most: int) -> tuple[str | None, str | None]:
    """The page and a run, escaped as an attribute of a frame, of at most `most` bytes; and what was left out, in words.

    Of the data set as many samples go along as fit. None where not even the run alone does. ArtifactError and OSError
    as `write_html`.
    """
    found = inspect(run).require_sound()
    name, samples = run_id_of(found.files) or "run", found.payloads["run_summary.json"]["dataset"]["samples"]
    title = found.payloads["run_summary.json"]["label"] or name
    whole = _texts(name, found.files) | _shared_data(run, found.files)

    def page(budget: int | None) -> tuple[str, int]:
        texts = dict(whole)
        kept = _reduce(texts, [found.payloads], budget) if budget is not None else {}
        left_out = [samples - len(json.loads(ids)) for ids in kept.values()]
        return html.escape(_document(texts, kept, name, title=title)), sum(left_out)

    def size(document: str) -> int:
        return len(document.encode("utf-8"))

    document, left_out = page(None)
    if size(document) > most:
        document, left_out = page(0)
        larger = page(max(0, int((most - size(document)) / GROWTH)))
        document, left_out = larger if size(larger[0]) <= most else (document, left_out)
    if size(document) > most:
        return None, "the page"
    return document, f"{left_out:,} of {samples:,} samples" if left_out else None


def _texts(name: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The JSON files of a run by the path at which the page looks for them."""
    return {f"{ARTIFACTS_PATH}/{name}/{each}": data for each, data in files.items() if each.endswith(".json")}


def _shared_data(directory: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The data set that a run shares, in the same way."""
    found = dataset_of(directory, files)
    return {f"{ARTIFACTS_PATH}/{DATASETS}/{each}": data for each, data in found.items() if each.endswith(".json")}


def _reduce(texts: dict[str, bytes], runs: list[Mapping[str, Payload]], budget: int = BUDGET) -> dict[str, str]:
    """Put no more samples into data sets than fit; which ones are left, by the path of the file and `.kept`."""
    kept = {}
    for path in [path for path in texts if path.endswith(DATASET_FILE) or f"/{DATASETS}/" in path]:
        if path.endswith(".json"):
            texts[path], ids = within_budget(texts[path], runs, budget)
            if ids is not None:
                kept[f"{path}.kept"] = ids
    return kept


def _document(
    texts: Mapping[str, bytes], extra: Mapping[str, str], name: str, *, title: str, compared: str | None = None
) -> str:
    return self_contained(
        {**extra, **{path: data.decode("utf-8") for path, data in texts.items()}},
        start=f"{ARTIFACTS_PATH}/{name}",
        compared=compared,
        title=title,
    )


def self_contained(files: Mapping[str, str], *, start: str, compared: str | None, title: str) -> str:
    """The page as one document, `files` in it, compressed, by the path that they would have beside it.

    Its policy names the scripts and the style by hash and allows nothing else: no request, no frame, no other code.
    """
    script, *deferred = (page_text(name) for name in SCRIPTS)
    style = page_text("dashboard.css")
    if re.search(r"</script|<!--", script + "".join(deferred), re.IGNORECASE) or re.search("</style", style, re.IGNORECASE):
        raise RunError(explain("the page", "scripts and a style that end only at their end", "others", INSTALL))
    allowed = " ".join(f"'{_digest(each)}'" for each in (script, *deferred))
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src '{_digest(style)}'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    packed = base64.b64encode(gzip.compress(json.dumps(files).encode("utf-8"), mtime=0)).decode("ascii")
    data = json.dumps({"start": start, "compared": compared, "files": packed}).replace("<", "\\u003c")
    parts = {
        r'(?<=http-equiv="Content-Security-Policy" content=")[^"]+': policy,
        r"<title>[^<]*</title>": f"{MARK}\n<title>{html.escape(title)} · digit classifier</title>",
        r'<link rel="stylesheet" href="dashboard\.css">': f"<style>{style}</style>",
        r'<script src="dashboard\.js"></script>': (
            f'<script type="application/json" id="embedded">{data}</script>\n<script>{script}</script>'
        ),
        r'<script src="panels\.js" defer></script>': f"<script>{deferred[0]}</script>",
        r'<script src="lab\.js" defer></script>': f"<script>{deferred[1]}</script>",
    }
    # One pass, so that nothing is looked for inside what was put in.
    pattern = re.compile("|".join(f"({part})" for part in parts))
    document, count = pattern.subn(
        lambda found: list(parts.values())[(found.lastindex or 1) - 1], page_text("index.html")
    )
    if count != len(parts):
        raise RunError(explain("index.html", f"{len(parts)} places to fill", str(count), INSTALL))
    return document


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _require_ours(target: Path, force: bool) -> None:
    if target.is_dir():
        raise InputError(explain(target, "a file to write", "a directory", option("output", target / "report.html")))
    if force or not os.path.lexists(target) or is_export(target):
        return
    attempt = f"{option('force', True)} to replace it"
    raise InputError(explain(target, "a new file or an earlier export", "another file", attempt))
