"""A Python for ARM processors, run by emulation: what `make soak` trains exactly in, beside this machine's.

`apt-get install qemu-user-static`. Debian's packages and PyPI's wheels for aarch64 are unpacked into one directory; no
package of another architecture is installed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[2]
QEMU, APT = shutil.which("qemu-aarch64-static"), shutil.which("apt-get")
PACKAGES = ["python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib", "libc6", "libgcc-s1", "libstdc++6"]
PACKAGES += ["zlib1g", "libexpat1", "libssl3", "libffi8", "liblzma5", "libbz2-1.0", "libuuid1", "libcrypt1"]
WHEELS = ["numpy", "scikit-learn", "threadpoolctl", "pillow", "pyyaml"]


def is_there() -> bool:
    return bool(QEMU and APT and (3, 11) <= sys.version_info < (3, 12))


def prepare(root: Path) -> None:
    """Fill an empty directory with a Python and what exact training imports."""
    state = root / "apt"
    for name in ("lists/partial", "cache/archives/partial"):
        (state / name).mkdir(parents=True)
    (state / "status").touch()
    options = {
        "APT::Architecture": "arm64",
        "APT::Architectures": "arm64",
        "Dir::State": state,
        "Dir::Cache": state / "cache",
    }
    options |= {"Dir::State::lists": state / "lists", "Dir::State::status": state / "status"}
    options |= {
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": state / "sources",
        "APT::Sandbox::User": "root",
    }
    (state / "sources").mkdir()
    shutil.copy("/etc/apt/sources.list.d/debian.sources", state / "sources")
    apt = [str(APT), "-qq", *(word for key, value in options.items() for word in ("-o", f"{key}={value}"))]
    _run([*apt, "update"])
    _run([*apt, "download", *PACKAGES], cwd=state)
    for package in state.glob("*.deb"):
        _run(["dpkg", "-x", str(package), str(root)])
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    platforms = ["--platform", "manylinux_2_28_aarch64", "--platform", "manylinux2014_aarch64", "--only-binary=:all:"]
    pinned = [f"{name}=={version(name)}" for name in WHEELS]
    _run([*pip, *platforms, "--python-version", "311", "--target", str(root / "wheels"), *pinned])


def digests(root: Path, settings: dict[str, dict[str, Any]]) -> dict[str, dict[str, str]]:
    """What exact_digests.py prints there."""
    python = [str(QEMU), "-L", str(root), str(root / "usr/bin/python3.11"), "-S"]
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "OPENBLAS_"))},
        "PYTHONHOME": str(root / "usr"),
        "PYTHONPATH": os.pathsep.join((str(root / "wheels"), str(HERE / "src"))),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    script = str(HERE / "tests/support/exact_digests.py")
    found: dict[str, dict[str, str]] = json.loads(_run([*python, script, json.dumps(settings)], env=variables))
    return found


def _run(command: list[str], **options: Any) -> str:
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{' '.join(command)[:300]}\n{done.stderr[-2000:]}"
    return done.stdout
