"""The command line: parse, print, exit. Nothing else in the package prints."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import threading
import webbrowser
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from digit_classifier.arguments import build_parser
from digit_classifier.config import Given, real, resolve
from digit_classifier.errors import ArtifactError, DigitClassifierError, InputError, RunError, explain
from digit_classifier.schema import show
from digit_classifier.terminal import is_watched, printable, progress_bar, summarise

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from digit_classifier.recording import Recorded
    from digit_classifier.store.checkpoint import Interrupted


def _train(options: argparse.Namespace) -> int:
    resolved = resolve(options.given or [], _file_settings(options.config), {"artifacts_root": options.artifacts_root})
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is imported: no idle threads to start
    from digit_classifier.recording import record  # only now, when the settings are known to be good

    with progress_bar(resolved.config.epochs) as on_epoch, _stopped_by_signals():
        recorded = record(resolved, on_epoch=on_epoch)
    if diverged := recorded.payloads["run_summary.json"]["diverged"]:
        came = f"epoch {diverged['epoch']}, in which {diverged['reason']}"
        kept = "The epochs before it are" if diverged["epoch"] > 1 else "No epoch was completed; the start is"
        saved = f"a smaller learning rate. {kept} saved in {recorded.directory}"
        raise RunError(explain("training", "finite losses", came, saved))
    try:
        print(json.dumps(_report(recorded), indent=2), flush=True)
    except OSError as error:
        _discard_output()
        came = error.strerror or str(error)
        raise RunError(
            explain("stdout", "to take the report", came, f"verify; the run is saved in {recorded.directory}")
        ) from error
    if is_watched():
        summarise(recorded)
    return 0


def _discard_output() -> None:
    """Nobody takes our output: keep the interpreter from trying again, and complaining, when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Stopped(KeyboardInterrupt):
    """Another signal than Ctrl-C that ends a program; its number is the argument."""


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """While a run is in the making, SIGTERM and SIGHUP clean up behind it as Ctrl-C does."""

    def stop(number: int, _: object) -> None:
        raise _Stopped(number)

    found = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]
    if threading.current_thread() is not threading.main_thread():
        found = []  # only there can handlers be set
    found = [number for number in found if signal.getsignal(number) is signal.SIG_DFL]  # nohup ignores SIGHUP: so do we
    before = {number: signal.signal(number, stop) for number in found}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _file_settings(path: str | None) -> list[Given]:
    if path is None:
        return []
    from digit_classifier.config_file import read_yaml

    return read_yaml(Path(path))


def _report(recorded: Recorded) -> dict[str, Any]:
    metrics, summary = recorded.payloads["metrics.json"], recorded.payloads["run_summary.json"]
    return {
        "train_accuracy": metrics["train_accuracy"],
        "test_accuracy": metrics["test_accuracy"],
        "macro_f1": metrics["macro_f1"],
        "run_id": summary["run_id"],
        "run_dir": str(recorded.directory),
        "config": summary["config"],
        "artifacts": sorted(recorded.names),
    }


def _root(options: argparse.Namespace) -> Path:
    root = Path(options.root or options.artifacts_root)
    if not root.is_dir():
        attempt = "the directory given to --artifacts-root when training"
        raise InputError(explain("ROOT", "an artifacts root", show(str(root)), attempt))
    return root


def _runs(options: argparse.Namespace) -> int:
    from digit_classifier.store.history import read_history

    root = _root(options)
    found = read_history(root)
    if options.json:
        damaged = [{"run_id": name, "problem": problem} for name, problem in sorted(found.damaged.items())]
        interrupted = [
            {"run_id": kept.run_id, "epoch": kept.epoch, "planned": kept.planned} for kept in found.interrupted
        ]
        print(json.dumps({"runs": list(found.entries), "damaged": damaged, "interrupted": interrupted}, indent=2))
        return 0
    rows = [("RUN", "ACCURACY", "MACRO F1", "MODEL", "LABEL")]
    for run in found.entries:
        sizes = "-".join(map(str, run["channels"] + run["hidden_sizes"]))
        marks = [mark for mark in ("synthetic", "diverged", "interrupted") if run.get(mark)]
        if replay := run.get("replay"):
            marks.append(f"replay {replay['tier']}" + ("" if replay["held"] else ", promise broken"))
        label = " ".join([run["label"] or "", *(f"({mark})" for mark in marks)]).strip()
        scores = f"{run['accuracy']:.2%}", f"{run['macro_f1']:.4f}"
        rows.append((run["run_id"], *scores, f"{run['model']} {sizes}".strip(), label))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for name, problem in sorted(found.damaged.items()):
        print(f"damaged: {name}: {printable(problem)}")
    for kept in found.interrupted:
        print(f"{_interrupted(kept)}; try digit-classifier repair {printable(root)} --adopt, or --remove")
    return 0


