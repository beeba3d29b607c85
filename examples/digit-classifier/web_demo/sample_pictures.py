"""The two pictures of a sample run, in block letters: the standard library has no fonts."""

from __future__ import annotations

from typing import Any

from digit_classifier.figures.canvas import Canvas
from digit_classifier.figures.palette import (
    AMBER,
    AMBER_MARK,
    AMBER_TEXT,
    BLUE,
    INK,
    LINE,
    MUTED,
    PAPER,
    blend,
    shade,
)

Payload = dict[str, Any]

# 3 wide and 5 high, one octal digit per row from the top.
FONT = {
    "0": "75557", "1": "26227", "2": "71747", "3": "71717", "4": "55711", "5": "74717", "6": "74757", "7": "71244",
    "8": "75757", "9": "75717", "C": "34443", "D": "65556", "E": "74647", "F": "74644", "G": "34553", "H": "55755",
    "I": "72227", "N": "65555", "O": "75557", "P": "75744", "R": "65655", "S": "34216", "T": "72222", "U": "55557",
    "Y": "55222", ">": "42124",
}  # fmt: skip


class Picture(Canvas):
    """Paper of palette colours, with boxes and block letters."""

    def write(self, left: int, top: int, text: str, dot: int, colour: str = INK) -> None:
        """Block capitals, 5 dots high and 4 dots apart."""
        for place, character in enumerate(text):
            for y, row in enumerate(FONT.get(character, "00000")):
                for x in range(3):
                    if int(row) >> (2 - x) & 1:
                        self.box(left + (4 * place + x) * dot, top + y * dot, dot, dot, colour)

    def write_centred(self, middle: int, top: int, text: str, dot: int, colour: str = INK) -> None:
        """The same, around a middle."""
        self.write(middle - (4 * len(text) - 1) * dot // 2, top, text, dot, colour)


def matrix_picture(metrics: Payload) -> bytes:
    """confusion_matrix.png: true class down, predicted class across; correct is blue, wrong amber."""
    counts, cell, left, top = metrics["confusion_matrix"], 56, 170, 150
    total, right = sum(map(sum, counts)), sum(row[index] for index, row in enumerate(counts))
    picture = Picture(800, 760)
    picture.write(40, 40, f"SYNTHETIC DIGITS  {right} OF {total} CORRECT", 5)
    picture.write_centred(left + 5 * cell, 90, "PREDICTED", 3, MUTED)
    picture.write(40, 124, "TRUE", 3, MUTED)
    picture.box(left - 2, top - 2, 10 * cell + 2, 10 * cell + 2, LINE)
    for true, row in enumerate(counts):
        picture.write_centred(left + true * cell + cell // 2, 122, str(true), 4)
        picture.write_centred(left - 40, top + true * cell + 18, str(true), 4)
        for predicted, count in enumerate(row):
            colour = shade(BLUE if true == predicted else AMBER, count, max(map(max, counts)))
            x, y = left + predicted * cell, top + true * cell
            picture.box(x, y, cell - 2, cell - 2, colour)
            if count:
                ink = PAPER if true == predicted else "#000000"
                picture.write_centred(x + cell // 2 - 1, y + 17, str(count), 4, ink)
    return picture.png()


def gallery_picture(predictions: Payload) -> bytes:
    """sample_gallery.png: the samples with true > predicted class; a notched amber frame marks a mistake."""
    samples, dot, pitch = predictions["samples"], 11, 112
    right = sum(sample["true_label"] == sample["predicted_label"] for sample in samples)
    picture = Picture(960, 460)
    picture.write(40, 40, f"SYNTHETIC DIGITS  {right} OF {len(samples)} CORRECT", 5)
    picture.write(40, 86, "TRUE > PREDICTED", 3, MUTED)
    for place, sample in enumerate(samples):
        left, top = 42 + place % 8 * pitch, 136 + place // 8 * 154
        wrong, side = sample["true_label"] != sample["predicted_label"], 8 * dot
        edge = 6 if wrong else 2
        picture.box(left - edge, top - edge, side + 2 * edge, side + 2 * edge, AMBER_MARK if wrong else LINE)
        for at, value in enumerate(sample["pixels"]):
            colour = blend(PAPER, INK, value / 16)
            picture.box(left + at % 8 * dot, top + at // 8 * dot, dot, dot, colour)
        if wrong:
            for line in range(dot):
                picture.box(left + side - dot + line, top + line, dot - line, 1, AMBER_MARK)
        caption = f"{sample['true_label']} > {sample['predicted_label']}"
        picture.write_centred(left + side // 2, top + side + 14, caption, 4, AMBER_TEXT if wrong else INK)
    return picture.png()
