"""The one process that writes: Plan → Engine → points.jsonl → (kept runs) → sweep.json.

Points are computed at least once; a point is its recipe, so nothing is lost and nothing is there twice.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import chain
from math import fsum
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts import build_point
from digit_classifier.artifacts.point import failure_text
from digit_classifier.environment import created_now
from digit_classifier.errors import ArtifactError, DigitClassifierError, RunError, explain, option, typed_command
from digit_classifier.store.bundle import SharedData, encoded
from digit_classifier.store.checkpoint import write_shared_data
from digit_classifier.store.claim import publish_as, rehearse, take_claim
from digit_classifier.store.layout import MANIFEST_FILE
from digit_classifier.store.root import update_index
from digit_classifier.store.sweeps import Points, find_sweep, open_sweep, read_sweep
from digit_classifier.sweeps.axes import frozen
from digit_classifier.sweeps.build import best_values, build, collect, kept_run, kept_run_id
from digit_classifier.sweeps.compute import answer_of, environment_key, task_for
from digit_classifier.sweeps.engines import engine_for
from digit_classifier.sweeps.plan import confirming_points
from digit_classifier.sweeps.request import KEEP_ALL
from digit_classifier.sweeps.search import point_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from digit_classifier.artifacts import Payload
    from digit_classifier.store.sweeps import SweepFolder
    from digit_classifier.sweeps.axes import Values
    from digit_classifier.sweeps.build import Collected
    from digit_classifier.sweeps.compute import PointTask
    from digit_classifier.sweeps.engines import Engine
    from digit_classifier.sweeps.plan import Book, Point

    Progress = Callable[[int, int], None]  # points done, points planned

INDEX_PAUSE = 5.0  # seconds between two updates of the index
KEPT_SETTINGS = 64  # whose median run is kept, where only the best are


@dataclass(frozen=True)
class Outcome:
    """A sweep that has come to its end."""

    directory: Path
    payload: Payload  # sweep.json
    resumed: int  # points that were there before
    notes: tuple[str, ...]
    unconfirmed: int = 0  # points that were to confirm the best setting, and failed


@dataclass
class Coordinator:
    """Runs one sweep whose folder it has locked."""

    book: Book
    folder: SweepFolder
    engine: Engine
    fail_fast: bool = False
    progress: Progress | None = None
    notes: list[str] = field(default_factory=list)
    _done: dict[bytes, float | None] = field(default_factory=dict)  # accuracy, None for a failure
    _scores: dict[Values, list[float | None]] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)  # environments and splits that have a line
    _confirming: list[float | None] = field(default_factory=list)  # accuracies of the winner, trained again
    _entries: list[Payload] = field(default_factory=list)  # of published runs that the index does not list yet
    _listed: float = field(default_factory=time.monotonic)
    _stack: ExitStack = field(default_factory=ExitStack)
    _is_open: bool = False

    @property
    def plan(self) -> Payload:
        """plan.json."""
        return self.folder.plan

    @property
    def root(self) -> Path:
        """The artifacts root."""
        return self.folder.root

    @property
    def planned(self) -> int:
        """How many points there will be, those that confirm the best setting, too."""
        return int(self.plan["points"]) + len(self.plan["confirming"])

    @property
    def unconfirmed(self) -> int:
        """How many of the points failed that were to confirm the best setting."""
        return sum(score is None for score in self._confirming)

    def resume(self) -> int:
        """Read what is done; the number of points."""
        points = Points(self.folder.directory)
        for line in points:
            self._count(line)
        self._known = {*points.environments, *points.splits}
        return len(self._done)

    def finished(self) -> Payload | None:
        """sweep.json where there is nothing left to do: `repair` makes one of an interrupted sweep, too."""
        confirming, searched = len(self._confirming), len(self._done) - len(self._confirming)
        try:
            payload = read_sweep(self.folder.directory)
        except (OSError, ArtifactError):
            return None
        best, confirmed = payload["best"], 0
        if best is not None:
            confirmed = best["confirmed"]["count"] if best["confirmed"] else 0
        is_fresh = (
            payload["plan_sha256"] == self.plan["plan_sha256"]
            and payload["planned"] == sum(payload["settings"]["points"]) == searched
            and confirmed == sum(score is not None for score in self._confirming)
        )
        is_confirmed = best is None or confirming == len(self.plan["confirming"])
        is_kept = best is None or self.plan["keep"] != "best" or any(payload["points"]["run"])
        return payload if is_fresh and is_confirmed and is_kept else None

    def run(self) -> Payload:
        """Compute what is missing, keep runs, and write what is derived; sweep.json."""
        self._write_data()
        try:
            self._train()
        finally:
            self._stack.close()
            self._settle()
        return self._derive()

    def _train(self) -> None:
        for batch in point_batches(self.book, self.plan, self._score):
            self._compute(batch, keep=self.plan["keep"] == "all")
        if not self.plan["confirming"] and self.plan["keep"] != "best":
            return  # nothing follows from what the points show: they are read once, at the end
        found = self._collected()
        if self.plan["confirming"] and (best := best_values(found)) is not None:
            self._compute(confirming_points(self.book, best), keep=False)
        if self.plan["keep"] == "best":
            self._keep_best(found)

    def _score(self, values: Values) -> float | None:
        scores = self._scores.get(values, [])
        fine = [score for score in scores if score is not None]
        return fsum(fine) / len(fine) if fine and len(fine) == len(scores) else None  # whatever their order

    def _count(self, line: Payload) -> None:
        accuracy = line["result"]["accuracy"] if line["result"] else None
        self._done[bytes.fromhex(line["recipe_digest"])] = accuracy
        home = self._confirming if line["confirming"] else self._scores.setdefault(frozen(line["values"]), [])
        home.append(accuracy)

    def _compute(self, points: Iterable[Point], *, keep: bool) -> None:
        """Train those points of a batch that are not done."""
        waiting: dict[str, Point] = {}

        def tasks() -> Iterator[PointTask]:
            for point in points:
                if bytes.fromhex(point.recipe) in self._done or point.recipe in waiting:
                    continue
                if point.problem is not None:
                    self._record(point, {"failure": failure_text(point.problem)})
                else:
                    waiting[point.recipe] = point
                    config = self.book.config_of(point)
                    yield task_for(point.recipe, config, self.plan["created"], keep=keep)

        for task, answer in self._engine_results(tasks()):
            point = waiting.pop(task.recipe, None)
            if point is None:
                continue  # it came twice
            self._record(point, self._answer(answer, task))

    def _engine_results(self, tasks: Iterator[PointTask]) -> Iterator[tuple[PointTask, bytes | str]]:
        first = next(tasks, None)
        if first is None:
            return  # nothing is left to do: no worker is started
        if not self._is_open:  # once for all point_batches
            self._stack.enter_context(self.engine)
            self._is_open = True
        yield from self.engine.results(chain([first], tasks))

    def _record(self, point: Point, answer: Payload) -> None:
        lines: list[Payload] = []
        facts, result, run = answer.get("environment"), answer.get("result"), None
        if facts is not None:
            lines += self._once(environment_key(facts), environment=environment_key(facts), facts=facts)
        if result is not None:
            lines += self._once(result["split"], split=result["split"], held_out=answer["held_out"])
            if "files" in answer:
                run = self._publish(point.recipe, answer)
            result = {**result, "run": run}
        line = build_point(
            recipe_digest=point.recipe,
            values=[list(value) if isinstance(value, tuple) else value for value in point.values],
            random_state=point.random_state,
            split_state=point.split_state,
            confirming=point.confirming,
            seconds=answer.get("seconds", 0.0),
            result=result,
            failure=answer.get("failure"),
            **({"environment": environment_key(facts)} if facts is not None else {}),
        )
        try:
            self.folder.append([*lines, line])
        except OSError as error:
            wanted, attempt = "to write a point", "the same command when that is solved: it continues"
            raise RunError(explain(self.folder.directory, wanted, error.strerror or str(error), attempt)) from error
        self._count(line)
        if self.progress:
            self.progress(len(self._done), self.planned)
        self._list_sometimes()
        if self.fail_fast and answer.get("failure"):
            stopped = f"stopped by {option('fail_fast', True)}: what is done is kept"
            raise RunError(f"point {point.recipe[:12]}: {answer['failure']}; {stopped}")

    def _answer(self, came: bytes | str, task: PointTask) -> Payload:
        if isinstance(came, str):
            return {"failure": failure_text(came)}
        answer = answer_of(came, task)
        facts = answer.get("environment") or {}
        if facts.get("digit_classifier") != self.plan["package_version"]:
            wanted = f"digit-classifier {self.plan['package_version']} on every worker"
            raise RunError(explain("worker", wanted, str(facts.get("digit_classifier")), "the same version everywhere"))
        return answer

    def _once(self, key: str, **line: Any) -> list[Payload]:
        if key in self._known:
            return []
        self._known.add(key)
        return [build_point(**line)]

    def _write_data(self) -> None:
        """Put the data set beside the runs, whatever will be kept: images of the sweep's page are in it."""
        plain = self.book.plain
        shared = SharedData(self.plan["dataset"]["file"], plain.sha256, lambda: encoded(plain))
        try:
            mine = take_claim(self.root, self.plan["created"], "sweep")  # `repair` leaves what is in it alone
            try:
                write_shared_data(self.root, shared, mine.directory)
            finally:
                mine.release()
        except OSError as error:
            attempt = "the same command when that is solved"
            raise RunError(
                explain(self.root, "to write the data set", error.strerror or str(error), attempt)
            ) from error

    def _publish(self, recipe: str, answer: Payload) -> str | None:
        """Publish the run of a point under its own name, unless it is there; None where another is."""
        run_id = kept_run_id(self.plan["sweep_id"], recipe)
        files = answer["files"]
        summary = {**files["run_summary.json"], "sweep": self.plan["sweep_id"]}
        entry = publish_as(
            self.root, run_id, {**files, "run_summary.json": summary}, answer["pictures"], self.book.plain
        )
        if entry is not None:
            self._entries.insert(0, entry)
            return run_id
        return kept_run(self.root, self.plan["sweep_id"], recipe, summary["results_digest"])

    def _list_sometimes(self) -> None:
        if self._entries and time.monotonic() > self._listed + INDEX_PAUSE:
            self._list()

    def _list(self) -> None:
        """List the runs published so far; the index takes what is known here, and reads none of them."""
        may_lack = self.folder.resumed and self.plan["keep"] != "none"  # runs of a coordinator that was killed
        if self._entries or may_lack:
            update_index(self.root, self._entries)
            self._entries.clear()
        self._listed = time.monotonic()

    def _settle(self) -> None:
        """Whatever happened: the disk has every line, and the index every run."""
        with suppress(OSError):
            self.folder.sync()
        with suppress(DigitClassifierError, OSError):
            self._list()

    def _collected(self) -> Collected:
        self.folder.sync()
        return collect(self.root, self.folder.directory, self.plan)

    def _keep_best(self, found: Collected) -> None:
        """Train again, and publish, the run of median accuracy of each setting, and the runs of the best one."""
        wanted: dict[str, str] = {}  # recipe → results_digest
        best = best_values(found)
        ranked = sorted(found.settings.values(), key=lambda rows: (rows.values != best, -_mean(rows.scores)))
        for rows in ranked[:KEPT_SETTINGS]:
            done = sorted((line["accuracy"], line["recipe_digest"]) for line, key in rows.lines if key is not None)
            if done:
                wanted[done[(len(done) - 1) // 2][1]] = ""
        if ranked:
            wanted |= {line["recipe_digest"]: "" for line, key in ranked[0].lines if key is not None}
        names, digests = list(wanted)[:KEEP_ALL], found.digest_of
        missing = {name for name in names if not kept_run(self.root, self.plan["sweep_id"], name, digests[name])}
        if not missing:
            return
        states = {
            line["recipe_digest"]: (rows.values, line["random_state"], line["split_state"])
            for rows in found.settings.values()
            for line, _ in rows.lines
            if line["recipe_digest"] in missing
        }

        def tasks() -> Iterator[PointTask]:
            for recipe, (values, start, split) in states.items():
                point = self.book.point(values, (start, split))
                yield task_for(recipe, self.book.config_of(point), self.plan["created"], keep=True)

        for task, came in self._engine_results(tasks()):
            answer = self._answer(came, task)
            if "files" not in answer or answer["result"]["results_digest"] != digests[task.recipe]:
                seen = f"point {task.recipe[:12]} came out otherwise when its run was to be kept"
                self.notes.append(f"{seen}: try {option('exact', True)}")
                continue
            self._publish(task.recipe, answer)
            self._list_sometimes()

    def _derive(self) -> Payload:
        found = self._collected()
        return write_derived(self.folder, found, is_complete=True)


def write_derived(folder: SweepFolder, found: Collected, *, is_complete: bool) -> Payload:
    """Write sweep.json, its twin, its picture and their manifest; sweep.json.

    `is_complete`: no point is left to train.
    """
    from digit_classifier.figures.sweep import sweep_png

    payload = build(folder.root, found, created_now(), is_complete=is_complete)
    try:
        folder.write(payload, sweep_png(payload), found.results_digest)
    except OSError as error:
        attempt = typed_command("repair", folder.root)
        raise RunError(
            explain(folder.directory, "to write the result", error.strerror or str(error), attempt)
        ) from error
    return payload


def _mean(scores: dict[Any, float]) -> float:
    return fsum(scores.values()) / len(scores) if scores else -1.0


def run_sweep(
    book: Book,
    plan: Payload,
    *,
    root: Path,
    jobs: int | None = None,
    cluster: str | None = None,
    again: bool = False,
    fail_fast: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Begin the sweep of this plan, or go on with it; a finished one is only read.

    RunError and Ctrl-C leave what is done: the same plan continues. InputError where nothing can begin.
    """
    engine = engine_for(book.data, jobs, cluster, plan["points"])
    with ExitStack() as stack:
        early = cluster is not None and (again or not _is_finished(find_sweep(root, plan["plan_sha256"])))
        if early:
            stack.enter_context(engine)  # unreachable: before anything is written
        rehearse(root, plan["created"], "sweep")
        folder = open_sweep(root, plan, again=again)
        stack.callback(folder.release)
        coordinator = Coordinator(book, folder, engine, fail_fast, progress, _is_open=early)
        resumed = coordinator.resume()
        if folder.resumed and (payload := coordinator.finished()):
            return Outcome(folder.directory, payload, resumed, (), coordinator.unconfirmed)
        try:
            payload = coordinator.run()
        except (DigitClassifierError, KeyboardInterrupt) as error:
            kept = f"{len(coordinator._done)} of {coordinator.planned} points are kept"
            error.add_note(f"{kept}; the same command continues")
            raise
        return Outcome(folder.directory, payload, resumed, tuple(coordinator.notes), coordinator.unconfirmed)


def _is_finished(directory: Path | None) -> bool:
    return directory is not None and (directory / MANIFEST_FILE).exists()
