"""The laboratory: the page trains the run again, bit for bit, and answers to what is drawn."""

from __future__ import annotations

import html
import json
import shutil
from typing import TYPE_CHECKING, Any

import demo_site
import pytest
from browsers import Frame, wait_for
from test_quality import violations

from digit_classifier.page.html import write_html
from digit_classifier.run.strokes import prepared_strokes

if TYPE_CHECKING:
    from pathlib import Path

    from browsers import Chromium, Page

READY = "document.querySelector('[data-action=retrain]') !== null"
OUTCOME = "document.querySelector('.lab-outcome').dataset.outcome"
DIGEST = "document.querySelector('.lab-outcome').dataset.digest"
STATE = "document.getElementById('lab').dataset.state"
TRAIN = "document.querySelector('[data-action=retrain]').click()"
SAID = "document.querySelector('.lab-outcome').textContent"
SETTINGS = {"model": "logistic", "epochs": "12", "exact": "true"}


@pytest.fixture(scope="session")
def laboratory(pages: Path) -> Path:
    """A small exact run, one that is not exact, and one that came without its data set."""
    root = pages / "laboratory"
    if not root.exists():
        root.mkdir()
        for name in demo_site.PAGE:
            shutil.copy(pages / name, root)
        demo_site.train(root / "artifacts", "exact", **SETTINGS)
        demo_site.train(root / "plain", "plain", model="logistic", epochs="4")
        shutil.copytree(root / "artifacts", root / "alone")
        shutil.rmtree(root / "alone/datasets")
        write_html(root / "artifacts", root / "report.html")
    return root


def stored(root: Path) -> dict[str, Any]:
    return json.loads((root / "artifacts/latest/model.json").read_text())


def opened(page: Page, address: str, ready: str = READY) -> None:
    page.goto(address)
    wait_for(page, ready)


def choose(page: Page, field: str, value: str) -> None:
    wait_for(
        page,
        f"""(() => {{
      const fields = [...document.querySelectorAll('.knobs .field')];
      const field = fields.find(each => each.textContent.startsWith('{field}'));
      const input = field?.querySelector('select, input');
      if (!input) return false;
      input.value = '{value}';
      input.dispatchEvent(new Event('change'));
      return true;
    }})()""",
    )


def trained(page: Page) -> str:
    page.evaluate(TRAIN)
    return str(wait_for(page, OUTCOME))


@pytest.mark.parametrize("place", ["file", "http", "export"])
def test_the_run_is_trained_again_bit_for_bit(
    page: Page, addresses: dict[str, str], laboratory: Path, place: str
) -> None:
    where = f"{addresses['file']}laboratory/report.html" if place == "export" else f"{addresses[place]}laboratory/"
    opened(page, where if place == "export" else f"{where}index.html")
    assert page.evaluate(STATE) == "ready"
    assert trained(page) == "identical"
    assert page.evaluate(DIGEST) == stored(laboratory)["sha256"]
    assert page.evaluate(STATE) == "done-equal"
    assert page.evaluate(SAID) == "The same 650 numbers as in the stored run, bit for bit."
    assert page.errors == []


def test_with_another_setting_it_is_compared_and_python_gets_the_same_weights(
    page: Page, addresses: dict[str, str], laboratory: Path, tmp_path: Path
) -> None:
    opened(page, f"{addresses['file']}laboratory/index.html")
    choose(page, "Wrong labels", "0.4")
    choose(page, "Leaves out", "8")
    choose(page, "Tested on", "contiguous")
    assert trained(page) == "compared"
    changed = {"label_noise": "0.4", "leave_out": "8", "split": "contiguous"}
    demo_site.train(tmp_path / "artifacts", "changed", **SETTINGS, **changed)
    assert page.evaluate(DIGEST) == stored(tmp_path)["sha256"]
    assert "interval" in page.evaluate(SAID)
    command = page.evaluate("document.querySelector('.lab-command code').textContent")
    assert all(words in command for words in ("--label-noise 0.4", "--leave-out 8", "--split contiguous", "--exact"))