def _interrupted(kept: Interrupted) -> str:
    return f"interrupted: {kept.run_id}, with its epochs up to {kept.epoch} of {kept.planned}"


def _verify(options: argparse.Namespace) -> int:
    from digit_classifier.store.bundle import MANIFEST, problems
    from digit_classifier.store.index import derived_problems, run_directories

    path = Path(options.path)
    is_run = (path / MANIFEST).exists()
    directories = [path / name for name in sorted(run_directories(path))] if path.is_dir() and not is_run else [path]
    if not path.is_dir() or not directories:
        attempt = "the run_dir that train printed, or the directory above it"
        raise InputError(explain("RUN", "a run directory or an artifacts root", show(str(path)), attempt))
    found = {directory.resolve().name: problems(directory, alone=is_run) for directory in directories}
    if not is_run:
        found["index and latest"] = derived_problems(path)
    for name, lines in found.items():
        print(f"{name}: {'damaged' if lines else 'ok'}")
        for line in lines:
            print(f"  {printable(line)}")
    return 1 if any(found.values()) else 0


def _repair(options: argparse.Namespace) -> int:
    from digit_classifier.store.history import repair

    root = _root(options)
    report = repair(root, options.interrupted)
    print(f"{root}: {report.index.runs} runs listed")
    for name in report.removed:
        print(f"removed: {name}, left by a writer that died")
    done = {"adopt": "now a run of the history"}.get(
        options.interrupted, "left as it is; --adopt makes it a run of the history, --remove deletes it"
    )
    for kept in report.interrupted:
        print(f"{_interrupted(kept)}, {done}")
    for name, problems in report.damaged.items():
        print(f"damaged: {name}, left as it is")
        for problem in problems:
            print(f"  {printable(problem)}")
    for problem in report.datasets:
        print(f"data set: {printable(problem)}")
    return 1 if report.damaged or report.datasets else 0


def _serve(options: argparse.Namespace) -> int:
    from digit_classifier.serve import Server, place_of

    if not (options.port.isascii() and options.port.isdecimal() and int(options.port) <= 65535):
        raise InputError(
            explain("--port", "an integer, 0..65535", show(options.port), "no --port: a free one is found")
        )
    root, query = place_of(_root(options))
    server = Server(root, int(options.port))
    with suppress(KeyboardInterrupt), server, _stopped_by_signals():  # an interrupt is how it is meant to end
        print(f"{server.url}{query}", flush=True)
        if is_watched():
            print("Only this machine can see it. Ctrl-C ends it.", file=sys.stderr)
        if options.open and not webbrowser.open(f"{server.url}{query}"):
            print("No browser was found to open it.", file=sys.stderr)
        server.serve_forever()
    return 0


def _export(options: argparse.Namespace) -> int:
    from digit_classifier.export import write_html, write_site

    if (options.html is None) == (options.site is None):
        came = "both" if options.html else "neither"
        raise InputError(
            explain("export", "one of --html RUN and --site ROOT", came, "export --html RUN -o report.html")
        )
    html_only, site_only = {"--compare": options.compare, "--force": options.force}, {"--run": options.run}
    for name, value in (html_only if options.site else site_only).items():
        if value:
            other = "--html" if options.site else "--site"
            raise InputError(explain(name, f"to stand beside {other}", "it without", f"leaving out {name}"))
    if options.output is None:
        raise InputError(
            explain("--output", "a path to write", "none", f"-o {'site' if options.site else 'report.html'}")
        )
    target = Path(options.output)
    if options.site:
        count = write_site(Path(options.site), target, runs=options.run)
        print(f"{target}: {count} run{'s' if count != 1 else ''}; open {target / 'index.html'}, or use any static host")
    else:
        compare = Path(options.compare) if options.compare else None
        size = write_html(Path(options.html), target, compare=compare, force=options.force)
        print(f"{target}: {size / 1000:.0f} kB; needs nothing beside it, opens by double click")
    return 0


