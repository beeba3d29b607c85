"""Take the pictures that need a training: those of docs/sweeps.md, and the film of the laboratory.

python docs/pictures.py sweep [ROOT]    # about two minutes of training; with a root, its sweep is kept and continued
python docs/pictures.py film            # half a minute, on a machine with nothing else to do
"""

from __future__ import annotations

import argparse
import base64
import io
import math
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from playwright.sync_api import sync_playwright

import digit_classifier as dc
from digit_classifier.page.built import PAGE_NAMES, built_page

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGES = Path(__file__).parent / "images"
WIDTH, HEIGHT = 1200, 1360
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
COLOURS = 128  # of a picture, which has few

FILM = (960, 700)  # the window, in pixels
STEP, PACE = 0.25, 2  # seconds between two pictures of the film, and how many times as fast it is shown
SEVEN = [(70, 60), (125, 54), (190, 58), (168, 100), (140, 150), (118, 205), (110, 222)]  # of the pad's 264 pixels


@contextmanager
def opened(root: Path, address: str, width: int, height: int) -> Iterator[Any]:
    """The built page in this directory, opened from disk in the light theme, with everything there."""
    for name in PAGE_NAMES:
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(built_page() / name, root / name)
    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, CHROMIUM)))
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
        page.goto(f"{root.as_uri()}/{address}")
        page.wait_for_selector("body.settled")
        page.wait_for_timeout(500)
        yield page
        browser.close()


def sweep(root: Path) -> None:
    """The figure of the sweep, and its page in the light theme as far as the second panel."""
    done = dc.sweep(
        grid={"model": ["mlp", "cnn"]}, folds=5, split="contiguous", seeds=range(3), artifacts_root=root / "artifacts"
    )
    done.figure().save(IMAGES / "sweep.png")
    address = f"sweep.html?sweep=artifacts/sweeps/{done.directory.name}"
    with opened(root, address, WIDTH, HEIGHT) as page:
        shot = page.screenshot(full_page=True)
    whole = Image.open(io.BytesIO(shot))
    picture = whole.crop((0, 0, whole.width, min(whole.height, HEIGHT)))
    picture.convert("RGB").quantize(COLOURS).save(IMAGES / "sweep_page.png", optimize=True)


def film(root: Path) -> None:
    """The laboratory trains the run of `make demo` again, and reads a drawn seven."""
    dc.record(dc.configure(exact=True, run_label="demo", artifacts_root=str(root / "artifacts")))
    shots: list[tuple[float, bytes]] = []
    with opened(root, "index.html", *FILM) as page:
        devtools = page.context.new_cdp_session(page)

        def keep(shot: dict[str, Any]) -> None:
            shots.append((time.monotonic(), base64.b64decode(shot["data"])))
            devtools.send("Page.screencastFrameAck", {"sessionId": shot["sessionId"]})

        devtools.on("Page.screencastFrame", keep)
        page.evaluate("document.querySelector('#lab .card').scrollIntoView()")
        page.wait_for_timeout(500)
        devtools.send("Page.startScreencast", {"format": "png"})
        page.wait_for_timeout(2000)
        page.click("[data-action=retrain]")
        page.wait_for_selector("[data-outcome=identical]", timeout=120_000)
        page.wait_for_timeout(6000)
        page.evaluate("document.querySelector('.pad').closest('.card').scrollIntoView()")
        page.wait_for_timeout(1500)
        box = page.locator(".pad").bounding_box()
        corners = [(box["x"] + x * box["width"] / 264, box["y"] + y * box["height"] / 264) for x, y in SEVEN]
        page.mouse.move(*corners[0])
        page.mouse.down()
        for corner in corners[1:]:
            page.mouse.move(*corner, steps=5)
            page.wait_for_timeout(300)
        page.mouse.up()
        page.wait_for_timeout(7000)
        devtools.send("Page.stopScreencast")
    write_film(shots)


def write_film(shots: list[tuple[float, bytes]]) -> None:
    """An endless GIF; of what was painted between two steps, the last."""
    start, end = shots[0][0], shots[-1][0]
    moments = [start + STEP * index for index in range(1, math.ceil((end - start) / STEP) + 1)]
    pictures = [Image.open(io.BytesIO(max(s for s in shots if s[0] <= at)[1])).convert("RGB") for at in moments]
    width, height = pictures[0].size
    some = pictures[:: len(pictures) // 6]
    sheet = Image.new("RGB", (width, height * len(some)))
    for place, picture in enumerate(some):
        sheet.paste(picture, (0, place * height))
    palette = sheet.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=4)  # also the colours of small things
    first, *others = [each.quantize(palette=palette, dither=Image.Dither.NONE) for each in pictures]
    duration = int(1000 * STEP / PACE)
    first.save(IMAGES / "lab.gif", save_all=True, append_images=others, duration=duration, loop=0, optimize=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("sweep", "film"))
    parser.add_argument("root", nargs="?", type=Path, help="a directory to keep; otherwise one that is removed")
    arguments = parser.parse_args()
    take = {"sweep": sweep, "film": film}[arguments.what]
    if arguments.root:
        take(arguments.root.resolve())
    else:
        with tempfile.TemporaryDirectory() as name:
            take(Path(name))
