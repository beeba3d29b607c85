// The settings that can be changed in the laboratory: what spoils a training, and what it is tested on.
import type { Run } from "../bundle/run.ts";
import { relevant, type Settings } from "./settings.ts";
import { button, count, el, imageOf, nameOf, percent, replace, say, select, short } from "./tools.ts";

export interface Knobs {
  element: HTMLElement;
  /** What decides the weights, as it stands now. */
  settings(): Settings;
  /** What differs from the run, by the recorded names; undefined where the run has it and the laboratory does not. */
  changed(): ReadonlyMap<string, unknown>;
  /** As in a link; null is as in the run. */
  set(settings: Settings | null): void;
  /** While a training runs nothing can be changed. */
  lock(locked: boolean): void;
}

type Put = (changes: Readonly<Record<string, unknown>>) => void;

const FACTORS = ["0.01", "0.1", "0.3", "1", "3", "10", "100", "1000"];
const NOISE = ["0", "0.1", "0.2", "0.4", "0.8"];
const MOST = 200; // classes in a list
const SHARES = ["1", "0.5", "0.2", "0.1", "0.05"];

export function knobs(run: Run, update: () => void): Knobs {
  const names = run.summary.dataset.class_names;
  const recorded = relevant(run.summary.config, names);
  if (run.summary.interrupted) recorded.set("epochs", run.summary.interrupted.epoch); // as far as it came
  let current = new Map(recorded);
  const body = el("div", { class: "knobs" });
  const fieldset = el("fieldset", {}, el("legend", { class: "visually-hidden" }, say("knobs")), body);
  const put = (changes: Readonly<Record<string, unknown>>): void => {
    for (const [key, value] of Object.entries(changes))
      if (value === undefined) current.delete(key);
      else current.set(key, value);
    update();
    foot();
  };
  const reset = button(say("knobs.reset"), { class: "quiet" }, () => {
    current = new Map(recorded);
    draw();
    update();
    body.querySelector("select")?.focus({ preventScroll: true }); // the button has gone
  });
  const foot = (): void => {
    reset.hidden = differing(recorded, current).size === 0;
  };
  const draw = (): void => {
    replace(body, ...fieldsOf(run, recorded, current, put), reset);
    foot();
  };
  draw();
  return {
    element: fieldset,
    settings: () => new Map(current), // what was trained stays what it was
    changed: () => asRecorded(differing(recorded, current), names),
    set(settings) {
      current = new Map(settings ?? recorded);
      draw();
      update();
    },
    lock(locked) {
      fieldset.disabled = locked;
    },
  };
}

function differing(recorded: Settings, current: Settings): Map<string, unknown> {
  const keys = new Set([...recorded.keys(), ...current.keys()]);
  keys.delete("exact"); // how it is computed, not what
  return new Map(
    [...keys]
      .filter((key) => String(recorded.get(key)) !== String(current.get(key)))
      .map((key) => [key, current.get(key)]),
  );
}

/** A class by its name, as the command line takes it. */
function asRecorded(changed: Map<string, unknown>, names: readonly string[]): Map<string, unknown> {
  const left = changed.get("leave_out");
  if (left !== undefined) changed.set("leave_out", names[Number(left)]);
  return changed;
}

/** The options, the current value among them even where it is none of the usual ones. */
function options(usual: readonly string[], now: string, words: (value: string) => string): [string, string][] {
  const values = usual.includes(now) ? usual : [...usual, now];
  return values.map((value) => [value, words(value)]);
}

