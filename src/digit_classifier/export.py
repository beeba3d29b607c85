"""Runs to hand on: one file that holds the page and a run, or a folder for any static host.

Both open by double click. Only runs that are as they were published are exported, and only what an export of ours made
is ever replaced.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import os
import re
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from digit_classifier.artifacts import build_index
from digit_classifier.errors import ArtifactError, InputError, RunError, explain
from digit_classifier.schema import show
from digit_classifier.store.bundle import (
    DATASET,
    DATASETS,
    MANIFEST,
    MAX_DATASET_BYTES,
    RUN_ID,
    decode,
    encode,
    known_names,
    read_files,
    twin,
)
from digit_classifier.store.durable import read_regular, replace_all, sync_directory, write_all
from digit_classifier.store.index import INDEX, INDEX_TWIN, entry_of, load
from digit_classifier.store.staging import cannot_write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAGE_NAMES = ("index.html", "dashboard.css", "dashboard.js", "lab.js", "reader.html", "reader.js")
ARTIFACTS = "artifacts"  # where the page looks for runs
MARK = '<meta name="generator" content="digit-classifier">'  # what says that a page is an export of ours
DATASET_FILE = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}\.(json|css)", re.ASCII)


@cache
def built_page() -> Path:
    """The folder of the built page: in the installed package, or in the checkout that this module belongs to."""
    here = Path(__file__).resolve()
    package = next(folder for folder in here.parents if folder.name == "digit_classifier")
    checkouts = (folder / "examples/digit-classifier/web_demo" for folder in package.parents)
    for folder in (package / "page/built", *checkouts):
        if (folder / "index.html").is_file():
            return folder
    raise RunError(explain("the page", "its files in the package", "none", "reinstalling digit-classifier"))


def page(name: str) -> str:
    """One of the built page's files, with the line ends that its hashes are computed over."""
    return (built_page() / name).read_text(encoding="utf-8")


# One file


def write_html(run: Path, target: Path, *, compare: Path | None = None, force: bool = False) -> int:
    """Write the page, a run, its data set and perhaps a second run as one HTML file; returns its size in bytes.

    Either may be a run directory, or an artifacts root for its latest run. InputError where the target may not be
    replaced, ArtifactError where a run is not as it was published.
    """
    _require_ours(target, force)
    run, compare = _find_run(run), compare and _find_run(compare)
    directories = [run, *([compare] if compare else [])]
    read = {directory: read_files(directory) for directory in directories}
    names = {directory: _run_id(read[directory]) or "run" for directory in directories}
    if compare and ("run" in names.values() or names[run] == names[compare]):
        came = "the same run" if names[run] == names[compare] else "a run of --output-dir, which has none"
        raise InputError(explain("--compare", "another run, with a run id", came, "two runs of an artifacts root"))
    texts: dict[str, bytes] = {}
    for directory, files in read.items():
        home = f"{ARTIFACTS}/{names[directory]}"
        texts |= {f"{home}/{name}": data for name, data in files.items() if name.endswith(".json")}
        texts |= {f"{ARTIFACTS}/{DATASETS}/{name}": data for name, data in dataset_of(directory, files).items()}
    if compare:
        entries = [entry_of(read[directory]) for directory in directories]
        texts[f"{ARTIFACTS}/{INDEX}"] = encode(build_index(1, names[run], entries))
    document = self_contained(
        {path: data.decode("utf-8") for path, data in texts.items() if path.endswith(".json")},
        start=f"{ARTIFACTS}/{names[run]}",
        compared=names[compare] if compare else None,
        title=decode(read[run]["run_summary.json"], run)["label"] or names[run],
    ).encode("utf-8")
    try:
        replace_all(target.parent, {target.name: document}, scratch=target.parent)
    except OSError as error:
        raise cannot_write(target, error, "--output") from error
    return len(document)


def self_contained(files: Mapping[str, str], *, start: str, compared: str | None, title: str) -> str:
    """The page as one document, `files` in it, compressed, by the path that they would have beside it.

    Its policy names the scripts and the style by hash and allows nothing else: no request, no frame, no other code.
    """
    script, lab, style = page("dashboard.js"), page("lab.js"), page("dashboard.css")
    if re.search(r"</script|<!--", script + lab, re.IGNORECASE) or re.search("</style", style, re.IGNORECASE):
        raise RunError(explain("the page", "scripts and a style that end only at their end", "others", "reinstalling"))
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}' '{_digest(lab)}'; style-src '{_digest(style)}'; "
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
        r'<script src="lab\.js" defer></script>': f"<script>{lab}</script>",
    }
    # One pass, so that nothing is looked for inside what was put in.
    pattern = re.compile("|".join(f"({part})" for part in parts))
    document, count = pattern.subn(lambda found: list(parts.values())[(found.lastindex or 1) - 1], page("index.html"))
    if count != len(parts):
        raise RunError(explain("index.html", f"{len(parts)} places to fill", str(count), "reinstalling the package"))
    return document


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _require_ours(target: Path, force: bool) -> None:
    if target.is_dir():
        raise InputError(explain(target, "a file to write", "a directory", f"{target / 'report.html'}"))
    if force or not os.path.lexists(target) or _is_marked(target):
        return
    raise InputError(explain(target, "a new file or an earlier export", "another file", "--force to replace it"))


