"""The shape of the package: imports go down, start-up stays light, what is claimed is tested."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import yaml
from packaging.requirements import Requirement

from digit_classifier.settings.presets import PRESETS
from digit_classifier.settings.run_config import SETTINGS, RunConfig

HERE = Path(__file__).parents[1]
PACKAGE = HERE / "src" / "digit_classifier"

# Each room may import those before it and itself, never those after it.
ORDER = [
    *("errors", "text", "plugins", "numerics", "datasets", "settings", "learning", "evaluation", "artifacts"),
    "words",
    "store",
    *(
        "page",
        "figures",
        "environment",
        "run",
        "experiment",
        "replay",
        "sweeps",
        "exporters",
        "cli",
        "__main__",
        "estimator",
    ),
]
HEAVY = {"numpy", "sklearn", "scipy", "matplotlib", "PIL", "yaml", "rich", "threadpoolctl", "pandas"}
HEAVY |= {"onnx", "onnxruntime", "safetensors", "tensorboardX", "tensorboard", "mlflow", "google", "huggingface_hub"}
BARE = [
    "errors",
    "text",
    "numerics.elementary",
    "evaluation",
    "artifacts",
    "words",
    "store",
]  # run on a bare interpreter
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> set[str]:
    """Rooms of this package that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("digit_classifier.")}
    return found & set(ORDER)


@pytest.mark.parametrize("name", ORDER)
def test_a_room_imports_only_rooms_before_it(name: str) -> None:
    for path in (path for path in MODULES if room(path) == name):
        above = {other for other in imported(path) if ORDER.index(other) > ORDER.index(name)}
        assert not above, f"{path.relative_to(PACKAGE)} imports {above}: {name} comes before them"


