"""Packages that are missing, or there and broken: one line before any training, with what mends it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
TRAIN = ["train", "--model", "logistic", "--epochs", "2", "--artifacts-root", "runs"]
PLOTS = ["--roc-per-class", "--learning-rate-trace", "--timing-stats"]
MAIN = """
import sys
{before}
def begin(self):
    print("the training began")
    return self._steps
try:
    from digit_classifier.learning import training
    training.Training.__iter__ = begin
except Exception:
    pass
from digit_classifier.cli.main import main
sys.exit(main(sys.argv[1:]))
"""

# What breaks → how: run before anything is imported.
NO_FREETYPE = """
from PIL import features
import PIL, importlib.machinery, importlib.abc
class Gone(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "PIL._imagingft":
            raise ImportError("The _imagingft C module is not installed", name=name)
sys.meta_path.insert(0, Gone())
"""
BROKEN = {
    "pillow without FreeType": (NO_FREETYPE, [], "pillow", "The _imagingft C module is not installed"),
}
CTYPES = """
import ctypes
class ThreadpoolController:
    def __init__(self):
        ctypes.CDLL("/nowhere/libopenblas.so")
"""
SHADOWS = {
    "PIL": ("raise ImportError('libtiff.so.6: cannot open shared object file')", "libtiff.so.6: cannot open"),
    "numpy": (
        r"raise ImportError('\n\nREAD THIS\n\nOriginal error was: openblas: not there\n')",
        "openblas: not there",
    ),
    "threadpoolctl": (CTYPES, "/nowhere/libopenblas.so: cannot open shared object file"),
    "yaml": ("raise ImportError('_yaml.so: undefined symbol: PyUnicode_Foo')", "undefined symbol"),
    "matplotlib": ("raise ValueError('numpy.dtype size changed')", "numpy.dtype size changed"),
    "sklearn": (
        r"raise ImportError('\nscikit-learn has not been built correctly.\nIf ...')",
        "not been built correctly.",
    ),
}
NAMES = {"PIL": "pillow", "yaml": "pyyaml", "sklearn": "scikit-learn"}


def run(place: Path, *arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{place / 'shadow'}{os.pathsep}{SOURCE}"}
    command = [sys.executable, "-c", MAIN.format(before=before), *TRAIN, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=place, env=environment)


def check_refusal(done: subprocess.CompletedProcess[str], package: str, reason: str, place: Path) -> None:
    assert (done.returncode, done.stdout) == (2, ""), (done.stdout, done.stderr)
    assert done.stderr.startswith(f"error: import: expected the package {package} to load, got ")
    assert reason in done.stderr
    assert done.stderr.endswith(f"; try python -m pip install --force-reinstall {package}\n")
    assert done.stderr.count("\n") == 1
    assert not (place / "runs").exists()


@pytest.mark.parametrize("name", BROKEN)
def test_a_package_that_lacks_a_library_is_named_before_the_training(name: str, tmp_path: Path) -> None:
    before, arguments, package, reason = BROKEN[name]
    check_refusal(run(tmp_path, *arguments, before=before), package, reason, tmp_path)


@pytest.mark.parametrize("module", SHADOWS)
def test_a_package_that_does_not_load_is_named_before_the_training(module: str, tmp_path: Path) -> None:
    shadow, (code, reason) = tmp_path / "shadow" / module, SHADOWS[module]
    shadow.mkdir(parents=True)
    (shadow / "__init__.py").write_text(code)
    (tmp_path / "settings.yaml").write_text("epochs: 2\n")
    arguments = {"yaml": ["--config", "settings.yaml"], "matplotlib": ["--timing-stats"]}.get(module, [])
    check_refusal(run(tmp_path, *arguments), NAMES.get(module, module), reason, tmp_path)


@pytest.mark.parametrize("flag", PLOTS)
def test_matplotlib_is_asked_for_only_with_a_plot(flag: str, tmp_path: Path) -> None:
    (tmp_path / "shadow" / "matplotlib").mkdir(parents=True)
    (tmp_path / "shadow" / "matplotlib" / "__init__.py").write_text("raise ImportError('broken')")
    assert run(tmp_path).returncode == 0
    (tmp_path / "runs").rename(tmp_path / "first")
    check_refusal(run(tmp_path, flag), "matplotlib", "broken", tmp_path)
    (tmp_path / "shadow" / "matplotlib" / "__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'kiwisolver'\", name='kiwisolver')"
    )
    done = run(tmp_path, flag)
    assert "expected the package kiwisolver, got none; try pip install" in done.stderr
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_broken_progress_bar_is_named_before_the_training(tmp_path: Path) -> None:
    import pty

    (tmp_path / "shadow" / "rich").mkdir(parents=True)
    (tmp_path / "shadow" / "rich" / "__init__.py").write_text("raise ImportError('broken')")
    master, terminal = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path / 'shadow'}{os.pathsep}{SOURCE}"}
    command = [sys.executable, "-c", MAIN.format(before=""), *TRAIN]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=terminal, check=False, cwd=tmp_path, env=environment, text=True
    )
    os.close(terminal)
    with os.fdopen(master, "rb", buffering=0) as shown:
        text = shown.read(4096).decode()
    assert (done.returncode, done.stdout) == (2, "")
    assert "expected the package rich to load, got broken" in text
    assert not (tmp_path / "runs").exists()
