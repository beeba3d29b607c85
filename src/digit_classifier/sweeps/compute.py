"""One point, from its settings to the line it leaves and, where its run is kept, all files: what a worker does.

A worker gets settings and the data, and returns bytes. It is given no path, and writes nothing.
"""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from digit_classifier import __version__
from digit_classifier.artifacts import PlainDataset, held_out_map, labels_text
from digit_classifier.artifacts.point import failure_text
from digit_classifier.artifacts.rules import from_base64, to_base64
from digit_classifier.environment import environment, one_blas_thread
from digit_classifier.errors import DigitClassifierError, InputError, explain
from digit_classifier.experiment import payloads_with_summary, run_experiment
from digit_classifier.figures import draw_figures
from digit_classifier.run.data import data_of, plain_of
from digit_classifier.run.prepare import prepare, suited
from digit_classifier.settings.run_config import SETTINGS, RunConfig
from digit_classifier.store.json import MAX_VALUES, decode, encode_line
from digit_classifier.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from digit_classifier.artifacts import Payload
    from digit_classifier.datasets.dataset import Dataset

MAX_RESULT_BYTES = 256_000_000
MAX_RESULT_VALUES = 6 * MAX_VALUES  # of all files of a run together


class PointTask(NamedTuple):
    """A point as a worker gets it."""

    recipe: str
    config: dict[str, Any]  # every setting by name
    origin: dict[str, str]
    created: str
    keep: bool  # all files are wanted, not only the line


class Loaded(NamedTuple):
    """The data set of a sweep, ready in a worker."""

    sha256: str  # of all that was sent: test part and groups, too
    data: Dataset
    plain: PlainDataset


def task_for(recipe: str, config: RunConfig, created: str, *, keep: bool) -> PointTask:
    """The task of a point."""
    values = {name: getattr(config, name) for name in SETTINGS if name not in ("artifacts_root", "output_dir")}
    return PointTask(recipe, values, dict(config.origin), created, keep)


# The data set, sent once


def pack(data: Dataset) -> bytes:
    """A data set in its canonical form: a line of JSON, then samples, labels, test part and groups as bytes."""
    plain = plain_of(data)
    names = ("name", "title", "source", "note", "shape", "tone", "origin")
    head = {key: getattr(plain, key) for key in names} | {"class_names": list(plain.class_names)}
    parts = [bytes(plain.samples), data.labels.astype("<i8").tobytes()]
    parts.append(b"" if data.held_out is None else data.held_out.astype("u1").tobytes())
    parts.append(b"" if data.groups is None else data.groups.astype("<i8").tobytes())
    head |= {"sha256": data.sha256, "sizes": [len(part) for part in parts]}
    return b"".join([json.dumps(head).encode("ascii"), b"\n", *parts])


def unpack(packed: bytes) -> Loaded:
    """The data set again; InputError unless it has the digest that it was sent with."""
    first, _, rest = packed.partition(b"\n")
    head = json.loads(first)
    sizes, sha256 = head.pop("sizes"), head.pop("sha256")
    ends = np.cumsum([0, *sizes])
    samples, labels, held_out, groups = (rest[start:end] for start, end in pairwise(ends))
    plain = PlainDataset(labels=np.frombuffer(labels, "<i8").tolist(), samples=samples, **head)
    data = data_of(plain)
    data = replace(
        data,
        held_out=np.frombuffer(held_out, "u1").astype(np.bool_) if held_out else None,
        groups=np.frombuffer(groups, "<i8").astype(np.intp) if groups else None,
    )
    if data.sha256 != sha256:
        raise InputError(
            explain("data set", f"sha256 {sha256[:12]}…", data.sha256[:12], "the same versions everywhere")
        )
    return Loaded(hashlib.sha256(packed).hexdigest(), data, plain)


# A point


