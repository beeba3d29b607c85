// Every other setting beside the best: by how much it is worse, and whether that may be luck.
import { count, fixed } from "../text/format.ts";
import { say } from "../text/language.ts";
import { el } from "../view/dom.ts";
import { dataTable, panel } from "../view/panel.ts";
import type { App } from "./app.ts";
import { allButton, drawRows, MANY, TOP } from "./dots.ts";
import { axis, scaleOf, track } from "./track.ts";
import { differenceSentence, rowName, settingName, signed } from "./words.ts";

export function differences(app: App): HTMLElement | null {
  const { sweep } = app;
  const table = sweep.differences;
  if (!sweep.best || !table.other.length) return null;
  const order = table.other.map((_, row) => row).sort((a, b) => (table.mean[a] ?? 2) - (table.mean[b] ?? 2));
  const box = el("div", { class: "rows-box" });
  const draw = (rows: readonly number[]): void => {
    const values = rows.flatMap((row) => [table.mean[row] ?? 0, table.low[row] ?? 0, table.high[row] ?? 0]);
    const scale = scaleOf([0, ...values]);
    const ticks = axis(scale, scale.ticks, (value) => (value === 0 ? "0" : signed(value)));
    drawRows(box, sweep, rows, (row) => line(app, row, scale), say("sweep.better"), ticks);
  };
  draw(order.length > MANY ? order.slice(0, TOP) : order);
  const all = order.length > MANY && allButton(say("show.all", { n: order.length }), box, () => draw(order));
  const tested = table.p.filter((p) => p !== null).length;
  const looked = (sweep.settings.mean.filter((mean) => mean !== null).length * table.other.length) / 2;
  const values = { name: settingName(sweep, sweep.best.setting), n: looked };
  return panel(
    { title: say("sweep.differences"), files: ["sweep.json"] },
    el("p", { class: "reading" }, looked > 1 ? say("sweep.minus.many", values) : say("sweep.minus", values)),
    box,
    all,
    tested > 0 && dataTable(say("sweep.tests"), () => tests(app, order)),
    sweep.pairs.other.length > 0 && dataTable(say("sweep.mcnemar"), () => pairs(app)),
  );
}

function line(app: App, row: number, scale: ReturnType<typeof scaleOf>): HTMLElement {
  const { sweep } = app;
  const table = sweep.differences;
  const [mean, low, high] = [table.mean[row] ?? null, table.low[row] ?? null, table.high[row] ?? null];
  const apart = table.apart[row];
  const verdict = apart ? say("sweep.apart") : low === null ? say("sweep.unknown") : say("sweep.maybe");
  return el(
    "li",
    { class: `sweep-row${apart ? " apart" : ""}`, title: differenceSentence(sweep, row) },
    el(
      "span",
      { class: "row-name" },
      el("span", { class: "cut", translate: "no" }, rowName(sweep, table.other[row] ?? 0)),
    ),
    track(scale, { mean, low, high }, [0]),
    el(
      "span",
      { class: "row-value" },
      el("b", {}, verdict),
      " ",
      el(
        "small",
        {},
        mean === null
          ? ""
          : low === null || high === null
            ? signed(mean)
            : say("range", { low: signed(low), high: signed(high) }),
      ),
    ),
  );
}

const written = (p: number | null | undefined): string =>
  typeof p !== "number" ? "–" : p < 0.0001 ? `< ${fixed(0.0001, 4)}` : fixed(p, 4);

function tests({ sweep }: App, order: readonly number[]) {
  const { differences: table } = sweep;
  const part = (value: number | null | undefined): string => (typeof value === "number" ? signed(value) : "–");
  return {
    head: [
      say("setting"),
      say("sweep.difference.head"),
      say("interval.from"),
      say("interval.to"),
      say("sweep.repeats"),
      "p",
      say("sweep.holm"),
    ],
    rows: order.map((row) => [
      settingName(sweep, table.other[row] ?? 0),
      part(table.mean[row]),
      part(table.low[row]),
      part(table.high[row]),
      count(table.count[row] ?? 0),
      written(table.p[row]),
      written(table.adjusted[row]),
    ]),
  };
}

function pairs({ sweep }: App) {
  const { pairs: table } = sweep;
  return {
    head: [say("setting"), say("random.state"), say("sweep.only.best"), say("sweep.only.other"), "p"],
    rows: table.other.map((other, i) => [
      settingName(sweep, other),
      String(sweep.points.random_state[table.point[i] ?? 0] ?? "–"),
      count(table.only_best[i] ?? 0),
      count(table.only_other[i] ?? 0),
      written(table.p[i]),
    ]),
  };
}
