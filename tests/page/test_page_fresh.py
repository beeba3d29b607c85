"""The committed page is the one of its sources. Without Node: hashes are recomputed, what is copied is compared."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from golden.make_page_run import page_run

from digit_classifier.artifacts import ARTIFACTS, contradictions
from digit_classifier.artifacts.__main__ import schema_files
from digit_classifier.page.built import built_page, page_text
from digit_classifier.store.layout import (
    MAX_BYTES,
    MAX_DATASET_BYTES,
    MAX_INDEX_BYTES,
    MAX_MANIFEST_BYTES,
    MAX_SWEEP_BYTES,
)

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "frontend"
BUILT = ROOT / "examples/digit-classifier/web_demo"
FIRST_LOAD = ["index.html", "dashboard.css", "dashboard.js"]
WORDS = FRONTEND.parent / "src/digit_classifier/words/en.json"
BESIDE_SRC = ["build.mjs", "contract.mjs", "dashboard.css", "index.html", "package-lock.json", "reader.html"]
BESIDE_SRC += ["sweep.css", "sweep.html"]


def sources_hash() -> str:
    inside = (path for path in (FRONTEND / "src").rglob("*") if path.is_file())
    sources = [*inside, *(FRONTEND / name for name in BESIDE_SRC), WORDS]
    digest = hashlib.sha256()
    for name, path in sorted((Path(os.path.relpath(path, FRONTEND)).as_posix(), path) for path in sources):
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@pytest.mark.parametrize("name", ["dashboard.js", "panels.js", "runs.js", "lab.js", "sweep.js", "reader.js"])
def test_the_built_script_is_the_one_of_its_sources(name: str) -> None:
    banner = re.search(r"Sources: sha256 ([0-9a-f]{64})", (BUILT / name).read_text(encoding="utf-8")[:300])
    assert banner is not None
    assert banner[1] == sources_hash(), "the page is stale; try: cd frontend && npm ci && npm run build"


def test_there_is_one_copy_of_the_page_and_the_package_finds_it() -> None:
    assert built_page() == BUILT
    copies = subprocess.run(["git", "ls-files", "*/dashboard.js"], cwd=ROOT, capture_output=True, text=True)
    assert copies.returncode or copies.stdout.split() == [(BUILT / "dashboard.js").relative_to(ROOT).as_posix()]


@pytest.mark.parametrize("name", ["index.html", "reader.html", "sweep.html", "dashboard.css", "sweep.css"])
def test_what_is_not_compiled_is_copied(name: str) -> None:
    assert (BUILT / name).read_bytes() == (FRONTEND / name).read_bytes()


def test_the_page_fits_its_budget() -> None:
    """What is not in the first view goes to panels.js, of several runs to runs.js, what trains and draws to lab.js."""
    sizes = {name: len((BUILT / name).read_bytes()) for name in (*FIRST_LOAD, "panels.js", "runs.js", "lab.js")}
    first = sum(sizes[name] for name in FIRST_LOAD)
    sys.stderr.write(f"\npage: {sizes}, first load {first} of 200000 bytes\n")
    assert first <= 200_000
    assert sizes["panels.js"] <= 150_000
    assert sizes["runs.js"] <= 120_000
    assert sizes["lab.js"] <= 120_000


def test_the_page_of_a_sweep_fits_its_budget() -> None:
    assert sum(len((BUILT / f"sweep.{kind}").read_bytes()) for kind in ("html", "css", "js")) <= 100_000


def test_scripts_hold_the_sentences_that_they_say_and_no_keys() -> None:
    words = json.loads(WORDS.read_text(encoding="utf-8"))
    scripts = {name: page_text(name) for name in ("dashboard.js", "panels.js", "runs.js", "lab.js", "sweep.js")}
    for name, script in scripts.items():
        said = re.findall(r'\bsay\("((?:[^"\\]|\\.)*)"', script)
        assert len(said) > 50, name
        assert not set(said) & {key for key in words if "." in key}, name
    assert "None of the {count} others can be told apart" in scripts["sweep.js"]
    assert "None of the {count} others can be told apart" not in scripts["dashboard.js"]


@pytest.mark.parametrize("name", ["dashboard.js", "panels.js", "runs.js", "lab.js", "sweep.js"])
def test_the_page_is_our_own_code_and_parses_no_markup(name: str) -> None:
    script = (BUILT / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")  # never fetched
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "http://",
        "https://",
    ):
        assert word not in script, word


def test_the_scripts_of_the_page_have_no_source_file_in_common() -> None:
    names = ("dashboard.js", "panels.js", "runs.js", "lab.js")
    files = [re.findall(r"^// (src/\S+\.ts)$", page_text(name), re.MULTILINE) for name in names]
    assert all(len(each) > 5 for each in files)
    together = [name for each in files for name in each]
    assert len(together) == len(set(together))


def test_the_page_reads_what_the_published_schemas_say() -> None:
    schemas = schema_files()
    generator = (FRONTEND / "contract.mjs").read_text(encoding="utf-8")
    names = re.search(r"FILES =\s*`([a-z_\s]+)`", generator)
    assert names is not None
    digest = hashlib.sha256()
    for name in names[1].split():
        digest.update(name.encode() + b"\0" + schemas[f"{name}.schema.json"].encode() + b"\0")
    contract = (FRONTEND / "src/contract.ts").read_text(encoding="utf-8")
    assert digest.hexdigest() in contract, "the contract is stale; try: cd frontend && npm ci && npm run build"


def test_the_page_reads_files_as_large_as_the_store_writes_them() -> None:
    source = (FRONTEND / "src/bundle/limits.ts").read_text(encoding="utf-8")
    limits = {name: int(value.replace("_", "")) for name, value in re.findall(r"(\w+): ([\d_]+)", source)}
    assert limits == {
        "manifest": MAX_MANIFEST_BYTES,
        "index": MAX_INDEX_BYTES,
        "json": MAX_BYTES[".json"],
        "bundle": MAX_BYTES[".css"],
        "sweep": MAX_SWEEP_BYTES,
        "dataset": MAX_DATASET_BYTES,
    }


def test_the_files_that_the_playbook_names_exist() -> None:
    playbook = (FRONTEND / "src/runs/playbook.ts").read_text(encoding="utf-8")
    named = re.findall(r'code: "([^"]+)"', playbook)
    assert len(named) == 5
    assert [name for name in named if not (ROOT / "src/digit_classifier" / name).is_file()] == []


def test_the_run_of_the_pages_tests_is_a_valid_one() -> None:
    run = page_run()
    assert json.loads((ROOT / "tests/golden/page_run.json").read_text(encoding="utf-8")) == run
    for name, payload in run.items():
        ARTIFACTS[name].validate(payload)
    assert contradictions(run) == []


def test_no_source_file_outgrows_its_room() -> None:
    for path in (FRONTEND / "src").rglob("*.ts"):
        if path.name != "contract.ts":  # generated
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 250, path.name
