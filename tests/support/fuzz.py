"""Broken inputs by the hundred thousand for everything that reads, the same ones on every machine.

`python tests/support/fuzz.py READER COUNT SEED` feeds one reader in a process whose memory is bounded and prints the
outcome. The inputs are good ones broken as bytes; for JSON, every eighth is broken as a value instead.
"""

from __future__ import annotations

import base64
import contextlib
import difflib
import io
import json
import random
import resource
import subprocess
import sys
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digit_classifier import artifacts
from digit_classifier.errors import DigitClassifierError
from digit_classifier.store.bundle import parse_manifest
from digit_classifier.store.json import decode, encode, encode_line, twin, untwin
from digit_classifier.text import clean_text, slug
from example_payloads import example_run
from fuzz_data import DATA
from fuzz_sweeps import sweep_files
from mutations import places

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MEMORY = 512 * 2**20  # bytes that a reader may take beyond what the process had
SHOWN = 5  # failures kept

NAMES = ["metrics.json", "run_summary.json", "predictions.json", "loss_curve.json", "holdout.json", "model.json"]
NAMES += ["epoch_snapshots.json", "roc_curves.json", "training_dynamics.json", "timing_stats.json", "dataset.json"]
NAMES += ["manifest.json", "index.json"]

JSON_WORDS = b'null true false 0 -1 1e999 NaN -Infinity 9007199254740992 0.5 "" [] {} [[ ]] , : " \\ \\ud800'.split()
JSON_WORDS += [
    b'"__proto__":1,',
    b'"schema_version":2,',
    b"\xff",
    b"\xe2\x80\xae",
    b'{"a":' * 20,
    b"9" * 400,
    b"\\u0000",
]
YAML_WORDS = b"[ ] { } : - ? ! & * | > % @ ` # , ' \" \\ <<: --- ... !!python/name:os ~ 010 1e-3".split()
YAML_WORDS += [b"\n", b"\t", b"  ", b": ", b"\n- ", b"epochs: 1\n", b"seed: 1\n", b"\x00", b"\xff", b"\xc2\x85"]
YAML_WORDS += [b"&a [*a]", b'"\\U', b"FFFFFFFF", b"\\x"]
SHEET_WORDS = [b'--n:"2";', b'--b0:""', b'"}', b"</style>", b"url(//evil)", b"@import", b"=", b"{", b";", b"\\"]
FLAG_WORDS = [b"--", b"=", b"-", b"--config", b"--model", b"--no-", b"\x00", b"none", b"1e-3", b"--output-dir", b"\xff"]
TEXT_WORDS = ["\u202e", "\u200b", "\x1b[31m", "\ud800", "\u0301", "\u0315", "\u0f71", "\u2028", "\n", " ", "ﬃ", "각"]
LEAVES: list[Any] = [None, True, False, 0, 1, -1, 2**53, -(2**53), 10**400, 0.5, 1.0, -0.0, 1e308, 5e-324, float("nan")]
LEAVES += [float("inf"), "", "a", "__proto__", "../x", "\ud800", "\u202e", "x" * 600, "AAAA", "0" * 64, [], {}, [[]]]
LEAVES += [[0, 1], {"a": 1}, [None], "20261122-191612", "softmax", "QUFB", 2, 3, 255, 256, 2**63, [0.25, 0.75]]
KEYS = ["", "é", "\ud800", "__proto__", "reasons", "a\nb", "x" * 600]


@dataclass(frozen=True)
class Reader:
    """Good inputs, what may stand between their parts, and the function that reads them."""

    read: Callable[[bytes], object]
    examples: Sequence[bytes]
    words: Sequence[bytes]
    values: Sequence[Any] = ()  # the examples as JSON values
    check: Callable[[Any], object] | None = None  # reads such a value


def break_bytes(rng: random.Random, data: bytes, words: Sequence[bytes]) -> bytes:
    """One to three flips, insertions of words, deletions, repetitions or cuts."""
    for _ in range(1 + int(rng.random() * 3)):
        start, size = int(rng.random() * (len(data) + 1)), int(rng.random() ** 2 * 12)
        how = int(rng.random() * 6)
        if how == 0 and start < len(data):
            data = data[:start] + bytes([data[start] ^ (1 << int(rng.random() * 8))]) + data[start + 1 :]
        elif how == 1:
            data = data[:start] + words[int(rng.random() * len(words))] + data[start:]
        elif how == 2:
            data = data[:start] + words[int(rng.random() * len(words))] + data[start + size :]
        elif how == 3:
            data = data[:start] + data[start + size :]
        elif how == 4:
            data = data[:start] + data[start : start + size] + data[start:]
        elif rng.random() < 0.2:
            data = data[:start]
    return data


