"""A sweep as an object: its table, what may be said of it, its picture, and its page in a notebook."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

from digit_classifier.errors import InputError, explain, option, show, typed_command
from digit_classifier.run.notebook import Figure
from digit_classifier.run.stored import load_run
from digit_classifier.settings.kinds import as_text
from digit_classifier.settings.run_config import flag
from digit_classifier.store.files import read_regular
from digit_classifier.store.layout import MAX_BYTES, SWEEP_PICTURE
from digit_classifier.store.sweeps import read_sweep
from digit_classifier.text import as_path
from digit_classifier.words.sweeps import sweep_sentences

if TYPE_CHECKING:
    from pathlib import Path

    from digit_classifier.artifacts import Payload
    from digit_classifier.run.stored import StoredRun
    from digit_classifier.text import AnyPath


@dataclass(frozen=True, repr=False)
class SweepResult:
    """A finished sweep on disk: what `sweep` and `load_sweep` give. In a notebook it shows sentences and picture."""

    directory: Path
    payload: Payload  # sweep.json
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        points, failed = (sum(self.payload["settings"][key]) for key in ("points", "failed"))
        lost = f", {failed:,} failed" if failed else ""
        head = f"<SweepResult {self.payload['sweep_id']}: {points:,} points{lost}>"
        return "\n".join([head, *self.sentences[:2]])

    @property
    def sentences(self) -> list[str]:
        """The result in words, with what it may be luck of."""
        return sweep_sentences(self.payload)

    @property
    def settings(self) -> list[Payload]:
        """A dictionary for each setting: the values of its axes, its estimate with interval, and its numbers."""
        names = [axis["name"] for axis in self.payload["axes"]]
        rows = _rows(self.payload["settings"])
        return [_named(names, row.pop("values"), row) for row in rows]

    @property
    def table(self) -> list[Payload]:
        """A dictionary for each point: the values of its axes, its states, scores, run and failure."""
        names = [axis["name"] for axis in self.payload["axes"]]
        values = self.payload["settings"]["values"]
        return [_named(names, values[row["setting"]], row) for row in _rows(self.payload["points"])]

    @property
    def frame(self) -> Any:
        """The table as a pandas data frame; InputError where pandas is not installed."""
        try:
            import pandas
        except ImportError:
            raise InputError(explain("frame", "the package pandas", "none", "pip install pandas, or .table")) from None
        return pandas.DataFrame(self.table)

    @property
    def best(self) -> Payload | None:
        """The best setting, with what its accuracy is worth after having been chosen; None where every point failed."""
        best: Payload | None = self.payload["best"]
        return (
            None
            if best is None
            else self.settings[best["setting"]]
            | {key: best[key] for key in ("chosen_among", "claimed", "expected", "confirmed")}
        )

    @property
    def failures(self) -> list[Payload]:
        """The points that failed."""
        return [row for row in self.table if row["failure"] is not None]

    def run(self, point: int) -> StoredRun:
        """The run of a row of the table, where it was kept; InputError with the command that trains it where not."""
        point, rows = self._row(point), self.payload["points"]
        if rows["run"][point] is None:
            attempt = f"{option('keep', 'all')}, or {self.command(point)}"
            raise InputError(explain("point", "a point whose run was kept", str(point), attempt))
        return load_run(self.directory.resolve().parent.parent / rows["run"][point])

    def command(self, point: int) -> str:
        """The command that trains a row of the table alone, bit for bit; it takes own data from this artifacts root.

        Where `split` itself varies, own data have the test part and the groups of the newest run or sweep there.
        """
        point = self._row(point)
        row = {key: values[point] for key, values in self.payload["points"].items()}
        values = self.payload["settings"]["values"][row["setting"]]
        words = [self.payload["train_command"]]
        for axis, value in zip(self.payload["axes"], values, strict=True):
            words.append(typed(axis["name"], value))
        words.append(typed("random_state", row["random_state"]))
        if row["split_state"] is not None:
            words.append(typed("split_state", row["split_state"]))
        return " ".join(words)

    def _row(self, point: Any) -> int:
        """The number of a row; InputError where there is none."""
        count = len(self.payload["points"]["setting"])
        if isinstance(point, bool) or not isinstance(point, Integral) or not 0 <= int(point) < count:
            wanted = f"a row of the table, 0 to {count - 1}"
            raise InputError(explain("point", wanted, show(point), "point=0"))
        return int(point)

    def figure(self) -> Figure:
        """The picture of the sweep, which a notebook shows; it saves as PNG."""
        return Figure("sweep", read_regular(self.directory / SWEEP_PICTURE, MAX_BYTES[".png"]))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:  # noqa: ARG002
        import base64  # what only a notebook needs
        import html

        lines = "".join(f"<p>{html.escape(line)}</p>" for line in self.sentences)
        shown = base64.b64encode(self.figure().png).decode("ascii")
        picture = f'<img alt="Accuracy of each setting, with its interval." src="data:image/png;base64,{shown}">'
        return {"text/plain": repr(self), "text/html": lines + picture}


def typed(name: str, value: Any) -> str:
    """A setting, or what varies, as it is typed on the command line."""
    if isinstance(value, bool):
        return flag(name if value else "no_" + name)
    text = as_text(value)
    return f"{flag(name)}={text}" if text.startswith("-") else f"{flag(name)} {shlex.quote(text)}"


def _named(names: list[str], values: list[Any], row: Payload) -> Payload:
    """A row after the values of its axes, which win: `epochs` and `split` name columns, too."""
    own = dict(zip(names, values, strict=True))
    return {**own, **row, **own}


def _rows(columns: Payload) -> list[Payload]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def load_sweep(path: AnyPath) -> SweepResult:
    """A finished sweep from its directory, `artifacts/sweeps/<id>`; InputError where there is none."""
    directory = as_path(path)
    try:
        return SweepResult(directory, read_sweep(directory))
    except OSError as error:
        came = error.strerror or str(error)
        attempt = typed_command("runs", directory.resolve().parent.parent)
        raise InputError(explain(directory, "the directory of a finished sweep", came, attempt)) from error
