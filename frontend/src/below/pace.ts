// What training recorded beside the losses, where it was asked to: the learning rate and the seconds of each epoch.
import type { App } from "../panels/app.ts";
import { type Chart, lineChart } from "./chart.ts";
import { absent, ratesOf, timesOf } from "./optional.ts";
import { absence, el, say, seconds, sentence, series, short, some } from "./tools.ts";

const HEIGHT = 112;
const SLOW = 2; // times the median

interface Column {
  head: string;
  values: readonly string[]; // by epoch
}
export interface Pace {
  elements: (HTMLElement | null)[];
  charts: Chart[];
  columns: Column[]; // of the table of all epochs
}

/** Thin charts under the losses, with the same axis of epochs. */
export function pace(app: App, hover: (epoch: number | null) => void, pick: (epoch: number) => void): Pace {
  const result: Pace = { elements: [], charts: [], columns: [] };
  const [rates, times] = [ratesOf(app.run), timesOf(app.run)];
  const add = (lines: Parameters<Chart["draw"]>[0]["lines"], name: string): void => {
    const chart = lineChart(hover, pick, app.scope, HEIGHT);
    chart.draw({ lines, log: false, zero: true, format: short, marked: null, name });
    const caption = el("figcaption", { class: "small" }, sentence(name));
    result.elements.push(el("figure", { class: "thin" }, caption, el("div", {}, chart.element)));
    result.charts.push(chart);
  };
  if (rates.state === "ok") {
    const { learning_rates: values } = rates.value;
    add([{ label: say("rate.word"), values, look: "main" }], ratesSentence(values));
    result.columns.push({ head: say("rate"), values: values.map(short) });
  } else if (rates.state === "absent") result.elements.push(absent(say("rate"), "--learning-rate-trace"));
  else result.elements.push(absence(rates, "training_dynamics.json", say("rate")));
  if (times.state === "ok" && times.value.epoch_seconds.length) {
    const { epoch_seconds: values, total_seconds } = times.value;
    const slow = slowest(values);
    const marked = values.map((value, i) => (slow.includes(i + 1) ? value : null));
    add(
      [
        { label: say("seconds.word"), values, look: "bars" },
        { label: "", values: marked, look: "bars slow" },
      ],
      timesSentence(values, total_seconds, slow),
    );
    result.columns.push({ head: say("seconds"), values: values.map((value) => seconds(value)) });
  } else if (times.state === "absent") result.elements.push(absent(say("seconds.each"), "--timing-stats"));
  else result.elements.push(absence(times, "timing_stats.json", say("seconds.each")));
  return result;
}

function ratesSentence(values: readonly number[]): string {
  const [first, last] = [values[0] ?? 0, values.at(-1) ?? 0].map(short) as [string, string];
  return values.every((value) => value === values[0])
    ? say("rates.constant", { first })
    : say("rates", { first, last });
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** The epochs that took more than twice as long as the one in the middle. */
function slowest(values: readonly number[]): number[] {
  const middle = median(values);
  return values.flatMap((value, i) => (value > SLOW * middle ? [i + 1] : []));
}

function timesSentence(values: readonly number[], total: number, slow: readonly number[]): string {
  const times = say("times", { middle: seconds(median(values)), total: seconds(total) });
  if (!slow.length) return times;
  const epochs = slow.length > 6 ? some(slow.map(String), 5) : series(slow.map(String));
  return say("times.slow", { times, epochs, count: slow.length });
}
