// The weights of a layer: one picture per unit, or a table's features by units.

import type { Layer, Network } from "../bundle/run.ts";
import type { App } from "../panels/app.ts";
import type { Shape } from "../view/digit.ts";
import type { Table } from "../view/panel.ts";
import {
  attempt,
  digit,
  divergingScale,
  el,
  imageData,
  imageOf,
  KERNEL,
  mapOf,
  next,
  replace,
  say,
  set,
  short,
  shownFeatures,
} from "./tools.ts";

const MAX_TILES = 128;
const SHEET = 16; // pictures beside one another on the sheet that tiles are painted from

/** What is done with a unit that is pointed at, and with one that is chosen. */
export interface OnUnit {
  point(unit: number): void;
  choose(unit: number): void;
}

export function drawWeights(target: HTMLElement, app: App, network: Network, index: number, on: OnUnit): void {
  const layer = network.layers[index];
  if (!layer) return;
  const { parts, shape, kind } = layout(app, network, index);
  const most = layer.weights.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9);
  const scale = divergingScale();
  const shown = Math.min(layer.units, MAX_TILES);
  const each = layer.weights.length / layer.units;
  const names = index === 0 ? app.run.summary.dataset.feature_names : undefined;
  if (names) {
    replace(target, ...matrixOf(app, layer, names, most));
    return;
  }
  const tiles = Array.from({ length: shown }, (_, unit) =>
    el("button", {
      type: "button",
      class: "unit",
      "data-unit": unit,
      tabindex: unit ? -1 : 0,
      "aria-label": say("unit", { n: unit + 1 }),
    }),
  );
  const canvas = el("canvas", { "aria-hidden": "true" });
  const grid = el(
    "div",
    {
      class: network.layers.length === 1 && shown <= 10 ? "tiles-map large" : "tiles-map",
      role: "group",
      "aria-label": say("weights.layer", { n: index + 1 }),
    },
    canvas,
    ...tiles,
  );
  const sheets = tiles.map((_, unit) => mosaic(layer.weights.subarray(unit * each, (unit + 1) * each), parts, shape));
  const pictures = sheets.map((sheet) => imageData(sheet.values, sheet.shape, scale, most));
  follow(grid, tiles, on);
  replace(
    target,
    el(
      "p",
      { class: "small muted axes-words" },
      `${say("weights", { count: layer.units, kind, most: short(most) })}${shown < layer.units ? ` ${say("weights.first", { shown })}` : ""}`,
    ),
    grid,
  );
  behind(grid, canvas, tiles, pictures);
}

/** Paints a picture where each tile lies: a hundred canvases of their own would make every frame of the page dearer. */
function behind(
  grid: HTMLElement,
  canvas: HTMLCanvasElement,
  tiles: readonly HTMLElement[],
  pictures: readonly ImageData[],
): void {
  const [{ width, height }] = pictures as [ImageData];
  const sheet = el("canvas", { width: SHEET * width, height: Math.ceil(pictures.length / SHEET) * height });
  const placeOf = (i: number): [x: number, y: number] => [(i % SHEET) * width, Math.floor(i / SHEET) * height];
  const ink = sheet.getContext("2d");
  for (const [i, each] of pictures.entries()) ink?.putImageData(each, ...placeOf(i));
  grid.style.setProperty("--ratio", `${width} / ${height}`);
  const draw = (): void => {
    const ratio = Math.min(2, devicePixelRatio || 1);
    [canvas.width, canvas.height] = [Math.round(grid.clientWidth * ratio), Math.round(grid.clientHeight * ratio)];
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.imageSmoothingEnabled = false;
    for (const [i, tile] of tiles.entries()) {
      const [left, top] = [tile.offsetLeft, tile.offsetTop].map((each) => Math.round(each * ratio)) as [number, number];
      const [wide, high] = [tile.offsetWidth * ratio, tile.offsetHeight * ratio];
      pen.drawImage(sheet, ...placeOf(i), width, height, left, top, wide, high);
    }
  };
  let shown = false; // at first the panel stands nowhere
  const observer = new ResizeObserver(() => {
    if (shown && !grid.isConnected) observer.disconnect();
    else draw();
    shown = grid.isConnected;
  });
  observer.observe(grid);
  if (attempt(() => matchMedia("print").matches)) draw(); // in the colours of paper; the observer would come too late
}