def _is_marked(path: Path) -> bool:
    """Whether a file is a page that an export of ours wrote: the mark stands in its head."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return MARK.encode() in file.read(8000)


# A folder


def write_site(root: Path, target: Path, *, runs: Sequence[str] = ()) -> int:
    """Write the page and all runs of an artifacts root, or the chosen ones, as a folder; returns how many runs.

    The folder appears complete, in the place of an earlier export or of nothing. InputError for anything else there,
    ArtifactError where a run is not as it was published.
    """
    _require_free(target)
    wanted = _wanted_runs(root, runs)
    staging = target.parent / f".{target.name}-{os.urandom(4).hex()}.tmp"
    old = staging.with_suffix(".old")
    try:
        _write_tree(staging, root, wanted)
        if target.exists():
            target.rename(old)
        staging.rename(target)
        sync_directory(target.parent)
    except OSError as error:
        raise cannot_write(target, error, "--output") from error
    finally:
        if old.exists() and not target.exists():
            old.rename(target)  # what was there comes back
        shutil.rmtree(staging, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    return len(wanted)


def _wanted_runs(root: Path, chosen: Sequence[str]) -> list[str]:
    listed = [entry["run_id"] for entry in load(root)["runs"]]
    for run_id in chosen:
        if run_id not in listed:
            raise InputError(explain("--run", f"a run of {root}", show(run_id), f"digit-classifier runs {root}"))
    wanted = [run_id for run_id in listed if run_id in chosen or not chosen]
    if not wanted:
        raise InputError(explain("ROOT", "an artifacts root with runs", f"none in {root}", "digit-classifier train"))
    return wanted


def _write_tree(site: Path, root: Path, run_ids: Sequence[str]) -> None:
    """The page and an artifacts root without lock and latest/, run by run: a long history need not fit in memory."""
    (site / ARTIFACTS).mkdir(parents=True)
    entries: list[dict[str, object]] = []
    datasets: dict[str, bytes] = {}
    for run_id in run_ids:
        files = read_files(root / run_id)
        entries.append(entry_of(files))
        datasets |= dataset_of(root / run_id, files)
        _write_directory(site / ARTIFACTS / run_id, files)
    if datasets:
        _write_directory(site / ARTIFACTS / DATASETS, datasets)
    index = encode(build_index(1, run_ids[0], entries))
    write_all(site / ARTIFACTS, {INDEX: index, INDEX_TWIN: twin(index)})
    pages = {name: page(name) for name in PAGE_NAMES}
    pages["index.html"] = pages["index.html"].replace("<title>", f"{MARK}\n<title>", 1)
    write_all(site, {name: text.encode("utf-8") for name, text in pages.items()})


def _write_directory(directory: Path, files: Mapping[str, bytes]) -> None:
    directory.mkdir()
    write_all(directory, files)
    sync_directory(directory)


def _require_free(target: Path) -> None:
    """InputError unless there is nothing, an empty directory, or a directory that holds nothing but an export."""
    wanted = "a new folder or an earlier export"
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise InputError(explain(target, wanted, "a link or a file", "another place"))
    found = sorted(target.rglob("*"))
    for path in found:
        if not _is_of_a_site(path.relative_to(target).parts) or path.is_symlink():
            raise InputError(explain(target, wanted, f"{path.relative_to(target)} in it", "another folder"))
    if found and not _is_marked(target / "index.html"):
        raise InputError(explain(target, wanted, "files of another origin", "another folder"))


def _is_of_a_site(parts: tuple[str, ...]) -> bool:
    match parts:
        case (name,):
            return name in (*PAGE_NAMES, ARTIFACTS)
        case (top, name):
            return top == ARTIFACTS and (name in (INDEX, INDEX_TWIN, DATASETS) or bool(RUN_ID.fullmatch(name)))
        case (top, place, name):
            known = DATASET_FILE.fullmatch(name) if place == DATASETS else name in known_names() | {MANIFEST}
            return top == ARTIFACTS and bool(known)
    return False


# What both take


def _find_run(path: Path) -> Path:
    if (path / MANIFEST).is_file():
        return path
    if (path / INDEX).is_file() and (latest := load(path)["latest"]) is not None:
        return path / str(latest)
    attempt = "the run_dir that train printed, or the directory above it"
    raise InputError(explain("RUN", "a run directory or an artifacts root", show(str(path)), attempt))


def dataset_of(directory: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The data set that a run shares, and its twin; nothing where it travels inside or is not there."""
    if DATASET in files:
        return {}
    stated = decode(files["run_summary.json"], directory)["dataset"]
    path = directory.resolve().parent / DATASETS / stated["file"]
    try:
        data = read_regular(path, MAX_DATASET_BYTES)
    except FileNotFoundError:
        return {}
    if decode(data, path, max_bytes=MAX_DATASET_BYTES).get("sha256") != stated["sha256"]:
        raise ArtifactError(explain(path, "the data set of the run", "another", "digit-classifier verify"))
    return {path.name: data, path.with_suffix(".css").name: twin(data)}


def _run_id(files: Mapping[str, bytes]) -> str | None:
    run_id: str | None = decode(files[MANIFEST], MANIFEST)["run_id"]
    return run_id
