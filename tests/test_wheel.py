"""The wheel and the source distribution: what is in them, and that the installed package is whole."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from digit_classifier.artifacts.__main__ import schema_files
from digit_classifier.page.built import PAGE_NAMES, WORDS_NAMES

HERE = Path(__file__).parents[1]
WEB_DEMO = HERE / "examples" / "digit-classifier" / "web_demo"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with both."""
    directory = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--directory", str(directory)]
    subprocess.run(build, cwd=HERE, check=True, capture_output=True)
    return directory


def test_the_wheel_holds_the_one_page_and_every_schema(built: Path) -> None:
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        page = {name.partition("/page/static/")[2]: wheel.read(name) for name in names if "/page/static/" in name}
    assert page == {name: (WEB_DEMO / name).read_bytes() for name in page}
    assert page.keys() == {*PAGE_NAMES, *WORDS_NAMES}
    assert [name for name in names if name.endswith(".json") and "/words/" in name and "/static/" not in name] == [
        "digit_classifier/words/en.json"  # the page's own are those of static/
    ]
    assert sum(name.endswith(".schema.json") for name in names) == len(schema_files())
    assert not [name for name in names if "test" in name]


def test_the_source_distribution_holds_the_page_and_its_sources(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = [
        "examples/digit-classifier/web_demo/panels.js",
        "examples/digit-classifier/web_demo/runs.js",
        "examples/digit-classifier/web_demo/lab.js",
        "frontend/src/contract.ts",
        "requirements-dev.txt",
        "Makefile",
    ]
    assert names.issuperset([*wanted, "src/digit_classifier/artifacts/schemas/metrics.schema.json"])


def test_the_installed_wheel_does_everything(built: Path, tmp_path: Path) -> None:
    """Beside the libraries that are here, and away from the checkout."""
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        wheel.extractall(tmp_path / "site")
    env = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    command = [sys.executable, str(HERE / "tests" / "support" / "try_wheel.py")]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("fine\n")
    where = "import digit_classifier.page.built as b; print(b.built_page())"
    found = subprocess.run([sys.executable, "-c", where], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert Path(found.stdout.strip()) == tmp_path / "site" / "digit_classifier" / "page" / "static"
