"""The command line: parse, print, exit. Nothing else in the package prints."""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from digit_classifier.config import PLACES, PRESETS, SETTINGS, Given, as_text, flag, resolve, suggestion
from digit_classifier.errors import DigitClassifierError, InputError, RunError, explain
from digit_classifier.schema import show

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from digit_classifier.recording import Recorded
    from digit_classifier.training import Epoch


class _Parser(argparse.ArgumentParser):
    """Argparse with this project's error texts and without guessing at shortened flags."""

    commands: Collection[str] = ()

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        where, _, problem = message.removeprefix("argument ").partition(": ")
        attempt = f"{self.prog} --help"
        if where == "the following arguments are required":
            raise InputError(explain(problem, "a value", "none", attempt))
        if problem.startswith("expected one argument"):
            raise InputError(explain(where, "a value", "none", attempt))
        if problem.startswith("ignored explicit argument"):
            raise InputError(explain(where, "no value", problem.partition("argument ")[2], f"only {where}"))
        raise InputError(explain(where, "other words", problem or "these", attempt))

    def parse_all(self, argv: Sequence[str] | None) -> argparse.Namespace:
        """Like `parse_args`, but an unknown word is answered with the word that was probably meant."""
        words = sys.argv[1:] if argv is None else list(argv)
        if words and not words[0].startswith("-") and words[0] not in self.commands:
            raise InputError(explain(show(words[0]), "a command", "another word", suggestion(words[0], self.commands)))
        options, unknown = self.parse_known_args(words)
        if unknown:
            known = [word for action in options.parser._actions for word in action.option_strings]
            word = unknown[0].partition("=")[0]
            attempt = suggestion(word, known) if word.startswith("-") else f"{options.parser.prog} --help"
            raise InputError(explain(show(word), f"an argument of '{options.parser.prog}'", "another word", attempt))
        return options