def test_a_run_that_is_not_exact_is_compared_and_the_command_that_makes_it_exact_is_shown(
    page: Page, addresses: dict[str, str], laboratory: Path
) -> None:
    opened(page, f"{addresses['http']}{laboratory.name}/index.html?artifacts=plain")
    command = page.evaluate("document.querySelector('.lab-left .command code').textContent")
    assert command.startswith("digit-classifier train")
    assert command.endswith("--exact")
    assert trained(page) == "compared"
    assert "McNemar" in page.evaluate(SAID) or "not one changed sides" in page.evaluate(SAID)


def test_it_can_be_paused_continued_and_stopped(page: Page, addresses: dict[str, str], laboratory: Path) -> None:
    opened(page, f"{addresses['file']}{laboratory.name}/index.html")
    page.evaluate("document.querySelector('[data-action=epoch]').click()")
    wait_for(page, f"{STATE} === 'paused'")
    assert page.evaluate("document.querySelector('.lab-time').textContent").startswith("Epoch 1 of 12")
    page.evaluate("document.querySelector('[data-action=epoch]').click()")
    wait_for(page, "document.querySelector('.lab-time').textContent.startsWith('Epoch 2 of 12')")
    page.evaluate("document.querySelector('[data-action=stop]').click()")
    assert page.evaluate(OUTCOME) == "stopped"
    assert page.evaluate(STATE) == "ready"
    assert trained(page) == "identical"


def test_a_training_that_diverges_says_so(page: Page, addresses: dict[str, str], laboratory: Path) -> None:
    opened(page, f"{addresses['file']}{laboratory.name}/index.html")
    choose(page, "Learning rate", "1000")
    choose(page, "Epochs", "60")
    assert trained(page) == "diverged"
    assert page.evaluate(SAID).startswith("It diverged in epoch 47: the hold-out loss was nan.")  # as in Python
    assert page.evaluate(STATE) == "diverged"
    assert "lower learning rate" in page.evaluate(SAID)


def test_without_the_data_set_nothing_can_be_trained_and_the_page_says_why(
    page: Page, addresses: dict[str, str], laboratory: Path
) -> None:
    opened(page, f"{addresses['http']}{laboratory.name}/index.html?artifacts=alone", f"{STATE} === 'no-data'")
    assert "came without its data set" in page.evaluate("document.getElementById('lab').textContent")
    assert page.evaluate(f"!({READY})")


def test_the_training_is_laid_beside_the_stored_run(page: Page, addresses: dict[str, str], laboratory: Path) -> None:
    opened(page, f"{addresses['file']}{laboratory.name}/index.html")
    choose(page, "Random state", "7")
    assert trained(page) == "compared"
    page.evaluate("document.querySelector('[data-action=beside]').click()")
    wait_for(page, "document.querySelector('#compare-picker')?.textContent.includes('trained in this page')")
    wait_for(page, "document.querySelector('#experiment .notice')?.textContent.includes('different samples')")
    assert page.evaluate(OUTCOME) == "compared"  # the laboratory is as it was


@pytest.mark.parametrize("question", ["?lab=1.r.x", "#lab=", "#lab=1.r.0123456789abcdef.-.mlp", "#lab=2.r.x"])
def test_no_address_starts_anything(page: Page, addresses: dict[str, str], laboratory: Path, question: str) -> None:
    opened(page, f"{addresses['http']}{laboratory.name}/index.html{question}")
    assert page.evaluate(f"{OUTCOME} ?? null") is None
    assert page.evaluate(STATE) in ("ready", "other-data")
    if question.startswith("#"):
        assert "not understood" in page.evaluate("document.querySelector('.lab-link').textContent")


