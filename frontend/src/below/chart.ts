// Lines over epochs: direct labels instead of a legend, a crosshair that reads, a marker for the selected epoch.

import { epochTicks, logTicks, ticks } from "./ticks.ts";
import { largest, replace, say, set, svg } from "./tools.ts";

export interface Line {
  label: string;
  values: readonly (number | null)[]; // one per epoch, from epoch 1
  look: "main" | "second" | "other-main" | "other-second" | "bars" | "bars slow"; // bars stand on the axis
}
export interface ChartOptions {
  lines: readonly Line[];
  log: boolean;
  zero: boolean; // the axis starts at zero
  format(value: number): string;
  marked: number | null; // an epoch worth a dot, e.g. the best one
  name: string; // the one-sentence reading
}
export interface Chart {
  element: SVGSVGElement;
  draw(options: ChartOptions): void;
  epoch(epoch: number): void;
  point(epoch: number | null): void; // the crosshair
}

const LETTER = 7.5; // pixels of width; a label of another language may be long
const EDGE = { top: 12, right: 104, bottom: 30, left: 46 };

/** By how much the letters are larger than usual: labels need as much more room. */
export const largeness = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;

export function lineChart(
  onHover: (epoch: number | null) => void,
  onPick: (epoch: number) => void,
  signal: AbortSignal,
  height = 336,
): Chart {
  const element = svg("svg", { class: "chart", role: "img", height });
  const marker = svg("g", { class: "marker" }, svg("line", { y1: EDGE.top, y2: height - EDGE.bottom }));
  const cross = svg("line", { class: "cross", y1: EDGE.top, y2: height - EDGE.bottom, visibility: "hidden" });
  let options: ChartOptions | null = null;
  let width = 640;
  let large = 1;
  let selected = 1;
  let first = true;

  const epochs = (): number => Math.max(1, ...(options?.lines.map((line) => line.values.length) ?? []));
  const left = (): number => large * EDGE.left;
  const right = (): number => {
    const longest = Math.max(0, ...(options?.lines.map(({ label }) => label.length) ?? []));
    return Math.max(2 * left(), width - large * Math.max(width < 420 ? 84 : EDGE.right, 10 + LETTER * longest));
  };
  const x = (epoch: number): number =>
    left() + (epochs() < 2 ? 0 : ((epoch - 1) / (epochs() - 1)) * (right() - left()));

  const epochAt = (event: PointerEvent): number => {
    const box = element.getBoundingClientRect();
    const at = ((event.clientX - box.left) * width) / box.width; // in the chart's own pixels, however it is zoomed
    const span = right() - left();
    return Math.max(1, Math.min(epochs(), Math.round(1 + ((at - left()) / span) * (epochs() - 1))));
  };
  element.addEventListener("pointermove", (event) => {
    const epoch = epochAt(event);
    point(epoch);
    onHover(epoch);
    if (event.buttons === 1) onPick(epoch);
  });
  element.addEventListener("pointerleave", () => {
    point(null);
    onHover(null);
  });
  element.addEventListener("pointerdown", (event) => onPick(epochAt(event)));

  const point = (epoch: number | null): void => {
    for (const end of ["x1", "x2"]) set(cross, end, x(epoch ?? 1));
    set(cross, "visibility", epoch === null ? "hidden" : "visible");
  };
  const place = (): void => set(marker, "transform", `translate(${x(Math.min(selected, epochs()))} 0)`);
  const render = (): void => {
    if (!options) return;
    large = largeness();
    const scale = verticalScale(options, height - EDGE.bottom);
    set(element, "viewBox", `0 0 ${width} ${height}`);
    set(element, "width", width);
    set(element, "aria-label", options.name);
    const lines = svg(
      "g",
      { class: first ? "lines reveal" : "lines" },
      ...options.lines.map((line) =>
        svg("path", { class: `line ${line.look}`, d: path(line, x, scale.y, height - EDGE.bottom) }),
      ),
    );
    lines.style.transformOrigin = `${left()}px 0`;
    const main = options.lines[0];
    const value = options.marked === null ? null : main?.values[options.marked - 1];
    const dot =
      options.marked !== null &&
      typeof value === "number" &&
      svg("circle", { class: "best", cx: x(options.marked), cy: scale.y(value), r: 4 });
    replace(
      element,
      axes(options, scale, x, epochs(), right(), height - 10, large),
      marker,
      lines,
      dot,
      labels(options, x, scale.y, height - EDGE.bottom, large),
      cross,
    );
    place();
    first = false;
  };
  const observer = new ResizeObserver(([entry]) => {
    const room = Math.round(entry?.contentRect.width ?? width);
    if (room > 0 && room !== width) {
      width = room;
      render();
    }
  });
  queueMicrotask(() => element.parentElement && observer.observe(element.parentElement));
  signal.addEventListener("abort", () => observer.disconnect());
  return {
    element,
    draw(next) {
      options = next;
      render();
    },
    epoch(epoch) {
      selected = epoch;
      place();
    },
    point,
  };
}