class _Keep(argparse.Action):
    """Keep each use of a setting's flag, with the spelling used, for `resolve` to judge."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - argparse passes it by position
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        option = option_string or ""
        text = values if isinstance(values, str) else as_text(not option.startswith("--no-"))
        spelling = option.removeprefix("--").removeprefix("" if isinstance(values, str) else "no-").replace("-", "_")
        namespace.given = [*(getattr(namespace, "given", None) or []), Given(spelling, text, option, option)]


def _add_settings(parser: argparse.ArgumentParser, artifacts_root: str) -> None:
    groups: dict[str, Any] = {}
    for name, item in SETTINGS.items():
        meta = item.metadata
        group = groups.setdefault(meta["group"], None) or parser.add_argument_group(meta["group"])
        groups[meta["group"]] = group
        spellings = [flag(spelling) for spelling in (name, meta["alias"]) if spelling]
        if isinstance(item.default, bool):
            group.add_argument(
                flag(name),
                flag("no_" + name),
                action=_Keep,
                nargs=0,
                dest="given",
                help=f"{meta['about']} (default: off)",
            )
        else:
            text = f"{meta['about']}; {meta['kind'].expected} ({_default(name, artifacts_root)})".replace("%", "%%")
            group.add_argument(
                *spellings,
                action=_Keep,
                dest="given",
                metavar="DIR" if name in PLACES else _metavar(item.type),
                help=text,
            )


def _metavar(annotation: Any) -> str:
    return {"int": "INT", "float": "FLOAT", "tuple[int, ...]": "SIZES", "str | None": "TEXT"}.get(annotation, "NAME")


def _default(name: str, artifacts_root: str) -> str:
    presets = {model: PRESETS[model].get(name) for model in ("mlp", "logistic")}
    if name in PRESETS["mlp"]:
        values = {model: "1 / epochs" if callable(value) else as_text(value) for model, value in presets.items()}
        return "default: " + ", ".join(f"{model} {text}" for model, text in values.items())
    default = _name(artifacts_root) if name == "artifacts_root" else SETTINGS[name].default
    return "default: unset" if default is None else f"default: {as_text(default)}"


def _parser(config_file: str | None = None, artifacts_root: str = "artifacts", train_name: str = "") -> _Parser:
    from digit_classifier import __version__

    parser = _Parser(
        prog="digit-classifier",
        description="Train a compact NumPy network on handwritten digits and keep a run that can be verified.",
    )
    parser.add_argument("--version", action="version", version=f"digit-classifier {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)

    def command(name: str, about: str, action: Callable[[argparse.Namespace], int]) -> _Parser:
        sub: _Parser = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
        sub.set_defaults(action=action, parser=sub)
        return sub

    train = command("train", "train, evaluate and write a run", _train)
    train.usage = f"{train_name or train.prog} [--config PATH] [--SETTING VALUE ...]"
    train.add_argument(
        "--config", metavar="PATH", default=config_file, help=f"YAML file with settings (default: {_name(config_file)})"
    )
    _add_settings(train, artifacts_root)
    runs = command("runs", "list the runs of an artifacts root, newest first", _runs)
    runs.add_argument("root", nargs="?", default=None, metavar="ROOT", help="artifacts root (default: ./artifacts)")
    runs.add_argument("--json", action="store_true", help="print JSON instead of a table")
    verify = command("verify", "check files, rules and metrics of a run, or of every run of a root", _verify)
    verify.add_argument("path", metavar="RUN", help="a run directory or an artifacts root")
    repair = command("repair", "rebuild index.json and latest/ from the run directories", _repair)
    repair.add_argument("root", nargs="?", default=None, metavar="ROOT", help="artifacts root (default: ./artifacts)")
    parser.commands = commands.choices
    parser.set_defaults(action=_no_command, parser=parser, given=None)
    return parser


def _no_command(options: argparse.Namespace) -> int:
    names = "one of train, runs, verify, repair"
    raise InputError(explain("COMMAND", names, "none", f"{options.parser.prog} train"))


def _name(path: str | None) -> str:
    return Path(path).name if path else "none"


def _train(options: argparse.Namespace) -> int:
    resolved = resolve(options.given or [], _file_settings(options.config), {"artifacts_root": options.artifacts_root})
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is imported: no idle threads to start
    from digit_classifier.recording import record  # only now, when the settings are known to be good

    with _progress(resolved.config.epochs) as on_epoch, _stopped_by_signals():
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
    if _is_watched():
        _summarise(recorded)
    return 0


def _is_watched() -> bool:
    """Whether a person reads stderr; it is None when it was closed before we started."""
    return sys.stderr is not None and sys.stderr.isatty()


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


@contextmanager
def _progress(epochs: int) -> Iterator[Callable[[Epoch], None] | None]:
    """A bar on stderr while a person watches; nothing at all otherwise."""
    if not _is_watched():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("epoch {task.completed}/{task.total}"), BarColumn(), TimeRemainingColumn())
    note = TextColumn("{task.description}")
    with Progress(*columns, note, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=epochs)

        def on_epoch(epoch: Epoch) -> None:
            progress.update(task, completed=epoch.number, description=f"hold-out accuracy {epoch.holdout_accuracy:.1%}")

        yield on_epoch


def _summarise(recorded: Recorded) -> None:
    from rich.console import Console

    metrics, summary = recorded.payloads["metrics.json"], recorded.payloads["run_summary.json"]
    low, high = (metrics["accuracy_interval"][end] for end in ("low", "high"))
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(
        f"[bold]{metrics['test_accuracy']:.2%}[/] of {summary['split']['holdout']} held-out digits right "
        f"(95 % interval {low:.1%} to {high:.1%}), macro F1 {metrics['macro_f1']:.4f}"
    )
    console.print(
        f"{summary['model']['parameters']:,} parameters trained in {summary['timing']['training_seconds']:.2f} s; "
        f"{summary['dataset']['note']}",
        markup=False,
    )
    console.print(_line(f"Run saved in {recorded.directory}"), markup=False)
    console.print(_line(f"Check it:    digit-classifier verify {recorded.directory}"), markup=False)


def _root(options: argparse.Namespace) -> Path:
    root = Path(options.root or options.artifacts_root)
    if not root.is_dir():
        attempt = "the directory given to --artifacts-root when training"
        raise InputError(explain("ROOT", "an artifacts root", show(str(root)), attempt))
    return root


def _runs(options: argparse.Namespace) -> int:
    from digit_classifier.store.history import read_history

    found = read_history(_root(options))
    if options.json:
        damaged = [{"run_id": name, "problem": problem} for name, problem in sorted(found.damaged.items())]
        print(json.dumps({"runs": list(found.entries), "damaged": damaged}, indent=2))
        return 0
    rows = [("RUN", "ACCURACY", "MACRO F1", "MODEL", "LABEL")]
    for run in found.entries:
        sizes = "-".join(map(str, run["hidden_sizes"]))
        marks = [mark for mark in ("synthetic", "diverged") if run[mark]]
        label = " ".join([run["label"] or "", *(f"({mark})" for mark in marks)]).strip()
        scores = f"{run['accuracy']:.2%}", f"{run['macro_f1']:.4f}"
        rows.append((run["run_id"], *scores, f"{run['model']} {sizes}".strip(), label))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for name, problem in sorted(found.damaged.items()):
        print(f"damaged: {name}: {_line(problem)}")
    return 0


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
            print(f"  {_line(line)}")
    return 1 if any(found.values()) else 0


def _repair(options: argparse.Namespace) -> int:
    from digit_classifier.store.history import repair

    root = _root(options)
    report = repair(root)
    print(f"{root}: {report.index.runs} runs listed")
    for name in report.removed:
        print(f"removed: {name}, left by a writer that died")
    for name, problems in report.damaged.items():
        print(f"damaged: {name}, left as it is")
        for problem in problems:
            print(f"  {_line(problem)}")
    for problem in report.datasets:
        print(f"data set: {_line(problem)}")
    return 1 if report.damaged or report.datasets else 0


def _line(text: object) -> str:
    """Any text as one printable line: what a terminal would act on is shown as an escape."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in str(text))


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
        options = _parser(config_file, artifacts_root, train_name).parse_all(argv)
        options.artifacts_root = artifacts_root
        return _run(options)
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
    except MemoryError:
        return _fail(explain("memory", "enough for these settings", "too little", "smaller hidden sizes"), 1)
    except OSError as error:
        place = error.filename or "input or output"
        return _fail(explain(place, "to work", error.strerror or str(error), "again when that is mended"), 1)


def _fail(problem: object, code: int) -> int:
    with suppress(OSError):  # nobody may be left to read it
        print(f"error: {_line(problem)}", file=sys.stderr)
    return code
