"""`--exact`: the same bits on every machine, in every environment, and the same accuracy as without.

The golden digests were made on x86-64. A change of what exact training computes makes them again with
`python tests/numerics/test_exact.py` and says "Results change" in the changelog.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from digit_classifier.datasets.bundled import load_digits
from digit_classifier.datasets.split import stratified_split
from digit_classifier.learning.training import train
from digit_classifier.settings.resolve import configure

TESTS = Path(__file__).parents[1]
SCRIPT, GOLDEN = TESTS / "support" / "exact_digests.py", TESTS / "golden" / "exact.json"
OLDEST = Path(sys.prefix) / "numpy-oldest"  # where `make test` puts the oldest NumPy that this Python can run

# Whole presets, but for the convolutions, which take longest.
WHOLE = {
    f"{model} {seed}": {"model": model, "random_state": seed} | ({"epochs": 2} if model == "cnn" else {})
    for model in ("mlp", "logistic", "cnn")
    for seed in (0, 1, 42)
}
# Small ones in which every operation occurs: full and odd batches, both optimisers and scalings, images
# moved and still, few and many.
SMALL: dict[str, dict[str, object]] = {
    "logistic": {"model": "logistic", "epochs": 5},
    "mlp": {"hidden_sizes": "24,12", "epochs": 2, "batch_size": 100, "scaling": "standard"},
    "cnn": {"model": "cnn", "channels": "3,4", "hidden_sizes": "8", "epochs": 1, "batch_size": 500},
    "full": {"hidden_sizes": "16", "optimizer": "sgd", "epochs": 2, "batch_size": 0, "learning_rate": 0.5},
    "still": {"hidden_sizes": "16", "epochs": 2, "batch_size": 100, "scaling": "standard", "shift_pixels": 0},
}
SMALL["many"] = SMALL["still"] | {"scaled": 0}


def digests_in(settings: dict[str, dict[str, object]], **environment: str) -> dict[str, dict[str, str]]:
    """Digests by name, from a fresh process with these environment variables."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("OPENBLAS_", "NPY_"))}
    command = [sys.executable, str(SCRIPT), json.dumps(settings)]
    out = subprocess.run(command, env=clean | environment, capture_output=True, text=True, check=True).stdout
    return json.loads(out)


def test_the_digests_are_the_golden_ones() -> None:
    golden = json.loads(GOLDEN.read_text())
    assert digests_in(WHOLE) == golden["whole"]
    assert digests_in(SMALL) == golden["small"]


def kernels() -> list[str]:
    """Matrix kernels of OpenBLAS for this family of processors that this processor can run."""
    flags = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    needs = {"Prescott": "pni", "Nehalem": "sse4_2", "Sandybridge": "avx", "Haswell": "avx2", "Zen": "avx2"}
    return [name for name, flag in (needs | {"SkylakeX": "avx512vl"}).items() if f" {flag} " in flags]


@pytest.mark.parametrize("kernel", kernels())
def test_the_matrix_kernel_does_not_matter(kernel: str) -> None:
    assert digests_in(SMALL, OPENBLAS_CORETYPE=kernel) == json.loads(GOLDEN.read_text())["small"]


# (m, k) @ (k, n). Uncut, each of these kills the process with OpenBLAS 0.3.34, Haswell or Zen kernel, on an AMD
# processor with AVX-512; 23 rows, one column or pieces of 321 do not.
LONG = """
import numpy as np
from digit_classifier.numerics.arithmetic import exact_matmul
for m, k, n in ((24, 323, 2), (28, 512, 4), (24, 642, 2), (145, 4096, 32), (28, 32000, 4), (65, 60000, 10)):
    for a in (np.ones((m, k), np.float32), np.ones((k, m), np.float32).T):
        for b in (np.ones((k, n), np.float32), np.ones((n, k), np.float32).T):
            out = np.empty((m, n))
            exact_matmul(a, b, out)
            assert (out == k).all()
"""


@pytest.mark.parametrize("kernel", kernels())
def test_a_long_product_ends_well_with_every_kernel(kernel: str) -> None:
    """On one thread, as a run computes; on several, the pieces that each gets may be small enough."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("OPENBLAS_", "NPY_"))}
    env = clean | {"OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(TESTS.parent / "src")}
    done = subprocess.run([sys.executable, "-c", LONG], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_kernels_are_really_different_ones() -> None:
    code = "import numpy, threadpoolctl as t; print([i['architecture'] for i in t.threadpool_info()])"
    command = [sys.executable, "-c", code]
    shown = {
        subprocess.run(command, env=os.environ | {"OPENBLAS_CORETYPE": name}, capture_output=True, check=True).stdout
        for name in kernels()
    }
    assert len(shown) >= min(2, len(kernels()))


def test_the_vector_units_that_numpy_uses_do_not_matter() -> None:
    code = (
        "import json; from numpy._core._multiarray_umath import __cpu_dispatch__ as d, __cpu_features__ as f;"
        "print(' '.join(x for x in d if f.get(x)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert digests_in(SMALL, NPY_DISABLE_CPU_FEATURES=found) == json.loads(GOLDEN.read_text())["small"]


@pytest.mark.parametrize("threads", ["1", "2", "3"])
def test_the_number_of_threads_does_not_matter(threads: str) -> None:
    assert digests_in(SMALL, OPENBLAS_NUM_THREADS=threads) == json.loads(GOLDEN.read_text())["small"]


def test_even_several_threads_at_work_give_the_same_bits() -> None:
    """A run computes on one thread; the arithmetic allows more."""
    config, split = (
        configure(exact=True, hidden_sizes="300", epochs=1, batch_size=0),
        stratified_split(load_digits(), 0.2, 0),
    )
    networks = []
    for threads in (1, 2, 4):
        with threadpool_limits(limits=threads, user_api="blas"):
            networks.append(train(config, split)[0].parameters.tobytes())
    assert networks[0] == networks[1] == networks[2]


def test_the_version_of_numpy_does_not_matter() -> None:
    assert OLDEST.is_dir(), f"expected an old NumPy in {OLDEST}, found none; run make test"
    code = "import numpy; print(numpy.__version__)"
    environment = os.environ | {"PYTHONPATH": str(OLDEST)}
    version = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert version.stdout.strip() != np.__version__
    golden = json.loads(GOLDEN.read_text())
    assert digests_in(SMALL, PYTHONPATH=str(OLDEST)) == golden["small"]
    assert digests_in({"mlp 0": WHOLE["mlp 0"]}, PYTHONPATH=str(OLDEST))["mlp 0"] == golden["whole"]["mlp 0"]


@pytest.mark.parametrize("settings", [{"model": "logistic"}, {"epochs": 15}, {"model": "cnn", "epochs": 2}])
def test_exact_training_is_as_accurate_as_the_ordinary_one(settings: dict[str, object]) -> None:
    split = stratified_split(load_digits(), 0.2, 3)
    (plain, one), (exact, two) = (train(configure(**settings, exact=switch), split) for switch in (False, True))
    assert abs(one.epochs[-1].holdout_accuracy - two.epochs[-1].holdout_accuracy) < 0.02
    assert two.epochs[-1].training_loss == pytest.approx(one.epochs[-1].training_loss, rel=0.1)
    assert plain.parameters.tobytes() != exact.parameters.tobytes()


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({"whole": digests_in(WHOLE), "small": digests_in(SMALL)}, indent=2) + "\n")