def test_a_link_brings_its_settings_and_the_digest_decides(
    page: Page, addresses: dict[str, str], laboratory: Path, tmp_path: Path
) -> None:
    settings = {**SETTINGS, "random_state": "5"}
    demo_site.train(tmp_path / "artifacts", "shared", **settings)
    summary = json.loads((laboratory / "artifacts/latest/run_summary.json").read_text())
    config = summary["config"]
    fields = "mlogistic~cnone~hnone~osgd~e12~b0~r{learning_rate}~d{lr_decay}~u{momentum}~w{weight_decay}".format(
        **config
    )
    rest = f"~s{config['label_smoothing']}~j{config['shift_pixels']}~z{config['scaling']}~prandom~v0.2~a5"
    for weights, ending in ((stored(tmp_path)["sha256"][:16], "identical"), ("0" * 16, "different")):
        link = f"#lab=1.r.{summary['dataset']['sha256'][:16]}.{weights}.{fields}{rest}"
        page.goto("about:blank")
        opened(page, f"{addresses['file']}{laboratory.name}/index.html{link}")
        said = page.evaluate("document.querySelector('.lab-time').textContent")
        assert said == "From the link: random state 5. Nothing has started."
        assert trained(page) == ending


def test_a_link_of_other_data_says_which(page: Page, addresses: dict[str, str], laboratory: Path) -> None:
    link = "#lab=1.r.0123456789abcdef.-.mlogistic~cnone~hnone~osgd~e12~b0~r0.7~d0~u0.9~w0~s0~j0~zmax~prandom~v0.2~a5"
    opened(page, f"{addresses['file']}{laboratory.name}/index.html{link}")
    assert page.evaluate(STATE) == "other-data"
    assert "0123456789abcdef" in page.evaluate("document.querySelector('.lab-link').textContent")


SEVEN = [(60, 50), (180, 55), (120, 210)]


