"""One picture as pixels: turned as its camera says, on white where it is transparent, in eight bits."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets import limits
from digit_classifier.datasets.readers.files import unreadable
from digit_classifier.errors import loading, option, show

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
WHITE = (255, 255, 255, 255)


def decode_picture(data: bytes, where: str, size: int | None = None) -> NDArray[np.uint8]:
    """Pixels (h, w) of a grey picture, or (h, w, 3); with a size, scaled and cut in the middle to that square.

    InputError for a broken picture, or one of more than 16 million pixels, before memory is taken for them.
    """
    with loading():
        from PIL import Image, ImageOps
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata, and of sizes below our own limit
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                width, height = picture.size
                if width * height <= limits.PICTURE_PIXELS:
                    upright = _eight_bits(ImageOps.exif_transpose(picture), picture.format)
                    if size is not None:
                        upright = ImageOps.fit(upright, (size, size))
                    return _grey_if_possible(np.asarray(upright))
        except Image.DecompressionBombError:
            width = height = 0
        except (MemoryError, ImportError):
            raise
        except Exception as error:  # decoders raise whatever they meet
            raise unreadable(where, "a picture", f"a broken one ({_reason(error)})", "another copy of it") from error
    most = limits.PICTURE_PIXELS // 1_000_000
    came = f"{width:,} × {height:,}" if width else "many more"
    raise unreadable(where, f"at most {most} megapixels", came, "a smaller picture")


def _reason(error: Exception) -> str:
    return "of no kind that is known here" if type(error).__name__ == "UnidentifiedImageError" else show(str(error))


def _eight_bits(picture: Any, kind: str | None) -> Any:
    """As grey or RGB: two bytes become one, palettes their colours, transparency white paper."""
    from PIL import Image

    if picture.mode.startswith("I"):
        values = np.asarray(picture).astype(np.int64)
        if values.size and not 0 <= values.min() <= values.max() < 2**16:
            raise ValueError("more than 16 bits")
        sixteen = picture.mode.startswith("I;16") or kind == "PNG" or values.max() > 255  # however dark it is
        return Image.fromarray((values // 257 if sixteen else values).astype(np.uint8))
    if picture.mode == "F":
        raise ValueError("pixels that are fractions")
    if picture.mode in {"1", "L"} and "transparency" not in picture.info:
        return picture.convert("L")
    if picture.mode in {"LA", "La", "PA", "RGBA", "RGBa"} or "transparency" in picture.info:
        coloured = picture.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, WHITE)
        return Image.alpha_composite(paper, coloured).convert("RGB")
    return picture.convert("RGB")


def _grey_if_possible(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if pixels.ndim == 3 and (pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 1] == pixels[..., 2]).all():
        return np.ascontiguousarray(pixels[..., 0])
    return pixels


def one_form(pictures: list[NDArray[np.uint8]], names: list[str], where: str) -> tuple[NDArray[np.uint8], str]:
    """All in one array: (n, h, w) if all are grey, else (n, h, w, 3); InputError where they are of several sizes."""
    sizes = {pixels.shape[:2] for pixels in pictures}
    if len(sizes) > 1:
        other = next(index for index, pixels in enumerate(pictures) if pixels.shape[:2] != pictures[0].shape[:2])
        came = " and ".join(f"{pictures[at].shape[1]} × {pictures[at].shape[0]} in {names[at]}" for at in (0, other))
        raise unreadable(where, "pictures of one size", came, option("image_size", 32))
    coloured = [pixels.ndim == 3 for pixels in pictures]
    if not any(coloured):
        return np.stack(pictures), ""
    remark = "" if all(coloured) else "Some of the pictures are grey."
    return np.stack([each if each.ndim == 3 else in_colours(each) for each in pictures]), remark


def in_colours(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey pixels (…, h, w) as three equal colours (…, h, w, 3)."""
    return np.repeat(grey[..., None], 3, -1)