/** One tab stop; pointer, focus and arrows point at a unit, a click chooses it. */
function follow(grid: HTMLElement, tiles: readonly HTMLElement[], { point, choose }: OnUnit): void {
  const unitOf = (event: Event): number | null => {
    const tile = (event.target as Element).closest<HTMLElement>("[data-unit]");
    return tile ? Number(tile.dataset.unit) : null;
  };
  const columns = (): number => tiles.filter((tile) => tile.offsetTop === tiles[0]?.offsetTop).length;
  const on = (event: Event, act: (unit: number) => void): void => {
    const unit = unitOf(event);
    if (unit !== null) act(unit);
  };
  grid.addEventListener("pointerover", (event) => on(event, point));
  grid.addEventListener("click", (event) => on(event, choose));
  grid.addEventListener("focusin", (event) =>
    on(event, (unit) => {
      tiles.forEach((tile, i) => set(tile, "tabindex", i === unit ? 0 : -1));
      point(unit);
    }),
  );
  grid.addEventListener("keydown", (event) =>
    on(event, (unit) => {
      const to = next(event.key, event.ctrlKey, unit, { columns, count: () => tiles.length, focus: () => undefined });
      if (to === null) return;
      event.preventDefault();
      tiles[to]?.focus();
    }),
  );
}

/** The weights of a table's first layer: a row for each feature that is shown, a column for each unit. */
function matrixOf(app: App, layer: Layer, names: readonly string[], most: number): HTMLElement[] {
  const features = shownFeatures(app.run);
  const values = features.flatMap((feature) =>
    Array.from({ length: layer.units }, (_, unit) => layer.weights[unit * layer.inputs + feature] ?? 0),
  );
  const canvas = digit(values, [features.length, layer.units], most, divergingScale());
  const few =
    features.length < names.length ? ` ${say("weights.few", { shown: features.length, all: names.length })}` : "";
  return [
    el(
      "p",
      { class: "small muted axes-words" },
      `${say("weights.table", { count: layer.units, most: short(most) })}${few}`,
    ),
    el(
      "div",
      { class: "weight-rows" },
      el("ol", {}, ...features.map((feature) => el("li", { translate: "no", title: names[feature] }, names[feature]))),
      el("div", { class: "weight-matrix", role: "img", "aria-label": say("weights.grid") }, canvas),
    ),
  ];
}

/** All weights of a layer: a row for each unit, its bias, and a column for each input. */
export function numbersOf(app: App, network: Network, index: number): Table {
  const { units, weights, bias } = network.layers[index] as Layer;
  const each = weights.length / units;
  const names = index === 0 ? app.run.summary.dataset.feature_names : undefined;
  return {
    head: [say("unit.head"), say("unit.bias"), ...Array.from({ length: each }, (_, i) => names?.[i] ?? String(i + 1))],
    rows: Array.from({ length: units }, (_, unit) => [
      String(unit + 1),
      ...[bias[unit] ?? 0, ...weights.subarray(unit * each, (unit + 1) * each)].map((value) =>
        String(Number(value.toPrecision(9))),
      ),
    ]),
  };
}

/** How the weights of one unit are laid out: the number of parts, their shape, and both in words. */
export function layout(app: App, network: Network, index: number): { parts: number; shape: Shape; kind: string } {
  const [layer, before] = [network.layers[index] as Layer, network.layers[index - 1]];
  if (layer.convolution) {
    const { channels } = layer.convolution;
    return {
      parts: channels,
      shape: [KERNEL, KERNEL],
      kind: channels > 1 ? say("kind.channels", { channels }) : say("kind.channel"),
    };
  }
  const image = imageOf(app.run);
  if (!before && image)
    return {
      parts: image.channels,
      shape: image.shape,
      kind: image.channels > 1 ? say("kind.colours") : say("kind.image"),
    };
  if (!before) return { parts: 1, shape: [1, layer.inputs], kind: say("kind.feature") };
  if (before.convolution)
    return { parts: before.units, shape: mapOf(before), kind: say("kind.maps", { n: before.units }) };
  const columns = Math.ceil(Math.sqrt(layer.inputs));
  return {
    parts: 1,
    shape: [Math.ceil(layer.inputs / columns), columns],
    kind: say("kind.inputs", { n: layer.inputs, columns }),
  };
}

/** Small images side by side, a pixel apart, in rows that make about a square. */
export function mosaic(
  values: ArrayLike<number>,
  parts: number,
  [height, width]: Shape,
): { values: ArrayLike<number>; shape: Shape } {
  if (parts === 1) return { values, shape: [height, width] };
  const across = Math.ceil(Math.sqrt((parts * height) / width));
  const shape: Shape = [Math.ceil(parts / across) * (height + 1) - 1, across * (width + 1) - 1];
  const sheet = new Float64Array(shape[0] * shape[1]);
  for (let i = 0; i < parts * height * width; i++) {
    const part = Math.floor(i / (height * width));
    const row = Math.floor(part / across) * (height + 1) + (Math.floor(i / width) % height);
    sheet[row * shape[1] + (part % across) * (width + 1) + (i % width)] = values[i] ?? 0;
  }
  return { values: sheet, shape };
}