interface Vertical {
  ticks: number[];
  y(value: number): number;
}

function verticalScale({ lines, log, zero }: ChartOptions, bottom: number): Vertical {
  const values = lines.flatMap((line) =>
    line.values.filter((value): value is number => value !== null && (!log || value > 0)),
  );
  let low = -largest(
    values.map((value) => -value),
    zero && !log ? 0 : -Infinity,
  );
  let high = largest(values, -Infinity);
  if (!Number.isFinite(low) || !Number.isFinite(high)) [low, high] = [log ? 0.1 : 0, 1];
  if (low === high) high = low + (Math.abs(low) || 1) / 10;
  const span = bottom - EDGE.top;
  if (log) {
    const top = Math.log(high / low) || 1;
    return { ticks: logTicks(low, high), y: (value) => bottom - (Math.log(Math.max(value, low) / low) / top) * span };
  }
  const marks = ticks(low, high, Math.max(2, Math.round(span / 60)));
  return { ticks: marks, y: (value) => bottom - ((value - low) / (high - low)) * span };
}

function path(
  { values, look }: Line,
  x: (epoch: number) => number,
  y: (value: number) => number,
  bottom: number,
): string {
  let pen = "M";
  let result = "";
  values.forEach((value, i) => {
    if (value === null) pen = "M";
    else if (look.startsWith("bars")) result += `M${x(i + 1).toFixed(1)} ${bottom}V${y(value).toFixed(1)}`;
    else {
      result += `${pen}${x(i + 1).toFixed(1)} ${y(value).toFixed(1)}${pen === "M" ? "h0" : ""}`; // h0: a lone value is a dot
      pen = "L";
    }
  });
  return result;
}

function axes(
  { format }: ChartOptions,
  scale: Vertical,
  x: (epoch: number) => number,
  epochs: number,
  right: number,
  below: number,
  large: number,
): SVGGElement {
  const rows = scale.ticks.map((tick) =>
    svg(
      "g",
      { transform: `translate(0 ${scale.y(tick).toFixed(1)})` },
      svg("line", { x1: x(1), x2: right }),
      svg("text", { x: x(1) - 8, dy: "0.32em", "text-anchor": "end" }, apart(format(tick))),
    ),
  );
  const marks = epochTicks(epochs, x, large);
  const columns = marks.map((tick) =>
    svg(
      "text",
      {
        x: x(tick),
        y: below,
        "text-anchor": tick === 1 && epochs > 1 ? "start" : tick === epochs ? "end" : "middle",
      },
      apart(tick === 1 || marks.length === 1 ? say("epoch.tick", { n: tick }) : String(tick)),
    ),
  );
  return svg("g", { class: "axes" }, ...rows, ...columns);
}

/** Each at the end of its line, out of the way of the labels and lines beside it. */
function labels(
  { lines }: ChartOptions,
  x: (epoch: number) => number,
  y: (value: number) => number,
  bottom: number,
  large: number,
): SVGGElement {
  const placed = lines
    .map((line) => {
      const end = line.values.findLastIndex((value) => value !== null);
      const at = y(line.values[end] ?? 0);
      const near = lines
        .map((other) => other.values[end + 1])
        .find((value) => typeof value === "number" && Math.abs(y(value) - at) < 14 * large);
      return {
        line,
        x: x(end + 1) + 8,
        at: typeof near === "number" ? y(near) + (y(near) > at ? -14 : 14) * large : at,
      };
    })
    .sort((a, b) => a.at - b.at);
  placed.forEach((each, i) => {
    for (const above of placed.slice(0, i))
      if (Math.abs(above.x - each.x) < EDGE.right) each.at = Math.max(each.at, above.at + 15 * large);
  });
  const overflow = Math.max(0, ...placed.map(({ at }) => at - bottom));
  return svg(
    "g",
    { class: "labels" },
    ...placed.map(({ line, x, at }) =>
      svg("text", { x, y: at - overflow, dy: "0.32em", class: line.look }, apart(line.label)),
    ),
  );
}

/** With a space that the style sheet keeps, so that the text of a chart is words, not one word. */
const apart = (text: string): string => `${text} `;
