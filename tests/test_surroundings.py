"""The surroundings of a process change no bit of an ordinary run: threads, hash seed, language, time zone, load."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
WORK = """
from digit_classifier import configure, prepare, run_experiment
from digit_classifier.artifacts import payloads_of
from digit_classifier.run import results_of
from digit_classifier.store.json import encode
import hashlib

# The larger batch is where another number of threads gives other sums, on every kernel that was tried.
SETTINGS = [
    {"model": "mlp", "hidden_sizes": "24", "epochs": 3, "random_state": 1},
    {"model": "mlp", "hidden_sizes": "256,256", "epochs": 2, "batch_size": 0, "random_state": 2},
    {"model": "logistic", "epochs": 12, "random_state": 3},
    {"model": "logistic", "epochs": 4, "batch_size": 32, "shift_pixels": 0.5, "random_state": 4},
]

def digest(settings):
    config = configure(**settings)
    payloads = payloads_of(results_of(run_experiment(config, prepare(config))))
    text = b"".join(encode(payload) for name, payload in payloads.items() if name != "dataset.json")
    return hashlib.sha256(text).hexdigest()
"""
WAYS = {
    "serial": "found = [digest(each) for each in SETTINGS]",
    "multiprocessing": """
import multiprocessing
with multiprocessing.get_context("spawn").Pool(2) as pool:
    found = pool.map(digest, SETTINGS)
""",
    "fork": """
import multiprocessing
with multiprocessing.get_context("fork").Pool(2) as pool:
    found = pool.map(digest, SETTINGS)
""",
    "concurrent.futures": """
from concurrent.futures import ProcessPoolExecutor
with ProcessPoolExecutor(2) as pool:
    found = list(pool.map(digest, SETTINGS))
""",
    "joblib": """
from joblib import Parallel, delayed
found = Parallel(n_jobs=2)(delayed(digest)(each) for each in SETTINGS)
""",
    "threads beside each other": """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(2) as pool:
    found = list(pool.map(digest, SETTINGS))
""",
    "threads of its own": """
import os
from threadpoolctl import threadpool_limits
with threadpool_limits(2):
    found = [digest(each) for each in SETTINGS]
""",
}
SURROUNDINGS: dict[str, dict[str, str]] = {
    "one thread": {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
    "four threads": {"OPENBLAS_NUM_THREADS": "4", "OMP_NUM_THREADS": "4", "MKL_NUM_THREADS": "4"},
    "hash seed": {"PYTHONHASHSEED": "123"},
    "Turkish": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
    "C locale": {"LC_ALL": "C", "PYTHONUTF8": "0"},
    "Kathmandu": {"TZ": "Asia/Kathmandu"},
    "optimised": {"PYTHONOPTIMIZE": "1", "PYTHONDONTWRITEBYTECODE": "1"},
}


def digests(place: Path, way: str, **extra: str) -> list[str]:
    """What a fresh process finds, one digest per setting."""
    module = place / "work.py"  # a module: spawned workers import it
    module.write_text(WORK)
    script = place / "script.py"
    script.write_text(f"from work import *\nif __name__ == '__main__':\n{_indented(WAYS[way])}\n    print(found)\n")
    env = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    env |= {"PYTHONPATH": f"{HERE / 'src'}{os.pathsep}{place}", **extra}
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, env=env, cwd=place)
    found: list[str] = json.loads(done.stdout.replace("'", '"'))
    return found


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.strip().splitlines())


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    found = digests(tmp_path_factory.mktemp("alone"), "serial")
    assert len(set(found)) == 4
    return found


@pytest.mark.parametrize("way", [way for way in WAYS if way != "serial"])
def test_workers_side_by_side_find_the_same_bits(way: str, alone: list[str], tmp_path: Path) -> None:
    assert digests(tmp_path, way) == alone


LIMITS = """
import json
from threading import Event, Thread
from threadpoolctl import ThreadpoolController
from digit_classifier.environment import one_blas_thread

libraries = [each for each in ThreadpoolController().lib_controllers if each.user_api == "blas"]
first_in, second_in, first_out = Event(), Event(), Event()
found = {}

def threads():
    return [each.num_threads for each in libraries]

def first():
    with one_blas_thread():
        first_in.set()
        second_in.wait(60)
    first_out.set()

def second():
    first_in.wait(60)
    with one_blas_thread():
        second_in.set()
        first_out.wait(60)
        found["inside"] = threads()

found["before"] = threads()
workers = [Thread(target=each) for each in (first, second)]
for each in workers:
    each.start()
for each in workers:
    each.join()
found["after"] = threads()
print(json.dumps(found))
"""


def test_the_last_of_threads_beside_each_other_gives_their_limit_back() -> None:
    env = {**os.environ, "PYTHONPATH": str(HERE / "src"), "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    done = subprocess.run([sys.executable, "-c", LIMITS], capture_output=True, text=True, check=True, env=env)
    found = json.loads(done.stdout)
    assert found["inside"] == [1] * len(found["before"])
    assert found["after"] == found["before"]


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_the_environment_of_a_process_changes_no_bit(name: str, alone: list[str], tmp_path: Path) -> None:
    place = tmp_path / "another place, with ünusual name"
    place.mkdir()
    assert digests(place, "serial", **SURROUNDINGS[name]) == alone
