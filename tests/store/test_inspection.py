"""One run directory: how it is sealed, and everything that can be wrong with it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from digit_classifier.artifacts import build_dataset
from digit_classifier.errors import ArtifactError
from digit_classifier.store.bundle import seal, seal_files
from digit_classifier.store.inspection import inspect, read_bundle
from digit_classifier.store.json import encode, twin
from digit_classifier.store.layout import known_names
from store_oracle import inner_text
from tiny_runs import CREATED, RUN_ID, dataset, payloads, picture, shared_data, tiny_run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run directory as it was published, with its data set beside it."""
    directory = tmp_path / RUN_ID
    for name, data in tiny_run(RUN_ID).items():
        put(directory / name, data)
    for name, data in shared_data().items():
        put(tmp_path / "datasets" / name, data)
        put(tmp_path / "datasets" / name.replace(".json", ".css"), twin(data))
    return directory


def put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def reseal(run: Path, changes: dict[str, bytes | None]) -> None:
    """What a forger does: change files and make the manifest and the twin fit again."""
    files = {path.name: path.read_bytes() for path in run.iterdir()}
    kept = {name: data for name, data in (files | changes).items() if data is not None}
    manifest = json.loads(kept.pop("manifest.json"))
    kept.pop("bundle.css")
    keys = {key: manifest[key] for key in ("run_id", "created", "results_digest")}
    shutil.rmtree(run)
    for name, data in seal_files(kept, **keys)[0].items():
        put(run / name, data)


def test_a_sealed_run_reads_back_as_its_payloads(run: Path) -> None:
    bundle = read_bundle(run)
    assert bundle.payloads == payloads(RUN_ID)
    assert bundle.manifest["run_id"] == RUN_ID
    assert inspect(run, shared_data="if there").problems == []


def test_the_manifest_comes_last_and_the_twin_carries_every_json_text(run: Path) -> None:
    files = tiny_run(RUN_ID)
    assert list(files)[-1] == "manifest.json"
    manifest = json.loads(files["manifest.json"])
    assert set(manifest["files"]) == set(files) - {"manifest.json"}
    content = json.loads(inner_text(files["bundle.css"]))
    texts = {name: data.decode() for name, data in files.items() if name.endswith(".json") and name != "manifest.json"}
    assert content["files"] == texts
    del manifest["files"]["bundle.css"]
    assert content["manifest"] == manifest


def test_the_same_payloads_are_sealed_to_the_same_bytes() -> None:
    assert tiny_run(RUN_ID) == tiny_run(RUN_ID)


@pytest.mark.parametrize(
    "name", ["../x.json", "index.json", "manifest.json", "notes.txt", "bundle.css", "Metrics.json", "x.js"]
)
def test_only_files_of_a_run_can_be_sealed(name: str) -> None:
    with pytest.raises(ArtifactError, match="expected the name of a file of a run"):
        seal_files({name: b"{}"}, run_id=None, created=CREATED, results_digest="0" * 64)