def json_reader(name: str) -> Reader:
    """One JSON file: strict text first, then its validator."""
    validate = artifacts.ARTIFACTS[name].validate
    values = [example_run(model)[name] for model in ("logistic", "mlp")]

    def read(data: bytes) -> object:
        payload = parse_manifest(data, name) if name == "manifest.json" else decode(data, name)
        validate(payload)
        assert decode(encode(payload), name) == payload, "an accepted file does not survive being written"
        return payload

    return Reader(read, [encode(value) for value in values], JSON_WORDS, values, validate)


def sweep_reader(name: str) -> Reader:
    """One file of a sweep, or one line of its points."""
    validate = artifacts.SWEEP_ARTIFACTS[name].validate
    values = sweep_files()[name]

    def read(data: bytes) -> object:
        payload = decode(data, name)
        validate(payload)
        assert decode(encode_line(payload), name) == payload, "an accepted file does not survive being written"
        return payload

    return Reader(read, [encode_line(value) for value in values], JSON_WORDS, values, validate)


def read_sheet(data: bytes) -> None:
    """A twin: what is taken for one is one."""
    assert twin(untwin(data, "x.css")) == data


def read_text(data: bytes) -> None:
    """A label: always one clean line, a clean line stays, its slug is no path."""
    text = data.decode("utf-8", "surrogatepass" if data[:1] != b"\xff" else "surrogateescape")
    clean, name = clean_text(text), slug(text)
    assert len(clean) <= 80, "too long"
    assert clean.isprintable() or not clean, "invisible characters"
    assert clean_text(clean) == clean, "cleaning twice changes it"
    assert all(char.isascii() and (char.islower() or char.isdigit() or char == "-") for char in name), "no slug"


def text_reader() -> Reader:
    words = [word.encode("utf-8", "surrogatepass") for word in TEXT_WORDS]
    examples = ["a baseline", "Größe é", "q\u0301\u0315\u0301", "数字 ½", "x" * 90, "العربية"]

    def read(data: bytes) -> None:
        with contextlib.suppress(UnicodeDecodeError):  # not text at all: no caller can pass that
            read_text(data)

    return Reader(read, [text.encode() for text in examples], words)


def yaml_reader() -> Reader:
    from digit_classifier.settings.resolve import resolve
    from digit_classifier.settings.yaml_file import parse_yaml

    examples = [b"epochs: 3", b"seed: 1\n", b"hidden_sizes: [9,8]", b"run_label: 'a'", b"- x", b"lr_decay: 1e-3"]
    examples += [b"model: mlp\nepochs: 3\n", b"{seed: 1}", b"momentum: .5\r\n", b"# x\n", b"output_dir: x"]
    return Reader(lambda data: resolve((), parse_yaml(data, "x.yaml")), examples, YAML_WORDS)


def flags_reader() -> Reader:
    from digit_classifier.cli.arguments import Defaults, build_parser
    from digit_classifier.cli.main import COMMANDS
    from digit_classifier.settings.resolve import resolve

    parser = build_parser(COMMANDS, Defaults())

    def read(data: bytes) -> None:
        words = data.decode("utf-8", "surrogateescape").split(" ")
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                options = parser.parse_all(words)
        except SystemExit as end:  # --help and --version have been answered
            assert end.code == 0, "an exit without an error"
            return
        resolve(options.given or [])

    examples = [b"train --epochs 3", b"train --hidden-sizes 9,8 --seed 1", b"runs x --json", b"verify x", b"repair"]
    examples += [b"train --run-label=a --no-timing-stats", b"train --learning-rate 1e-3 --test-split .2", b"--version"]
    return Reader(read, examples, FLAG_WORDS)


def digits_reader() -> Reader:
    import zlib

    from digit_classifier.datasets.bundled import read_table

    def packed(text: bytes) -> bytes:
        squeeze = zlib.compressobj(wbits=31)
        return squeeze.compress(text) + squeeze.flush()

    def read(data: bytes) -> None:
        try:
            table = read_table(data if data[:1] == b"\x1f" else packed(data), 2)
        except ValueError as error:  # what load_digits takes for "another file"
            raise DigitClassifierError from error
        assert table.shape == (2, 65), "another shape"
        assert table.max() <= 16, "no pixel"

    rows = (",".join(str((7 * row + column) % 10) for column in range(65)) for row in range(2))
    table = "\n".join(rows).encode()
    words = [b",", b"\n", b"nan", b"inf", b"1e400", b"-1", b"17", b"0.5", b"", b"\xff", b"1_0", b"0x1", b"\x1f\x8b\x08"]
    return Reader(read, [table, packed(table)], words)


