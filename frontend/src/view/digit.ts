// Images of samples and of weights, painted pixel by pixel: greys from paper to ink, weights from orange to blue.

import { el } from "./dom.ts";
import { palette, type Rgb } from "./theme.ts";

export type Shape = readonly [number, number]; // height, width

function mix(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** 0..1 → from paper to ink. */
export function inkScale(): (value: number) => Rgb {
  const [paper, ink] = palette("--paper", "--ink") as [Rgb, Rgb];
  return (value) => mix(paper, ink, Math.max(0, Math.min(1, value)));
}

/** −1..1 → orange, centre, blue; the square root lets small weights be seen. */
export function divergingScale(): (value: number) => Rgb {
  const [low, centre, high] = palette("--negative", "--neutral", "--positive") as [Rgb, Rgb, Rgb];
  return (value) => mix(centre, value < 0 ? low : high, Math.sqrt(Math.min(1, Math.abs(value))));
}

export function imageData(
  values: ArrayLike<number>,
  shape: Shape,
  scale: (value: number) => Rgb,
  most: number,
): ImageData {
  const image = new ImageData(shape[1], shape[0]);
  for (let i = 0; i < shape[0] * shape[1]; i++) {
    const [r, g, b] = scale((values[i] ?? 0) / most);
    image.data.set([r, g, b, 255], 4 * i);
  }
  return image;
}

/** A canvas of one canvas pixel per image pixel; style sheets enlarge it without smoothing. */
export function digit(values: ArrayLike<number>, shape: Shape, most: number, scale = inkScale()): HTMLCanvasElement {
  const canvas = el("canvas", { class: "digit", width: shape[1], height: shape[0], "aria-hidden": "true" });
  paint(canvas, values, shape, most, scale);
  return canvas;
}

export function paint(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  shape: Shape,
  most: number,
  scale = inkScale(),
): void {
  canvas.getContext("2d")?.putImageData(imageData(values, shape, scale, most), 0, 0);
}
