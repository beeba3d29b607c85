"""Event files for TensorBoard: a folder per run, with its curves, pictures, precision and recall, and settings."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from digit_classifier.errors import explain, option
from digit_classifier.exporters.source import OneRunError, about, payload, run_name, series_of, settings_of
from digit_classifier.store.files import cannot_write, make_directories, replace_all
from digit_classifier.store.layout import LITTER
from digit_classifier.text import as_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digit_classifier.store import Bundle

LIBRARY = "tensorboardX"


def add(bundle: Bundle, target: str) -> bool:
    """Write `target/<run>/` with one file; False where it is already. OneRunError where something else is there."""
    start = datetime.fromisoformat(bundle.manifest["created"]).timestamp()
    name = f"events.out.tfevents.{start:.0f}.{bundle.manifest['results_digest'][:12]}"
    folder = as_path(target) / run_name(bundle)
    try:
        names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        found = {each for each in names if not LITTER.fullmatch(each)}
        hidden = re.compile(rf"\.{re.escape(name)}-[0-9a-f]{{8}}\.tmp")
        left = {each for each in found if hidden.fullmatch(each)}  # by an export that was killed
        if not found <= {name, *left} or folder.is_file():
            raise OneRunError(explain(folder, "a new folder, or this run", "other files", "another target"))
        for each in left:
            (folder / each).unlink(missing_ok=True)
        if name not in found:
            data = _records(bundle, start)
            make_directories(folder)
            replace_all(folder, {name: data}, scratch=folder)
    except OSError as error:
        raise cannot_write(folder, error, option("output")) from error
    return name not in found


def _records(bundle: Bundle, start: float) -> bytes:
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.record_writer import RecordWriter

    with TemporaryDirectory() as scratch:
        path = Path(scratch, "events")
        with closing(RecordWriter(str(path))) as writer:
            writer.write(Event(wall_time=start, file_version="brain.Event:2").SerializeToString())
            for step, seconds, summary in _summaries(bundle):
                writer.write(Event(wall_time=start + seconds, step=step, summary=summary).SerializeToString())
        return path.read_bytes()


def _summaries(bundle: Bundle) -> Iterator[tuple[int, float, Any]]:
    """(epoch, seconds since the start, what to show) of everything; what belongs to no epoch is of the last one."""
    import numpy as np
    from tensorboardX import summary as build
    from tensorboardX.proto.summary_pb2 import Summary

    holdout, labels = payload(bundle, "holdout.json"), payload(bundle, "metrics.json")["labels"]
    _, begin, end = build.hparams(settings_of(bundle), {})
    yield 0, 0.0, begin
    last, seconds = 0, 0.0
    for tag, points in series_of(bundle).items():
        for last, seconds, value in points:
            yield last, seconds, Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    for name in sorted(name for name in bundle.manifest["files"] if name.endswith(".png")):
        data = (bundle.directory / name).read_bytes()
        size = {key: int.from_bytes(data[at : at + 4], "big") for key, at in (("width", 16), ("height", 20))}
        image = Summary.Image(**size, colorspace=3, encoded_image_string=data)
        yield last, seconds, Summary(value=[Summary.Value(tag=name.removesuffix(".png"), image=image)])
    true, rows = np.array(holdout["true_labels"]), np.array(holdout["probabilities"])
    for index, label in enumerate(labels):
        yield last, seconds, build.pr_curve(f"precision_recall/{label}", true == index, rows[:, index])
    yield last, seconds, build.text("about", "\n\n".join(about(bundle)))
    yield last, seconds, end
