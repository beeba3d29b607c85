"""JSON text that is the same for the same payload, read back strictly, and its inert CSS twin."""

from __future__ import annotations

import base64
import binascii
import gc
import json
import re
from collections import Counter
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts.schema import SAFE_INTEGER
from digit_classifier.errors import ArtifactError, explain

if TYPE_CHECKING:
    from collections.abc import Iterator

Payload = dict[str, Any]

MAX_JSON_BYTES = 16_000_000
MAX_DEPTH = 16
MAX_VALUES = 4_000_000  # what would not fit in 16 MB as numbers; as empty lists or objects they take 100 bytes each
CHUNK_CHARACTERS = 500_000  # Chromium read a property of 1 MB and returned an empty one for 8 MB

_COMPACT = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


def encode(payload: Payload) -> bytes:
    """Readable and deterministic: dict keys in their order, one a line; lists compact; ASCII; one newline at the end.

    ArtifactError for anything JSON has no number, text or container for (NaN and infinities included).
    """
    return (_text(payload, "\n", "payload") + "\n").encode("ascii")


def encode_line(payload: Payload) -> bytes:
    """The same on one line, for files that grow by lines."""
    try:
        return (_COMPACT.encode(payload) + "\n").encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        attempt = "null and a reason beside it"
        raise ArtifactError(explain("line", "finite JSON values", str(error), attempt)) from error


def _text(value: object, margin: str, where: str) -> str:
    if isinstance(value, dict) and value:
        inner = margin + "  "
        lines = [f"{inner}{json.dumps(_key(key, where))}: {_text(value[key], inner, key)}" for key in value]
        return "{" + ",".join(lines) + margin + "}"
    try:
        return _COMPACT.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ArtifactError(explain(where, "finite JSON values", str(error), "null and a reason beside it")) from error


def _key(key: object, where: str) -> str:
    if not isinstance(key, str):
        raise ArtifactError(explain(where, "text as every key", repr(key), "str(key)"))
    return key


def decode(data: bytes, where: object, *, max_bytes: int = MAX_JSON_BYTES, max_values: int | None = None) -> Payload:
    """The one object in strict JSON text; ArtifactError naming `where` for everything a hostile file can hold.

    Refused: too many bytes or values, not UTF-8, duplicate keys, NaN, infinities, integers beyond ±(2⁵³ − 1),
    more than 16 levels, halves of surrogate pairs.
    """
    if problem := excess(data, max_bytes, max_values):
        raise _refusal(where, *problem)
    large = _perhaps_large(data)
    try:
        with _no_collections():
            payload = json.loads(
                data.decode("utf-8"),
                object_pairs_hook=_without_duplicates,
                parse_constant=_no_constant,
                parse_float=_finite if large else None,
                parse_int=_exact if large else None,
            )
        if re.search(rb"\\u[dD][89a-fA-F]", data):
            json.dumps(payload, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise _refusal(where, f"at most {MAX_DEPTH} levels", "more") from None
    except ValueError as error:  # of Unicode and of JSON too
        raise _refusal(where, "strict JSON", str(error)) from error
    if not isinstance(payload, dict):
        raise _refusal(where, "a JSON object", f"a {type(payload).__name__}")
    _check_depth(payload, where)
    return payload


def excess(data: bytes, max_bytes: int, max_values: int | None = None) -> tuple[str, str] | None:
    """What no reader takes, as (at most, what came): too many bytes, or values before any of them takes memory."""
    if len(data) > max_bytes:
        return f"at most {max_bytes} bytes", f"{len(data)}"
    most = MAX_VALUES if max_values is None else max_values
    if most < len(data) and sum(map(data.count, (b",", b"[", b"{"))) > most:
        return f"at most {most} values", "more"
    return None


@contextmanager
def _no_collections() -> Iterator[None]:
    """Pause the garbage collector: JSON has no cycles, and looking for them takes half the time of a long index."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _refusal(where: object, expected: str, came: str) -> ArtifactError:
    return ArtifactError(explain(where, expected, came, "another copy of it"))


def _without_duplicates(pairs: list[tuple[str, Any]]) -> Payload:
    payload = dict(pairs)
    if len(payload) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise ValueError(f"key {next(name for name, count in counts.items() if count > 1)!r} twice")
    return payload


def _no_constant(text: str) -> float:
    raise ValueError(f"the number {text}")


_ZEROS = bytes.maketrans(b"123456789E", b"000000000e")


def _perhaps_large(data: bytes) -> bool:
    """Whether any number could overflow or lose digits; if not, Python's own reading is faster than ours."""
    digits, long = data.translate(_ZEROS), b"0" * 16
    if b"e000" in digits or b"e+000" in digits or digits.count(b".") * 50 > len(digits):
        return True  # perhaps; and where fractions are many, to look at each takes as long as it would save
    return long in digits and any(long in part.lstrip(b"0") for part in (b"." + digits).split(b"."))


def _finite(text: str) -> float:
    value = float(text)
    if value - value != 0.0:
        raise ValueError(f"the number {text[:40]}, which overflows")
    return value


def _exact(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > SAFE_INTEGER:  # the length first: int() takes quadratic time
        raise ValueError(f"the integer {text[:40]}, beyond 2^53 - 1")
    return int(text)


def _check_depth(payload: Payload, where: object) -> None:
    """Level by level, because a deep file would overflow the stack of a recursive walk."""
    level: list[Any] = [payload]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for container in level
            for child in (container.values() if isinstance(container, dict) else container)
            if type(child) is dict or type(child) is list  # JSON text has no others; half the time of isinstance
        ]
        if not level:
            return
    raise _refusal(where, f"at most {MAX_DEPTH} levels", "more")


def twin(text: bytes) -> bytes:
    """The same text as a style sheet of custom properties: `:root{--n:"2";--b0:"…";--b1:"…"}`, base64 in chunks.

    A page opened from a file can read no JSON beside it, but it can load a style sheet, and that can neither run nor
    fetch anything.
    """
    step = CHUNK_CHARACTERS // 4 * 3  # bytes
    count = -(-len(text) // step)
    sheet = BytesIO()  # no second copy of a large data set
    sheet.write(f':root{{--n:"{count}"'.encode("ascii"))
    for number in range(count):
        sheet.write(f';--b{number}:"'.encode("ascii"))
        sheet.write(binascii.b2a_base64(text[number * step : (number + 1) * step], newline=False))
        sheet.write(b'"')
    sheet.write(b"}\n")
    return sheet.getvalue()


def looks_like_ours(data: bytes) -> bool:
    """Whether this begins as `encode` or `twin` begins every file; no other program writes that by chance."""
    return data.startswith((b'{\n  "schema_version": ', b':root{--n:"'))


def untwin(sheet: bytes, where: object) -> bytes:
    """The text inside a twin; ArtifactError when `twin` would not have written this sheet."""
    found = re.findall(rb'--b\d+:"([A-Za-z0-9+/=]*)"', sheet)
    try:
        text = base64.b64decode(b"".join(found), validate=True)
    except binascii.Error as error:
        raise _refusal(where, "base64 text", str(error)) from error
    if twin(text) != sheet:
        raise _refusal(where, "a style sheet of base64 chunks", "something else")
    return text