def test_what_is_drawn_is_prepared_as_in_python_and_read(
    chromium: Chromium, addresses: dict[str, str], laboratory: Path
) -> None:
    page = chromium.page
    opened(chromium, f"{addresses['http']}{laboratory.name}/index.html")
    pad = page.query_selector(".pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    for x, y in SEVEN:
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.mouse.down()
    page.mouse.up()
    wait_for(chromium, "document.querySelectorAll('.draw-steps figure').length === 4")
    link = page.evaluate("location.hash")
    assert link.startswith("#lab=1.d.")
    wait_for(chromium, "/^(Reads|Not sure)/.test(document.querySelector('.answer .verdict').textContent)")
    drawn = page.evaluate("""[...document.querySelectorAll('.draw-steps canvas')].map(canvas => {
      const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      return Array.from({length: data.length / 4}, (_, i) => data[4 * i]);
    })""")
    points = page.evaluate("""(() => {
      const [, move, rest] = document.querySelector('.pad path').getAttribute('d').match(/^M(\\d+ \\d+)(.*)$/);
      return [move, ...rest.split('L').filter(Boolean)].map(pair => pair.split(' ').map(Number));
    })()""")
    expected = prepared_strokes([points]).field.ravel()
    paper = max(drawn[0])
    assert [int(value < paper) for value in drawn[0]] == expected.tolist()
    page.keyboard.press("Control+z")
    pad.focus() if pad.get_attribute("tabindex") else page.click("text=Undo")
    wait_for(chromium, "document.querySelectorAll('.draw-steps figure').length === 0")


def test_a_drawing_comes_with_a_link(page: Page, addresses: dict[str, str], laboratory: Path) -> None:
    opened(page, f"{addresses['file']}{laboratory.name}/index.html#lab=1.d.AwA8MrQ3eNI")
    wait_for(page, "document.querySelectorAll('.draw-steps figure').length === 4")
    assert page.evaluate("document.querySelector('.pad path').getAttribute('d')") == "M60 50L180 55L120 210"


def test_cells_are_filled_by_the_keyboard_alone(page: Page, addresses: dict[str, str], laboratory: Path) -> None:
    opened(page, f"{addresses['file']}{laboratory.name}/index.html")
    page.evaluate("""[...document.querySelectorAll('.draw .segmented button')].at(-1).click()""")
    key = "new KeyboardEvent('keydown', {key: 'Enter', bubbles: true})"
    page.evaluate(f"document.querySelector('.draw .pixels button').dispatchEvent({key})")
    assert page.evaluate("document.querySelector('.draw .pixels button').textContent") == "16"
    wait_for(page, "/^(Reads|Not sure)/.test(document.querySelector('.answer .verdict').textContent)")


def test_the_fewest_pixels_turn_the_answer(page: Page, addresses: dict[str, str], laboratory: Path) -> None:
    opened(page, f"{addresses['file']}{laboratory.name}/index.html")
    find = "[...document.querySelectorAll('#lab button')].find(each => each.textContent === 'Find the fewest pixels')"
    page.evaluate(f"{find}.click()")
    flips = wait_for(page, "Number(document.querySelector('[data-flip]').dataset.flip)")
    assert 1 <= flips <= 12
    said = page.evaluate("document.querySelector('[data-flip]').textContent")
    assert " instead of " in said
    assert page.evaluate("document.querySelectorAll('.mind-pictures figure').length") == 4


def test_one_step_shows_the_numbers_of_the_training(page: Page, addresses: dict[str, str], laboratory: Path) -> None:
    opened(page, f"{addresses['file']}{laboratory.name}/index.html")
    page.evaluate("document.querySelector('[data-action=step]').click()")
    wait_for(page, "document.querySelectorAll('.station').length === 5")
    values = page.evaluate("""Object.fromEntries([...document.querySelectorAll('.station')].map(
      each => [each.dataset.station, Number(each.dataset.value)]))""")
    assert values["loss"] == pytest.approx(2.302585, abs=1e-6)  # ln 10: the last layer begins with zeros
    rate = json.loads((laboratory / "artifacts/latest/run_summary.json").read_text())["config"]["learning_rate"]
    assert values["update"] == pytest.approx(-rate * values["gradient"], rel=1e-6)
    page.evaluate("document.querySelector('[data-action=next]').click()")
    assert page.evaluate("document.querySelector('[aria-current=step]').dataset.station") == "loss"


def test_without_its_script_the_section_says_so(page: Page, addresses: dict[str, str], laboratory: Path) -> None:
    alone = laboratory / "without"
    if not alone.exists():
        shutil.copytree(laboratory / "artifacts", alone / "artifacts")
        for name in demo_site.PAGE:
            if name != "lab.js":
                shutil.copy(laboratory / name, alone)
    opened(page, f"{addresses['file']}{laboratory.name}/without/index.html", "document.body.matches('.settled')")
    assert "lab.js did not load" in page.evaluate("document.getElementById('lab').textContent")
    assert page.evaluate("document.querySelectorAll('#workflow .step').length") == 5


CELLS = """[...document.querySelectorAll('#insights .matrix td[data-cell]')].map(td => Number(td.textContent))"""
TITLE = "document.querySelector('#opening #title').textContent"


def scroll_to(page: Page, selector: str) -> None:
    wait_for(page, f"(document.querySelector({selector!r})?.scrollIntoView({{block: 'center'}}), true)")


def test_the_other_panels_follow_the_training_and_come_back(
    page: Page, addresses: dict[str, str], laboratory: Path, tmp_path: Path
) -> None:
    demo_site.train(tmp_path / "artifacts", "changed", **SETTINGS, random_state="7")
    python = tmp_path / "artifacts/latest"
    epochs = json.loads((python / "epoch_snapshots.json").read_text())["confusion_matrices"]
    final = json.loads((python / "metrics.json").read_text())["confusion_matrix"]
    before = json.loads((laboratory / "artifacts/latest/metrics.json").read_text())["confusion_matrix"]
    opened(page, f"{addresses['file']}{laboratory.name}/index.html?true=3")
    title = page.evaluate(TITLE)
    choose(page, "Random state", "7")
    page.evaluate("document.querySelector('[data-action=epoch]').click()")
    wait_for(page, f"{STATE} === 'paused'")
    scroll_to(page, "#insights .matrix")
    wait_for(page, f"{CELLS}.join() === {','.join(str(n) for row in epochs[0] for n in row)!r}")
    assert page.evaluate("document.querySelector('.live-bar').textContent").startswith(
        "The panels show the training in this page after epoch 1."
    )
    page.evaluate("document.querySelector('[data-action=pause]').click()")
    wait_for(page, f"{OUTCOME} === 'compared'")
    wait_for(page, f"{CELLS}.join() === {','.join(str(n) for row in final for n in row)!r}")
    scroll_to(page, "#opening")
    wait_for(page, f"{TITLE} === 'trained in this page'")
    scroll_to(page, "#experiment .panels > :last-child")
    wait_for(page, "document.querySelector('#experiment .notice')?.textContent.includes('different samples')")
    assert "true=3" in page.evaluate("location.search")
    page.evaluate("document.querySelector('[data-action=stored]').click()")
    scroll_to(page, "#insights .matrix")
    assert page.evaluate(f"{CELLS}.join()") == ",".join(str(n) for row in before for n in row)
    assert page.evaluate(TITLE) == title
    assert page.evaluate("document.querySelector('.live-bar')") is None
    assert page.evaluate(OUTCOME) == "compared"  # the laboratory keeps what it has
    assert page.errors == []


def test_it_trains_in_a_frame_that_may_run_scripts_and_nothing_else(
    page: Page, addresses: dict[str, str], laboratory: Path
) -> None:
    text = html.escape((laboratory / "report.html").read_text(encoding="utf-8"))
    frame = f"<iframe sandbox='allow-scripts' width=1200 height=800 srcdoc='{text}'></iframe>"
    head = "<!doctype html><meta charset=utf-8><link rel=icon href='data:,'>"
    (laboratory / "framed.html").write_text(f"{head}{frame}", encoding="utf-8")
    page.goto(f"{addresses['http']}{laboratory.name}/framed.html")
    inner = Frame(page)
    wait_for(inner, READY)
    assert trained(inner) == "identical"
    assert inner.evaluate(DIGEST) == stored(laboratory)["sha256"]
    assert page.errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_after_a_training_a_drawing_and_a_step(
    chromium: Chromium, addresses: dict[str, str], laboratory: Path, scheme: Any
) -> None:
    chromium.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    opened(chromium, f"{addresses['http']}{laboratory.name}/index.html#lab=1.d.AwA8MrQ3eNI")
    choose(chromium, "Wrong labels", "0.4")
    assert trained(chromium) == "compared"
    chromium.evaluate("document.querySelector('[data-action=step]').click()")
    wait_for(chromium, "document.querySelectorAll('.station').length === 5")
    wait_for(chromium, "document.getAnimations().every(each => each.playState !== 'running')")
    assert violations(chromium, scheme) == []


@pytest.mark.parametrize("width", [320, 390])
def test_the_laboratory_fits_a_telephone(
    chromium: Chromium, addresses: dict[str, str], laboratory: Path, width: int
) -> None:
    chromium.page.set_viewport_size({"width": width, "height": 800})
    opened(chromium, f"{addresses['http']}{laboratory.name}/index.html#lab=1.d.AwA8MrQ3eNI")
    assert trained(chromium) == "identical"
    chromium.evaluate("document.querySelector('[data-action=step]').click()")
    wait_for(chromium, "document.querySelectorAll('.station').length === 5")
    assert chromium.evaluate("document.documentElement.scrollWidth") <= width


def test_a_field_that_is_emptied_shows_what_will_be_trained(
    page: Page, addresses: dict[str, str], laboratory: Path
) -> None:
    opened(page, f"{addresses['file']}{laboratory.name}/index.html")
    field = "[...document.querySelectorAll('.knobs .field')].find(each => each.textContent.startsWith('Epochs'))"
    choose(page, "Epochs", "3")
    choose(page, "Epochs", "")
    assert page.evaluate(f"{field}.querySelector('input').value") == "3"
    assert trained(page) == "compared"
    assert page.evaluate("document.querySelector('.lab-time').textContent").startswith("3 epochs in")


def test_fewer_samples_are_said_to_be_fewer(
    page: Page, addresses: dict[str, str], laboratory: Path, tmp_path: Path
) -> None:
    demo_site.train(tmp_path / "artifacts", "few", **SETTINGS, train_share="0.1")
    count = json.loads((tmp_path / "artifacts/latest/run_summary.json").read_text())["split"]["training"]
    opened(page, f"{addresses['file']}{laboratory.name}/index.html")
    choose(page, "Trains on", "0.1")
    assert trained(page) == "compared"
    scroll_to(page, "#opening")
    wait_for(page, f"{TITLE} === 'trained in this page'")
    said = page.evaluate("document.querySelector('#opening h1').textContent")
    assert f"learned from {count} images" in said


def test_a_newer_run_is_listed_and_leaves_what_was_trained(
    page: Page, addresses: dict[str, str], laboratory: Path
) -> None:
    root = laboratory / "growing"
    demo_site.train(root, "older", **SETTINGS)
    opened(page, f"{addresses['http']}{laboratory.name}/index.html?artifacts=growing")
    assert trained(page) != "running"
    state = page.evaluate("document.getElementById('lab').dataset.state")
    outcome = page.evaluate("document.querySelector('.lab-right').textContent")
    demo_site.train(root, "newer", **SETTINGS)
    page.evaluate("dispatchEvent(new Event('focus'))")
    wait_for(page, "document.getElementById('toasts').innerText.includes('A new run was published')")
    assert page.evaluate("document.getElementById('lab').dataset.state") == state
    assert page.evaluate("document.querySelector('.lab-right').textContent") == outcome
    page.evaluate("document.querySelector('.selector-button').click()")
    wait_for(page, "document.querySelector('[role=listbox]').textContent.includes('newer')")


def test_samples_that_the_share_left_out_are_not_called_training(
    page: Page, addresses: dict[str, str], laboratory: Path
) -> None:
    root = laboratory / "thinned"
    demo_site.train(root, "few", **SETTINGS, train_share="0.1")
    summary = json.loads((root / "latest/run_summary.json").read_text())
    split, samples = summary["split"], summary["dataset"]["samples"]
    assert split["training"] + split["holdout"] < samples
    opened(page, f"{addresses['http']}{laboratory.name}/index.html?artifacts=thinned&split=training")
    rest = samples - split["holdout"]
    assert f"{rest:,} of {samples:,}" in page.evaluate("document.getElementById('found').textContent")
    assert "not held out" in page.evaluate("document.getElementById('chips').textContent")
    said = page.evaluate("document.getElementById('data').textContent")
    assert "training" not in said.lower()
    names = page.evaluate("[...document.querySelectorAll('.grid-layer button')].map(each => each.ariaLabel)")
    assert names
    assert all(name.endswith(", not held out") for name in names)


def test_an_interrupted_run_is_trained_as_far_as_it_came_and_comes_out_the_same(
    page: Page, addresses: dict[str, str], laboratory: Path
) -> None:
    root = laboratory / "interrupted"
    if not root.exists():
        demo_site.cut_short(root, **SETTINGS)
    summary = json.loads((root / "latest/run_summary.json").read_text())
    assert summary["interrupted"] == {"epoch": 3, "planned": 12}
    opened(page, f"{addresses['http']}{laboratory.name}/index.html?artifacts={root.name}")
    assert trained(page) == "identical"
    choose(page, "Random state", "7")
    assert trained(page) == "compared"
    assert "--epochs 3" in page.evaluate("document.querySelector('.lab-command code').textContent")


@pytest.mark.parametrize("root", ["alone", "artifacts"])
def test_a_link_is_answered_wherever_it_is_opened(
    page: Page, addresses: dict[str, str], laboratory: Path, root: str
) -> None:
    """Also where nothing can be trained, and in a page that compares meanwhile; and the laboratory comes into sight."""
    there = f"{addresses['http']}{laboratory.name}/index.html?artifacts={root}"
    opened(page, there, f"{STATE} === '{'no-data' if root == 'alone' else 'ready'}'")
    if root == "artifacts":
        choose(page, "Random state", "7")
        assert trained(page) == "compared"
        page.evaluate("document.querySelector('[data-action=beside]').click()")
        wait_for(page, "document.querySelector('#experiment .two-columns') !== null")
    page.evaluate("(scrollTo({ top: 0, behavior: 'instant' }), location.hash = '#lab=2.r.x', null)")
    wait_for(page, "document.querySelector('.lab-link')?.textContent.includes('not understood')")
    wait_for(page, "document.getElementById('lab').getBoundingClientRect().top < innerHeight / 2")
    page.goto("about:blank")
    page.goto(f"{there}#lab=2.r.x")
    wait_for(page, "document.querySelector('.lab-link')?.textContent.includes('not understood')")
    wait_for(page, "document.getElementById('lab').getBoundingClientRect().top < innerHeight / 2")


def test_a_link_is_offered_only_where_there_is_something_to_copy(
    page: Page, addresses: dict[str, str], laboratory: Path
) -> None:
    link = "[...document.querySelectorAll('.draw button')].find(each => each.textContent === 'Copy a link to it')"
    opened(page, f"{addresses['file']}{laboratory.name}/index.html")
    assert page.evaluate(f"{link}.disabled")
    page.evaluate("(location.hash = '#lab=1.d.AwA8MrQ3eNI', null)")
    wait_for(page, f"!{link}.disabled")


LINKED = "mlogistic~cnone~hnone~osgd~e12~b0~r{learning_rate}~d{lr_decay}~u{momentum}~w{weight_decay}"
BESIDE = "document.querySelector('#compare-picker')?.textContent.includes('trained in this page')"


def recipe_link(run: Path, seed: int) -> str:
    """A link to the run's own recipe with another random state."""
    summary = json.loads((run / "run_summary.json").read_text())
    config = summary["config"]
    rest = f"~s{config['label_smoothing']}~j{config['shift_pixels']}~z{config['scaling']}~prandom~v0.2~a{seed}"
    return f"#lab=1.r.{summary['dataset']['sha256'][:16]}.-.{LINKED.format(**config)}{rest}"


def test_a_link_that_comes_while_a_training_runs_ends_it(
    page: Page, addresses: dict[str, str], laboratory: Path
) -> None:
    opened(page, f"{addresses['http']}{laboratory.name}/index.html")
    page.evaluate("document.querySelector('[data-action=epoch]').click()")
    wait_for(page, f"{STATE} === 'paused'")
    link = recipe_link(laboratory / "artifacts/latest", 5)
    page.evaluate(f"(location.hash = {link!r}, null)")
    wait_for(page, f"{OUTCOME} === 'stopped'")
    assert page.evaluate(STATE) == "ready"
    said = page.evaluate("document.querySelector('.lab-time').textContent")
    assert said == "From the link: random state 5. Nothing has started."
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    wait_for(page, "history.state?.scroll === 0")
    assert page.evaluate("location.hash") == link  # the address keeps what was typed into it
    assert trained(page) == "compared"


def test_the_address_follows_a_drawing(chromium: Chromium, addresses: dict[str, str], laboratory: Path) -> None:
    page = chromium.page
    opened(chromium, f"{addresses['http']}{laboratory.name}/index.html#lab=1.d.AwA8MrQ3eNI")
    pad = page.query_selector(".pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    for x, y in SEVEN:
        page.mouse.move(box["x"] + x, box["y"] + y + 20)
        page.mouse.down()
    page.mouse.up()
    wait_for(chromium, "document.querySelectorAll('.pad path').length === 2")
    wait_for(chromium, "location.hash.startsWith('#lab=1.d.') && location.hash.length > 30")
    both = chromium.evaluate("location.hash")
    chromium.evaluate("scrollBy({ top: -300, behavior: 'instant' })")
    wait_for(chromium, "history.state.scroll === scrollY")
    assert chromium.evaluate("location.hash") == both
    page.click("text=Undo")
    wait_for(chromium, "location.hash === '#lab=1.d.AwA8MrQ3eNI'")
    page.click(".draw button:text-is('Clear')")
    wait_for(chromium, "location.hash === ''")


@pytest.fixture(scope="module")
def pair(laboratory: Path) -> list[str]:
    """Ids of two runs of one root, the newest first."""
    root = laboratory / "pair"
    if not root.exists():
        demo_site.train(root, "one", **{**SETTINGS, "epochs": "4"})
        demo_site.train(root, "other", **{**SETTINGS, "epochs": "5"})
    return [run["run_id"] for run in json.loads((root / "index.json").read_text())["runs"]]


def test_what_a_link_brings_stays_with_its_run(
    page: Page, addresses: dict[str, str], laboratory: Path, pair: list[str]
) -> None:
    there = f"{addresses['http']}{laboratory.name}/index.html?artifacts=pair/{pair[0]}"
    opened(page, f"{there}#lab=1.d.AwA8MrQ3eNI")
    other = "document.querySelector('.history .run-link:not([aria-current])')"
    wait_for(page, f"document.querySelector('.pad path') !== null && {other} !== null")
    page.evaluate(f"{other}.click()")
    wait_for(page, f"{TITLE} === 'one' && {READY} && document.querySelector('.pad path') === null")
    assert page.evaluate("location.hash") == ""
    page.evaluate("history.back()")
    wait_for(page, f"{TITLE} === 'other' && document.querySelector('.pad path') !== null")
    assert page.evaluate("location.hash") == "#lab=1.d.AwA8MrQ3eNI"


def test_a_training_takes_the_place_of_the_run_beside_and_gives_it_back(
    page: Page, addresses: dict[str, str], laboratory: Path, pair: list[str]
) -> None:
    there = f"{addresses['http']}{laboratory.name}/index.html?artifacts=pair/{pair[0]}&vs={pair[1]}"
    opened(page, there)
    choose(page, "Random state", "7")
    assert trained(page) == "compared"
    page.evaluate("document.querySelector('[data-action=beside]').click()")
    wait_for(page, BESIDE)
    choice = f"(each => {{ each.value = {pair[1]!r}; each.dispatchEvent(new Event('change')) }})"
    page.evaluate(f"{choice}(document.querySelector('#compare-picker select'))")
    wait_for(page, f"!({BESIDE}) && location.search.includes('vs={pair[1]}')")
    wait_for(page, "document.querySelector('.history tr.against') !== null")
    page.evaluate("""(() => {
      document.querySelector('.history .run-link:not([aria-current])').click();
      document.querySelector('[data-action=beside]').click();
    })()""")  # laid beside a run that has just been left
    wait_for(page, f"{TITLE} === 'one' && document.querySelector('#compare-picker') !== null")
    page.evaluate("new Promise(done => setTimeout(done, 300))")
    assert not page.evaluate(BESIDE)


def test_a_training_has_pictures_of_its_own_and_no_curves_of_the_stored_run(
    page: Page, addresses: dict[str, str], laboratory: Path
) -> None:
    root = laboratory / "curves"
    if not root.exists():
        demo_site.train(root, "curves", **SETTINGS, roc_per_class="true", timing_stats="true")
    opened(page, f"{addresses['http']}{laboratory.name}/index.html?artifacts=curves")
    wait_for(page, "document.querySelector('.rocs') !== null && document.querySelector('.templates') !== null")
    picture = "document.querySelector('.templates canvas').toDataURL()"
    before = page.evaluate(picture)
    choose(page, "Random state", "7")
    assert trained(page) == "compared"
    scroll_to(page, ".templates")
    wait_for(page, f"{picture} !== {before!r}")
    assert "After epoch 12 (kept after 1 of the 12 epochs)" in page.evaluate(
        "document.querySelector('.card:has(.templates)').textContent"
    )
    scroll_to(page, ".rocs")
    wait_for(page, "document.querySelector('.rocs') === null")
    page.evaluate("document.querySelector('[data-action=stored]').click()")
    wait_for(page, f"document.querySelector('.rocs') !== null && {picture} === {before!r}")
    assert page.errors == []
