"""Take the pictures of docs/sweeps.md: train its example, and photograph what it shows.

python docs/pictures.py [ROOT]     # about two minutes of training; with a root, the sweep in it is kept and continued
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

import digit_classifier as dc
from digit_classifier.page.built import PAGE_NAMES, built_page

IMAGES = Path(__file__).parent / "images"
WIDTH, HEIGHT = 1200, 1360
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
COLOURS = 128  # of the picture, which has few


def take(root: Path) -> None:
    """The figure of the sweep, and its page in the light theme as far as the second panel."""
    done = dc.sweep(
        grid={"model": ["mlp", "cnn"]}, folds=5, split="contiguous", seeds=range(3), artifacts_root=root / "artifacts"
    )
    done.figure().save(IMAGES / "sweep.png")
    for name in PAGE_NAMES:
        shutil.copy(built_page() / name, root)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=next(filter(None, map(shutil.which, CHROMIUM))))
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(f"{root.as_uri()}/sweep.html?sweep=artifacts/sweeps/{done.directory.name}")
        page.wait_for_selector("body.settled")
        page.wait_for_timeout(500)
        shot = page.screenshot(full_page=True)
        browser.close()
    whole = Image.open(io.BytesIO(shot))
    picture = whole.crop((0, 0, whole.width, min(whole.height, HEIGHT)))
    picture.convert("RGB").quantize(COLOURS).save(IMAGES / "sweep_page.png", optimize=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        take(Path(sys.argv[1]).resolve())
    else:
        with tempfile.TemporaryDirectory() as name:
            take(Path(name))
