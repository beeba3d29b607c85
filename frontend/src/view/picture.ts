// A sample as its data set shows it: ink on paper, light in both themes, or a bar for each feature of a table's row.
import type { Run } from "../bundle/run.ts";
import { shownFeatures } from "../model/features.ts";
import { type ImageShape, imageOf } from "../text/facts.ts";
import { inkScale, type Shape } from "./digit.ts";
import { el } from "./dom.ts";
import { palette, type Rgb } from "./theme.ts";

/** How the samples of a run are painted: `image` has one canvas pixel per image pixel; style sheets enlarge it. */
export interface Look {
  shape: Shape;
  image(values: ArrayLike<number>): ImageData;
}

const REACH = 3; // standard deviations from the middle of a row of bars to its edge
const [BARS_WIDTH, BARS_HEIGHT] = [48, 36];

export function lookOf(run: Run): Look {
  const image = imageOf(run);
  return image ? lookOfImage(image) : bars(run);
}

export function lookOfImage({ shape, channels, most, ink }: ImageShape): Look {
  const size = shape[0] * shape[1];
  const shade = ink && channels === 1 ? inkScale() : null;
  const grey = (value: number): number => 255 * (ink ? 1 - value : value);
  return painted(shape, (values, i) => {
    if (shade) return shade((values[i] ?? 0) / most);
    const of = (channel: number): number => grey((values[i + (channels > 1 ? channel * size : 0)] ?? 0) / most);
    return [of(0), of(1), of(2)];
  });
}

/** A canvas with the sample. */
export function picture(run: Run, values: ArrayLike<number>): HTMLCanvasElement {
  return painting(lookOf(run), values);
}

export function painting(look: Look, values: ArrayLike<number>): HTMLCanvasElement {
  const canvas = el("canvas", { class: "digit", width: look.shape[1], height: look.shape[0], "aria-hidden": "true" });
  canvas.getContext("2d")?.putImageData(look.image(values), 0, 0);
  return canvas;
}

/** Two names below a picture: on one line if they are as short as digits, else each on its own, cut at its end. The
 * second stays second where both are written from right to left. */
export function captionOf(first: string, second: string): HTMLElement {
  const short = first.length + second.length < 8;
  const parts = short
    ? [el("bdi", {}, first), ` ${second}`]
    : [first, second].map((text) => el("span", { class: "cut" }, text));
  return el("span", { translate: "no" }, ...parts);
}

function painted(shape: Shape, colour: (values: ArrayLike<number>, i: number) => Rgb): Look {
  return {
    shape,
    image(values) {
      const image = new ImageData(shape[1], shape[0]);
      for (let i = 0; i < shape[0] * shape[1]; i++) image.data.set([...colour(values, i), 255], 4 * i);
      return image;
    },
  };
}

function bars(run: Run): Look {
  const features = shownFeatures(run);
  const unit = Math.max(2, Math.floor(BARS_WIDTH / features.length));
  const half = BARS_HEIGHT / 2;
  const [paper, bar, line] = palette("--paper", "--positive", "--line") as [Rgb, Rgb, Rgb];
  const scores = (values: ArrayLike<number>): number[] => features.map((feature) => scoreOf(run, values, feature) ?? 0);
  let last: { values: ArrayLike<number>; lengths: number[] } | null = null;
  return painted([BARS_HEIGHT, unit * features.length], (values, i) => {
    if (last?.values !== values)
      last = {
        values,
        lengths: scores(values).map((score) => (half * Math.max(-REACH, Math.min(REACH, score))) / REACH),
      };
    const [row, column] = [Math.floor(i / (unit * features.length)), i % (unit * features.length)];
    const length = last.lengths[Math.floor(column / unit)] ?? 0;
    const gap = unit > 2 && column % unit === unit - 1;
    const above = half - row; // of the middle, in pixels
    if (!gap && (length > 0 ? above > 0 && above <= Math.round(length) : above <= 0 && -above < -Math.round(length)))
      return bar;
    return row === half ? line : paper;
  });
}

/** A feature in standard deviations of the training samples from their mean; null where the network is missing. */
export function scoreOf({ network }: Run, values: ArrayLike<number>, feature: number): number | null {
  if (network.state !== "ok") return null;
  const { offset, scale } = network.value;
  return ((values[feature] ?? 0) - (offset[feature] ?? 0)) / (scale[feature] ?? 1);
}
