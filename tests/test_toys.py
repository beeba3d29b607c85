"""A new artifact, data set and exporter: each is one new file of the package, and a line or two in another.

They are added to a copy of the package, and everything that a run goes through is done with that copy.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

HERE = Path(__file__).parents[1]
TOYS = HERE / "tests" / "toys"
# What each adds: its module, and (file, text before the new one, new text) for every line.
ARTIFACT = (
    "artifacts/toy.py",
    ("artifacts/__init__.py", "timing_stats import *\n", "from digit_classifier.artifacts.toy import *\n"),
    ("artifacts/__init__.py", "        TIMING_STATS,\n", "        TOY,\n"),
)
READER = (
    "datasets/toy.py",
    ("datasets/__init__.py", "BUNDLED: dict[str, str] = {", '"toy": "digit_classifier.datasets.toy:load_stripes", '),
)
EXPORTER = (
    "exporters/toy.py",
    ("exporters/__init__.py", "FORMATS: dict[str, str] = {", '"toy": "digit_classifier.exporters.toy", '),
)
ADDED = {"toy_artifact.py": ARTIFACT, "toy_reader.py": READER, "toy_exporter.py": EXPORTER}
FORGE = """
import json, sys
from pathlib import Path
from digit_classifier.store.bundle import seal_files
from digit_classifier.store.json import encode
run = Path(sys.argv[1])
manifest = json.loads((run / "manifest.json").read_text())
files = {name: (run / name).read_bytes() for name in manifest["files"] if not name.endswith(".css")}
files["toy.json"] = encode(json.loads(sys.argv[2]))
keys = {key: manifest[key] for key in ("run_id", "created", "results_digest")}
for name, data in seal_files(files, **keys)[0].items():
    (run / name).write_bytes(data)
"""


def files_of(package: Path) -> dict[str, bytes]:
    """Everything that somebody wrote: schemas are generated from the modules."""
    found = {path.relative_to(package): path for path in package.rglob("*") if path.is_file()}
    written = {name: path for name, path in found.items() if not {"__pycache__", "schemas"} & {*name.parts}}
    return {name.as_posix(): path.read_bytes() for name, path in written.items()}


def add(package: Path, toy: str) -> set[str]:
    """Add a toy; the files of the package that this touched."""
    before = files_of(package)
    module, *lines = ADDED[toy]
    shutil.copy(TOYS / toy, package / module)
    for name, after, new in lines:
        text = (package / name).read_text(encoding="utf-8")
        assert text.count(after) == 1
        (package / name).write_text(text.replace(after, after + new), encoding="utf-8")
    now = files_of(package)
    return {name for name in now if now[name] != before.get(name)}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a copy of the package with all three toys, its schemas generated anew."""
    source = tmp_path_factory.mktemp("copy") / "src"
    shutil.copytree(HERE / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
    for toy in ADDED:
        add(source / "digit_classifier", toy)
    python(source, "-m", "digit_classifier.artifacts")
    return source


def python(source: Path, *words: str, code: int = 0) -> str:
    """What a fresh interpreter prints, with the copy in place of the package."""
    environment = os.environ | {"PYTHONPATH": str(source)}
    done = subprocess.run([sys.executable, *words], env=environment, cwd=source, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def command(source: Path, *words: str, code: int = 0) -> str:
    return python(source, "-m", "digit_classifier", *words, code=code)


@pytest.fixture(scope="module")
def run(copy: Path) -> Path:
    """A run on the toy's data set."""
    report = json.loads(command(copy, "train", "--dataset", "toy", "--model", "logistic", "--sample-count", "4"))
    assert report["config"]["dataset"] == "toy"
    assert report["test_accuracy"] == 1.0  # stripes are easily told apart
    assert "toy.json" in report["artifacts"]
    return copy / report["run_dir"]


def toy_of(run: Path) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((run / "toy.json").read_text(encoding="utf-8"))
    return payload


@pytest.mark.parametrize("toy", ADDED)
def test_a_toy_touches_at_most_two_files_of_the_package(toy: str, tmp_path: Path) -> None:
    package = Path(shutil.copytree(HERE / "src" / "digit_classifier", tmp_path / "digit_classifier"))
    assert 1 <= len(add(package, toy)) <= 2


def test_the_new_file_is_part_of_the_run_and_says_what_the_hold_out_does(run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["files"]["toy.json"]["bytes"] == (run / "toy.json").stat().st_size
    holdout = json.loads((run / "holdout.json").read_text(encoding="utf-8"))
    rows = zip(holdout["sample_ids"], holdout["true_labels"], holdout["probabilities"], strict=True)
    unlikeliest = sorted(rows, key=lambda row: row[2][row[1]])[:5]
    assert [each["sample_id"] for each in toy_of(run)["surprises"]] == [row[0] for row in unlikeliest]


def test_its_schema_is_published_and_takes_what_was_written(run: Path, copy: Path) -> None:
    schema = json.loads((copy / "digit_classifier/artifacts/schemas/toy.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(toy_of(run), schema)


def test_it_is_read_back_verified_and_compared_by_a_replay(run: Path, copy: Path) -> None:
    code = "import sys, json; from digit_classifier import read_bundle; from pathlib import Path\n"
    code += "print(json.dumps(read_bundle(Path(sys.argv[1])).payloads['toy.json']))"
    assert json.loads(python(copy, "-c", code, str(run))) == toy_of(run)
    assert "damaged" not in command(copy, "verify", "artifacts")
    outcome = json.loads(command(copy, "replay", str(run), "--json"))
    assert outcome["tier"] == "bit-identical"
    assert {each["file"]: each["equal"] for each in outcome["artifacts"]}["toy.json"] is True


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"surprises": [{"sample_id": 1, "loss": 0.5}, {"sample_id": 2, "loss": 1.5}]}, "expected the worst first"),
        ({"surprises": [{"sample_id": 1, "loss": -0.5}]}, "toy.surprises[0].loss: Input should be greater than or"),
        ({"extra": 1}, "toy.extra: Extra inputs are not permitted, got 1"),
    ],
)
def test_a_broken_one_is_found_though_every_hash_fits(
    run: Path, copy: Path, tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    forged = Path(shutil.copytree(run, tmp_path / run.name))
    python(copy, "-c", FORGE, str(forged), json.dumps(toy_of(run)))
    command(copy, "verify", str(forged))
    python(copy, "-c", FORGE, str(forged), json.dumps(toy_of(run) | change))
    assert says in command(copy, "verify", str(forged), code=1)


def test_a_run_of_before_is_still_read(copy: Path) -> None:
    root = HERE / "tests" / "fixtures" / "first_version"
    assert "damaged" not in command(copy, "verify", str(root))


def test_the_new_format_is_written_and_named_in_the_help(run: Path, copy: Path) -> None:
    command(copy, "export", "toy", str(run), "-o", "accuracy.txt")
    assert (copy / "accuracy.txt").read_text() == "1.0\n"
    assert "html, site, toy" in command(copy, "export", "--help")


def test_the_new_data_set_is_meant_by_a_slip(copy: Path) -> None:
    assert "try --dataset toy" in command(copy, "train", "--dataset", "tpy", code=2)