function fieldsOf(run: Run, recorded: Settings, current: Settings, put: Put): HTMLElement[] {
  const { dataset, split } = run.summary;
  const rate = Number(recorded.get("learning_rate"));
  const factor = String(Number((Number(current.get("learning_rate")) / rate).toPrecision(6)));
  const number = (key: string): number => Number(current.get(key) ?? 0);
  const fields = [
    select(
      say("rate"),
      options(FACTORS, factor, (value) => (value === "1" ? short(rate) : `${short(rate)} × ${short(Number(value))}`)),
      factor,
      (value) => put({ learning_rate: value === "1" ? rate : Number((rate * Number(value)).toPrecision(12)) }),
    ),
    select(
      say("knobs.noise"),
      options(NOISE, String(number("label_noise")), (value) =>
        value === "0" ? say("knobs.none") : percent(Number(value), 0),
      ),
      String(number("label_noise")),
      (value) => put({ label_noise: value === "0" ? undefined : Number(value) }),
    ),
    select(
      say("knobs.share"),
      options(SHARES, String(current.get("train_share") ?? 1), (value) =>
        say("knobs.about", {
          count: Math.round((split.training * Number(value)) / Number(recorded.get("train_share") ?? 1)),
        }),
      ),
      String(current.get("train_share") ?? 1),
      (value) => put({ train_share: value === "1" ? undefined : Number(value) }),
    ),
    select(
      say("knobs.left"),
      [["", say("knobs.all")], ...classesOf(run, current.get("leave_out"))],
      String(current.get("leave_out") ?? ""),
      (value) => put({ leave_out: value === "" ? undefined : Number(value) }),
    ),
    ...unitsOf(recorded, current, put),
    wholeField(say("random.state"), number("random_state"), 0, 2 ** 32 - 1, (value) => put({ random_state: value })),
    wholeField(say("epochs.title"), number("epochs"), 1, 1000, (value) => put(epochsOf(recorded, value))),
  ];
  if (imageOf(run) && dataset.image_shape) {
    const moved = number("shift_pixels") > 0;
    const usual = Number(recorded.get("shift_pixels")) || 1;
    fields.splice(
      3,
      0,
      select(
        say("knobs.images"),
        [
          ["moved", say("knobs.moved")],
          ["still", say("knobs.still")],
        ],
        moved ? "moved" : "still",
        (value) => put({ shift_pixels: value === "moved" ? usual : 0 }),
      ),
    );
  }
  const now = String(current.get("split"));
  const digits = dataset.name === "digits";
  if (now === "random" || now === "contiguous")
    fields.push(
      select(
        say("knobs.tested"),
        [
          ["random", digits ? say("knobs.writers") : say("knobs.rows")],
          ["contiguous", digits ? say("knobs.writers.new") : say("knobs.rows.near")],
        ],
        now,
        (value) => put({ split: value }),
      ),
    );
  return fields;
}

/** As many units in each hidden layer, or a part of them. */
function unitsOf(recorded: Settings, current: Settings, put: Put): HTMLElement[] {
  const keys = ["hidden_sizes", "channels"].filter((key) => list(recorded.get(key)).length > 0);
  const part = (by: number): Record<string, number[]> =>
    Object.fromEntries(keys.map((key) => [key, list(recorded.get(key)).map((size) => Math.ceil(size * by))]));
  const written = (from: (key: string) => unknown): string => keys.map((key) => list(from(key)).join("-")).join(" ");
  const all = [1, 0.5, 0.25].map(part).map((sizes) => ({ sizes, text: written((key) => sizes[key]) }));
  const now = written((key) => current.get(key));
  if (!keys.length) return [];
  const usual = all.map(({ text }) => text);
  return [
    select(say("knobs.units"), options(usual, now, String), now, (text) =>
      put(all.find((each) => each.text === text)?.sizes ?? {}),
    ),
  ];
}

const list = (value: unknown): number[] => (Array.isArray(value) ? value : []);

/** Other epochs, at the recorded rate; a line that reached zero at the end goes on doing so. */
function epochsOf(recorded: Settings, epochs: number): Record<string, unknown> {
  const line = Number(recorded.get("lr_decay")) === 1 / Number(recorded.get("epochs"));
  return { epochs, ...(line && { lr_decay: 1 / epochs }) };
}

/** The first classes, and the one that is chosen. */
export function classesOf(run: Run, now: unknown): [string, string][] {
  return run.summary.dataset.class_names.flatMap((_, label): [string, string][] =>
    label < MOST || label === now ? [[String(label), nameOf(run, label)]] : [],
  );
}

function wholeField(label: string, now: number, low: number, high: number, put: (value: number) => void): HTMLElement {
  const input = el("input", { type: "number", min: low, max: high, step: 1, value: now });
  let kept = now;
  input.addEventListener("change", () => {
    const value = Math.round(input.valueAsNumber);
    if (value >= low && value <= high) {
      kept = value;
      put(value);
    }
    input.value = String(kept); // what is trained, where that was no possible number
  });
  return el("label", { class: "field" }, el("span", {}, label), input);
}

/** "label noise 0.4, epochs 10", in the words of the settings. */
export function changesInWords(changed: ReadonlyMap<string, unknown>): string {
  return [...changed]
    .map(
      ([key, value]) =>
        `${key.replaceAll("_", " ")} ${value === undefined ? say("knobs.usual") : Array.isArray(value) ? value.join(",") : typeof value === "number" && Number.isInteger(value) ? (key === "random_state" || key === "split_state" ? value : count(value)) : String(value)}`,
    )
    .join(", ");
}
