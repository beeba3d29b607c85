// Thousands of samples: a canvas paints the ones in sight, and only those exist as buttons with names.

import { clip } from "../text/format.ts";
import { el, set } from "./dom.ts";
import { inFocus } from "./focus.ts";
import type { Look } from "./picture.ts";
import { next } from "./roving.ts";
import { palette } from "./theme.ts";

export interface Tile {
  id: number;
  values: ArrayLike<number> | null;
  text: string; // stands where there is no picture
  name: string; // "Sample 214, digit 7, predicted 9, 62 %"
  badge: string | null; // the wrong answer
  learned?: boolean; // right at the selected epoch
}
export interface GridOptions {
  look(): Look; // in the colours of the theme
  label: string;
  choose(id: number): void;
}
export interface SampleGrid {
  element: HTMLElement;
  show(count: number, tile: (index: number) => Tile): void;
  select(id: number | null): void;
  paint(): void;
}

const GAP = 4;

/** The longer side is near 46 pixels, and a whole number of them per image pixel where that is possible. */
const zoomOf = (side: number): number => (side > 64 ? 64 / side : Math.max(1, Math.round(46 / side)));

export function sampleGrid({ look, label, choose }: GridOptions): SampleGrid {
  const { shape } = look();
  const zoom = zoomOf(Math.max(...shape));
  const [high, wide] = [Math.max(18, Math.round(shape[0] * zoom)), Math.max(18, Math.round(shape[1] * zoom))];
  const canvas = el("canvas", { "aria-hidden": "true" });
  const layer = el("div", { class: "grid-layer", role: "group", "aria-label": label });
  const space = el("div", { class: "grid-space" }, canvas, layer);
  const element = el("div", { class: "sample-grid" }, space);
  const scratch = document.createElement("canvas");
  [scratch.height, scratch.width] = [shape[0], shape[1]];
  const step = high + GAP; // between rows; columns share what is left of the width
  let stride = wide + GAP;
  let count = 0;
  let at: (index: number) => Tile = () => ({ id: 0, values: null, text: "", name: "", badge: null });
  let active = 0; // the item in the tab order
  let selected: number | null = null;
  let columns = 1;
  let made = "";

  const buttonOf = (index: number): HTMLButtonElement | null => layer.querySelector(`[data-index="${index}"]`);
  const focus = (index: number): void => {
    active = index;
    const top = Math.floor(index / columns) * step;
    if (top < element.scrollTop) element.scrollTop = top;
    if (top + step > element.scrollTop + element.clientHeight) element.scrollTop = top + step - element.clientHeight;
    render();
    buttonOf(index)?.focus({ preventScroll: true });
  };

  function render(): void {
    const width = element.clientWidth;
    if (!width || !count) {
      made = ""; // hidden, or nothing to show: no button of an earlier list may stay
      layer.replaceChildren();
      return;
    }
    columns = Math.max(1, Math.floor((width - GAP) / (wide + GAP)));
    stride = Math.floor((width - GAP) / columns);
    const height = element.clientHeight;
    space.style.height = `${Math.ceil(count / columns) * step + GAP}px`;
    const from = Math.max(0, Math.floor(element.scrollTop / step)) * columns;
    const to = Math.min(count, (Math.floor((element.scrollTop + height) / step) + 1) * columns);
    draw(width, height, from, to);
    make(from, to);
  }

  function draw(width: number, height: number, from: number, to: number): void {
    const ratio = Math.min(2, devicePixelRatio || 1);
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const context = canvas.getContext("2d");
    const pen = scratch.getContext("2d");
    if (!context || !pen) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.imageSmoothingEnabled = false;
    const [amber, surface, sunk, muted, accent] = palette("--warn", "--surface", "--sunk", "--muted", "--accent").map(
      (rgb) => `rgb(${rgb.join(",")})`,
    ) as [string, string, string, string, string];
    const { image } = look();
    for (let index = from; index < to; index++) {
      const { values, text, badge, learned } = at(index);
      const x = GAP + (index % columns) * stride;
      const y = GAP + Math.floor(index / columns) * step - element.scrollTop;
      if (values) {
        pen.putImageData(image(values), 0, 0);
        context.drawImage(scratch, x, y, wide, high);
      } else {
        context.fillStyle = sunk;
        context.fillRect(x, y, wide, high);
        write(context, text, x + wide / 2, y + high / 2, muted, 15);
      }
      if (learned) {
        context.globalAlpha = 0.22;
        context.fillStyle = accent;
        context.fillRect(x, y, wide, high);
        context.globalAlpha = 1;
      }
      if (badge !== null) notch(context, x, y, badge, amber, surface);
    }
  }

  function notch(
    context: CanvasRenderingContext2D,
    x: number,
    y: number,
    badge: string,
    amber: string,
    surface: string,
  ): void {
    context.fillStyle = amber;
    context.beginPath();
    context.roundRect(x + wide - 18, y + high - 17, 18, 17, [6, 0, 3, 0]);
    context.fill();
    write(context, badge, x + wide - 9, y + high - 8, surface, 11);
  }

  function write(
    context: CanvasRenderingContext2D,
    text: string,
    x: number,
    y: number,
    colour: string,
    size: number,
  ): void {
    const short = clip(text, 3);
    context.fillStyle = colour;
    context.font = `600 ${short.length > 2 ? size - 3 : size}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(short, x, y);
  }

  function make(from: number, to: number): void {
    active = Math.min(Math.max(active, 0), Math.max(0, count - 1));
    const stop = active >= from && active < to ? active : from;
    const key = `${from}-${to}-${columns}-${stop}-${selected}`;
    if (key === made) return;
    const focused = layer.contains(inFocus()) ? Number((inFocus() as HTMLElement).dataset.index) : null;
    made = key;
    const buttons: HTMLElement[] = [];
    for (let index = from; index < to; index++) {
      const { id, name } = at(index);
      const each = el("button", {
        type: "button",
        "data-index": index,
        "aria-label": name,
        tabindex: index === stop ? 0 : -1,
        "aria-pressed": String(id === selected),
        title: name,
      });
      each.style.transform = `translate(${GAP + (index % columns) * stride}px, ${GAP + Math.floor(index / columns) * step}px)`;
      each.style.width = `${wide}px`;
      each.style.height = `${high}px`;
      buttons.push(each);
    }
    layer.replaceChildren(...buttons);
    if (focused !== null) buttonOf(focused)?.focus({ preventScroll: true });
  }

  layer.addEventListener("click", (event) => {
    const index = (event.target as HTMLElement).dataset.index;
    if (index === undefined) return;
    active = Number(index);
    choose(at(active).id);
  });
  layer.addEventListener("keydown", (event) => {
    const target = next(event.key, event.ctrlKey, Number((event.target as HTMLElement).dataset.index), {
      columns: () => columns,
      count: () => count,
      focus,
    });
    if (target === null) return;
    event.preventDefault();
    focus(target);
  });
  element.addEventListener("scroll", render, { passive: true });
  return {
    element,
    show(total, tileAt) {
      count = total;
      at = tileAt;
      made = "";
      element.scrollTop = 0;
      active = 0;
      render();
    },
    select(id) {
      selected = id;
      for (const each of layer.querySelectorAll<HTMLElement>("button"))
        set(each, "aria-pressed", String(at(Number(each.dataset.index)).id === id));
    },
    paint: () => {
      made = "";
      render();
    },
  };
}
