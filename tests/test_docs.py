"""What the documents say: generated parts are fresh, Python runs, commands parse, paths exist."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from benchmarks import measure, report
from docs import generate
from test_structure import BARE, MODULES, ORDER, room

from digit_classifier.cli.arguments import Defaults, build_parser
from digit_classifier.cli.main import COMMANDS

HERE = Path(__file__).parents[1]
DOCUMENTS = {
    path.relative_to(HERE).as_posix(): path.read_text(encoding="utf-8")
    for path in (*HERE.glob("*.md"), *HERE.glob("docs/*.md"), *HERE.glob("examples/*/*.md"))
}
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DEVELOPMENT_ONLY = ["hypothesis", "jsonschema", "mypy", "pytest"]  # what users do not have; Pydantic is in extending.md
# What a user of the documents has before the first block: an artifacts root, and the example.
SET_UP = [
    ["-m", "digit_classifier", "train", "--model", "logistic", "--epochs", "3"],
    ["examples/digit-classifier/web_demo/seed_sample_artifacts.py"],
]


def blocks(name: str, *languages: str) -> list[str]:
    return [code for language, code in BLOCK.findall(DOCUMENTS[name]) if language in languages]


def with_python() -> list[str]:
    return [name for name in DOCUMENTS if blocks(name, "python")]


@pytest.mark.parametrize("path", generate.documents(), ids=lambda path: path.name)
def test_the_generated_parts_are_fresh(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert generate.refreshed(text) == text, f"{path.name} is stale; try: make docs"


def test_the_page_explains_every_setting_as_the_help_does() -> None:
    assert generate.PAGE_SETTINGS.read_text(encoding="utf-8") == generate.page_settings(), "stale; try: make docs"


def test_every_generated_part_stands_once() -> None:
    found = [part["name"] for text in DOCUMENTS.values() for part in generate.PART.finditer(text)]
    assert sorted(found) == sorted(generate.PARTS)


@pytest.mark.parametrize("name", generate.FILES)
def test_every_key_of_a_file_is_explained(name: str) -> None:
    _, _, section = DOCUMENTS["docs/artifacts.md"].partition(f"<!-- generated: {name} -->")
    rows = re.findall(r"^\| `([^`.]+)` \| .* \| (.*) \|$", section.partition("<!-- end -->")[0], re.MULTILINE)
    assert {key for key, meaning in rows if not meaning} == set()
    assert len(rows) >= len(generate.FILES[name].schema.get("properties", ())) - 1


def test_the_figures_of_performance_are_those_that_were_measured() -> None:
    found = {part: result for part in report.PARTS if (result := measure.load(part, quick=False))}
    assert report.text(found, "images/performance.svg") == DOCUMENTS["docs/performance.md"]


@pytest.mark.parametrize("name", with_python())
def test_the_python_of_a_document_runs_as_its_readers_have_it(name: str, tmp_path: Path) -> None:
    """In a directory of its own, block after block, without what only development needs."""
    place = tmp_path / "a reader's place"
    place.mkdir()
    shutil.copytree(HERE / "examples", place / "examples", ignore=shutil.ignore_patterns("artifacts", "__pycache__"))
    for words in SET_UP:
        subprocess.run([sys.executable, *words], cwd=place, check=True, capture_output=True)
    lines = [f"import sys; sys.modules.update(dict.fromkeys({DEVELOPMENT_ONLY}))"]
    lines += [f"exec(compile({code!r}, 'block', 'exec'))" for code in blocks(name, "python")]
    (place / "blocks.py").write_text("\n".join(lines), encoding="utf-8")
    warnings = "ignore" if name == "docs/exports.md" else "error"  # other tools warn of themselves
    quiet = os.environ | {"MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}
    done = subprocess.run(
        [sys.executable, "-W", warnings, "blocks.py"], env=quiet, cwd=place, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def commands() -> list[tuple[str, str]]:
    """Every command line of ours in a block that is no program, and in prose."""
    found = []
    for name, text in DOCUMENTS.items():
        shown = [line for code in blocks(name, "", "sh") for line in code.splitlines()]
        shown += re.findall(r"`((?:digit-classifier|python examples/\S+\.py) [^`…]+)`", BLOCK.sub("", text))
        found += [(name, line) for line in shown if re.search(r"(^|\s)(digit-classifier |\S*run_demo\.py)", line)]
    return found


@pytest.mark.parametrize(("name", "line"), commands())
def test_every_command_of_a_document_is_understood(name: str, line: str) -> None:
    words = shlex.split(re.split(r"[|>]", line)[0], comments=True)
    start = next(at for at, word in enumerate(words) if word == "digit-classifier" or word.endswith("run_demo.py"))
    given = words[start + 1 :]
    if words[start].endswith("run_demo.py"):
        given = ["train", *given]
    if "--help" in given or "--version" in given or not given:
        return
    parser = build_parser(COMMANDS, Defaults())
    if given[0] in parser.commands and len(given) == 1:
        return  # only a command's name
    parser.parse_all(given)


PLACES = r"(?:tests|docs|benchmarks|examples|src|frontend)/[\w./-]*[\w/]"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_of_a_document_exists(name: str) -> None:
    text, place = DOCUMENTS[name], (HERE / name).parent
    links = [link for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", BLOCK.sub("", text)) if "://" not in link]
    links += re.findall(r'<img src="([^"]+)"', text)
    assert [link for link in links if not (place / link).exists()] == []
    named = {found for found in re.findall(PLACES, text) if "artifacts/" not in found.partition("web_demo/")[2]}
    assert sorted(path for path in named if not (HERE / path).exists() and not (place / path).exists()) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_to_a_heading_has_one(name: str) -> None:
    for target, heading in re.findall(r"\]\(([^)#\s:]*)#([^)]+)\)", DOCUMENTS[name]):
        other = ((HERE / name).parent / target).resolve().relative_to(HERE).as_posix() if target else name
        headings = re.findall(r"^#+ (.*)$", BLOCK.sub("", DOCUMENTS[other]), re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}
        assert heading in anchors, f"{name}: {target}#{heading}"


def test_every_target_of_make_in_a_document_is_one() -> None:
    makefile = (HERE / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))
    for name, text in DOCUMENTS.items():
        shown = re.findall(r"`make ([a-z -]+)", text) + re.findall(r"^make ([a-z -]+)", text, re.MULTILINE)
        words = {word for line in shown for word in line.split()}
        assert words <= targets, name


def rooms() -> dict[str, tuple[str, str]]:
    """Room → what it holds and what it may import, as CONTRIBUTING says."""
    rows = re.findall(r"^\| `(\w+)/?` \| (.*) \| (.*) \|$", DOCUMENTS["CONTRIBUTING.md"], re.MULTILINE)
    return {name: (holds, libraries) for name, holds, libraries in rows}


def test_the_map_of_the_rooms_is_the_order_of_the_imports() -> None:
    assert list(rooms()) == ORDER


@pytest.mark.parametrize("name", ORDER)
def test_a_room_imports_the_libraries_that_the_map_names(name: str) -> None:
    found = set()
    for path in (path for path in MODULES if room(path) == name):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    libraries = {"PIL": "Pillow", "sklearn": "scikit-learn", "yaml": "PyYAML", "numpy": "NumPy"}
    libraries |= {"matplotlib": "Matplotlib", "rich": "Rich"}
    others = {libraries.get(each, each) for each in found - sys.stdlib_module_names - {"digit_classifier"}}
    _, said = rooms()[name]
    assert said == (", ".join(sorted(others, key=str.lower)) or "standard library")
    assert said == "standard library" or name not in BARE


def test_the_package_is_described_without_invented_addresses() -> None:
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["readme"] == "README.md"
    assert "urls" not in project