def computed(task: PointTask, loaded: Loaded) -> bytes:
    """A point as a line of JSON: what it scored and, if wanted, every file; or why it failed. Never raises."""
    began = time.perf_counter()
    try:
        answer = _trained(task, loaded)
    except MemoryError:
        answer = {"failure": "memory: expected enough for these settings, got too little"}
    except DigitClassifierError as error:
        answer = {"failure": str(error)}
    except Exception as error:  # noqa: BLE001 - a point that fails is recorded, and the others go on
        answer = {"failure": f"{type(error).__name__}: {error}"}
    if "failure" in answer:
        answer["failure"] = failure_text(answer["failure"])
    facts = _facts()
    seconds = round(time.perf_counter() - began, 6)
    return encode_line({"recipe_digest": task.recipe, "environment": facts, "seconds": seconds, **answer})


@cache
def _facts() -> dict[str, Any]:
    return {key: clean_text(value, 1000) if isinstance(value, str) else value for key, value in environment().items()}


def environment_key(facts: Payload) -> str:
    """The short name of an environment."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:12]


def _trained(task: PointTask, loaded: Loaded) -> Payload:
    started = time.perf_counter()
    config = RunConfig(**task.config, origin=task.origin)
    split = prepare(config, loaded.data)
    run = run_experiment(suited(config, split), split)
    if run.history.diverged:
        epoch, reason = run.history.diverged
        return {"failure": f"diverged in epoch {epoch}: {reason}"}
    payloads = payloads_with_summary(run, loaded.plain, task.created, started)
    summary, metrics, holdout = (payloads[name] for name in ("run_summary.json", "metrics.json", "holdout.json"))
    classes, samples = len(loaded.plain.class_names), len(loaded.plain.labels)
    result = {
        **{key: metrics[key] for key in ("accuracy", "train_accuracy", "macro_f1", "log_loss")},
        "epochs": len(payloads["loss_curve.json"]["epochs"]),
        "training": summary["split"]["training"],
        "holdout": summary["split"]["holdout"],
        "parameters": summary["model"]["parameters"],
        "results_digest": summary["results_digest"],
        "split": summary["split"]["sha256"],
        "predicted": labels_text(holdout["predicted_labels"], classes),
    }
    answer: Payload = {"result": result, "held_out": held_out_map(holdout["sample_ids"], samples)}
    if task.keep:
        pictures = {name: to_base64(data) for name, data in draw_figures(payloads).items()}
        answer |= {"files": payloads, "pictures": pictures}
    return answer


def answer_of(text: bytes, task: PointTask) -> Payload:
    """What came from a worker, checked as a file from elsewhere is; ArtifactError for anything else."""
    where = f"result of {task.recipe[:12]}"
    answer = decode(text, where, max_bytes=MAX_RESULT_BYTES, max_values=MAX_RESULT_VALUES)
    if answer.get("recipe_digest") != task.recipe:
        raise InputError(explain("worker", f"the result of {task.recipe[:12]}", "another", "other workers"))
    answer["pictures"] = {
        name: from_base64(data, None, name) for name, data in dict(answer.get("pictures") or {}).items()
    }
    return answer


# In a worker process

_here: list[Loaded] = []


def worker_report() -> dict[str, str]:
    """What a worker is, before it gets any work."""
    return {"digit_classifier": __version__, "numpy": np.__version__}


def begin(packed: bytes) -> None:
    """Make a process a worker: Ctrl-C is for the coordinator, whose end is the worker's, too."""
    import multiprocessing
    import os
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()
    _here[:] = [unpack(packed)]


def serve(line: Connection, packed: bytes) -> None:
    """Be a worker at the end of this line, until its other end is closed: points come, their results go."""
    begin(packed)
    with suppress(EOFError, OSError):
        while True:
            tasks: Sequence[PointTask] = line.recv()
            line.send([computed(task, _here[0]) for task in tasks])


def work_with(packed: bytes, sha256: str, tasks: Sequence[PointTask]) -> list[bytes]:
    """The same where workers are not ours, and live longer than a sweep: data of this digest are unpacked once."""
    loaded = next((each for each in _here if each.sha256 == sha256), None) or unpack(packed)
    _here[:] = [loaded]
    with one_blas_thread():  # also between two trainings of threads beside each other
        return [computed(task, loaded) for task in tasks]