def test_every_changed_byte_is_found(run: Path) -> None:
    for path in sorted(run.iterdir()):
        data = path.read_bytes()
        for position in range(0, len(data), max(1, len(data) // 60)):
            path.write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
            assert inspect(run, shared_data="if there").problems, f"{path.name} byte {position}"
        path.write_bytes(data)
    assert inspect(run, shared_data="if there").problems == []


def test_a_missing_longer_or_extra_file_is_named(run: Path) -> None:
    (run / "holdout.json").unlink()
    (run / "model.json").write_bytes((run / "model.json").read_bytes() + b" ")
    (run / "notes.txt").write_text("x")
    (run / ".DS_Store").write_text("left by a file manager")
    looked = inspect(run, shared_data="if there")
    assert [text.split(": ")[0] for text in looked.problems] == [str(run / "holdout.json"), str(run / "model.json")]
    assert [text.split(": ")[0] for text in looked.remarks] == [str(run / ".DS_Store"), str(run / "notes.txt")]
    with pytest.raises(ArtifactError, match=RUN_ID):
        read_bundle(run)


@pytest.mark.parametrize("name", ["metrics.json", "manifest.json"])
@pytest.mark.parametrize("kind", ["link", "pipe", "directory"])
def test_only_regular_files_are_read(run: Path, kind: str, name: str) -> None:
    path = (run / name).rename(run.parent / "elsewhere")
    if kind == "link":
        (run / name).symlink_to(path)
    elif kind == "pipe":
        os.mkfifo(run / name)
    else:
        (run / name).mkdir()
    with pytest.raises(ArtifactError, match=f"{name}: expected a regular file"):
        read_bundle(run)


def test_a_directory_under_another_name_is_found_except_latest(run: Path) -> None:
    renamed = run.rename(run.with_name("20261122-191612-other"))
    assert any(
        f"expected a directory named {RUN_ID}" in text for text in inspect(renamed, shared_data="if there").problems
    )
    assert inspect(renamed.rename(run.with_name("latest")), shared_data="if there").problems == []


def test_a_forged_number_is_found_though_every_hash_fits(run: Path) -> None:
    summary = payloads(RUN_ID)["run_summary.json"]
    reseal(run, {"run_summary.json": encode({**summary, "results_digest": "0" * 64})})
    with pytest.raises(ArtifactError, match="results_digest"):
        read_bundle(run)
    assert any("results_digest" in text for text in inspect(run, shared_data="if there").problems)


def test_a_payload_that_breaks_its_schema_is_found_though_every_hash_fits(run: Path) -> None:
    metrics = payloads(RUN_ID)["metrics.json"]
    reseal(run, {"metrics.json": encode({**metrics, "accuracy": 1.2})})
    with pytest.raises(ArtifactError, match=r"metrics\.accuracy"):
        read_bundle(run)


def test_a_twin_that_tells_another_story_is_found_though_its_hash_fits(run: Path) -> None:
    data = twin(b'{"files": {}}')
    manifest = json.loads((run / "manifest.json").read_bytes())
    manifest["files"]["bundle.css"] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (run / "bundle.css").write_bytes(data)
    (run / "manifest.json").write_bytes(encode(manifest))
    assert [text.split(": ")[0] for text in inspect(run, shared_data="if there").problems] == [str(run / "bundle.css")]


@pytest.mark.parametrize(
    "data", [b"<svg onload=alert(1)>", b"\x89PNG", picture(5000, 1), picture(1, 100_000), picture(0, 1)]
)
def test_a_picture_that_is_no_small_png_is_found(run: Path, data: bytes) -> None:
    reseal(run, {"confusion_matrix.png": data})
    assert [text.split(": ")[0] for text in inspect(run, shared_data="if there").problems] == [
        str(run / "confusion_matrix.png")
    ]


def test_the_data_set_beside_a_run_is_checked(run: Path) -> None:
    (text,) = shared_data().values()
    path = run.parent / "datasets" / next(iter(shared_data()))
    path.with_suffix(".css").write_bytes(twin(b"{}"))
    assert [line.split(": ")[0] for line in inspect(run, shared_data="if there").problems] == [
        str(path.with_suffix(".css"))
    ]
    path.write_bytes(encode({**build_dataset(dataset()), "labels": [1, 1, 0, 1]}))
    assert any("dataset.sha256" in line for line in inspect(run, shared_data="if there").problems)
    path.unlink()
    assert inspect(run, shared_data="if there").problems == []  # a run that travels alone
    assert any(str(path) in line for line in inspect(run, shared_data="required").problems)
    assert text


@pytest.mark.parametrize("sign", [".lock", "index.json"])
def test_beside_another_programs_data_sets_a_run_travels_alone_and_in_its_root_it_does_not(
    run: Path, sign: str
) -> None:
    shutil.rmtree(run.parent / "datasets")
    put(run.parent / "datasets" / "theirs.csv", b"1,2")
    assert inspect(run, shared_data="if there").problems == []
    put(run.parent / sign, b"")
    (problem,) = inspect(run, shared_data="if there").problems
    assert problem.startswith(str(run.parent / "datasets" / next(iter(shared_data()))))
    shutil.rmtree(run.parent / "datasets")
    assert inspect(run, shared_data="if there").problems == []  # `replay` may still have the data
    assert len(inspect(run, shared_data="required").problems) == 1


@pytest.mark.parametrize("name", ["run_summary.json", "metrics.json"])
def test_a_run_without_what_the_index_says_of_it_is_damaged(run: Path, name: str) -> None:
    reseal(run, {name: None})
    assert [line for line in inspect(run).problems if f"expected a run with {name}, got one without it" in line]


@pytest.mark.parametrize("name", ["holdout.json", "model.json", "loss_curve.json", "predictions.json"])
def test_only_a_synthetic_run_can_do_without_what_its_scores_follow_from(run: Path, name: str) -> None:
    if name != "predictions.json":  # a tiny run has none
        reseal(run, {name: None})
    assert inspect(run).problems == []
    summary = payloads(RUN_ID)["run_summary.json"]
    reseal(run, {"run_summary.json": encode({**summary, "synthetic": False})})
    assert any(f"expected a run with {name}, got one without it" in line for line in inspect(run).problems)


def test_what_no_reader_takes_is_not_sealed() -> None:
    contents = payloads(None)
    for lacking in ("run_summary.json", "metrics.json"):
        with pytest.raises(ArtifactError, match=rf"expected a run with {lacking}"):
            seal({name: contents[name] for name in contents if name != lacking}, {}, run_id=RUN_ID)
    real = {**contents, "run_summary.json": {**contents["run_summary.json"], "synthetic": False}}
    with pytest.raises(ArtifactError, match=r"expected a run with predictions\.json, got one without it"):
        seal(real, {}, run_id=RUN_ID)


@pytest.mark.parametrize("text", [b"", b"{}", b"[" * 100_000, b'{"schema_version": 2}', b"x" * 70_000])
def test_a_broken_manifest_is_one_clear_problem(run: Path, text: bytes) -> None:
    (run / "manifest.json").write_bytes(text)
    (found,) = inspect(run, shared_data="if there").problems
    assert str(run / "manifest.json") in found


def test_a_manifest_cannot_name_a_file_elsewhere(run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_bytes())
    for name in ("../secret.json", "/etc/passwd", "sub/x.json", "con.json", "x.js", "other.json"):
        (run / "manifest.json").write_bytes(encode({**manifest, "files": {name: {"bytes": 1, "sha256": "0" * 64}}}))
        with pytest.raises(ArtifactError, match=r"manifest\.json: "):
            read_bundle(run)


def test_no_directory_at_all_is_a_problem_too(tmp_path: Path) -> None:
    assert len(inspect(tmp_path / "none", shared_data="if there").problems) == 1


def test_a_flat_run_carries_its_data_set_and_the_twin_of_that(tmp_path: Path) -> None:
    for name, data in tiny_run(None).items():
        put(tmp_path / "any name" / name, data)
    assert inspect(tmp_path / "any name", shared_data="if there").problems == []
    assert inner_text((tmp_path / "any name" / "dataset.css").read_bytes()) == encode(build_dataset(dataset()))
    (tmp_path / "any name" / "dataset.css").write_bytes(b"")
    assert inspect(tmp_path / "any name", shared_data="if there").problems


def test_every_known_name_is_one_a_manifest_may_hold() -> None:
    from digit_classifier.artifacts import build_manifest, validate_manifest_payload

    validate_manifest_payload(build_manifest(None, CREATED, "0" * 64, dict.fromkeys(known_names(), b"")))
