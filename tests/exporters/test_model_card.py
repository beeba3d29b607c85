"""The model card, as the Hugging Face Hub's library and two renderers of Markdown read it."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from digit_classifier import read_bundle
from digit_classifier.cli.main import main
from digit_classifier.exporters import model_card
from digit_classifier.text import clean_text, markdown
from exported_runs import HOSTILE, NAMES, Runs

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from huggingface_hub import ModelCard
    from markdown import markdown as python_markdown  # what TensorBoard renders with

if TYPE_CHECKING:
    from pathlib import Path

COMMONMARK = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@pytest.mark.parametrize("kind", ["grey-cnn", "colour-cnn", "table-mlp", "diverged-mlp"])
def test_the_hub_reads_the_results(kind: str, runs: Runs, tmp_path: Path) -> None:
    assert main(["export", "model-card", str(runs.directories[kind]), "-o", str(tmp_path / "README.md")]) == 0
    card, payloads = ModelCard.load(tmp_path / "README.md"), read_bundle(runs.directories[kind]).payloads
    metrics, summary = payloads["metrics.json"], payloads["run_summary.json"]
    accuracy, f1 = card.data.eval_results
    assert (accuracy.metric_type, accuracy.metric_value) == ("accuracy", metrics["accuracy"])
    assert accuracy.metric_args == metrics["accuracy_interval"]
    assert (f1.metric_type, f1.metric_value) == ("f1", metrics["macro_f1"])
    for result in (accuracy, f1):
        table = "feature_names" in summary["dataset"]
        assert result.task_type == ("tabular-classification" if table else "image-classification")
        assert (result.dataset_type, result.dataset_name) == (summary["dataset"]["name"], summary["dataset"]["title"])
    assert card.data.model_name == summary["label"]
    assert summary["results_digest"] in card.text
    assert summary["dataset"]["sha256"][:12] in card.text
    assert f"\n    {summary['command']}\n" in card.text
    assert ("Training diverged" in card.text) is (summary["diverged"] is not None) is (kind == "diverged-mlp")


def test_the_caveat_of_the_data_and_the_interval_are_said(runs: Runs, tmp_path: Path) -> None:
    assert main(["export", "model-card", str(runs.directories["grey-cnn"]), "-o", str(tmp_path / "card.md")]) == 0
    text = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert "13 writers" in text
    assert re.search(r"of 360 held-out digits are classified correctly \(95 % interval [0-9.]+ to [0-9.]+ %\)", text)


def test_a_synthetic_run_says_that_it_is(tmp_path: Path) -> None:
    from test_first_version import FIXTURE, SAMPLES

    assert main(["export", "model-card", str(FIXTURE / SAMPLES[0]), "-o", str(tmp_path / "card.md")]) == 0
    assert "**This run is synthetic" in (tmp_path / "card.md").read_text(encoding="utf-8")


class Page(HTMLParser):
    """The tags of a page, and its text by lines."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002 - the parser passes it
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_no_text_of_a_run_is_markup(runs: Runs, tmp_path: Path) -> None:
    run, target = runs.directories["colour-cnn"], tmp_path / "card.md"
    assert main(["export", "model-card", str(run), "-o", str(target)]) == 0
    header, _, body = target.read_text(encoding="utf-8").removeprefix("---\n").partition("\n---\n")
    data = yaml.safe_load(header)["model-index"][0]
    assert (data["name"], data["results"][0]["dataset"]["name"]) == (HOSTILE, HOSTILE)
    for page in (Page(COMMONMARK.render(body)), Page(python_markdown(body))):
        assert set(page.tags) == {"h1", "p", "code", "pre"}
        for text in (HOSTILE, *NAMES, "# <b>bold</b>", "---"):
            assert text in page.text


@given(st.text(st.characters(codec="utf-8"), max_size=30) | st.text("\\`*_[]()<>&|~$#!-+.:/ax1\"'{}@^=", max_size=30))
@example("www.example.com http://x.y a@b.c ~~x~~ | - | :--: | &amp; &#60; <!-- --> ![i](j)")
@example("\\<b>\\*x*")
def test_any_text_is_itself_in_markdown(text: str) -> None:
    line = f"Named {clean_text(text)} so"
    for rendered in (COMMONMARK.render(markdown(line)), python_markdown(markdown(line), extensions=["tables"])):
        page = Page(rendered)
        assert page.tags == ["p"]
        assert page.text.strip() == line


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(codec="utf-8"), max_size=30)
    | st.text("-:#'\"[]{}|>&*!%@` \\0123yesnul~.\U0001f600", max_size=12)
)
@example("--- !!python/object/apply:os.system ['x']")
@example("null")
@example("2026-11-26")
def test_any_label_is_itself_in_the_front_matter(runs: Runs, tmp_path: Path, text: str) -> None:
    bundle, label = read_bundle(runs.directories["grey-mlp"]), clean_text(text)
    summary = {**bundle.payloads["run_summary.json"], "label": label or None}
    card = tmp_path / "card.md"
    model_card.export(replace(bundle, payloads={**bundle.payloads, "run_summary.json": summary}), card)
    assert ModelCard.load(card).data.model_name == (label or bundle.manifest["run_id"])
