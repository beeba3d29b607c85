// “What if”: change the selected sample and watch the answer move. The keyboard can do all of it.
import type { App } from "../panels/app.ts";
import { button, el, imageOf, next, set, short, shownFeatures } from "./tools.ts";

const MAX_CELLS = 1024;

/** Pixels to draw over, or a number for each feature of a row; null where there are too many pixels. */
export function editor(app: App, original: ArrayLike<number>): HTMLElement | null {
  const image = imageOf(app.run);
  if (image && image.shape[0] * image.shape[1] > MAX_CELLS) return null;
  const drawn = app.edited.values;
  const words = image ? "What if it were drawn differently?" : "What if its features were others?";
  const details = el("details", { class: "data editor", open: drawn !== null }, el("summary", {}, words));
  const build = (): void => details.append(...(image ? pixels(app, original) : fields(app, original)));
  if (details.open) build();
  else details.addEventListener("toggle", build, { once: true });
  return details;
}

/** One number field per feature that is shown. */
function fields(app: App, original: ArrayLike<number>): HTMLElement[] {
  const names = app.run.summary.dataset.feature_names ?? [];
  const values = Array.from(app.edited.values ?? original);
  const shown = shownFeatures(app.run);
  const inputs = shown.map((feature) => {
    const input = el("input", { type: "number", step: "any", value: values[feature] ?? 0 });
    input.addEventListener("input", () => {
      const value = input.valueAsNumber;
      if (!Number.isFinite(value)) return;
      values[feature] = Math.fround(value);
      app.edited.set(values);
    });
    return input;
  });
  const reset = button("Back to the sample", {}, () => {
    shown.forEach((feature, i) => {
      values[feature] = original[feature] ?? 0;
      (inputs[i] as HTMLInputElement).value = String(original[feature] ?? 0);
    });
    app.edited.set(null);
  });
  const labels = shown.map((feature, i) =>
    el("label", { class: "field" }, el("span", { translate: "no", title: names[feature] }, names[feature]), inputs[i]),
  );
  return [el("div", { class: "feature-fields" }, ...labels), el("div", { class: "controls" }, reset)];
}

/** The pixels as cells; of a colour image one colour is painted, of a grey one an amount. */
export function pixels(
  app: Pick<App, "run" | "edited">,
  original: ArrayLike<number>,
  back = "Back to the sample",
): HTMLElement[] {
  const { shape, channels, most, ink } = imageOf(app.run) as NonNullable<ReturnType<typeof imageOf>>;
  const size = shape[0] * shape[1];
  const values = Array.from(app.edited.values ?? original);
  const grid = el("div", { class: "pixels", role: "group", "aria-label": `Pixels, ${shape[0]} by ${shape[1]}` });
  grid.style.setProperty("--columns", String(shape[1]));
  const written = channels === 1 && shape[1] <= 16; // the numbers in the cells
  const cells = Array.from({ length: size }, (_, i) =>
    el("button", { type: "button", tabindex: i ? -1 : 0, "data-index": i }),
  );
  grid.append(...cells);
  let active = 0;
  const at = (i: number): number[] => Array.from({ length: channels }, (_, channel) => values[i + channel * size] ?? 0);
  const put = (i: number, amounts: readonly number[]): void => {
    amounts.forEach((amount, channel) => {
      values[i + channel * size] = Math.max(0, Math.min(most, amount));
    });
    label(i);
    app.edited.set(values);
  };
  const label = (i: number): void => {
    const [cell, now] = [cells[i] as HTMLElement, at(i)];
    const share = (now[0] ?? 0) / most;
    if (written) cell.textContent = String(now[0]);
    if (channels === 1 && ink) {
      cell.style.setProperty("--ink-share", `${Math.round(100 * share)}%`);
      cell.classList.toggle("dark", share > 0.5);
    } else {
      const shades = now.map((value) => Math.round(255 * (ink ? 1 - value / most : value / most)));
      cell.style.background = `rgb(${[0, 1, 2].map((channel) => shades[channel] ?? shades[0]).join(",")})`;
      cell.style.color = (shades[0] ?? 0) > 127 ? "#000" : "#fff";
    }
    set(cell, "aria-label", `${now.join(", ")}, row ${Math.floor(i / shape[1]) + 1}, column ${(i % shape[1]) + 1}`);
  };
  const focus = (i: number): void => {
    set(cells[active] as HTMLElement, "tabindex", -1);
    active = i;
    set(cells[i] as HTMLElement, "tabindex", 0);
    cells[i]?.focus();
  };
  const indexOf = (event: Event): number | null => {
    const index = (event.target as HTMLElement).dataset.index;
    return index === undefined ? null : Number(index);
  };
  const brush = brushOf(channels, most, ink);
  const none = brush.none;
  let painting: readonly number[] | null = null; // what the pressed pointer draws
  const same = (i: number, amounts: readonly number[]): boolean =>
    channels === 1 ? (at(i)[0] ?? 0) >= (amounts[0] ?? 0) : at(i).join() === amounts.join();
  grid.addEventListener("pointerdown", (event) => {
    const i = indexOf(event);
    if (i === null || event.button > 0) return;
    (event.target as Element).releasePointerCapture?.(event.pointerId);
    painting = event.shiftKey || same(i, brush.amounts()) ? none : brush.amounts();
    put(i, painting);
  });
  grid.addEventListener("pointerover", (event) => {
    const i = indexOf(event);
    if (i !== null && painting !== null && event.buttons) put(i, painting);
    else painting = null;
  });
  grid.addEventListener("keydown", (event) => {
    const i = indexOf(event);
    if (i === null) return;
    const target = next(event.key, event.ctrlKey, i, { columns: () => shape[1], count: () => size, focus });
    const step = Math.ceil(most / 16);
    const by = (change: number): void =>
      put(
        i,
        at(i).map((value) => value + change),
      );
    if (target !== null) focus(target);
    else if (event.key === "+" || event.key === "=") by(step);
    else if (event.key === "-") by(-step);
    else if (event.key === "Enter" || event.key === " ") put(i, same(i, brush.amounts()) ? none : brush.amounts());
    else return;
    event.preventDefault();
  });
  const reset = button(back, {}, () => {
    values.forEach((_, i) => (values[i] = original[i] ?? 0));
    for (let i = 0; i < size; i++) label(i);
    app.edited.set(null);
  });
  for (let i = 0; i < size; i++) label(i);
  return [
    el("p", { class: "small muted" }, "Drag to draw, Shift erases. Keys: arrows, + −, Enter."),
    grid,
    el("div", { class: "controls" }, el("label", { class: "field" }, brush.name, brush.input), reset),
  ];
}