def path_reader() -> Reader:
    from digit_classifier.text import as_path

    examples = [b"~/runs", b"file:///home/me/a%20b/", b"'/tmp/x y'", b" runs ", b"http://localhost:8000/", b"~nobody/x"]
    words = [
        b"~",
        b"file:",
        b"//",
        b"%00",
        b"%2e",
        b"'",
        b'"',
        b"[",
        b"]",
        b"?",
        b"#",
        b"\\",
        b"\0",
        b"localhost",
        b"@",
    ]
    return Reader(lambda data: as_path(data.decode("utf-8", "surrogateescape")), examples, words)


READERS: dict[str, Callable[[], Reader]] = {
    **{name: (lambda name=name: json_reader(name)) for name in NAMES},  # type: ignore[misc]
    **{name: (lambda name=name: sweep_reader(name)) for name in artifacts.SWEEP_ARTIFACTS},  # type: ignore[misc]
    "style sheet": lambda: Reader(read_sheet, [twin(b""), twin(b"{}"), twin(b"x" * 40)], SHEET_WORDS),
    "text": text_reader,
    "YAML": yaml_reader,
    "flags": flags_reader,
    "paths": path_reader,
    "digits": digits_reader,
    **{name: (lambda parts=parts: Reader(*parts())) for name, parts in DATA.items()},  # type: ignore[misc]
}


@dataclass
class Outcome:
    accepted: int = 0
    refused: int = 0
    failures: list[str] | None = None

    def note(self, action: Callable[[], object], shown: Callable[[], str]) -> None:
        try:
            action()
        except DigitClassifierError:
            self.refused += 1
        except Exception:  # noqa: BLE001 - that is what we look for
            self.failures = [*(self.failures or []), f"{shown()}: {traceback.format_exc(limit=-2)}"][:SHOWN]
        else:
            self.accepted += 1


def run(name: str, count: int, seed: int) -> Outcome:
    """Feed `count` inputs; equal arguments make equal inputs."""
    reader, rng, outcome = READERS[name](), random.Random(f"{name} {seed}"), Outcome()
    of_values = count // 8 if reader.check else 0
    for _ in range(count - of_values):
        example = reader.examples[int(rng.random() * len(reader.examples))]
        data = break_bytes(rng, example, reader.words)
        outcome.note(lambda data=data: reader.read(data), lambda data=data: repr(base64.b64encode(data)))  # type: ignore[misc]
    if reader.check:
        _break_values(rng, reader, of_values, outcome)
    return outcome


def _break_values(rng: random.Random, reader: Reader, count: int, outcome: Outcome) -> None:
    """Change one place after another in the value itself, check, and put it back."""
    every = [(value, path) for value in reader.values for path in places(value) if path]
    check = reader.check
    assert check
    for _ in range(count):
        value, path = every[int(rng.random() * len(every))]
        holder = value
        for step in path[:-1]:
            holder = holder[step]
        before = holder.copy()
        _break_value(rng, holder, path[-1])
        outcome.note(lambda value=value: check(value), lambda value=value: repr(value)[:2000])  # type: ignore[misc]
        holder.clear()
        (holder.update if isinstance(holder, dict) else holder.extend)(before)


def _break_value(rng: random.Random, holder: Any, key: Any) -> None:
    old, how = holder[key], int(rng.random() * 10)
    if how == 0:
        del holder[key]
    elif how == 1 and isinstance(old, (int, float)):
        holder[key] = old + (1 if rng.random() < 0.5 else -0.25)
    elif how == 2 and isinstance(holder, list):
        holder.insert(key, old)
    elif how == 3 and isinstance(holder, dict):
        holder[KEYS[int(rng.random() * len(KEYS))]] = old
    else:
        holder[key] = LEAVES[int(rng.random() * len(LEAVES))]


def bound_memory(beyond: int = MEMORY) -> None:
    """From now on this process may take this much more than it has; beyond it is a MemoryError."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 2**18
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + beyond,) * 2)


def start(name: str, count: int, seed: int) -> subprocess.Popen[str]:
    """The same in a process of its own."""
    here = Path(__file__)
    code = "import sys; sys.path[:0] = sys.argv[1:3]; import fuzz; fuzz.main(*sys.argv[3:])"
    paths = [str(here.parent), str(here.parents[2] / "src")]
    command = [sys.executable, "-c", code, *paths, name, str(count), str(seed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, error = process.communicate()
    assert process.returncode == 0, error[-2000:]
    outcome: dict[str, Any] = json.loads(out)
    return outcome


def main(name: str, count: str, seed: str) -> None:
    warnings.simplefilter("error")
    difflib.get_close_matches = lambda *_, **__: []  # type: ignore[assignment]  # takes longer than all the rest
    READERS[name]()  # what it imports is not what an input costs
    bound_memory()
    sys.stdout.write(json.dumps(run(name, int(count), int(seed)).__dict__))


if __name__ == "__main__":
    main(*sys.argv[1:])