def test_the_package_is_these_rooms_and_at_most_24_entries() -> None:
    entries = [path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"]
    assert {name.removesuffix(".py") for name in entries} == {*ORDER, "__init__", "py.typed"}
    assert len(entries) <= 24


def test_no_public_function_or_class_stands_twice() -> None:
    homes: dict[str, set[str]] = {}
    for path in MODULES:
        for node in ast.parse(path.read_text()).body:
            one_each = path.parent.name == "exporters" and getattr(node, "name", "") in ("export", "add")
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not one_each:
                homes.setdefault(node.name, set()).add(str(path.relative_to(PACKAGE)))
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def test_the_flow_is_read_in_a_screenful() -> None:
    assert len((PACKAGE / "experiment.py").read_text().splitlines()) <= 170


def test_every_public_name_is_importable_and_listed_for_type_checkers() -> None:
    import digit_classifier

    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    typed = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert typed - {"import_module", "TYPE_CHECKING", "Any", "annotations"} == set(digit_classifier.__all__)
    assert all(getattr(digit_classifier, name).__name__ == name for name in digit_classifier.__all__)


def loaded(code: str, *flags: str) -> set[str]:
    """Top-level modules in memory after this code, in a fresh interpreter."""
    probe = code + "\nimport sys, json; print('\\n' + json.dumps(sorted({n.split('.')[0] for n in sys.modules})))"
    command = [sys.executable, *flags, "-c", f"import sys; sys.path.insert(0, {str(HERE / 'src')!r})\n{probe}"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(json.loads(out.splitlines()[-1]))


def test_importing_the_package_loads_no_library() -> None:
    assert not HEAVY & loaded("import digit_classifier")


@pytest.mark.parametrize("name", BARE)
def test_the_stores_half_runs_on_a_bare_interpreter(name: str) -> None:
    code = f"import digit_classifier.{name}"
    if name == "store":
        code = "\n".join(f"import digit_classifier.store.{path.stem}" for path in sorted((PACKAGE / name).glob("*.py")))
    assert not HEAVY & loaded(code, "-I", "-S")


def test_help_loads_no_library() -> None:
    code = "from digit_classifier.cli.main import main\ntry: main(['train', '--help'])\nexcept SystemExit: pass"
    assert not HEAVY & loaded(code)


@pytest.mark.parametrize("command", ["runs", "verify", "export"])
def test_looking_at_runs_loads_no_library(command: str, tmp_path: Path) -> None:
    flags = ["--model", "logistic", "--epochs", "1", "--artifacts-root", str(tmp_path)]
    train = f"from digit_classifier.cli.main import main; main({['train', *flags]!r})"
    subprocess.run(
        [sys.executable, "-c", train], check=True, capture_output=True, env={"PYTHONPATH": str(HERE / "src")}
    )
    export = ["export", "--html", str(tmp_path), "-o", str(tmp_path / "report.html")]
    arguments = export if command == "export" else [command, str(tmp_path)]
    assert not HEAVY & loaded(f"from digit_classifier.cli.main import main; assert main({arguments!r}) == 0")


def test_a_default_run_loads_only_numpy_pillow_yaml_and_threadpoolctl(tmp_path: Path) -> None:
    config = HERE / "examples" / "digit-classifier" / "config.yaml"
    flags = ["--config", str(config), "--model", "logistic", "--epochs", "1", "--artifacts-root", str(tmp_path)]
    found = loaded(f"from digit_classifier.cli.main import main; main({['train', *flags]!r})")
    assert found & HEAVY == {"numpy", "PIL", "yaml", "threadpoolctl"}


def test_requirements_and_package_need_the_same() -> None:
    project = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]
    lines = (HERE / "examples" / "digit-classifier" / "requirements.txt").read_text().splitlines()
    assert sorted(line for line in lines if not line.startswith("#")) == sorted(project["dependencies"])


def test_the_locked_versions_are_of_what_is_needed_on_every_python() -> None:
    """A new need, or a bound that was raised, asks for `make lock`."""
    pyproject = tomllib.loads((HERE / "pyproject.toml").read_text())
    extras = pyproject["project"]["optional-dependencies"]
    needed = pyproject["project"]["dependencies"] + pyproject["dependency-groups"]["dev"]
    needed += [need for name, needs in extras.items() if name != "all" for need in needs]
    lines = [line.partition("#")[0] for line in (HERE / "requirements-dev.txt").read_text().splitlines()]
    locked = [Requirement(line) for line in lines if line.strip()]
    for python in claimed_pythons():
        surroundings = {"python_version": python, "python_full_version": f"{python}.0"}
        chosen = {pin.name: pin.specifier for pin in locked if not pin.marker or pin.marker.evaluate(surroundings)}
        for need in map(Requirement, needed):
            (pin,) = chosen[need.name.lower()]
            assert pin.operator == "=="
            assert pin.version in need.specifier


def test_every_format_with_a_library_has_an_extra_of_its_name_and_all_have_them_all() -> None:
    from importlib import import_module

    from digit_classifier.exporters import FORMATS, TRACKERS

    extras = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    libraries = {name: getattr(import_module(home), "LIBRARY", None) for name, home in {**FORMATS, **TRACKERS}.items()}
    for name, library in libraries.items():
        if library:
            assert library in [Requirement(need).name for need in extras[name]]
    (everything,) = map(Requirement, extras["all"])
    assert (everything.name, everything.extras) == ("digit-classifier", extras.keys() - {"all"})


def test_every_python_that_is_claimed_is_tested() -> None:
    project = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]
    workflow = yaml.safe_load((HERE / ".github" / "workflows" / "ci.yml").read_text())
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == claimed_pythons()
    assert project["requires-python"] == f">={claimed_pythons()[0]}"


def claimed_pythons() -> list[str]:
    classifiers = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]["classifiers"]
    found = [text.removeprefix("Programming Language :: Python :: ") for text in classifiers]
    return [version for version in found if version.startswith("3.")]


def test_every_choice_of_a_setting_has_its_line_in_a_dictionary() -> None:
    from digit_classifier.datasets.split import SPLITS
    from digit_classifier.learning.build import SCALINGS
    from digit_classifier.learning.optimizers import OPTIMIZERS

    choices = {name: set(get_args(kind)) for name, kind in get_type_hints(RunConfig).items() if get_args(kind)}
    for name, known in (("model", PRESETS), ("optimizer", OPTIMIZERS), ("scaling", SCALINGS), ("split", SPLITS)):
        known = {*known, *({"auto"} if name == "split" else ())}  # which becomes another, with the data
        assert choices[name] == set(known), name
        assert set(SETTINGS[name].metadata["kind"].expected.removeprefix("one of ").split(", ")) == set(known), name
        assert SETTINGS[name].metadata["kind"].expected == "one of " + ", ".join(
            get_args(get_type_hints(RunConfig)[name])
        )