interface Brush {
  name: string;
  input: HTMLInputElement;
  amounts(): number[]; // one per channel
  none: number[]; // what erasing leaves
}

function brushOf(channels: number, most: number, ink: boolean): Brush {
  if (channels === 1) {
    const input = el("input", { type: "number", min: 1, max: most, value: most, "aria-label": ink ? "Ink" : "Light" });
    return { name: ink ? "Ink" : "Light", input, amounts: () => [Number(input.value)], none: [0] };
  }
  const input = el("input", { type: "color", value: "#ffffff" });
  const amounts = (): number[] =>
    [1, 3, 5].map((start) => {
      const share = Number.parseInt(input.value.slice(start, start + 2), 16) / 255;
      return Math.round(most * (ink ? 1 - share : share));
    });
  return { name: "Colour", input, amounts, none: [0, 0, 0] };
}

/** The features of a row, each with its value and, around the mean of the training samples, its deviation. */
export function features(app: App, values: ArrayLike<number>): HTMLElement {
  const names = app.run.summary.dataset.feature_names ?? [];
  const shown = shownFeatures(app.run);
  const rows = shown.map((feature) => {
    const value = values[feature] ?? 0;
    const { network } = app.run;
    const score =
      network.state === "ok" ? (value - (network.value.offset[feature] ?? 0)) / (network.value.scale[feature] ?? 1) : 0;
    const bar = el("i", {});
    const share = Math.min(3, Math.abs(score)) / 6;
    bar.style.left = `${100 * (score < 0 ? 0.5 - share : 0.5)}%`;
    bar.style.width = `${100 * share}%`;
    const words = `${short(Math.abs(score))} standard deviations ${score < 0 ? "below" : "above"} the mean`;
    return el(
      "li",
      {},
      el("span", { class: "feature-name", translate: "no", title: names[feature] }, names[feature]),
      el("span", { class: "num" }, short(value)),
      el("span", { class: "deviation", title: words }, bar, el("span", { class: "visually-hidden" }, words)),
    );
  });
  const left = names.length - shown.length;
  const note = left
    ? `${shown.length} of ${names.length} features, those with the largest weights in the first layer; bars `
    : "Bars ";
  return el(
    "div",
    { class: "feature-box" },
    el("ol", { class: "features", "aria-label": "Features" }, ...rows),
    el("p", { class: "small muted" }, `${note}reach from −3 to 3 standard deviations of the training samples.`),
  );
}
