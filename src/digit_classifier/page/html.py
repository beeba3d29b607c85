"""The page and a run, or a sweep, as one HTML file that opens by double click.

Only runs that are as they were published are exported, and only what an export of ours made is ever replaced.
"""

from __future__ import annotations

import html
import json
import os
from itertools import chain
from typing import TYPE_CHECKING

from digit_classifier.artifacts import build_index
from digit_classifier.errors import InputError, explain, option, show, typed_command
from digit_classifier.page.budget import BUDGET, wanted_by_run, wanted_by_sweep, within_budget
from digit_classifier.page.built import ARTIFACTS_PATH, ENGLISH, LANGUAGES, is_export
from digit_classifier.page.inline import self_contained
from digit_classifier.page.source import dataset_of, find_run, is_sweep, run_id_of, shared_dataset
from digit_classifier.store.files import cannot_write, replace_all
from digit_classifier.store.index import entry_of
from digit_classifier.store.inspection import inspect
from digit_classifier.store.json import decode, encode
from digit_classifier.store.layout import DATASET_FILE, DATASETS, INDEX_FILE, SWEEP_FILE, SWEEPS
from digit_classifier.store.notes import noted
from digit_classifier.store.sweeps import read_sweep
from digit_classifier.text import as_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from digit_classifier.text import AnyPath


GROWTH = 1.4  # bytes of a page, at most, for each packed byte of the samples in it


def write_html(
    run: AnyPath,
    target: AnyPath,
    *,
    compare: AnyPath | None = None,
    force: bool = False,
    whole: bool = False,
    language: str = ENGLISH,
) -> int:
    """Write the page, a run, its data set and perhaps a second run as one HTML file; returns its size in bytes.

    Either may be a run directory, or an artifacts root for its latest run; `run` also the directory of a sweep. Of a
    large data set as many samples go along as fit into 4 MB, or with `whole` all. The page speaks one `language`.
    InputError where there are no words of it or the target may not be replaced, ArtifactError where a run is not as it
    was published.
    """
    run, target = as_path(run), as_path(target)
    if language not in (ENGLISH, *LANGUAGES):
        known = f"{', '.join((ENGLISH, *LANGUAGES[:-1]))} or {LANGUAGES[-1]}"
        raise InputError(explain(option("language"), known, show(language), option("language", LANGUAGES[0])))
    _require_ours(target, force)
    if is_sweep(run) and not compare:
        return _write(target, sweep_document(run, whole=whole, language=language))
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
        entries = [noted(directory.resolve().parent, entry_of(found[directory])) for directory in directories]
        texts[f"{ARTIFACTS_PATH}/{INDEX_FILE}"] = encode(build_index(1, names[run], entries))
    runs = [each.payloads for each in found.values()]
    extra = {} if whole else _reduce(texts, lambda: chain.from_iterable(map(wanted_by_run, runs)))
    title = decode(read[run]["run_summary.json"], run)["label"] or names[run]
    compared = names[compare] if compare else None
    return _write(target, _document(texts, extra, names[run], title=title, compared=compared, language=language))


def sweep_document(directory: Path, *, whole: bool = False, language: str = ENGLISH) -> str:
    """The page of a sweep as one document, with the samples that it shows; ArtifactError unless it is as published."""
    name = directory.resolve().name
    try:
        sweep = read_sweep(directory)
    except FileNotFoundError:
        attempt = "its command again, which goes on with it"
        raise InputError(explain("RUN", "a sweep that has ended", f"{name}, which has not", attempt)) from None
    texts = {f"{ARTIFACTS_PATH}/{SWEEPS}/{name}/{SWEEP_FILE}": encode(sweep)}
    for file, data in shared_dataset(directory.resolve().parent.parent, sweep["dataset"]).items():
        if sweep["stability"] and file.endswith(".json"):
            texts[f"{ARTIFACTS_PATH}/{DATASETS}/{file}"] = data
    extra = {} if whole else _reduce(texts, lambda: wanted_by_sweep(sweep))
    return self_contained(
        {**extra, **{path: data.decode("utf-8") for path, data in texts.items()}},
        start=f"{ARTIFACTS_PATH}/{SWEEPS}/{name}",
        compared=None,
        title=sweep["label"] or name,
        page="sweep.html",
        language=language,
    )


def _write(target: Path, document: str) -> int:
    data = document.encode("utf-8")
    try:
        replace_all(target.parent, {target.name: data}, scratch=target.parent)
    except OSError as error:
        raise cannot_write(target, error, option("output")) from error
    return len(data)


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
        kept = _reduce(texts, lambda: wanted_by_run(found.payloads), budget) if budget is not None else {}
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


def _reduce(texts: dict[str, bytes], wanted: Callable[[], Iterable[int]], budget: int = BUDGET) -> dict[str, str]:
    """Put no more samples into data sets than fit; which ones are left, by the path of the file and `.kept`."""
    kept = {}
    for path in [path for path in texts if path.endswith(DATASET_FILE) or f"/{DATASETS}/" in path]:
        if path.endswith(".json"):
            texts[path], ids = within_budget(texts[path], wanted(), budget)
            if ids is not None:
                kept[f"{path}.kept"] = ids
    return kept


def _document(
    texts: Mapping[str, bytes],
    extra: Mapping[str, str],
    name: str,
    *,
    title: str,
    compared: str | None = None,
    language: str = ENGLISH,
) -> str:
    return self_contained(
        {**extra, **{path: data.decode("utf-8") for path, data in texts.items()}},
        start=f"{ARTIFACTS_PATH}/{name}",
        compared=compared,
        title=title,
        language=language,
    )


def _require_ours(target: Path, force: bool) -> None:
    if target.is_dir():
        raise InputError(explain(target, "a file to write", "a directory", option("output", target / "report.html")))
    if force or not os.path.lexists(target) or is_export(target):
        return
    attempt = f"{option('force', True)} to replace it"
    raise InputError(explain(target, "a new file or an earlier export", "another file", attempt))
