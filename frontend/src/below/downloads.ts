// The selected sample as a file; a drawing is saved as one.
import { argmax } from "../model/network.ts";
import type { App } from "../panels/app.ts";
import type { Sample } from "../selection/samples.ts";
import { csvCell } from "./cells.ts";
import { button, el, ICONS, icon, imageOf, lookOf, save, say } from "./tools.ts";

export function downloads(app: App, sample: Sample, rows: () => readonly number[] | null): HTMLElement {
  const shown = (): ArrayLike<number> | null => app.edited.values ?? sample.values;
  const names = app.run.summary.dataset.feature_names;
  const name = (): string => `sample-${sample.id}${app.edited.values ? "-drawn" : ""}`;
  const record = (): object => {
    const [values, now] = [shown(), rows()];
    return {
      sample_id: sample.id,
      ...(app.edited.values ? { drawn: true } : {}),
      true_label: sample.truth,
      predicted_label: now ? argmax(now) : null,
      probabilities: now,
      [names ? "features" : "pixels"]: values && Array.from(values),
    };
  };
  const csv = (): string => {
    const values = Array.from(shown() ?? []);
    const columns = values.map((_, i) => csvCell(names?.[i] ?? `pixel_${i}`));
    return [`sample_id,true_label,${columns.join(",")}`, [sample.id, sample.truth, ...values].join(","), ""].join("\n");
  };
  const { values } = sample;
  const png = button("PNG", { disabled: !values, "aria-label": say("download", { kind: "PNG" }) }, () => {
    const now = shown();
    if (now) void pngOf(app, now).then((blob) => blob && save(`${name()}.png`, blob));
  });
  const json = button("JSON", { "aria-label": say("download", { kind: "JSON" }) }, () =>
    save(`${name()}.json`, new Blob([`${JSON.stringify(record(), null, 1)}\n`], { type: "application/json" })),
  );
  const row = button("CSV", { disabled: !values, "aria-label": say("download", { kind: "CSV" }) }, () =>
    save(`${name()}.csv`, new Blob([csv()], { type: "text/csv" })),
  );
  return el("div", { class: "controls downloads" }, icon(ICONS.download), names ? null : png, json, row);
}

/** PNG of the sample: grey ink as stored, white on black; anything else as it is shown. */
function pngOf(app: App, values: ArrayLike<number>): Promise<Blob | null> {
  const image = imageOf(app.run);
  const look = lookOf(app.run);
  const zoom = Math.max(1, Math.floor(256 / look.shape[0]));
  const small = look.image(values);
  if (image?.ink && image.channels === 1)
    for (let i = 0; i < look.shape[0] * look.shape[1]; i++) {
      const grey = Math.round((255 * (values[i] ?? 0)) / image.most);
      small.data.set([grey, grey, grey, 255], 4 * i);
    }
  const [height, width] = look.shape;
  const canvas = el("canvas", { width: width * zoom, height: height * zoom });
  const enlarged = new ImageData(width * zoom, height * zoom);
  for (let y = 0; y < height * zoom; y++)
    for (let x = 0; x < width * zoom; x++) {
      const from = 4 * (Math.floor(y / zoom) * width + Math.floor(x / zoom));
      enlarged.data.set(small.data.subarray(from, from + 4), 4 * (y * width * zoom + x));
    }
  canvas.getContext("2d")?.putImageData(enlarged, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
