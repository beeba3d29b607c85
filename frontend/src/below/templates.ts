// For a network without hidden layers: the one picture of each class that it multiplies the image with.
import type { App } from "../panels/app.ts";
import {
  digit,
  divergingScale,
  el,
  imageOf,
  lastAtMost,
  lastEpoch,
  nameOf,
  onThemeChange,
  paint,
  panel,
  say,
  watch,
} from "./tools.ts";
import { mosaic } from "./weights.ts";

const FILE = "epoch_snapshots.json";

/** Null where the run recorded none. A hidden layer has none; the architecture panel shows its weights. */
export function templates(app: App): HTMLElement | null {
  const { snapshots } = app.run;
  if (snapshots.state !== "ok" || !snapshots.value.pictures.length) return null;
  const film = snapshots.value.pictures;
  const epochs = film.map(({ epoch }) => epoch);
  const image = imageOf(app.run);
  if (!image) return null; // the weights of features have names: the architecture panel shows them
  const { shape, channels } = image;
  const size = channels * shape[0] * shape[1];
  const most = film.at(-1)?.weights.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9) ?? 1;
  const names = app.run.summary.dataset.class_names;
  const canvases = names.map(() =>
    digit(new Float32Array(size), mosaic([], channels, shape).shape, 1, divergingScale()),
  );
  const reading = el("p", { class: "reading" });
  const draw = (): void => {
    const at = lastAtMost(epochs, app.store.selection.epoch ?? Infinity);
    const scale = divergingScale();
    canvases.forEach((canvas, i) => {
      const sheet = mosaic(film[at]?.weights.subarray(i * size, (i + 1) * size) ?? [], channels, shape);
      paint(canvas, sheet.values, sheet.shape, most, scale);
    });
    const all = lastEpoch(app.run);
    const kept = epochs.length < all ? ` (${say("templates.kept", { kept: epochs.length, all })})` : "";
    const values = { epoch: epochs[at] ?? 0, kept };
    reading.textContent = image.ink ? say("templates.ink", values) : say("templates.light", values);
  };
  watch(app, ["epoch"], draw);
  onThemeChange(draw, app.scope);
  const figures = canvases.map((canvas, i) =>
    el("figure", {}, canvas, el("figcaption", { translate: "no" }, nameOf(app.run, i))),
  );
  return panel(
    { title: say("templates"), files: [FILE], wide: "w12" },
    el("div", { class: "templates" }, ...figures),
    reading,
  );
}