def _replay(options: argparse.Namespace) -> int:
    path = Path(options.path)
    try:
        seconds = real(0, 10**9, above=True).parse(options.max_seconds)
    except ValueError:
        wanted = real(0, 10**9, above=True).expected
        raise InputError(explain("--max-seconds", wanted, show(options.max_seconds), "--max-seconds 3600")) from None
    if not (path / "manifest.json").exists():
        attempt = "the run_dir that train printed"
        raise InputError(explain("RUN", "a run directory", show(str(path)), attempt))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from digit_classifier.replay import replay, report

    try:
        outcome = replay(path, max_seconds=seconds, progress=progress_bar)
    except ArtifactError as error:
        raise InputError(str(error)) from error
    kept = None if options.no_record else _keep_outcome(path, outcome)
    if options.json:
        print(json.dumps(outcome, indent=2))
    else:
        print(*map(printable, [*report(outcome), *([kept] if kept else [])]), sep="\n")
    return 0 if outcome["held"] else 1


def _keep_outcome(path: Path, outcome: dict[str, Any]) -> str | None:
    """Keep it beside the run, where that is in a history, for the page and `runs`; in words."""
    from digit_classifier.store.history import record_replay

    try:
        kept = record_replay(path, outcome)
    except DigitClassifierError as error:
        return f"not recorded: {error}"
    return f"recorded in {kept}" if kept else None


ACTIONS = {
    "train": _train,
    "runs": _runs,
    "verify": _verify,
    "replay": _replay,
    "repair": _repair,
    "serve": _serve,
    "export": _export,
}


def _run(options: argparse.Namespace) -> int:
    try:
        code: int = options.action(options)
        if sys.stdout:  # None when it was closed before we started
            sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough
        _discard_output()
        return 1
    return code


def main(
    argv: Sequence[str] | None = None,
    *,
    config_file: str | None = None,
    artifacts_root: str = "artifacts",
    train_name: str = "",
) -> int:
    """Run one command and return its exit code: 0 success, 1 the run failed, 2 bad input, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a label may have what the terminal's encoding lacks
    try:
        return _run(build_parser(ACTIONS, config_file, artifacts_root, train_name).parse_all(argv))
    except InputError as error:
        return _fail(error, 2)
    except DigitClassifierError as error:
        return _fail(error, 1)
    except ModuleNotFoundError as error:
        attempt = "pip install -r examples/digit-classifier/requirements.txt, or pip install ."
        return _fail(explain("import", f"the package {error.name}", "none", attempt), 2)
    except KeyboardInterrupt as interrupt:
        code = 128 + interrupt.args[0] if isinstance(interrupt, _Stopped) else 130
        return _fail("interrupted: a run that was not finished is gone; finished ones are as they were", code)
    except MemoryError as error:
        return _fail(explain("memory", "enough for these settings", "too little", "smaller hidden sizes"), 1, error)
    except OSError as error:
        place = error.filename or "input or output"
        return _fail(explain(place, "to work", error.strerror or str(error), "again when that is mended"), 1, error)


def command() -> NoReturn:
    """The installed command: `main`, after whose last word nothing is left that a Ctrl-C could interrupt."""
    sys.exit(settled(main()))


def settled(code: int) -> int:
    """The exit code, from where on Ctrl-C is ignored: the interpreter would answer it with a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return code


def _fail(problem: object, code: int, error: BaseException | None = None) -> int:
    notes = getattr(error or problem, "__notes__", ())
    problem = "; ".join([str(problem), *notes])
    with suppress(OSError):  # nobody may be left to read it
        print(f"error: {printable(problem)}", file=sys.stderr)
    return code
